"""BagIt profiles: what a receiver requires of bags beyond the standard (BagIt Profiles 1.4.0, all keys of 1.1 to 1.4).

`read_profile` reads the document, `check_profile` holds a bag against it. Nothing is fetched: a profile is a file, or
one of those that come with archiver: `archiver`, `btr` and `aptrust`.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from archiver.errors import StorageError, UsageError, did_you_mean
from archiver.model import Finding
from archiver.validation.bagit.manifests import Manifest, manifest_algorithm
from archiver.validation.bagit.tagfiles import Declaration, Info
from archiver.validation.bagit.tree import Tree
from archiver.validation.rules.registry import finding

BUILT_IN = {"archiver": "profile.json", "btr": "btr.json", "aptrust": "aptrust.json"}
BYTES = 4 << 20
IDENTIFIER = "BagIt-Profile-Identifier"
_OURS = "https://archiver.example/schemas/profile.json"
_LISTS = (
    *("Manifests-Required", "Manifests-Allowed", "Tag-Manifests-Required", "Tag-Manifests-Allowed"),
    *("Tag-Files-Required", "Tag-Files-Allowed", "Payload-Files-Required", "Payload-Files-Allowed"),
    *("Accept-Serialization", "Accept-BagIt-Version"),
)
_FLAGS = ("Allow-Fetch.txt", "Fetch.txt-Required", "Data-Empty")
_LABEL = {"required": bool, "repeatable": bool, "recommended": bool, "values": list, "description": str}
_SAME_TYPE = {
    "application/zip": {"application/zip", "application/x-zip", "application/x-zip-compressed"},
    "application/x-tar": {"application/tar", "application/x-tar"},
    "application/gzip": {
        *("application/gzip", "application/x-gzip", "application/tar+gzip", "application/x-tar+gzip"),
        *("application/x-gtar", "application/x-compressed-tar", "application/tgz", "application/x-tgz"),
    },
}
_OF_THE_STANDARD = re.compile(r"bagit\.txt|bag-info\.txt|fetch\.txt|(tag)?manifest-[^/]+\.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A profile: `keys` as the document has them, checked; `labels` its section Bag-Info."""

    name: str
    identifier: str
    labels: Mapping[str, Mapping[str, Any]]
    keys: Mapping[str, Any]

    @property
    def is_ours(self) -> bool:
        """Whether it is the profile of the bags that archiver makes."""
        return self.identifier == _OURS

    def list(self, key: str) -> Sequence[str]:
        """A list of the document, empty where it has none."""
        found: Sequence[str] = self.keys.get(key, ())
        return found

    def allows(self, key: str) -> re.Pattern[str] | None:
        """The patterns of a list as one; None where everything is allowed. `*` stands for `/` too."""
        if key not in self.keys:
            return None
        return re.compile("|".join(translate(_literal(each)) for each in self.list(key)) or r"(?!)")


def read_profile(name: str) -> Profile:
    """The built-in profile of this name, or the profile in this file (a path or a file: address). Raises UsageError,
    StorageError."""
    if name in BUILT_IN:
        text = (files("archiver.schemas") / BUILT_IN[name]).read_text("utf-8")
        return profile_from(name, text)
    if re.match(r"https?://", name, re.IGNORECASE):
        raise UsageError(f"--profile {name}: nothing is fetched; save the profile and name the file")
    path = Path(unquote(urlsplit(name).path)) if name.startswith("file:") else Path(name)
    try:
        with path.open("rb") as stream:
            data = stream.read(BYTES + 1)
        if len(data) > BYTES:
            raise UsageError(f"--profile {name}: more than {BYTES} bytes, this is not a profile")
        return profile_from(name, data.decode("utf-8-sig"))
    except OSError as error:
        built_in = f"built in are {', '.join(BUILT_IN)}{did_you_mean(name, BUILT_IN)}"
        raise StorageError.from_os(f"read the profile {name} ({built_in})", error) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"--profile {name}: not UTF-8: {error}") from error


