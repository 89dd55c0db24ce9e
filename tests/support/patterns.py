"""Every regular expression of the product, with the ways in which it is used, and texts that slow patterns down."""

import ast
import importlib
import inspect
import pkgutil
import re
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import archiver

ROOT = Path(archiver.__file__).parent
ANCHORED = frozenset(("match", "fullmatch"))
ALL = frozenset(("search", "sub", "subn", "split", "findall", "finditer")) | ANCHORED


@dataclass(frozen=True, slots=True)
class Used:
    """A pattern, where it stands, and the methods that are called on it."""

    name: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]


def patterns() -> dict[str, Used]:
    """Those in globals, classes, containers, defaults and closures, and those written where they are used."""
    found: dict[tuple[Any, int], Used] = {}
    sources = {path: path.read_text("utf-8") for path in ROOT.rglob("*.py")}
    everything = "\n".join(sources.values())
    for info in pkgutil.walk_packages([str(ROOT)], "archiver."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            if getattr(value, "__module__", info.name) != info.name and not isinstance(value, re.Pattern):
                continue
            for each in _inside(value, 0):
                key = (each.pattern, each.flags)
                methods = _methods(name, isinstance(value, re.Pattern), inspect.getsource(module), everything)
                before = found[key].methods if key in found else frozenset()
                found[key] = Used(f"{info.name}.{name}", each, methods | before)
    for path, text in sources.items():
        for line, pattern, flags, method in _written(text):
            key = (pattern, flags)
            before = found[key].methods if key in found else frozenset()
            found[key] = Used(f"{path.relative_to(ROOT)}:{line}", re.compile(pattern, flags), before | {method})
    return {f"{each.name} {each.pattern.pattern[:40]!r}": each for each in found.values()}


def _methods(name: str, direct: bool, module: str, everything: str) -> frozenset[str]:
    """The methods that are called on a pattern, or on those that a container of this name holds; a private name is used
    in its module only, and what is handed on under another name is called there on one in small letters."""
    calls = rf"\b{re.escape(name)}\.({'|'.join(ALL)})\b" if direct else rf"\b[a-z]\w*(?<!\bre)\.({'|'.join(ALL)})\("
    found = frozenset(re.findall(calls, module if name.startswith("_") else everything))
    if direct and found:
        return found
    if direct:
        return _methods(name, False, module, everything)
    found -= {"split"}  # of text, not of a pattern
    return found if found and name.startswith("_") else ALL


def _inside(value: Any, depth: int) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth > 4:
        return
    elif isinstance(value, Mapping):
        for each in (*value.keys(), *value.values()):
            yield from _inside(each, depth + 1)
    elif isinstance(value, (tuple, list, set, frozenset)):
        for each in value:
            yield from _inside(each, depth + 1)
    elif isinstance(value, type) and depth == 0:
        for each in vars(value).values():
            yield from _inside(each, depth + 1)
    elif callable(value) and hasattr(value, "__code__"):
        for each in (*(value.__defaults__ or ()), *(c.cell_contents for c in value.__closure__ or () if _filled(c))):
            yield from _inside(each, depth + 1)
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        for name in value.__dataclass_fields__:
            yield from _inside(getattr(value, name, None), depth + 1)


def _filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _written(text: str) -> Iterator[tuple[int, Any, int, str]]:
    """Calls such as `re.sub(r"…", …)` and `re.compile(r"…").match` in a source, by line."""
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        named = node.func.value
        first = node.args[0]
        if (
            isinstance(named, ast.Name)
            and named.id == "re"
            and node.func.attr in ALL
            and isinstance(first, ast.Constant)
        ):
            flags = 0
            for word in node.keywords:
                if word.arg == "flags":
                    for each in ast.walk(word.value):
                        if isinstance(each, ast.Attribute):
                            flags |= getattr(re, each.attr)
            yield node.lineno, first.value, re.compile(first.value, flags).flags, node.func.attr


PUMPS = (
    *(" ", "\t", "\n", "a", "A", "0", "1", ".", ",", ":", ";", "-", "_", "/", "\\", "'", '"', "(", "[", "{", "<", ">"),
    *("*", "#", "&", "=", "?", "%", "@", "|", "!", "é", "中", "\x00", "a ", "A ", "Aa ", "a.", "a. ", "a, ", "1 "),
    *("1:", "1:11 ", "a-", "a'", "A.", "a/", "://", "http://a/", "?a=", "&a=", ";a=", "%25", "%2", "&amp;", "&#", "()"),
    *("<a ", "<a>", "</a>", "<!--", "-->", "a=", 'a="', "\\u", "\n\n", "\n ", "\r\n", "\r\n ", "a\n", "von ", "and "),
    *("By ", "url(", "@import ", "/*", "*/", "[a](", "![", "**", "2024-01-01 ", "of ", "Photo: ", "eyJ", "a:", '"a":'),
)  # fmt: skip
SUFFIXES = ("", "\x01", "!x")


def pumps(pattern: re.Pattern[Any]) -> list[str]:
    """Pieces that are repeated: common ones, and the pattern's own letters."""
    own: list[str] = []
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    _literals(_parser.parse(text, pattern.flags & ~re.TEMPLATE if hasattr(re, "TEMPLATE") else pattern.flags), own)
    joined = "".join(own)
    words = [each for each in dict.fromkeys([*own, joined[:40]]) if each][:24]
    return [*dict.fromkeys([*PUMPS, *words, *(f"{word} " for word in words[:8])])]


def _literals(parsed: Any, into: list[str]) -> None:
    run = ""
    for op, argument in parsed:
        if str(op) == "LITERAL":
            run += chr(argument)
            continue
        if run:
            into.append(run)
            run = ""
        for each in argument if isinstance(argument, (tuple, list)) else (argument,):
            for inner in each if isinstance(each, (tuple, list)) else (each,):
                if isinstance(inner, _parser.SubPattern):
                    _literals(inner, into)
                elif isinstance(inner, list):
                    for deepest in inner:
                        if isinstance(deepest, _parser.SubPattern):
                            _literals(deepest, into)
    if run:
        into.append(run)


class NeverDone(Exception):
    """A pattern took so long that it has to be exponential."""


NEVER = 120.0
"""Seconds of the clock: a timer of the processor's time would make the clock that measures as coarse as itself."""
STEP = 4
"""The inputs of a pattern are 1/16, 1/4 and the whole of its cap."""
LINEAR = 9.0
"""Linear work costs 4 times as much on 4 times the input, quadratic work 16 times; this lies between them."""
MEASURABLE = 0.001
"""Seconds; what costs less on the longest input cannot be slow on any."""
ATTEMPTS = 6


def is_linear(used: Used, piece: str, end: str, most: int) -> bool:
    """Whether a pattern's cost grows with a text of one piece repeated no faster than linearly, up to `most` letters.

    Two costs in the same process are compared, so the machine's speed says nothing; what else the machine does may
    spoil a measurement, so only one that repeats counts.
    """
    before = cost(used, text(piece, end, most // STEP // STEP))
    for size in (most // STEP, most):
        this = cost(used, text(piece, end, size))
        if this > MEASURABLE and this > LINEAR * before:
            less, more = text(piece, end, size // STEP), text(piece, end, size)
            if not any(cost(used, more) < LINEAR * cost(used, less) for _ in range(ATTEMPTS)):
                return False
        before = this
    return True


def text(piece: str, end: str, size: int) -> str:
    """A piece repeated up to a size, and an end."""
    return (piece * (size // len(piece) + 1))[:size] + end


def cost(used: Used, given: str) -> float:
    """CPU seconds of this process for one use of a pattern. Raises NeverDone."""

    def stop(*_: object) -> None:
        raise NeverDone(f"{used.name}: {used.pattern.pattern!r} on {given[:40]!r} and {len(given)} letters")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, NEVER)
    try:
        begun = time.process_time()
        run(used, given)
        return time.process_time() - begun
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run(used: Used, text: str) -> None:
    """Use a pattern as the product does."""
    given = text if isinstance(used.pattern.pattern, str) else text.encode("utf-8")
    if "match" in used.methods:
        used.pattern.match(given)
    if "fullmatch" in used.methods or not used.methods:
        used.pattern.fullmatch(given)
    if used.methods - ANCHORED:
        for _ in used.pattern.finditer(given):
            pass
