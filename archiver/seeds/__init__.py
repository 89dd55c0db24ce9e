"""Seed documents in: where they lie, and what they say."""
