"""Validates bags, ours and others', and reports findings. Shares no code with the room that writes bags."""
