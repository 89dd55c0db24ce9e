"""`archiver read`: what stands in seeds, before anything is fetched."""

import argparse
import json
from dataclasses import replace
from typing import Any

from archiver.commands.settings import settings_of
from archiver.config import Config
from archiver.credits.parse import credits_of_seed
from archiver.escape import visible
from archiver.model import Seed, SeedRefused
from archiver.model.day_words import day_words
from archiver.seeds.private.facts import set_apart
from archiver.seeds.sources import left_alone, read_seeds

DEFAULT_SEEDS = "seeds"


def read(args: argparse.Namespace) -> int:
    """Print what is read of each seed; exit code 1 if one is refused. Raises UsageError, StorageError."""
    config = settings_of(args)
    targets = args.seeds or [DEFAULT_SEEDS]
    seeds = read_seeds(targets, limits=config.limits, guess_url=args.guess_url or config.guess_url)
    code = 0
    for seed in seeds:
        refused = isinstance(seed, SeedRefused)
        code = 1 if refused else code
        if args.json:
            print(json.dumps(_refused(seed) if isinstance(seed, SeedRefused) else in_json(seed, config)))
        else:
            for line in [f"refused  {seed}"] if isinstance(seed, SeedRefused) else in_words(seed, config):
                print(visible(line))
    for each in left_alone(targets):
        if args.json:
            print(json.dumps({"seed": each.origin, "left_alone": True, "reason": each.reason, "line": None}))
        else:
            print(visible(f"left alone  {each.origin}: {each.reason}"))
    return code


def _refused(seed: SeedRefused) -> dict[str, Any]:
    reason = f"{seed.problem}; {seed.advice}"
    return {"seed": seed.origin, "refused": True, "reason": reason, "line": seed.line or None}


def _private(seed: Seed, config: Config) -> list[str]:
    """Names of the facts about people and cases that are known of a seed, from it and from the settings."""
    part = set_apart(seed, replace(config, private="ledger"), "", "").part
    return sorted(json.loads(part.data).keys() - {"version", "bag", "salt", "seed"}) if part else []


def in_json(seed: Seed, config: Config) -> dict[str, Any]:
    """What is read of a seed, for machines."""
    links = [anchor for paragraph in seed.paragraphs for anchor in paragraph.anchors]
    return {
        "seed": seed.origin,
        "url": seed.url,
        "url_line": seed.url_line,
        "url_guessed": seed.url_guessed,
        "headline": seed.headline.text if seed.headline else None,
        "date": seed.date.value if seed.date else None,
        "byline": seed.byline.text if seed.byline else None,
        "captions": [{"text": each.text, "credit": each.credit, "line": each.line} for each in seed.captions],
        "credits": [
            {"name": each.name, "role": each.role, "of": each.of, "at": each.at, "text": each.text}
            for each in credits_of_seed(seed)
        ],
        "paragraphs": [{"line": each.line, "text": each.text} for each in seed.paragraphs],
        "links": [{"text": each.text, "href": each.href, "line": each.line} for each in links],
        "header": [{"line": each.line, "text": each.text} for each in seed.header],
        "tags": list(seed.tags),
        "notes": list(seed.notes),
        "private": _private(seed, config),
        "format": seed.format,
        "remarks": list(seed.remarks),
    }


def in_words(seed: Seed, config: Config) -> list[str]:
    """The same in lines for people."""
    row = " of the row" if seed.list else ""
    lines = [
        seed.origin,
        f"  {'address':<9} {seed.url}  (line {seed.url_line}{row}{', guessed' if seed.url_guessed else ''})",
    ]
    stated = (
        ("headline", seed.headline and seed.headline.text, seed.headline and seed.headline.line),
        ("date", seed.date and f"{day_words(seed.date.value)} ({seed.date.raw})", seed.date and seed.date.line),
        ("byline", seed.byline and seed.byline.text, seed.byline and seed.byline.line),
    )
    lines += [f"  {name:<9} {words}  (line {line}{row})" for name, words, line in stated if words]
    lines += [
        f"  {'caption':<9} {each.text}{f' [{each.credit}]' if each.credit else ''}  (line {each.line}{row})"
        for each in seed.captions
    ]
    lines += [f"  {'header':<9} {each.text}  (line {each.line}{row})" for each in seed.header]
    credited = credits_of_seed(seed)
    crediting = {each.at for each in credited}
    for each in seed.paragraphs:
        if each.agency:  # set apart from the body, to be compared with the last lines of the page
            label = "credit" if f"line {each.line}" in crediting else "last line"
            lines.append(f"  {label:<9} {each.text}  (line {each.line}{row})")
        else:
            lines.append(f"  {each.line:>9} {each.text}")
    lines += [
        f"  {'credited' if number == 0 else '':<9} {each.name}: {each.role}{' (image)' if each.of == 'image' else ''}"
        f"  ({each.at}{row})"
        for number, each in enumerate(credited)
    ]
    lines += [f"  {'tags':<9} {', '.join(seed.tags)}"] if seed.tags else []
    lines += [f"  {'notes':<9} {each}" for each in seed.notes]
    if private := _private(seed, config):
        lines += [f"  {'private':<9} {', '.join(private)}  (private = {config.private}: docs/keep/private.md)"]
    lines += [f"  {'remark':<9} {each}" for each in seed.remarks]
    return lines
