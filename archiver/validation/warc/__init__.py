"""A WARC reader of its own (ISO 28500, WARC 1.1), independent of the writer."""
