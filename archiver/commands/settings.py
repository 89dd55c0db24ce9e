"""The settings of a command: defaults, then archiver.toml, then options; and the bags it is asked about."""

import argparse
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from archiver.config import Config, load, told_contact
from archiver.errors import UsageError, nearest
from archiver.escape import visible


def settings_of(args: argparse.Namespace, given: Mapping[str, Any] | None = None) -> Config:
    """The settings, with `--config`, `--bags` and what else the command line gives. Raises UsageError, StorageError."""
    return load(args.config, {"bags": args.bags, **_profile(args), **(given or {})})


def tell_contact(config: Config, *, quiet: bool) -> None:
    """Say on stderr, before anything is asked, that the contact is sent to sites."""
    if (contact := told_contact(config)) and not quiet:
        said = f"archiver: {contact} (contact_email) is sent to every site in the User-Agent"
        print(visible(f"{said}; contact_in_user_agent = false keeps it to yourself"), file=sys.stderr)


def _profile(args: argparse.Namespace) -> dict[str, str]:
    """Of the settings; `validate --profile` is a BagIt profile."""
    return {"profile": "discreet"} if getattr(args, "profile", None) == "discreet" else {}


def bags_of(named: Iterable[str], config: Config) -> list[Path]:
    """The paths of the bags that are named; the bags folder where none is.

    A name without a slash that is not a path here is that of a bag in the bags folder. Raises UsageError for one that
    is neither, where the name of a bag there begins with it or is like it.
    """
    return [_place(each, config.bags) for each in named] or [config.bags]


def _place(name: str, bags: Path) -> Path:
    here = Path(name)
    is_bare = os.sep not in name and name not in ("", os.curdir, os.pardir)
    if is_bare and not os.path.lexists(here) and os.path.lexists(bags / name):
        return bags / name
    if is_bare and not os.path.lexists(here) and (meant := _meant(name, bags)):
        raise UsageError(f"no bag {name}, neither here nor in {bags}; did you mean {meant}?")
    return here


def _meant(name: str, bags: Path) -> str | None:
    """The bag that a name may mean: the last one made of those that begin with it, else the most similar of some."""
    try:
        names = [each.name for each in os.scandir(bags) if not each.name.startswith(".")]
    except OSError:
        return None
    begun = [each for each in names if each.lower().startswith(name.lower())]
    return max(begun, key=lambda each: (each[-25:], each)) if name and begun else nearest(name, names[:_COMPARED])


_COMPARED = 2_000
"""Names that a name which is not there is compared with."""
