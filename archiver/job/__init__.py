"""Many seeds, one after another and side by side, with a ledger."""
