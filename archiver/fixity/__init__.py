"""Reads bags again over time: what changed, and which replica holds a sound copy."""
