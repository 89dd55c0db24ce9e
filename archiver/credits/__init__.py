"""Who is credited: in a line, a byline, a dateline, the end of a caption. Of seeds and of pages alike."""
