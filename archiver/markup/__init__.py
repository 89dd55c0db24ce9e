"""From the bytes of a page to one tree: media type, encoding, bounds, parser. Capture and article both read it here."""
