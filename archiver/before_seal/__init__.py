"""Programs that look at a bag before it is sealed: format identification, virus scan, the user's own. They flag, and
delete nothing (docs/keep/before-sealing.md)."""
