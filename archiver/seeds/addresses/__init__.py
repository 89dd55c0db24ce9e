"""Addresses in seeds: after a label, under one, in links, alone."""
