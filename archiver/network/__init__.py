"""Which addresses may be reached, and how: for every connection that is made."""
