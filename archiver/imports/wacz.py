"""Reads a WACZ file that others made (WACZ 1.1.1): its WARC files, what its datapackage says, and the checks of its
digests and of its signature, made before anything of it is used."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from archiver.digest import digest_stream, sha256
from archiver.errors import UsageError
from archiver.imports.bounds import ENTRIES, EXPANDED, FLOOR, TEXT
from archiver.model.imported import ImportCheck, Stated
from archiver.validation.payload.provenance import parsed
from archiver.validation.serialized.zip import DIRECTORY, UNREADABLE, directory_size

DATAPACKAGE, DIGEST = "datapackage.json", "datapackage-digest.json"
_WARCS = (".warc", ".warc.gz")
_METADATA_BYTES = 16 << 20
_STATED = ("software", "title", "description", "created", "modified", "wacz_version", "mainPageUrl", "mainPageDate")


def opened(stream: BinaryIO, name: str) -> ZipFile:
    """The zip file. Raises UsageError where it is not a zip, or its directory is too large."""
    try:
        if directory_size(stream) > DIRECTORY:
            raise UsageError(f"{name}: its central directory has more than {DIRECTORY:,} bytes")
        stream.seek(0)
        return ZipFile(stream)
    except UNREADABLE as error:
        raise UsageError(f"{name}: it cannot be read as a WACZ (zip) file: {error}") from error


def warcs_of(package: ZipFile, name: str) -> tuple[list[ZipInfo], list[ImportCheck]]:
    """The WARC files inside, and what is said of those that are left out."""
    found = [each for each in package.infolist() if each.filename.lower().endswith(_WARCS)]
    checks = []
    if len(found) > ENTRIES:
        words = f"{name} holds {len(found):,} WARC files; {ENTRIES:,} are read"
        checks.append(ImportCheck(check="bound", outcome="not checked", words=words))
    kept = []
    for each in found[:ENTRIES]:
        if each.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or each.flag_bits & 0x41:
            words = f"{each.filename[:TEXT]} is encrypted, or packed by an unusual method: not read"
            checks.append(ImportCheck(check="entry", outcome="not checked", words=words))
        elif each.file_size > FLOOR + EXPANDED * max(1, each.compress_size):
            words = f"{each.filename[:TEXT]} expands to {each.file_size:,} bytes: not read"
            checks.append(ImportCheck(check="bound", outcome="not checked", words=words))
        else:
            kept.append(each)
    return kept, checks


def facts_of(package: ZipFile) -> tuple[list[Stated], list[ImportCheck]]:
    """What the datapackage says of who made the file and with what; the checks of its digests and its signature."""
    try:
        raw = _entry(package, DATAPACKAGE)
        stated = parsed(raw)
        if not isinstance(stated, dict):
            raise ValueError("it is not an object")  # noqa: TRY004
    except UNREADABLE as error:
        words = f"datapackage.json cannot be read: {str(error)[:200]}"
        return [], [ImportCheck(check="digests", outcome="not checked", words=words)]
    named = [
        Stated(name=name, value=str(stated[name])[:TEXT], source=DATAPACKAGE)
        for name in _STATED
        if isinstance(stated.get(name), str) and stated[name]
    ]
    return named, [_digests(package, stated), *_signature(package, raw)]


def _entry(package: ZipFile, name: str) -> bytes:
    with package.open(name) as file:
        data = file.read(_METADATA_BYTES + 1)
    if len(data) > _METADATA_BYTES:
        raise ValueError(f"{name} has more than {_METADATA_BYTES:,} bytes")
    return data


def _digests(package: ZipFile, stated: Mapping[str, Any]) -> ImportCheck:
    """Every resource by its digest (5.4)."""
    resources = stated.get("resources")
    listed = [each for each in resources if isinstance(each, dict)] if isinstance(resources, list) else []
    checked, wrong = set(), []
    for each in listed[:ENTRIES]:
        path, digest = each.get("path"), each.get("hash")
        if not isinstance(path, str) or not isinstance(digest, str) or path in checked:
            continue
        algorithm, _, value = digest.partition(":")
        if algorithm.lower() not in ("sha256", "md5", "sha1"):
            continue
        checked.add(path)
        try:
            info = package.getinfo(path)
            if info.file_size > FLOOR + EXPANDED * max(1, info.compress_size):
                wrong.append(path)
                continue
            with package.open(info) as file:
                found = digest_stream(cast(BinaryIO, file), (algorithm.lower(),))[1][algorithm.lower()]
        except UNREADABLE:
            found = ""
        if found != value.lower():
            wrong.append(path)
    left = [each.filename for each in package.infolist() if each.filename.lower().endswith(_WARCS)]
    unlisted = [each for each in left if each not in checked]
    if wrong:
        words = f"{len(wrong)} of {len(checked)} files differ from their digests: {wrong[0][:200]}"
        return ImportCheck(check="digests", outcome="failed", words=words)
    if not checked or unlisted:
        words = f"no digest is stated of {unlisted[0][:200]}" if unlisted else "no digests are stated"
        return ImportCheck(check="digests", outcome="not checked", words=words)
    return ImportCheck(check="digests", outcome="passed", words=f"{len(checked)} files have the digests stated")


def _signature(package: ZipFile, datapackage: bytes) -> list[ImportCheck]:
    """The digest of the datapackage (5.5), and a signature over it (WACZ Signing and Verification, 0.1.0)."""
    try:
        closing = json.loads(_entry(package, DIGEST))
        if not isinstance(closing, dict):
            raise ValueError("it is not an object")  # noqa: TRY004
    except KeyError:
        return [
            ImportCheck(check="datapackage", outcome="not checked", words=f"there is no {DIGEST}"),
            ImportCheck(check="signature", outcome="not checked", words="the file is not signed"),
        ]
    except UNREADABLE as error:
        return [
            ImportCheck(check="datapackage", outcome="failed", words=f"{DIGEST} cannot be read: {str(error)[:200]}")
        ]
    said, found = closing.get("hash"), f"sha256:{sha256(datapackage)}"
    same = said == found
    first = ImportCheck(
        check="datapackage",
        outcome="passed" if same else "failed",
        words="datapackage.json has the digest stated"
        if same
        else f"datapackage.json differs from its digest {str(said)[:100]}",
    )
    signed = closing.get("signedData")
    if not isinstance(signed, dict):
        return [first, ImportCheck(check="signature", outcome="not checked", words="the file is not signed")]
    return [first, _signed(signed, found)]


def _signed(signed: Mapping[str, Any], found: str) -> ImportCheck:
    """An anonymous signature is verified by its own key, which names nobody; one with a domain's certificate is not
    verified here."""
    from archiver.cms.raw_signature import verifies

    if signed.get("hash") not in (None, found):
        return ImportCheck(check="signature", outcome="failed", words="the signature is over another datapackage")
    if "publicKey" not in signed or "domainCert" in signed:
        domain = str(signed.get("domain"))[:200]
        words = f"it is signed with a certificate of the domain {domain}; that signature is not checked here"
        return ImportCheck(check="signature", outcome="not checked", words=words)
    try:
        key, signature = (base64.b64decode(str(signed.get(name)), validate=True) for name in ("publicKey", "signature"))
        good = verifies(key, signature, found.encode("ascii"))
    except (binascii.Error, ValueError) as error:
        return ImportCheck(check="signature", outcome="not checked", words=f"the signature cannot be read: {error}")
    words = "signed with a key that names nobody; the signature fits" if good else "the signature does not fit its key"
    return ImportCheck(check="signature", outcome="passed" if good else "failed", words=words)
