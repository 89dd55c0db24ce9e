"""From a capture and its reading to a finished bag."""
