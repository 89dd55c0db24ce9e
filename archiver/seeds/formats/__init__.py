"""Readers, one module a family of formats; `table.py` says which reads what."""
