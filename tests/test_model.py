"""The nouns: each is found where it is said to be, though none is imported before it is asked for."""

import importlib

import pytest

import archiver.model as model

HOMES = [
    importlib.import_module(f"archiver.model.{name}")
    for name in ("bag", "seed", "capture", "article", "page_block", "memento", "rendering")
]


@pytest.mark.parametrize("name", model.__all__)
def test_every_noun_is_the_one_its_module_has(name: str):
    assert any(getattr(model, name) is vars(home).get(name) for home in HOMES)


def test_what_is_no_noun_is_not_there():
    with pytest.raises(AttributeError, match="has no attribute 'Mapping'"):
        model.Mapping  # noqa: B018
