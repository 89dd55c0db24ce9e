"""A static folder for any web server, of what the gate lets everybody see of bags (docs/show/publish.md)."""
