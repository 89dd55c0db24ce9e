"""archiver: seed documents in, BagIt bags with provenance out."""

__version__ = "0.1.0"
