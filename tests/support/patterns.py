"""Every regular expression of the product, with the ways in which it is used, and texts that slow patterns down."""

import ast
import importlib
import pkgutil
import re
import signal
from collections.abc import Callable, Iterator, Mapping
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
                methods = frozenset(re.findall(rf"\b{re.escape(name)}\.({'|'.join(ALL)})\b", everything))
                direct = isinstance(value, re.Pattern) and methods
                before = found[key].methods if key in found else frozenset()
                found[key] = Used(f"{info.name}.{name}", each, (methods if direct else ALL) | before)
    for path, text in sources.items():
        for line, pattern, flags, method in _written(text):
            key = (pattern, flags)
            before = found[key].methods if key in found else frozenset()
            found[key] = Used(f"{path.relative_to(ROOT)}:{line}", re.compile(pattern, flags), before | {method})
    return {f"{each.name} {each.pattern.pattern[:40]!r}": each for each in found.values()}


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


class TooSlow(Exception):
    """A pattern took more of the processor's time than a linear one can."""


def within(seconds: float, call: Callable[[], object]) -> bool:
    """Whether a call is done within so much time of the processor (not of the clock: the machine may be busy)."""

    armed = True

    def stop(*_: object) -> None:
        if armed:
            raise TooSlow

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        call()
        armed = False
    except TooSlow:
        return False
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return True


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
