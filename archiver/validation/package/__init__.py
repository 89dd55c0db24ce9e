"""Group bags and derived bags, checked against the bags they were made from."""
