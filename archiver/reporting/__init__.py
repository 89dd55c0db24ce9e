"""Reports over the ledger of a folder of bags (docs/show/report.md)."""
