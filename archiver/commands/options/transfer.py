"""The options of the commands that vouch for bags and move them: `archiver sign`, `handoff` and `receive`."""

import argparse
from pathlib import Path

from archiver.commands.options.common import ENDPOINT, FORMS, as_json, bags, profile, trust

SECOND_OPINION = "require that bagit-python calls bags valid too, even where it is known to be wrong (default: a note)"
RECEIVERS = ("aptrust", "archivematica", "btr", "dspace", "eark", "generic")


def sign(command: argparse.ArgumentParser) -> None:
    """The options of `archiver sign`."""
    profile(command)
    bags(command)
    command.add_argument("--key", type=Path, metavar="FILE", help="private key in PEM: RSA, ECDSA or Ed25519")
    command.add_argument(
        "--certificate", type=Path, metavar="FILE", help="certificate chain in PEM, the signer's own first"
    )
    command.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="file with the passphrase of the key (else ARCHIVER_PASSPHRASE, or a prompt)",
    )
    command.add_argument(
        "--timestamp",
        action="append",
        metavar="URL",
        help="timestamping authority (RFC 3161), repeatable: one failure is a warning; without a key: timestamps only",
    )
    command.add_argument(
        "--renew",
        action="store_true",
        help="renew the timestamps of bags before their authority's certificate or algorithm ends",
    )
    command.add_argument(
        "--trust-roots",
        type=Path,
        metavar="FILE",
        help="trusted certificates (PEM): a timestamp of an authority that is not among them is not kept",
    )
    command.add_argument(
        "--tsa-roots", type=Path, metavar="FILE", help="trusted certificates of timestamping authorities (PEM)"
    )
    command.add_argument("--proxy", metavar="URL", help="ask authorities through this proxy")
    command.add_argument(
        "--allow-private", action="store_true", help="also ask at private addresses that certificates name"
    )
    command.add_argument("--no-revocation", action="store_true", help="do not ask whether certificates are revoked")
    command.add_argument("--force", action="store_true", help="also sign bags that are not valid")
    command.add_argument(
        "--replace-unsound", action="store_true", help="replace a signature that can never be accepted, and log that"
    )


def handoff(command: argparse.ArgumentParser) -> None:
    """The options of `archiver handoff`."""
    profile(command)
    command.usage = "archiver handoff [options] [BAG ...] TARGET"
    command.add_argument(
        "places",
        nargs="+",
        metavar="BAG ... TARGET",
        help="bags as paths, folders of bags or names in the bags folder (default: all in it); last, an existing "
        "folder, local or mounted, or s3://BUCKET/PREFIX",
    )
    command.add_argument("--form", choices=FORMS, help="package format (default: tar)")
    command.add_argument(
        "--for",
        dest="receiver",
        choices=RECEIVERS,
        default="generic",
        help="build bags to this receiver's profile (default: generic, as they are)",
    )
    command.add_argument("--endpoint", metavar="URL", help=ENDPOINT)
    command.add_argument("--verify", action="store_true", help="read every byte of earlier deliveries again")
    command.add_argument(
        "--redact", action="store_true", help="deliver an access copy, without cookies, tokens and passwords"
    )
    command.add_argument(
        "--group", metavar="NAME", help="deliver the bags as one group, a bag that contains them, of this name"
    )
    command.add_argument(
        "--group-size",
        metavar="N|BYTES",
        help="cut it into parts of so many bags, or bytes: 500, 50GB (default: 10000; of --form warc: 1GB)",
    )
    command.add_argument(
        "--receipts",
        type=Path,
        metavar="DIR",
        help="write receipts into DIR/receipts (default: the folder the bag lies in)",
    )
    command.add_argument("--second-opinion", choices=("required",), help=SECOND_OPINION)
    as_json(command, "one JSON object a bag: bag, outcome, package, size, sha256, receipt, reason, notes")


def receive(command: argparse.ArgumentParser) -> None:
    """The options of `archiver receive`."""
    profile(command)
    command.add_argument(
        "packages",
        nargs="+",
        metavar="PACKAGE",
        help="bag in a folder, .tar, .tgz, .tar.gz or .zip, or s3://BUCKET/KEY of one",
    )
    command.add_argument("--endpoint", metavar="URL", help=ENDPOINT)
    command.add_argument(
        "--unpack",
        action="store_true",
        help="put the bags of a group into the bags folder one by one (default: keep the group)",
    )
    command.add_argument("--second-opinion", choices=("required",), help=SECOND_OPINION)
    as_json(command, "one JSON object a package: package, outcome, bag, receipt, reason, notes, unpacked")
    trust(command)
