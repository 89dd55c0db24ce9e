"""Families of near-duplicates: one text in many papers, who cut, added or left out what; and where an article that is
gone may be now."""
