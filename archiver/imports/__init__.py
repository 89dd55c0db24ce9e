"""Captures that others made: WARC, WACZ, HAR and MHTML files, and the seed's page in them (docs/capture/imports.md)."""
