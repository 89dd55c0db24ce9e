"""The record, its crate, its WACZ and the page's text, checked against each other."""
