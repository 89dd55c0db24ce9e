"""`archiver validate`: bags in, findings out."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack

from archiver.commands.settings import bags_of, settings_of
from archiver.escape import counted
from archiver.model import Report
from archiver.validation.discover import find_bags
from archiver.validation.report import passes, passes_without_warnings, render
from archiver.verification.demands import Demands
from archiver.verification.judge import judge_all, processors


def validate(args: argparse.Namespace) -> int:
    """Validate every bag named in `args`; 1 when one failed. Raises UsageError, StorageError."""
    demands = Demands.of(
        profile=args.profile,
        strict=args.strict,
        second_opinion=args.second_opinion,
        trust_roots=args.trust_roots,
        tsa_roots=args.tsa_roots,
        signer=args.signer,
        require_signature=args.require_signature,
        require_timestamp=args.require_timestamp,
        trusted_lists=args.trusted_list,
    )
    passed = passes_without_warnings if args.fail_on == "warning" else passes
    found = list(find_bags(bags_of(args.places, settings_of(args)), serialised=True))
    verdicts = {True: 0, False: 0}
    with ExitStack() as stack:
        before, bags = None, found
        if args.since_ledger:
            from archiver.verification.passed_before import PassedBefore

            before = stack.enter_context(PassedBefore(demands, passed))
            bags = before.changed(found)

        def reports() -> Iterator[Report]:
            for report in judge_all(bags, demands, jobs=args.jobs or processors()):
                if before:
                    before.settle(report)
                verdicts[passed(report)] += 1
                yield report

        for piece in render(reports(), args.format, passed=passed, quiet=args.quiet):
            sys.stdout.write(piece)
    if not args.quiet:
        unchanged = f", {len(found) - len(bags)} unchanged since they passed" if args.since_ledger else ""
        counts = f"{verdicts[True]} passed, {verdicts[False]} failed"
        print(f"{counted(len(bags), 'bag')}: {counts}{unchanged}", file=sys.stderr)
    return 1 if verdicts[False] else 0
