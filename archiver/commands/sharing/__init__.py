"""Commands that give to others and take from them."""
