"""Bags on their way to somebody else: packed, delivered, read back, with a receipt."""
