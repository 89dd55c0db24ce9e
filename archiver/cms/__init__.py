"""Signatures and timestamps as they are read: CMS (RFC 5652) and RFC 3161. Needs the extra `trust`."""

from archiver.errors import UsageError

try:
    import cryptography as cryptography  # asked for here, so that there is one clear line where it is missing
except ImportError as error:
    raise UsageError("signatures and timestamps need the extra 'trust': pip install 'archiver[trust]'") from error
