"""Signs the seal of a bag: extends the chain of signatures and timestamps in `signatures/`, in bag-nabit's layout.

    tagmanifest-sha256.txt                       the seal, in the bag
    signatures/tagmanifest-sha256.txt.p7s        its signature; .crl and .ocsp beside: the answers on revocation
    signatures/tagmanifest-sha256.txt.p7s.tsr    the timestamp of that file; .crt beside: the authority's chain
    signatures/tagmanifest-sha256.txt.p7s.2.tsr  the same by a second authority

A further signer signs the last file of the chain. Nothing that is there is changed, and the sealed part of the bag
is not touched. Whether the bag deserves it is the caller's to judge.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path

from archiver.cms.read import InvalidCms, read_signature
from archiver.config import public
from archiver.config.several import several
from archiver.errors import Refused, StorageError, TimestampError
from archiver.model.seal_file import seal_file
from archiver.network.dial import Route
from archiver.trust.certificates import Certificate, complete, fingerprint, from_pem, revocation, roots_of
from archiver.trust.custody import SEALED, append, named_files, write_new
from archiver.trust.sign import Signer, sign
from archiver.trust.signing import Judge, Signing
from archiver.trust.timestamp import Digest, timestamp
from archiver.trust.web import ask, trusted_by_default

SIGNATURES = "signatures"
_LOG = logging.getLogger(__name__)
_LINKS = 64
"""Signatures and timestamps in one chain."""


def sign_bag(bag: Path, signer: Signer | None, by: Signing) -> list[Path]:
    """Sign the bag's seal, timestamp the signature (without `signer`: the end of the chain), note it in the custody
    log, and sign and timestamp that event: it vouches for the log so far. The files that were written: none where this
    signer was the last to sign, and a timestamp covers it or is not asked for. A signature of this signer that no
    event names, since its timestamp failed, is named now.

    Raises Refused where `by.judge` refuses, UsageError where the certificate is not valid now, StorageError,
    TimestampError; a signature that could not be timestamped stays, and can be timestamped later.
    """
    if signer:
        signer.require_valid(by.now)
    links = chain(bag)
    last = links[-1]
    is_mine = signer is not None and last_signer(bag) == signer.fingerprint
    unnamed = _unnamed(bag, links) if is_mine else []
    files: list[Path] = []
    writer = ChainWriter(None if is_mine else signer, by, judged=bag)
    if not is_mine or (by.timestamp_url is not None and last.suffix != ".tsr"):
        files = writer.extend(last, bag / SIGNATURES)
    if not files and not unnamed:
        return []
    first = next((each for each in links if each in unnamed), None)
    signed = links[links.index(first) - 1] if first else last
    detail = {
        "signer": signer.subject if signer else None,
        "certificate_sha256": signer.fingerprint if signer else None,
        "timestamp": writer.first or (public(several(by.timestamp_url)[0]) if by.timestamp_url else None),
        "signed": signed.relative_to(bag).as_posix(),
        "files": [each.relative_to(bag).as_posix() for each in (*unnamed, *files)],
        **writer.authorities,
    }
    event = append(bag, "signature", at=by.now, agent=by.agent, detail=detail, durable=by.durable)
    return [*files, event, *ChainWriter(signer, by).extend(event, event.parent)]


def _unnamed(bag: Path, links: Sequence[Path]) -> list[Path]:
    """The last signature and what is over and beside it, as far as no event names it."""
    start = max(number for number, each in enumerate(links) if each.suffix == ".p7s")
    named = named_files(bag)
    found = [
        path
        for link in links[start:]
        for path in (link, *(link.with_name(link.name + end) for end in (".crt", ".crl", ".ocsp")))
        if path.is_file()
    ]
    return [each for each in found if each.relative_to(bag).as_posix() not in named]


def sign_file(path: Path, signer: Signer, by: Signing) -> None:
    """Put `<path>.p7s` and `.p7s.tsr` beside any file, a receipt say. Raises as `sign_bag` does."""
    ChainWriter(signer, by).extend(path, path.parent)


def sign_beside(bag: Path, signer: Signer | None, by: Signing) -> list[Path]:
    """Sign a bag into which nothing is written: `<bag>.<file>.p7s` beside it, whose name says which file of the bag it
    signs (`seal_file`). None where that was done before. Raises as `sign_bag` does."""
    if signer:
        signer.require_valid(by.now)
    bag = bag.resolve()
    sealed = seal_file({each.name for each in bag.iterdir()}) if bag.is_dir() else None
    if sealed is None:
        raise StorageError(f"{bag} has no manifest of a known digest: there is nothing to sign")
    name = f"{bag.name}.{sealed}"
    judged = bag if sealed == SEALED else None
    first = bag.with_name(f"{name}.p7s" if signer else f"{name}.tsr")
    if not first.exists():
        return ChainWriter(signer, by, judged=judged).extend(bag / sealed, bag.parent, name)
    if signer and by.timestamp_url and not first.with_name(f"{first.name}.tsr").exists():
        return ChainWriter(None, by, judged=judged).extend(first, bag.parent)
    return []


def try_signer(signer: Signer, judge: Judge, by: Signing) -> None:
    """Sign a line that is kept nowhere, and have it judged as a signature in a bag would be. Raises Refused where
    `judge` refuses, UsageError where the certificate is not valid now."""
    files, root = ChainWriter(signer, by).signature(signer, _TRIAL, SEALED)
    judge({SEALED: _TRIAL, **{f"{SIGNATURES}/{name}": data for name, data in files.items()}}, root)


_TRIAL = f"{'0' * 64}  bagit.txt\n".encode()


def last_signer(bag: Path) -> str | None:
    """The SHA-256 of the certificate of who signed last; None where nobody did, or it does not hold."""
    links = chain(bag)
    number = max((n for n, each in enumerate(links) if each.suffix == ".p7s"), default=0)
    if not number:
        return None
    try:
        return fingerprint(read_signature(_read(links[number]), _read(links[number - 1])).certificate)
    except InvalidCms:
        return None


def chain(bag: Path) -> list[Path]:
    """The tag manifest and every link of the chain over it. Raises StorageError where the bag is not sealed."""
    links = [bag / SEALED]
    if not links[0].is_file():
        raise StorageError(f"{bag} has no {SEALED}: only a sealed bag can be signed")
    while len(links) <= _LINKS:
        following = [bag / SIGNATURES / f"{links[-1].name}{suffix}" for suffix in (".p7s", ".tsr", ".sha512.tsr")]
        found = next((each for each in following if each.is_file()), None)
        if found is None:
            return links
        links.append(found)
    raise StorageError(f"{bag} has more than {_LINKS} signatures and timestamps: none is added")


class ChainWriter:
    """Signs files with one key. What belongs to the bag `judged` is judged before it is written."""

    def __init__(self, signer: Signer | None, by: Signing, *, judged: Path | None = None) -> None:
        self._signer, self._by, self._urls = signer, by, several(by.timestamp_url)
        self._judge, self._bag = by.judge, judged
        self._stamped: list[dict[str, str]] = []
        self._failed: list[dict[str, str]] = []

    @property
    def first(self) -> str | None:
        """The authority whose timestamp came first."""
        return self._stamped[0]["authority"] if self._stamped else None

    @property
    def authorities(self) -> dict[str, list[dict[str, str]]]:
        """What an event says of several authorities: whose timestamp is in which file, and who gave none."""
        if len(self._urls) < 2:
            return {}
        return {"timestamps": self._stamped, **({"timestamps_failed": self._failed} if self._failed else {})}

    def extend(self, path: Path, folder: Path, name: str | None = None) -> list[Path]:
        """Sign a file, and timestamp the signature; the files written, in `folder`, are named after the file, or
        `name`. Raises Refused, TimestampError."""
        written: list[Path] = []
        data = _read(path)
        name = name or path.name
        if self._signer:
            files, root = self.signature(self._signer, data, name)
            name = f"{name}.p7s"
            data = files[name]
            self._write(files, folder, root, written)
        if self._urls:
            try:
                self._stamp(data, name, folder, written)
            except TimestampError as error:
                if written:
                    raise TimestampError(f"{error}; {path.name} is signed, and without a timestamp") from error
                raise
        return written

    def signature(self, signer: Signer, data: bytes, name: str) -> tuple[dict[str, bytes], Certificate]:
        """(a signature of `data` and what is known of revocation, by their names; the root that they lead to, or as far
        as is known). Writes nothing. Raises UsageError where the certificate is not valid now."""
        name, signed = f"{name}.p7s", sign(data, signer, self._by.now)
        above = complete(signer.chain[0], [*signer.chain, *self._known_roots()])
        return {name: signed, **self._revocation(above, name)}, above[-1]

    def renew(self, data: bytes, name: str, folder: Path, earlier: Sequence[Certificate]) -> list[Path]:
        """Write the list of a renewal, what is known of the revocation of the `earlier` authority (its chain), and the
        timestamps of the list. Raises Refused, TimestampError; nothing is written then."""
        written: list[Path] = []
        beside = {name: data, **self._revocation(earlier, name)}
        self._stamp(data, name, folder, written, beside, "sha512")
        return written

    def _stamp(
        self,
        data: bytes,
        name: str,
        folder: Path,
        written: list[Path],
        beside: Mapping[str, bytes] | None = None,
        digest: Digest = "sha256",
    ) -> None:
        """Have every authority timestamp `data`: a file for each that does, and those `beside` with the first. Raises
        TimestampError where none does, and Refused where the only one is not acceptable."""
        failures: list[TimestampError | Refused] = []
        for tried, url in enumerate(self._urls):
            number = tried - len(failures) + 1
            file = f"{name}.tsr" if number == 1 else f"{name}.{number}.tsr"
            try:
                response, chain = timestamp(data, url, self._by.tsa_roots or self._by.roots, self._by.route, digest)
                certificates = from_pem(chain)
                files = {file: response, f"{file}.crt": chain}
                files |= self._revocation(list(reversed(certificates)), file)
                self._write({**(beside or {}), **files} if number == 1 else files, folder, certificates[0], written)
            except (TimestampError, Refused) as error:
                failures.append(error)
                self._failed.append({"authority": public(url), "reason": str(error)})
            else:
                self._stamped.append({"authority": public(url), "file": file})
        if len(failures) == len(self._urls):
            if len(failures) == 1:
                raise failures[0]
            raise TimestampError("; ".join(map(str, failures)))
        for each in failures:
            _LOG.warning("%s; another authority's timestamp is there", each)

    def _known_roots(self) -> Sequence[Certificate]:
        return (*(roots_of(str(self._by.roots)) if self._by.roots else ()), *roots_of(trusted_by_default()))

    def _revocation(self, chain: Sequence[Certificate], name: str) -> dict[str, bytes]:
        by = self._by
        answers = _answers(tuple(chain), f"{by.now:%F %H}", by.route) if by.ask_revocation else {}
        return {name + suffix: data for suffix, data in answers.items()}

    def _write(self, files: Mapping[str, bytes], folder: Path, root: Certificate, written: list[Path]) -> None:
        """Write files that belong together, once they are judged."""
        if self._judge and self._bag:  # a signature beside the bag is judged as if it were in it
            before = "" if folder.is_relative_to(self._bag) else f"{self._bag.name}."
            self._judge({f"{SIGNATURES}/{name.removeprefix(before)}": data for name, data in files.items()}, root)
        for name, data in files.items():
            write_new(folder / name, data, durable=self._by.durable)
            written.append(folder / name)


@lru_cache(16)
def _answers(chain: tuple[Certificate, ...], _hour: str, route: Route) -> dict[str, bytes]:
    """Answers about revocation, asked for once an hour: a job signs many bags."""
    return revocation(chain, partial(ask, route=route))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StorageError.from_os("read the bag", error) from error
