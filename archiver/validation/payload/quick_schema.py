"""Says of a JSON value whether it keeps to a schema (JSON Schema, draft 2020-12), for the keywords that schemas of this
project use. That takes a twentieth of what jsonschema takes, which is asked for the words where the answer is no.

A schema becomes a function once. Types and equality are those of the standard (core, 4.2.2 and 4.2.3): a number without
a fraction is an integer, and a boolean equals no number.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

Keeps = Callable[[Any], bool]
_SAYS_NOTHING = frozenset(("$schema", "$id", "$defs", "title", "description", "format", "then"))
"""`format` asserts nothing unless that is asked for; `then` is read with `if`."""


class NotKnown(Exception):
    """Raised for a keyword that is not known here."""


def compiled(schema: Mapping[str, Any]) -> Keeps:
    """The function of a whole schema. Raises NotKnown."""
    return _Compiler(schema).of(schema)


class _Compiler:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._made: dict[str, Keeps] = {}

    def of(self, schema: Any) -> Keeps:
        """The function of a part. Raises NotKnown."""
        if isinstance(schema, bool):
            return (lambda _: True) if schema else (lambda _: False)
        rules = [self._rule(name, value, schema) for name, value in schema.items() if name not in _SAYS_NOTHING]
        if not rules:
            return lambda _: True
        if len(rules) == 1:
            return rules[0]
        first, rest = rules[0], rules[1:]

        def keeps(value: Any) -> bool:
            if not first(value):
                return False
            return all(rule(value) for rule in rest)

        return keeps

    def _rule(self, name: str, value: Any, schema: Mapping[str, Any]) -> Keeps:
        if name == "type":
            return _of_type(value)
        if name == "$ref":
            return self._reference(value)
        if name == "properties":
            return self._properties(value)
        if name == "required":
            return _required(frozenset(value))
        if name == "items":
            return _items(self.of(value))
        if name == "anyOf":
            return _any([self.of(each) for each in value])
        if name == "enum":
            return _one_of(value)
        if name == "const":
            return _one_of([value])
        if name == "not":
            other = self.of(value)
            return lambda each: not other(each)
        if name == "if":
            return _if(self.of(value), self.of(schema.get("then", True)))
        if name == "additionalProperties" and "patternProperties" not in schema:
            return _additional(frozenset(schema.get("properties", ())), self.of(value))
        if name == "pattern":
            search = re.compile(value).search
            return lambda each: not isinstance(each, str) or search(each) is not None
        if name in _BOUNDS:
            return _BOUNDS[name](value)
        raise NotKnown(name)

    def _reference(self, pointer: str) -> Keeps:
        if not pointer.startswith("#/$defs/"):
            raise NotKnown(f"$ref {pointer}")
        name = pointer.removeprefix("#/$defs/")
        if name not in self._made:
            made: list[Keeps] = []
            self._made[name] = lambda value: made[0](value)  # a definition may name itself
            made.append(self.of(self._root["$defs"][name]))
            self._made[name] = made[0]
        return self._made[name]

    def _properties(self, schemas: Mapping[str, Any]) -> Keeps:
        rules = {name: self.of(schema) for name, schema in schemas.items()}

        def keeps(value: Any) -> bool:
            if type(value) is dict:
                for name, each in value.items():
                    if (rule := rules.get(name)) is not None and not rule(each):
                        return False
            return True

        return keeps


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: dict[str, Keeps] = {
    "string": lambda value: type(value) is str,
    "object": lambda value: type(value) is dict,
    "array": lambda value: type(value) is list,
    "null": lambda value: value is None,
    "boolean": lambda value: value is True or value is False,
    "number": _is_number,
    "integer": lambda value: type(value) is int or (type(value) is float and value.is_integer()),
}


def _of_type(names: str | list[str]) -> Keeps:
    try:
        allowed = [_TYPES[name] for name in ([names] if isinstance(names, str) else names)]
    except KeyError as error:
        raise NotKnown(f"type {error}") from error
    return allowed[0] if len(allowed) == 1 else _any(allowed)


def _any(rules: list[Keeps]) -> Keeps:
    def keeps(value: Any) -> bool:
        return any(rule(value) for rule in rules)

    return keeps


def _items(rule: Keeps) -> Keeps:
    def keeps(value: Any) -> bool:
        if type(value) is list:
            for each in value:
                if not rule(each):
                    return False
        return True

    return keeps


def _required(names: frozenset[str]) -> Keeps:
    return lambda value: type(value) is not dict or names <= value.keys()


def _one_of(values: list[Any]) -> Keeps:
    if not all(each is None or isinstance(each, str) for each in values):
        raise NotKnown("enum of other values than strings")
    texts, null = frozenset(each for each in values if each is not None), None in values
    return lambda value: value in texts if type(value) is str else null and value is None


def _if(condition: Keeps, then: Keeps) -> Keeps:
    return lambda value: not condition(value) or then(value)


def _additional(known: frozenset[str], rule: Keeps) -> Keeps:
    return lambda value: type(value) is not dict or all(rule(each) for name, each in value.items() if name not in known)


_BOUNDS: dict[str, Callable[[Any], Keeps]] = {
    "minimum": lambda least: lambda value: not _is_number(value) or value >= least,
    "maximum": lambda most: lambda value: not _is_number(value) or value <= most,
    "minLength": lambda least: lambda value: type(value) is not str or len(value) >= least,
    "maxLength": lambda most: lambda value: type(value) is not str or len(value) <= most,
    "minItems": lambda least: lambda value: type(value) is not list or len(value) >= least,
    "maxItems": lambda most: lambda value: type(value) is not list or len(value) <= most,
}
