"""What is demanded of signatures and timestamps, and by whose word they are believed."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from archiver.digest import sha256
from archiver.errors import StorageError, UsageError
from archiver.validation.trust.trusted_list import TrustedList

_ROOTS_BYTES = 16 << 20
_ENDINGS = frozenset((".pem", ".crt", ".cer"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """`roots` are certificates in PEM (None: nobody is believed, trust is not checked); `now` is when the judging is
    done, and counts for what no timestamp covers; `signer` is a fingerprint, an address, a name or a subject."""

    roots: bytes | None = field(default=None, repr=False)
    tsa_roots: bytes | None = field(default=None, repr=False)
    """Of timestamping authorities, where they are apart from signers'."""
    require_signature: bool = False
    require_timestamp: bool = False
    signer: str | None = None
    trusted_lists: tuple[TrustedList, ...] = ()
    """Lists (ETSI TS 119 612) on which timestamping authorities are looked up."""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def stated(self) -> str:
        """What is asked, as one line: other demands are another question."""
        asked = (
            self.require_signature,
            self.require_timestamp,
            self.signer,
            sha256(self.roots or b""),
            sha256(self.tsa_roots or b""),
            *(each.sha256 for each in self.trusted_lists),
        )
        return " ".join(map(str, asked))

    @property
    def without_demands(self) -> "Trust":
        """The same roots and the same time, for a bag that need not be signed."""
        return replace(self, require_signature=False, require_timestamp=False, signer=None)

    @property
    def is_demanded(self) -> bool:
        """Whether a bag without signatures fails."""
        return self.require_signature or self.require_timestamp or self.signer is not None


def is_fingerprint(identity: str) -> bool:
    """Whether an identity is the SHA-256 fingerprint of a certificate; names and addresses anybody may put into one."""
    bare = _bare(identity)
    return len(bare) == 64 and not bare.strip("0123456789abcdef")


def is_fingerprint_of(identity: str, sha256: str) -> bool:
    """Whether an identity is this fingerprint, in whatever case and with or without colons."""
    return _bare(identity) == sha256


def _bare(identity: str) -> str:
    return identity.replace(":", "").lower()


def read_roots(path: Path, option: str = "--trust-roots") -> bytes:
    """The roots in a PEM file, or in the .pem, .crt and .cer files of a folder.

    Raises UsageError where there is no certificate, StorageError where they cannot be read.
    """
    from archiver.validation.trust.cert_paths import read_certificates

    try:
        files = sorted(each for each in path.iterdir() if each.suffix in _ENDINGS) if path.is_dir() else [path]
        pem = b""
        for file in files:
            with file.open("rb") as stream:
                pem += stream.read(_ROOTS_BYTES) + b"\n"
    except OSError as error:
        raise StorageError.from_os(f"read the roots {path}", error) from error
    try:
        read_certificates(pem)
    except ValueError as error:
        raise UsageError(f"{option} {path}: no certificates in PEM there, or one that cannot be read") from error
    return pem
