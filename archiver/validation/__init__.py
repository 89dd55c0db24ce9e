"""Judging bags, ours and anybody's, with findings; shares no code with the room that writes them."""