def profile_from(name: str, text: str) -> Profile:
    """A profile from its document. Raises UsageError naming the key for what is malformed or contradicts itself."""
    try:
        keys = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--profile {name}: not JSON: {error}") from error
    for problem in _problems(keys):
        raise UsageError(f"--profile {name}: {problem}")
    return Profile(
        name=name, identifier=keys["BagIt-Profile-Info"][IDENTIFIER], labels=keys.get("Bag-Info", {}), keys=keys
    )


def _problems(keys: Any) -> Iterator[str]:
    about = keys.get("BagIt-Profile-Info") if isinstance(keys, dict) else None
    if not isinstance(about, dict) or not isinstance(about.get(IDENTIFIER), str):
        yield f"BagIt-Profile-Info.{IDENTIFIER} is missing"
        return
    for key in (each for each in _LISTS if each in keys):
        if not isinstance(keys[key], list) or not all(isinstance(each, str) for each in keys[key]):
            yield f"{key} is not a list of texts"
            return
    yield from (f"{key} is neither true nor false" for key in _FLAGS if not isinstance(keys.get(key, False), bool))
    if keys.get("Serialization", "optional") not in ("required", "optional", "forbidden"):
        yield "Serialization is not required, optional or forbidden"
    if not keys.get("Accept-BagIt-Version"):
        yield "Accept-BagIt-Version names no version"
    if keys.get("Serialization") == "required" and not keys.get("Accept-Serialization"):
        yield "Accept-Serialization names no type, though Serialization is required"
    if keys.get("Fetch.txt-Required") and not keys.get("Allow-Fetch.txt", True):
        yield "Fetch.txt-Required contradicts Allow-Fetch.txt"
    yield from _label_problems(keys.get("Bag-Info", {}))
    for kind in ("Manifests", "Tag-Manifests"):
        left = set(keys.get(f"{kind}-Required", ())) - set(
            keys.get(f"{kind}-Allowed", keys.get(f"{kind}-Required", ()))
        )
        yield from (f"{kind}-Required names {each}, which {kind}-Allowed does not" for each in sorted(left))
    for kind in ("Tag-Files", "Payload-Files"):
        allowed = Profile(name="", identifier="", labels={}, keys=keys).allows(f"{kind}-Allowed")
        for each in keys.get(f"{kind}-Required", ()) if allowed else ():
            if allowed and not allowed.match(f"{each}x" if each.endswith("/") else each):
                yield f"{kind}-Required names {each}, which {kind}-Allowed does not"


def _label_problems(labels: Any) -> Iterator[str]:
    if not isinstance(labels, dict):
        yield "Bag-Info is not an object"
        return
    for label, demands in labels.items():
        if not isinstance(demands, dict):
            yield f"Bag-Info.{label} is not an object"
            continue
        for key, kind in _LABEL.items():
            if key in demands and not isinstance(demands[key], kind):
                yield f"Bag-Info.{label}.{key} is not of type {kind.__name__}"


def check_profile(
    profile: Profile, tree: Tree, declaration: Declaration, info: Info, manifests: Sequence[Manifest]
) -> Iterator[Finding]:
    """Findings where the bag does not conform to the profile."""
    yield from _labels(profile, info, declaration.info)
    for kind, tag in (("Manifests", False), ("Tag-Manifests", True)):
        yield from _manifests(profile, kind, [each.name for each in manifests if each.tag == tag])
    if "fetch.txt" in tree.files and not profile.keys.get("Allow-Fetch.txt", True):
        yield finding("PROF006", "fetch.txt")
    if "fetch.txt" not in tree.files and profile.keys.get("Fetch.txt-Required", False):
        yield finding("PROF007", "fetch.txt")
    octets, count = tree.payload_size
    if profile.keys.get("Data-Empty", False) and (octets or count > 1):
        yield finding("PROF008", "data", found=f"{octets} bytes in {count} files")
    yield from _serialization(profile, tree.media_type)
    version = ".".join(map(str, declaration.version))
    if version not in profile.list("Accept-BagIt-Version"):
        expected = ", ".join(profile.list("Accept-BagIt-Version"))
        yield finding("PROF011", "bagit.txt", expected=expected, found=version)
    yield from _files(profile, tree)


