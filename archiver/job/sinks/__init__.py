"""Where finished bags go: the local folder, or a delivery target."""
