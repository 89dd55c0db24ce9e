"""Bags inside tar and zip files, read without unpacking."""
