"""Commands over finished bags: check, sign, compare, restrict."""
