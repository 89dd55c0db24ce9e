"""Packages for repositories that take no bags: E-ARK information packages, DSpace's Simple Archive Format
(docs/keep/repositories.md)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from archiver.packaging.package import Form
from archiver.packaging.source import Source
from archiver.transfer.repositories.common import Content
from archiver.transfer.repositories.dspace import dspace
from archiver.transfer.repositories.eark import eark


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository: the forms in which it takes packages, its own first, and what builds one."""

    name: str
    forms: tuple[Form, ...]
    build: Callable[[Content, Path], Source]


REPOSITORIES = {
    each.name: each
    for each in (
        Repository(name="eark", forms=("zip", "tar", "folder"), build=eark),
        Repository(name="dspace", forms=("folder", "zip"), build=dspace),
    )
}
