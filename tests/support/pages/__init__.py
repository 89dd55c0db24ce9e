"""Made-up articles, and pages in a real browser."""
