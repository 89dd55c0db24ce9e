"""robots.txt (RFC 9309): fetched, and what it permits."""
