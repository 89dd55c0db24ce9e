"""The options of handing bags over and taking them in; see options.py."""

import argparse
from pathlib import Path

FORMS = ("folder", "tar", "tgz", "zip", "wacz")
RECEIVERS = ("aptrust", "archivematica", "btr", "generic")


def handoff(command: argparse.ArgumentParser) -> None:
    """The options of `archiver handoff`."""
    command.add_argument("bags", nargs="+", type=Path, metavar="BAG", help="bag or folder of bags")
    command.add_argument(
        "target", metavar="TARGET", help="a folder that is there, local or mounted, or s3://BUCKET/PREFIX"
    )
    command.add_argument("--form", choices=FORMS, help="in which the bags travel (default: tar)")
    command.add_argument("--for", dest="receiver", choices=RECEIVERS, default="generic",
                         help="make of each bag what this receiver asks for (default: generic, as it is)")  # fmt: skip
    command.add_argument("--endpoint", metavar="URL", help="the S3 server (default: AWS_ENDPOINT_URL, else AWS)")
    command.add_argument("--verify", action="store_true",
                         help="read again what was delivered before, every byte")  # fmt: skip
    command.add_argument("--redact", action="store_true",
                         help="deliver an access copy, without cookies, tokens and passwords")  # fmt: skip
    command.add_argument("--group", metavar="NAME", help="deliver the bags as one bag of bags of this name")
    command.add_argument("--group-size", metavar="N|BYTES",
                         help="cut it into parts of so many bags, or bytes: 500, 50GB (default: 10000)")  # fmt: skip
    command.add_argument("--receipts", type=Path, metavar="DIR",
                         help="where receipts go: DIR/receipts (default: the folder the bag lies in)")  # fmt: skip
    _common(command, "one JSON object a bag: bag, outcome, package, size, sha256, receipt, reason, notes")


def deliver(command: argparse.ArgumentParser) -> None:
    """The options of `archiver run` that send bags away."""
    group = command.add_argument_group("delivery")
    group.add_argument("--deliver", metavar="TARGET",
                       help="send each bag to a folder that is there, or s3://BUCKET/PREFIX, and keep its receipt, not "
                       "the bag")  # fmt: skip
    group.add_argument("--form", dest="deliver_form", choices=("tar", "tgz", "zip"),
                       help="in which the bags travel (default: tar)")  # fmt: skip
    group.add_argument("--endpoint", dest="deliver_endpoint", metavar="URL",
                       help="the S3 server (default: AWS_ENDPOINT_URL, else AWS)")  # fmt: skip


def receive(command: argparse.ArgumentParser) -> None:
    """The options of `archiver receive`."""
    command.add_argument("packages", nargs="+", metavar="PACKAGE",
                         help="bag in a folder, .tar, .tgz, .tar.gz or .zip, or s3://BUCKET/KEY of one")  # fmt: skip
    command.add_argument("--bags", type=Path, metavar="DIR", help="folder of the bags (default: bags)")
    command.add_argument("--endpoint", metavar="URL", help="the S3 server (default: AWS_ENDPOINT_URL, else AWS)")
    command.add_argument("--unpack", action="store_true",
                         help="put the bags of a group into DIR one by one (default: keep the group)")  # fmt: skip
    signatures(command)
    _common(command, "one JSON object a package: package, outcome, bag, receipt, reason, notes, unpacked")


def signatures(command: argparse.ArgumentParser) -> None:
    """What is demanded of signatures and timestamps."""
    trust = command.add_argument_group("signatures and timestamps")
    trust.add_argument("--require-signature", action="store_true", help="a bag without one that holds fails")
    trust.add_argument("--signer", metavar="IDENTITY",
                       help="who must have signed: fingerprint, address, name or subject")  # fmt: skip
    trust.add_argument("--require-timestamp", action="store_true", help="a bag without one that holds fails")
    trust.add_argument("--trust-roots", type=Path, metavar="FILE",
                       help="the certificates to be believed (PEM, or a folder); without them who signed is told, "
                       "not proven")  # fmt: skip


def _common(command: argparse.ArgumentParser, json_help: str) -> None:
    command.add_argument("--json", action="store_true", help=json_help)
    command.add_argument("--config", type=Path, metavar="FILE", help="settings (default: archiver.toml, if it is here)")
