"""The page that people open: what is in a bag, in HTML (`preview.html`)."""
