"""Bytes to a tree: the declared encoding, the parse, embedded JSON-LD and an index of the elements of a page."""
