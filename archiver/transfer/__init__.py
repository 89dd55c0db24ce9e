"""Hands finished bags off and receives them: one by one, as groups, or rebuilt for a receiver. `job` makes the bags."""
