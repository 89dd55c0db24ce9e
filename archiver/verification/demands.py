"""What is asked of a validation: a profile, signatures, strictness, a second opinion."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver.digest import sha256
from archiver.errors import UsageError
from archiver.validation.trust.policy import Trust, is_fingerprint, read_roots
from archiver.validation.trust.trusted_list import read_trusted_list

if TYPE_CHECKING:
    from archiver.validation.bagit.profile import Profile
    from archiver.validation.validator import SecondOpinion


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What is asked of a validation; every check that needs nothing but the bag is made without being asked for."""

    profile: "Profile | None" = None
    trust: Trust = field(default_factory=Trust)
    strict: bool = False
    """Tolerated deviations are errors."""
    second_opinion: "SecondOpinion" = False
    """bagit-python validates the bag too; "required": its word decides even where it is known to misread bags."""

    @classmethod
    def of(
        cls,
        *,
        profile: str | Path | None = None,
        strict: bool = False,
        second_opinion: "SecondOpinion" = False,
        **signatures: Any,
    ) -> "Demands":
        """Demands as a person states them: `profile` is a file or the name of a built-in one, `signatures` are those of
        `trust_of`. Raises UsageError, StorageError."""
        found = None
        if profile is not None:
            from archiver.validation.bagit.profile import read_profile

            found = read_profile(str(profile))
        return cls(profile=found, trust=trust_of(**signatures), strict=strict, second_opinion=second_opinion)

    @property
    def stated(self) -> str:
        """The demands as one digest: a bag that met others may not meet these."""
        asked = (self.strict, self.second_opinion, repr(self.profile), self.trust.stated)
        return sha256(" ".join(map(str, asked)).encode())


def trust_of(
    *,
    trust_roots: Path | str | None = None,
    tsa_roots: Path | str | None = None,
    signer: str | None = None,
    require_signature: bool = False,
    require_timestamp: bool = False,
    trusted_lists: Sequence[Path | str] = (),
) -> Trust:
    """What is required of signatures and timestamps: `trust_roots` is a PEM file or a folder of such, `tsa_roots`
    another for timestamping authorities (None: the same), `trusted_lists` are XML files (ETSI TS 119 612).

    Raises UsageError for a signer by name without roots (anybody may put a name into a certificate), StorageError.
    """
    if signer and not trust_roots and not is_fingerprint(signer):
        raise UsageError(
            "--signer needs --trust-roots FILE: anybody may put a name or an address into a certificate; "
            "only a SHA-256 fingerprint identifies a certificate without them"
        )
    return Trust(
        roots=read_roots(Path(trust_roots)) if trust_roots else None,
        tsa_roots=read_roots(Path(tsa_roots), "--tsa-roots") if tsa_roots else None,
        require_signature=require_signature or signer is not None,
        require_timestamp=require_timestamp,
        signer=signer,
        trusted_lists=tuple(read_trusted_list(Path(each)) for each in trusted_lists),
    )
