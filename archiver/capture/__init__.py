"""Fetching an original and recording every exchange as it went over the connection."""
