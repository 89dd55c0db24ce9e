"""`archiver validate`: bags in, findings out."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archiver import __version__
from archiver.digest import sha256
from archiver.errors import StorageError, UsageError
from archiver.escape import counted
from archiver.model import Report
from archiver.validation.discover import find_bags
from archiver.validation.report import Passes, passes, passes_without_warnings, render
from archiver.validation.validator import validate_bag

if TYPE_CHECKING:
    from archiver.validation.bagit.profile import Profile
    from archiver.validation.payload.re_extraction import ReadAgain
from archiver.validation.trust.policy import Trust, is_fingerprint, read_roots


def validate(args: argparse.Namespace) -> int:
    """Judge every bag named in `args`; 1 when one is not sound. Raises UsageError, StorageError."""
    profile = _profile(args.profile) if args.profile else None
    trust = trust_of(args)
    options = {
        "profile": profile,
        "reread": read_again,
        "trust": trust,
        "strict": args.strict,
        "second_opinion": args.second_opinion,
    }
    passed = passes_without_warnings if args.fail_on == "warning" else passes
    bags = list(find_bags(args.bags or [Path("bags")], serialised=True))
    tally = {"passed": 0, "failed": 0}
    with ExitStack() as stack:
        settle: Callable[[Report], None] | None = None
        told = len(bags)
        if args.since_ledger:
            asked = [__version__, str(args.strict), args.fail_on, str(args.second_opinion), repr(profile), trust.stated]
            since = stack.enter_context(_Since(sha256(" ".join(asked).encode()), passed))
            bags, settle = since.changed(bags), since.settle

        def reports() -> Iterator[Report]:
            for report in _judged(bags, args.jobs or cores(), options):
                if settle:
                    settle(report)
                tally["passed" if passed(report) else "failed"] += 1
                yield report

        for piece in render(reports(), args.format, passed=passed, quiet=args.quiet):
            sys.stdout.write(piece)
    if not args.quiet:
        unchanged = f", {told - len(bags)} unchanged since they passed" if args.since_ledger else ""
        print(
            f"{counted(len(bags), 'bag')}: {tally['passed']} passed, {tally['failed']} failed{unchanged}",
            file=sys.stderr,
        )
    return 1 if tally["failed"] else 0


def trust_of(args: argparse.Namespace) -> Trust:
    """What is demanded of signatures. Raises UsageError, StorageError."""
    if args.signer and not args.trust_roots and not is_fingerprint(args.signer):
        raise UsageError("--signer needs --trust-roots FILE: anybody may put a name or an address into a certificate; "
                         "a SHA-256 fingerprint says by itself who it is")  # fmt: skip
    return Trust(
        roots=read_roots(args.trust_roots) if args.trust_roots else None,
        require_signature=args.require_signature or args.signer is not None,
        require_timestamp=args.require_timestamp,
        signer=args.signer,
    )


def _judged(bags: Sequence[Path], jobs: int, options: dict[str, Any]) -> Iterator[Report]:
    if len(bags) == 1:  # the usual case starts without the machinery of processes
        return iter([validate_bag(bags[0], cores=jobs, **options)])
    from archiver.validation.batch import validate_bags

    return validate_bags(bags, jobs=jobs, **options)


def _profile(name: str) -> "Profile":
    from archiver.validation.bagit.profile import read_profile

    return read_profile(name)


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_again(page: "ReadAgain") -> str | None:
    """The text of a recorded page by the extractor that is installed here; None where the record names another."""
    if page.software != __version__:
        return None
    from archiver.article.page_text import opened, text_of
    from archiver.model import Page, kept_text

    original = Page(url=page.url, status=page.status, headers=page.headers, body=page.body)
    text = text_of(original, opened(original)[0])
    # Whoever is installed here in that version would have been tried, and taken if it were the best.
    tried = {(each.extractor, each.version) for each in text.candidates} | {(text.extractor, text.version)}
    found = (page.extractor, page.extractor_version) in tried
    return kept_text(block.text for block in text.blocks) if found else None


class _Since:
    """What passed before and has not changed since, by the ledgers of the bags' folders."""

    def __init__(self, asked: str, passed: Passes) -> None:
        self._asked, self._passed = asked, passed
        self._ledgers: dict[Path, Any] = {}
        self._fingerprints: dict[str, str] = {}
        self._settled: dict[Path, dict[str, str | None]] = {}

    def changed(self, bags: Sequence[Path]) -> list[Path]:
        """The bags that must be judged. Raises UsageError where there is no ledger, StorageError."""
        from archiver.ledger.validations import Validations
        from archiver.validation.fingerprint import fingerprint

        found = []
        for bag in bags:
            folder = bag.absolute().parent
            if folder not in self._ledgers:
                self._ledgers[folder] = Validations(folder)
            try:
                self._fingerprints[str(bag)] = look = fingerprint(bag.absolute(), self._asked)
            except OSError as error:
                raise StorageError.from_os("read the bag", error) from error
            if self._ledgers[folder].passed(_key(bag)) != look:
                found.append(bag)
        return found

    def settle(self, report: Report) -> None:
        """Keep in mind how a bag fared."""
        bag = Path(report.bag)
        look = self._fingerprints[report.bag] if self._passed(report) else None
        self._settled.setdefault(bag.absolute().parent, {})[_key(bag)] = look

    def __enter__(self) -> "_Since":
        return self

    def __exit__(self, *_: object) -> None:
        for folder, ledger in self._ledgers.items():
            ledger.settle(self._settled.get(folder, {}), datetime.now(UTC))
            ledger.close()


def _key(bag: Path) -> str:
    """The name of a bag as the ledger has it."""
    from archiver.ledger.ledger import storable

    return storable(bag.name)
