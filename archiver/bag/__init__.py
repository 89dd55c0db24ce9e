"""Writes a finished bag from a capture and its reading."""
