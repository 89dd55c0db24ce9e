"""A browser as a client of the recorder: what it asks is recorded like all else, what it shows is kept apart."""
