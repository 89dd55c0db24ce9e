"""Bags, packages, keys and pictures made by hand."""
