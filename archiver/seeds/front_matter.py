"""YAML front matter: facts between two `---` lines at the head of a seed.

Values are kept as written (`no`, `1.10` and `2022-02-24` are words here): it is a record of what somebody noted, not a
program's configuration. Bounded in size and depth; aliases and repeated keys are refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archiver.seeds.addresses import labelled
from archiver.seeds.addresses.labelled import OUTRIGHT
from archiver.seeds.blocks import Facts
from archiver.seeds.lines import Line, line_at
from archiver.seeds.refusal import Refusal, shown

LARGEST = 64 * 1024
DEEPEST = 16
_ADVICE = "correct it between the two '---' lines, for example: title: \"…\""
_HEADLINE = ("headline", "title", "full_title", "titel", "titre", "título", "titolo")
_DATE = (
    *("published", "date_published", "publication_date", "pubdate", "published_at", "publish_date", "publishdate"),
    *("published_time", "date", "datum", "fecha"),
)
_URL = ("url", "original_url", "source_url")
_AUTHOR = ("author", "authors", "byline", "creator", "autor", "auteur", "autore")
_TAGS = ("tags", "tag", "keywords", "labels")
_NOTES = ("notes", "note", "comment")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """What it says, and on which line each key stands; `size` counts the `Line`s it takes, 0 when there is none."""

    size: int = 0
    values: Mapping[str, object] = field(default_factory=dict)
    key_lines: Mapping[str, int] = field(default_factory=dict)

    def facts(self) -> Facts:
        """What it says of the document: addresses, headline, dates, authors, tags and notes."""
        facts = Facts(
            addresses=[(*each, OUTRIGHT) for each in self._words(_URL)],
            headline=next(iter(self._words(_HEADLINE)), None),
            dates=self._words(_DATE),
            tags=[word for words, _ in self._listed(_TAGS) for word in words],
            notes=[words for words, _ in self._words(_NOTES)],
        )
        for words, line in self._listed(_AUTHOR):
            facts.bylines.append((", ".join(words), line))
        for key, value in self.values.items():
            # `source: AFP` is a credit.
            name = _plain(key)
            stated = isinstance(value, str) and name not in _URL and labelled.read_stated(value.strip())
            if stated and (label := labelled.read_label(f"{name.replace('_', ' ')}: {value}")):
                # The program that clipped the page wrote it: it is not a credit.
                facts.addresses.append((stated.url, self.key_lines[key], max(label.tier, labelled.LABELLED)))
        return facts

    def _words(self, names: Sequence[str]) -> list[tuple[str, int]]:
        """Values that are words, in the order of `names`. `Original-URL` and `original_url` are one name."""
        found = self._named(names)
        return [(" ".join(value.split()), line) for value, line in found if isinstance(value, str) and value.strip()]

    def _listed(self, names: Sequence[str]) -> list[tuple[list[str], int]]:
        """Values that are words or lists of words, without the brackets of wiki links."""
        found = []
        for value, line in self._named(names):
            items = value if isinstance(value, list) else value.split(",") if isinstance(value, str) else []
            words = [" ".join(each.strip(" []#\"'").split()) for each in items if isinstance(each, str)]
            if words := [word.partition("|")[2] or word for word in words if word]:
                found.append((words, line))
        return found

    def _named(self, names: Sequence[str]) -> list[tuple[object, int]]:
        keys = {name: [key for key in self.values if _plain(key) == name] for name in names}
        return [(self.values[key], self.key_lines[key]) for name in names for key in keys[name]]


def read_front_matter(lines: Sequence[Line]) -> FrontMatter:
    """The front matter at the head of these lines, blank lines before it allowed. A `---` that opens no mapping is a
    rule. Raises Refusal, with the line, for YAML that is broken, not closed, too large, too deep or uses aliases."""
    first = 1 if lines and not lines[0].text else 0
    if len(lines) < first + 2 or lines[first].text != "---":
        return FrontMatter()
    size, close = 0, None
    for index in range(first + 1, len(lines)):
        if lines[index].text in ("---", "..."):
            close = index
            break
        size += len(lines[index].raw)
        if size > LARGEST:
            break
    opening = lines[first].number
    if close is None:
        key = _plain(lines[first + 1].text.partition(":")[0][:40])
        if key in _HEADLINE + _DATE + _URL:
            raise Refusal(opening, f"front matter is not closed within {LARGEST:,} characters", "end it with '---'")
        return FrontMatter()
    text = "".join(line.raw for line in lines[first + 1 : close])
    loaded = _load(text, opening + 1)
    return FrontMatter() if loaded is None else FrontMatter(size=close + 1, values=loaded[0], key_lines=loaded[1])


def _load(text: str, line: int) -> tuple[dict[str, object], dict[str, int]] | None:
    import yaml  # Slow to import, and most seeds have none.

    class Loader(yaml.BaseLoader):
        """Strings, lists and mappings only, no tags; no aliases, so that nothing small grows large."""

        depth = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            self.depth += 1
            if self.check_event(yaml.AliasEvent) or self.depth > DEEPEST:
                problem = "aliases are not read" if self.depth <= DEEPEST else f"nested deeper than {DEEPEST} levels"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=self.peek_event().start_mark)  # type: ignore[no-untyped-call]
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

    try:
        loader = Loader(text)
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            return None
        lines: dict[str, int] = {}
        for key, _ in node.value:
            at = line - 1 + line_at(text, key.start_mark.index)
            if not isinstance(key.value, str) or key.value in lines:
                raise Refusal(at, f"front matter: the key {shown(str(key.value))} is repeated or no word", _ADVICE)
            lines[key.value] = at
        return loader.construct_document(node), lines
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
        at = line - 1 + line_at(text, mark.index) if mark else line
        raise Refusal(at, f"broken front matter: {shown(str(problem))[1:-1]}", _ADVICE) from error


def _plain(key: str) -> str:
    return key.strip().lower().replace("-", "_").replace(" ", "_")
