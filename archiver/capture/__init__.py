"""Fetches an original and records every exchange as it went over the connection."""
