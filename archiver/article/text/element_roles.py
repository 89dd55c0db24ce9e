"""What an element is to the text around it: part of a sentence, a border, apart from the running text."""

from typing import Literal

from archiver.article.html.dom import INLINE

Role = Literal["none", "break", "image", "aside", "flowing", "raised", "cell", "row", "border"]
_NO_TEXT = ("script", "style", "title", "meta", "link", "base")
"""Their words are none of the page's text; `embedded_data.py` reads them."""
_ASIDE = """
noscript svg math button select textarea iframe object embed audio video canvas map rt rp rtc head input option datalist
nav dialog progress meter applet frameset noframes noembed template
"""
"""What stands in them is apart from the running text, and not judged."""
_FLOWING = INLINE | {"acronym", "picture", "rb", "ruby", "strike"}
RAISED = {
    "sup": str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"),
    "sub": str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"),
}
"""Elements whose digits have characters of their own."""
ROLES: dict[str, Role] = {
    **dict.fromkeys(_FLOWING, "flowing"),
    **dict.fromkeys(RAISED, "raised"),
    **dict.fromkeys(_ASIDE.split(), "aside"),
    **dict.fromkeys(_NO_TEXT, "none"),
    **dict.fromkeys(("td", "th"), "cell"),
    "br": "break",
    "img": "image",
    "tr": "row",
}
"""All others are borders."""