def _labels(profile: Profile, info: Info, name: str) -> Iterator[Finding]:
    identifiers = info.values(IDENTIFIER)
    if not identifiers:
        yield finding("PROF001", name, label=IDENTIFIER)
    elif profile.identifier not in identifiers and profile.name not in BUILT_IN:
        yield finding("PROF014", name, expected=profile.identifier, found=", ".join(identifiers))
    recommended = [label for label, demands in profile.labels.items() if demands.get("recommended", False)]
    if missing := [label for label in recommended if not info.values(label)]:
        yield finding("PROF015", name, labels=", ".join(missing))
    for label, demands in profile.labels.items():
        values = info.values(label)
        if not values and demands.get("required", False):
            yield finding("PROF001", name, label=label)
        if len(values) > 1 and not demands.get("repeatable", True):
            yield finding("PROF003", name, label=label, found=", ".join(values))
        accepted = [str(each) for each in demands.get("values", ())]
        for value in values if accepted else ():
            if value not in accepted:
                yield finding("PROF002", name, label=label, expected=", ".join(accepted), found=value)


def _manifests(profile: Profile, kind: str, found: Sequence[str]) -> Iterator[Finding]:
    there = {manifest_algorithm(name): name for name in found}
    prefix = "tagmanifest" if kind == "Tag-Manifests" else "manifest"
    for algorithm in profile.list(f"{kind}-Required"):
        if _plain(algorithm) not in there:
            yield finding("PROF004", f"{prefix}-{algorithm}.txt", key=f"{kind}-Required")
    allowed = {_plain(each) for each in profile.list(f"{kind}-Allowed")}
    for algorithm, name in there.items() if f"{kind}-Allowed" in profile.keys else ():
        if algorithm not in allowed:
            yield finding("PROF005", name, key=f"{kind}-Allowed", expected=", ".join(sorted(allowed)))


def _serialization(profile: Profile, media_type: str | None) -> Iterator[Finding]:
    wanted, accepted = profile.keys.get("Serialization", "optional"), profile.list("Accept-Serialization")
    if wanted == ("required" if media_type is None else "forbidden"):
        yield finding("PROF009", wanted=wanted)
    elif media_type is not None and accepted and not _SAME_TYPE[media_type] & {each.lower() for each in accepted}:
        yield finding("PROF010", expected=", ".join(accepted), found=media_type)


def _files(profile: Profile, tree: Tree) -> Iterator[Finding]:
    folders = {each: False for each in profile.list("Payload-Files-Required") if each.endswith("/")}
    for key in ("Tag-Files-Required", "Payload-Files-Required"):
        for path in profile.list(key):
            if path not in folders and path not in tree.files:
                yield finding("PROF012", path, key=key)
    tags, payload = profile.allows("Tag-Files-Allowed"), profile.allows("Payload-Files-Allowed")
    if not (tags or payload or folders):
        return
    for path in tree.files:
        folders |= {each: True for each, there in folders.items() if not there and path.startswith(each)}
        of_payload = path.startswith("data/")
        allowed = payload if of_payload else tags
        if allowed and not allowed.match(path) and (of_payload or not _OF_THE_STANDARD.fullmatch(path)):
            yield finding("PROF013", path, key="Payload-Files-Allowed" if of_payload else "Tag-Files-Allowed")
    yield from (finding("PROF012", path, key="Payload-Files-Required") for path, there in folders.items() if not there)


def _plain(algorithm: str) -> str:
    return algorithm.lower().replace("-", "")


def _literal(pattern: str) -> str:
    """A pattern of fnmatch for one of the specification, which knows asterisks only."""
    return re.sub(r"\*+", "*", re.sub(r"([\[?])", r"[\1]", pattern))
