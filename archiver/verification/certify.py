"""Drafts a certificate of authenticity: of a bag that is valid now and that archiver made."""

from datetime import datetime
from pathlib import Path

from archiver import __version__
from archiver.errors import Refused, StorageError
from archiver.ledger.bag_record import RECORD, read_record
from archiver.trust.custody import SEALED, seal
from archiver.validation.bagit.manifests import read_manifests
from archiver.validation.bagit.tagfiles import read_declaration, read_info
from archiver.validation.bagit.tree import scan
from archiver.validation.report import first_error
from archiver.validation.trust.policy import Trust
from archiver.verification.demands import Demands
from archiver.verification.judge import judge, processors
from archiver.view.certificate import Certificate, Facts, certificate


def draft(bag: Path, moment: datetime, roots: bytes | None = None) -> Certificate:
    """The certificate of a bag, its signatures judged by `roots` (PEM) at `moment`.

    Raises Refused for a bag that is not valid or that archiver did not make, StorageError where it cannot be read.
    """
    before = seal(bag) if (bag / SEALED).is_file() else None
    report = judge(bag, Demands(trust=Trust(roots=roots, now=moment)), cores=processors())
    if not report.ok:
