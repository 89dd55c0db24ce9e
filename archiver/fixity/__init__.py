"""Bags read again over time: what changed, and which replica could repair it."""
