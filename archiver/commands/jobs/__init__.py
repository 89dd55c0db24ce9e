"""Commands over seeds: read them, archive them, see what became of them."""
