"""Which seed is next: turns by host, seats, seeds that wait on disk."""
