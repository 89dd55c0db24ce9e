"""Bags that are there: handed over, taken in, made into others, read again. `job` makes them."""
