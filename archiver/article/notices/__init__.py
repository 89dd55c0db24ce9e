"""Notices of a page about its article: corrections, retractions, advisories and the like."""
