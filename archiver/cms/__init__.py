"""Reads signatures and timestamps: CMS (RFC 5652) and RFC 3161. Needs the extra `trust`, and says so."""

from archiver.errors import UsageError

OLDEST = 50
"""Of `cryptography`: before 49 its `asn1` knows no certificates, and 49 was not tried."""

try:
    from cryptography import __version__
except ImportError as error:
    raise UsageError(
        "signatures and timestamps need the extra 'trust': pip install '.[trust]' in the project's folder"
    ) from error
if int(__version__.partition(".")[0]) < OLDEST:
    raise UsageError(
        f"signatures and timestamps need cryptography {OLDEST} or newer, not {__version__}: "
        "pip install --upgrade '.[trust]' in the project's folder"
    )
