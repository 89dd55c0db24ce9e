"""Servers on loopback: web sites, proxies, archives, S3."""
