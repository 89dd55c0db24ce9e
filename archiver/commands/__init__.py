"""One module a command: it takes parsed arguments, calls one function of a room, prints, and returns the exit code."""
