"""Everything that leaves an archive, searched for what must stay in it."""
