"""Strings of scripts are found in one pass, whatever stands in them."""

import pytest

from archiver.article.html.element_index import Outline
from archiver.article.html.paths import Paths
from archiver.article.text.embedded_data import data_of
from archiver.markup.document import tree_of

WORDS = "Seven hulls of oak were raised from the silt."


def texts(script: str) -> list[str]:
    tree = tree_of(f"<p>x</p><script>{script}</script>")
    return [each.text for each in data_of(Outline(tree), Paths())[0]]


@pytest.mark.parametrize(
    "script",
    [
        f'var a = "{WORDS}";',
        f"var a = '{WORDS}';",
        f"var a = `\n{WORDS}`;",
        f"// it's here\nvar a = '{WORDS}';",
        rf'self.push([1, "{{\"text\": \"{WORDS}\"}}"])',
        f'x = "{WORDS.replace("oak", chr(92) + "u006fak")}"',
        f'x = "<p>{WORDS}<\\/p>"',
        f'<!-- {{"a": "{WORDS}"}} -->',
    ],
)
def test_words_in_the_strings_of_a_script_are_found(script):
    assert WORDS in texts(script)


@pytest.mark.parametrize("piece", ["\\`", '\\"', '"a', "'a ", "`", "\\", '"\\', "'\\\n", "a b c \"d' e`"])
def test_a_script_of_half_strings_is_read_in_one_pass(piece):
    assert isinstance(texts(piece * 300_000), list)
