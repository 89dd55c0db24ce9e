"""The reference of the Python package: every name of `archiver.__all__` with its signature, fields and docstring."""

import dataclasses
import inspect
import re
from typing import Any

import archiver


def page() -> str:
    """The page of all public names: functions first, then types and errors."""
    named = {name: getattr(archiver, name) for name in archiver.__all__ if not name.startswith("_")}
    functions = {name: each for name, each in named.items() if inspect.isfunction(each)}
    types = {name: each for name, each in named.items() if inspect.isclass(each)}
    parts = [
        "# Python functions and types",
        "Made from the docstrings of `archiver.__all__`. [archiver from Python](../python.md) has an example of each.",
        "## Functions",
        *(_function(name, each) for name, each in sorted(functions.items())),
        "## Types and errors",
        *(_type(name, each) for name, each in sorted(types.items())),
    ]
    return "\n\n".join(parts) + "\n"


def _function(name: str, function: Any) -> str:
    return f"### `{name}`\n\n{_code(f'archiver.{name}{_signature(function)}')}\n\n{_prose(function)}"


def _signature(function: Any) -> str:
    """The parameters, one a line where there are many, without the modules of their types."""
    text = re.sub(r"\b(?:[a-z_]\w*\.)+(?=[A-Za-z])", "", str(inspect.signature(function)).replace("'", ""))
    return text if len(text) < 80 else re.sub(r"(?<=[(,]) ?(?=[\w*]+(?::|,|\)|=))", "\n    ", text)


def _type(name: str, kind: type) -> str:
    parts = [f"### `{name}`", _prose(kind)]
    if issubclass(kind, BaseException):
        parts.insert(1, f"An error, below `{kind.__mro__[1].__name__}`.")
    elif dataclasses.is_dataclass(kind):
        rows = (f"| `{each.name}` | `{_type_name(each.type)}` |" for each in dataclasses.fields(kind))
        parts.append("| field | type |\n| --- | --- |\n" + "\n".join(rows))
    return "\n\n".join(parts)


def _type_name(kind: Any) -> str:
    text = kind if isinstance(kind, str) else kind.__name__ if inspect.isclass(kind) else str(kind)
    return re.sub(r"\b(?:[a-z_]\w*\.)+(?=[A-Za-z])", "", text).replace("|", "\\|")


def _code(text: str) -> str:
    return f"```python\n{text}\n```"


def _prose(thing: Any) -> str:
    """The docstring, whose names in backquotes stay, with nothing read as HTML."""
    return (inspect.getdoc(thing) or "").replace("<", "&lt;")
