"""BagIt structure, manifests and profiles (RFC 8493)."""
