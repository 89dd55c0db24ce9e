"""Reads the header `Link` (RFC 8288, 3; Appendix B.2): what a server says a page will need (HTML, 4.6.6, "process link
headers")."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_LINKS = 200
_LENGTH = 1 << 16
_BETWEEN = re.compile(r"[\s,]*+")
_TARGET = re.compile(r"<([^<>]*+)>")
_PARAMETER = re.compile(r"\s*+;\s*+([^\s=;,\"]*+)(?:\s*+=\s*+(?:\"((?:[^\"\\]++|\\.)*+)\"|([^\s;,\"]*+)))?")
_NEXT = re.compile(r"[^,\"]*+(?:\"[^\"]*+\"[^,\"]*+)*+,")


class Link(NamedTuple):
    """A target as written, and its parameters: names in lower case, of each the first."""

    target: str
    parameters: Mapping[str, str]

    @property
    def relations(self) -> list[str]:
        """The relation types, in lower case."""
        return self.parameters.get("rel", "").lower().split()


def links_of(value: str) -> Iterator[Link]:
    """The links of a header's value, a bounded number of them; what is malformed is left out."""
    value, at, found = value[:_LENGTH], 0, 0
    while found < _LINKS:
        between = _BETWEEN.match(value, at)
        at = between.end() if between else at
        if target := _TARGET.match(value, at):
            at, found, parameters = target.end(), found + 1, dict[str, str]()
            while match := _PARAMETER.match(value, at):
                at = match.end()
                said = re.sub(r"\\(.)", r"\1", match[2]) if match[2] is not None else match[3] or ""
                parameters.setdefault(match[1].lower(), said)
            yield Link(target[1].strip(), parameters)
        following = _NEXT.match(value, at)
        if following is None:
            return
        at = following.end()
