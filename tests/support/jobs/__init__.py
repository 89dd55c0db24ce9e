"""Whole jobs, captures and workers, with faults where a test asks for them."""
