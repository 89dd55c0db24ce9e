"""Articles of made-up words: the same number gives the same article, in the seed and on the page."""

import random
from dataclasses import dataclass

_TOWNS = ("Exampleton", "Harrowmere", "Dunfold", "Østerby", "Kaltenau", "Saint-Amiel", "Villaroja", "Lipnice")
_PEOPLE = (
    "Mara Lindqvist",
    "Tobias Fenn",
    "Inès Durand",
    "Pavel Horák",
    "Ada Whitlock",
    "Jorge Salcedo",
    "Bea Thornton",
)
_ROLES = ("the mayor", "a ferry captain", "the head librarian", "an engineer", "the harbour master", "a teacher")
_THINGS = (
    "bridge",
    "library",
    "ferry",
    "market hall",
    "lighthouse",
    "tram line",
    "reservoir",
    "school",
    "orchard",
    "mill",
)
_DEEDS = (
    "opened again",
    "was closed",
    "was repaired",
    "was sold",
    "moved across the river",
    "lost its roof",
    "was painted",
)
_WHEN = (
    "on Monday",
    "before the first frost",
    "after a debate of four hours",
    "in the early morning",
    "without a speech",
)
_THEN = ("and the queue reached the old quay", "while three choirs sang", "although the money had run out in spring",
         "because the tide stood higher than in any year since 1958", "so that nobody had to walk around the bay",
         "and visitors brought their own chairs")  # fmt: skip
_SAID = ("said", "wrote", "told the council", "recalled", "explained")


@dataclass(frozen=True, slots=True)
class Story:
    """Headline, day (ISO), byline and paragraphs of an article."""

    number: int
    headline: str
    day: str
    author: str
    paragraphs: tuple[str, ...]

    def curled(self) -> tuple[str, ...]:
        """The paragraphs with typographic quotes, as a newspaper prints them."""
        return tuple(each.replace(' "', " “").replace('"', "”").replace("'", "’") for each in self.paragraphs)

    def edited(self) -> tuple[str, ...]:
        """The paragraphs with one of them worded anew."""
        new = (
            f"In a later edition the {_THINGS[self.number % len(_THINGS)]} cost {4000 + self.number} crowns, not less."
        )
        return (self.paragraphs[0], new, *self.paragraphs[2:])


def story(number: int) -> Story:
    """The article of this number."""
    dice = random.Random(f"story {number}")
    thing, town, author = dice.choice(_THINGS), dice.choice(_TOWNS), dice.choice(_PEOPLE)
    paragraphs = []
    for n in range(dice.randint(4, 8)):
        who, role = dice.choice(_PEOPLE), dice.choice(_ROLES)
        first = f"The {dice.choice(_THINGS)} of {dice.choice(_TOWNS)} {dice.choice(_DEEDS)} {dice.choice(_WHEN)}"
        quoted = f'{who}, {role}, {dice.choice(_SAID)} that "number {number * 10 + n} isn\'t the last of its kind"'
        paragraphs.append(f"{first}, {dice.choice(_THEN)}. {quoted}, {dice.choice(_THEN)}.")
    day = f"20{dice.randint(10, 25)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
    return Story(number, f"The {thing} of {town} and report {number}", day, author, tuple(paragraphs))
