"""A small made-up newspaper, served on loopback, and the job that archives it."""
