"""The text of an article, chosen from the blocks of its page."""
