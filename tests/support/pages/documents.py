"""A seed document, and what is read of any."""

from typing import Any

from archiver.model import Seed, SeedRefused
from archiver.seeds.document import read_document

TITLE = "Old Harbour Bridge Opens Again"
URL = "https://harbour-news.example/2024/05/bridge-opens-a17"
TAIL = f"\n\nOriginal url:\n\n<{URL}>"


def read(document: str | bytes, name: str = "a.txt", **more: Any) -> Seed:
    data = document if isinstance(document, bytes) else document.encode()
    seed = read_document(data, origin=f"seeds/{name}", name=name, **more)
    assert isinstance(seed, Seed), seed
    return seed


def refused(document: str | bytes) -> SeedRefused:
    data = document if isinstance(document, bytes) else document.encode()
    seed = read_document(data, origin="seeds/a.txt", name="a.txt")
    assert isinstance(seed, SeedRefused), seed
    assert seed.origin == "seeds/a.txt" and seed.advice and "\n" not in str(seed)
    return seed
