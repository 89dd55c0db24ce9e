"""Packs bags, delivers them, reads them back, and writes receipts."""
