"""Access copies: tokens, cookies and other secrets removed from seeds, records and WARC headers."""
