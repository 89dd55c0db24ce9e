"""How the modules of this room say that a document cannot be a seed. It never leaves the room: `read_document` turns it
into a `SeedRefused`."""


class Refusal(Exception):
    """`line` is to blame (0: none), `problem` is what is wrong, `advice` what to do; neither repeats a password."""

    def __init__(self, line: int, problem: str, advice: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem
        self.advice = advice


def shown(text: str, most: int = 80) -> str:
    """A piece of a hostile document, fit for one line of a message: quoted, escaped, shortened."""
    return repr(text if len(text) <= most else text[: most - 1] + "…")
