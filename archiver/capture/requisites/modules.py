"""Finds what a JavaScript module imports by its text: the imports and re-exports that a browser fetches before it runs
anything of it (ECMA-262, 16.2.2 and 16.2.3; HTML, 8.1.4.2).

Looks for the words, parses no JavaScript: an address in a string that reads like an import is found too. What scripts
import while they run (`import()`), and names that an import map explains, are not found.
"""

import re
from itertools import islice

from archiver.capture.requisites.stylesheets import Reference

MODULE_DEPTH = 20
"""Modules in a row that import each other and are followed."""
_MOST = 1_000
_COMMENT = re.compile(r"^[ \t]*//[^\n]*", re.MULTILINE)
_ADDRESS = r"((?:\.{0,2}/|https?:)[^\"'\\\n]*)"
_IMPORT = re.compile(rf"(?<![\w$.])(?:from|import)\s*(?:\"{_ADDRESS}\"|'{_ADDRESS}')")
_WORDS = (b"import", b"export")


def module_references(text: str) -> tuple[Reference, ...]:
    """The addresses that the text of a module imports, as written, in its order, each once; a bounded number."""
    found = (double or single for double, single in _IMPORT.findall(_COMMENT.sub("", text)))
    return tuple(islice(((each, "module") for each in dict.fromkeys(found)), _MOST))


def imports_of(body: bytes) -> tuple[Reference, ...]:
    """The same of a file, which is UTF-8 whatever its Content-Type says (HTML, 8.1.4.2)."""
    if not any(word in body for word in _WORDS):
        return ()
    return module_references(body.decode("utf-8", "replace"))
