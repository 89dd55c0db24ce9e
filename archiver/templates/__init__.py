"""HTML pages made of the templates in this folder, by Jinja2 with autoescape.

Whatever a page is given is text: it is escaped, and characters that no HTML may hold are replaced. Templates hold the
markup and the wording that never changes; the caller works out what is stated. A page has no scripts and loads nothing
(`page.html`).
"""

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from archiver.model.day_words import short_day_words

if TYPE_CHECKING:
    from jinja2 import Environment, Template

# What no HTML document may hold, and what turns the direction of all that follows.
_FOUL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]")


def render(name: str, /, **values: Any) -> str:
    """The page that the template `name` (`preview.html`) makes of `values`, ended by a line end; the same values give
    the same page. Raises jinja2.UndefinedError for a value that the template asks for and is not given."""
    return _template(name).render(values)


def prepare(name: str) -> None:
    """Compile the template `name`, so that processes forked from this one need not."""
    _template(name)


@cache
def _template(name: str) -> "Template":
    return _environment().get_template(name)


@cache
def _environment() -> "Environment":
    """Compiled once a process; Jinja2 takes its time to be imported, so only a process that makes a page does it."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    made = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.globals["style"] = style
    made.filters["day"] = short_day_words
    return made


def _source(name: str) -> str | None:
    path = files(__name__).joinpath(name)
    return path.read_text("utf-8") if path.is_file() else None


@cache
def style(name: str) -> Any:
    """A stylesheet or script of ours, which is not escaped."""
    from markupsafe import Markup

    return Markup(files(__name__).joinpath(name).read_text("utf-8"))


def _shown(value: Any) -> Any:
    """Applied to everything that goes into a page, before it is escaped; lone surrogates become `?`, as in the record.
    Our own markup, which is not plain `str`, is left alone."""
    if type(value) is str and not value.isprintable():
        return _FOUL.sub("\ufffd", value.encode("utf-8", "replace").decode("utf-8"))
    return value
