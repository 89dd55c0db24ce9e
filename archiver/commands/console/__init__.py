"""What commands show while they work and when they end, and the signals that end them."""
