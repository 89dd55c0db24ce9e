"""The kinds of pages: where they lie, what their host answers, and the one state in which a seed of each must end."""

import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass

SAME, ANY = frozenset({"same", "typographic"}), frozenset[str]()
FIRST_OF_ARCHIVE = "20240304120000"


@dataclass(frozen=True, slots=True)
class Kind:
    """`outcome` and `detail` are what the ledger must say at the end: `detail` is the kind of `unread`, or `partial`.
    `verdicts` is empty where any may come. `bag` is None where both are right. `crowd` seeds share a host; `text` is
    whether the seed must have the article's words for that to be so."""

    name: str
    share: float
    outcome: str
    verdicts: frozenset[str] = ANY
    detail: str | None = None
    bag: bool | None = True
    scheme: str = "http"
    port: int | None = None
    crowd: int = 1
    text: bool = False
    memento: bool = False
    browser: bool = False


KINDS = {
    each.name: each
    for each in (
        Kind("honest", 30, "captured", SAME, crowd=60),
        Kind("curled", 8, "captured", SAME, crowd=40),
        Kind("edited", 6, "captured", frozenset({"edited"}), crowd=30, text=True),
        Kind("tls", 8, "captured", SAME, scheme="https", crowd=40),
        Kind("zipped", 4, "captured", SAME, crowd=20),
        Kind("chunked", 4, "captured", SAME, crowd=20),
        Kind("latin", 2, "captured", SAME, crowd=20),
        Kind("pictures", 4, "captured", SAME, crowd=20),
        Kind("moved", 3, "captured", SAME, crowd=5),
        Kind("slow", 2, "captured", SAME),
        Kind("patience", 2, "captured", SAME),
        Kind("later", 1, "captured", SAME),
        Kind("corpus", 2, "any", bag=None),
        Kind("refuses", 1, "blocked"),
        Kind("paywall", 2, "blocked"),
        Kind("login", 1, "blocked"),
        Kind("missing", 4, "gone", crowd=5),
        Kind("archived", 4, "gone", SAME, crowd=5, text=True, memento=True),
        Kind("dead", 1, "failed", SAME, scheme="http", port=82, text=True, memento=True),
        Kind("vanished", 2, "gone", crowd=5, text=True),
        Kind("inward", 1, "refused"),
        Kind("private", 0.5, "refused", bag=False),
        Kind("nameless", 1, "failed", bag=False, port=81),
        Kind("closed", 1, "failed", bag=False, port=82),
        Kind("reset", 1, "failed", bag=False),
        Kind("garbage", 1, "failed", bag=False),
        Kind("silent", 0.3, "failed", bag=False),
        Kind("untrusted", 1, "failed", bag=False, scheme="https", port=8443),
        Kind("circle", 1, "failed"),
        Kind("broken", 2, "failed"),
        Kind("cut", 1, "captured", detail="partial", text=True),
        Kind("halved", 1, "captured", frozenset({"partial"}), detail="partial", text=True),
        Kind("endless", 1, "captured", detail="partial", text=True),
        Kind("dripping", 0.3, "captured", detail="partial", text=True),
        Kind("framing", 1, "captured", detail="partial", text=True),
        Kind("empty", 1, "unread", detail="empty"),
        Kind("paper", 1, "unread", detail="type"),
        Kind("picture", 0.5, "unread", detail="type"),
        Kind("data", 0.5, "unread", detail="type"),
        Kind("other", 1, "unread", detail="other-page", text=True),
        Kind("notice", 1, "unread", detail="notice", text=True),
        Kind("coded", 1, "unread", detail="coding"),
        Kind("bomb", 0.3, "unread"),
        Kind("shell", 0.6, "captured", browser=True, text=True),
        Kind("document", 1, "refused document", bag=False),
    )
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A seed to be made: its number, kind and address, and whether it is written twice."""

    number: int
    kind: Kind
    url: str
    twice: bool


def address(kind: Kind, number: int) -> str:
    """The address of a page of this kind."""
    if kind.name == "private":
        return f"http://127.0.0.1:9/news/{number}"
    if kind.name == "nameless":
        return f"http://nameless{number}.invalid:81/news/{number}"
    port = f":{kind.port}" if kind.port else ""
    return f"{kind.scheme}://{kind.name}{number // kind.crowd}.example{port}/news/{number}"


def planned(
    count: int, *, browser: bool, corpus: bool, dice: random.Random, names: Collection[str] = tuple(KINDS)
) -> Iterator[Planned]:
    """So many seeds, kinds of these names mixed by their shares."""
    left_out = {name for name, absent in (("corpus", not corpus), ("shell", not browser)) if absent}
    kinds = [each for each in KINDS.values() if each.name in names and each.name not in left_out]
    turns = [*kinds, *dice.choices(kinds, [each.share for each in kinds], k=max(0, count - len(kinds)))][:count]
    dice.shuffle(turns)
    for number, kind in enumerate(turns):
        yield Planned(number, kind, address(kind, number), twice=dice.random() < 0.01 and kind.name != "document")
