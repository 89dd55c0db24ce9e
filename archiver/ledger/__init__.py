"""The state of all jobs on a folder of bags: one SQLite file, its lock, and the rows other rooms read."""
