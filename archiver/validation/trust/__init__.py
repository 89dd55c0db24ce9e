"""Signatures, timestamps, certificates and the custody log."""
