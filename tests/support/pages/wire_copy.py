"""Made-up agency stories and what papers make of them: cuts, another order, a lead of their own, other numbers.

Words are made of syllables, per subject, so two stories of one subject share their vocabulary and their stock phrases
and nothing else. `Newsdesk` is seeded: the same number gives the same texts.
"""

import random
from dataclasses import dataclass

SCRIPTS = {
    "latin": ("ba be bi bo ka ke ki ko ma me mi mo ra re ri ro sa se si so ta te ti to la le lo vu ne no", " "),
    "cyrillic": ("ба ве ги до ка ле ми но по ра се ти ку фо ха ша жи зе лу ны", " "),
    "greek": ("βα γε δι ζο κα λε μι νο πα ρε σι το φα χε ψι", " "),
    "arabic": ("با تا ثو جي حا دو را زي سا شو صا طي فا قو كا لي ما نو ها يا", " "),
    "chinese": (" ".join(chr(0x4E00 + 37 * n) for n in range(400)), ""),
    "thai": ("กา ขา คอ งาน จะ ชน ดี ตา ทำ นา บาน ปลา มา ยา รอ ลา วัน สาม หา อา", ""),
}
"""Script -> syllables (or characters), and what stands between words."""


@dataclass(frozen=True)
class Story:
    """A story: its paragraphs, each a list of sentences."""

    paragraphs: list[list[str]]
    script: str

    @property
    def lines(self) -> list[str]:
        between = SCRIPTS[self.script][1]
        return [between.join(sentences) for sentences in self.paragraphs]

    @property
    def text(self) -> str:
        return "\n\n".join(self.lines)


class Newsdesk:
    """Writes stories of one subject in one script, and rewrites them."""

    def __init__(self, seed: int, script: str = "latin") -> None:
        self.random, self.script = random.Random(seed), script
        syllables, self.between = SCRIPTS[script]
        self.syllables = syllables.split()
        self.words = [self._word() for _ in range(260)]
        self.stock = [self._phrase(5) for _ in range(12)]
        """What everybody writes on this subject."""
        self.quotes = [self._phrase(self.random.randint(12, 22)) for _ in range(6)]
        """What was said in public: independent reports have it too."""

    def _word(self) -> str:
        return "".join(self.random.choice(self.syllables) for _ in range(self.random.randint(2, 3)))

    def _phrase(self, words: int) -> str:
        return self.between.join(self.random.choice(self.words) for _ in range(words))

    def sentence(self) -> str:
        parts = [self._phrase(self.random.randint(4, 8))]
        if self.random.random() < 0.35:
            parts.append(self.random.choice(self.stock))
        parts.append(self._phrase(self.random.randint(3, 7)))
        if self.random.random() < 0.4:
            parts.append(str(self.random.randint(2, 90_000)))
        return self.between.join(parts) + ("。" if not self.between else ". ")

    def story(self, paragraphs: int = 10) -> Story:
        made = [[self.sentence() for _ in range(self.random.randint(1, 3))] for _ in range(paragraphs)]
        if self.random.random() < 0.5:
            made[self.random.randrange(paragraphs)].append(self.random.choice(self.quotes))
        return Story(made, self.script)

    def rewritten(self, story: Story, *, keep: float | None = None) -> Story:
        """What a paper makes of it: up to two thirds cut, paragraphs in another order, its own lead, other numbers,
        some sentences reworded, a paragraph of its own."""
        draw = self.random
        share = keep if keep is not None else draw.uniform(0.35, 1.0)
        kept = [each for each in story.paragraphs if draw.random() < share] or [story.paragraphs[-1]]
        if draw.random() < 0.4:
            draw.shuffle(kept)
        made = [[self._reworded(sentence) for sentence in paragraph] for paragraph in kept]
        if draw.random() < 0.7:
            made[0] = [self.sentence()]
            made = made if len(made) > 1 else [*made, kept[0]]
        if draw.random() < 0.4:
            made.insert(draw.randrange(len(made)), [self.sentence() for _ in range(draw.randint(1, 3))])
        return Story(made, self.script)

    def _reworded(self, sentence: str) -> str:
        draw = self.random
        if draw.random() < 0.2:
            sentence = "".join(str(draw.randint(0, 9)) if each.isdecimal() else each for each in sentence)
        if self.between and draw.random() < 0.2:
            words = sentence.split(" ")
            words[draw.randrange(len(words))] = draw.choice(self.words)
            sentence = " ".join(words)
        return sentence
