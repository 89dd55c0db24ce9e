"""Validation with every check, and what only a valid bag is given: a signature, a certificate."""
