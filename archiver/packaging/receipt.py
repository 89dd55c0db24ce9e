"""Writes and reads receipts as files: JSON, as schemas/receipt.schema.json defines it, from senders and receivers."""

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

from archiver.errors import Refused
from archiver.model import Receipt
from archiver.schemas.moments import moment_text

VERSION = "1.0"
_PACKAGE = (
    "Compare the SHA-256 of the file with package.sha256: sha256sum FILE; on macOS shasum -a 256 FILE; on Windows "
    "certutil -hashfile FILE SHA256. "
)
_BAG = (
    "Check the bag{unpacked}: bagit.py --validate BAG, or in it sha256sum -c tagmanifest-sha256.txt "
    "manifest-sha256.txt. "
)
_MORE = (
    "All checks, with tools other than archiver: docs/for-libraries.md in the source of archiver. Questions, and a "
    "receipt in answer, go to the contact in bag-info.txt, or to who sent this if none is there."
)
SUFFIX = ".receipt.json"
LARGEST = 64 << 20
"""Bytes of a receipt: that of a group names every member."""
_VALUES = 2_000_000
"""In it: in memory each may be twenty times as long as it is written."""


def receipt_bytes(receipt: Receipt) -> bytes:
    """The receipt as UTF-8 JSON, keys sorted."""
    severities = Counter(each.severity for each in receipt.report.findings)
    stated: dict[str, Any] = {
        "version": VERSION,
        "id": receipt.identifier,
        "kind": receipt.kind,
        "instructions": instructions(receipt.form),
        "answers": receipt.answers,
        "bag": {"name": receipt.bag, "identifier": receipt.bag_identifier, "seal": receipt.seal},
        "members": [{"name": name, "seal": seal} for name, seal in receipt.members] or None,
        "derived": None if receipt.derived is None else dict(receipt.derived),
        "form": receipt.form,
        "target": receipt.target,
        "package": {"name": receipt.package, "size": receipt.size, "sha256": receipt.sent},
        "files": {"count": receipt.files, "octets": receipt.octets},
        "sent": {"sha256": receipt.sent},
        "read_back": {"sha256": receipt.read_back, "method": receipt.method},
        "started": moment_text(receipt.started),
        "ended": moment_text(receipt.ended),
        "validation": {
            "ok": receipt.report.ok,
            "checks": dict(receipt.report.checks),
            "findings": {name: severities[name] for name in ("error", "warning", "info")},
        },
        "signatures": [{"file": path, "sha256": digest} for path, digest in sorted(receipt.signatures.items())],
        "software": receipt.software,
        "agent": {"organisation": receipt.organisation, "person": receipt.person},
        "custody_head": receipt.custody_head,
        **({"seed": dict(receipt.seed)} if receipt.seed else {}),
    }
    return (json.dumps(stated, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def instructions(form: str) -> str:
    """How to check a package of this form without archiver, for who has nothing but the receipt."""
    package = "" if form == "folder" else _PACKAGE
    bag = "" if form in ("wacz", "warc") else _BAG.format(unpacked="" if form == "folder" else ", unpacked")
    return f"{package}{bag}{_MORE}"


def read_receipt(data: bytes) -> tuple[str, str, int, str]:
    """(id, seal of the bag that was sent, size and SHA-256 of the package) that somebody's receipt states. Raises
    Refused for what is not a receipt."""
    try:
        small = len(data) <= LARGEST and sum(map(data.count, (b",", b"[", b"{"))) <= _VALUES
        fields = json.loads(data) if small else {}
        sealed = fields["derived"] or fields["bag"]  # a bag that was made for the receiver has a seal of its own
        found = fields["id"], sealed["seal"], fields["package"]["size"], fields["package"]["sha256"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise Refused("the receipt beside it cannot be read; ask the sender for it, or move it away") from error
    if [type(each) for each in found] != [str, str, int, str]:
        raise Refused("the receipt beside it does not say what a receipt says; ask the sender for it, or move it away")
    return found


def as_stated(receipt: Receipt, data: bytes) -> Receipt | None:
    """The receipt that `data` is, where it is one of the same package: this one, with the id and the times of that one;
    else None."""
    try:
        fields = json.loads(data)
        if read_receipt(data)[1:] != (receipt.seal, receipt.size, receipt.sent) or fields["kind"] != receipt.kind:
            return None
        started, ended = (datetime.fromisoformat(fields[name]) for name in ("started", "ended"))
        return replace(receipt, identifier=fields["id"], started=started, ended=ended)
    except (Refused, ValueError, LookupError, TypeError, RecursionError):
        return None
