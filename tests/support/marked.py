"""Bags of a seed and settings that have a marker in every field that may name people or cases."""

import json
from pathlib import Path

from newsroom import PARAGRAPHS, newsroom, pages_for

from archiver.cli import main

URL = "http://www.example-times.example/news/0"
SETTINGS = {
    "operator": "Robin Mqoperator",
    "contact_name": "Casey Mqcontact",
    "contact_email": "mqmail@archive.example",
    "contact_phone": "+00 Mqphone",
    "supplied_by": "Donor Mqdonor",
    "obtained_how": "by hand Mqhand",
    "case_number": "Mqcase-12",
    "exhibit_number": "Mqexhibit-3",
    "collector": "Kim Mqcollector",
    "purpose": "trial Mqpurpose",
}
OF_SEED = {
    "Supplied-By": "Jo Mqsupplier",
    "obtained_how": "a call Mqcall",
    "notes": "ask Mqnote",
    "Case-Number": "Mqfile-9",
    "exhibit": "Mqitem-1",
    "collector": "Lee Mqgatherer",
    "purpose": "appeal Mqreason",
    "contact": "Ann Mqfriend",
}


def marks(*tables: dict[str, str]) -> set[str]:
    return {word.lower() for table in tables for value in table.values() for word in value.replace("-", " ").split()
            if word.lower().startswith("mq")}  # fmt: skip


def settings(tmp_path: Path, private: str, *, stated: dict[str, str] = SETTINGS) -> Path:
    lines = {"private": private, "organisation": "County Archive", **stated}
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
    (tmp_path / "archiver.toml").write_text(
        text + 'contact_in_user_agent = false\nseed_notes = true\nbrowser = "never"\n'
    )
    return tmp_path / "archiver.toml"


def run(tmp_path: Path, seed: Path, config: Path) -> Path:
    with newsroom(pages_for(range(1))) as site:
        arguments = ["--config", str(config), "--bags", str(tmp_path / "bags"), "--quiet", *site.options]
        assert main(["run", str(seed), *arguments]) in (0, 1)
    (bag,) = [each for each in (tmp_path / "bags").iterdir() if (each / "bagit.txt").exists()]
    return bag


def document(tmp_path: Path) -> Path:
    front = "".join(f"{key}: {value}\n" for key, value in OF_SEED.items())
    text = f"---\n{front}rights_holder: Example Times\n---\nLibrary opens again\n\nOriginal url: {URL}\n\n"
    (tmp_path / "seed.txt").write_text(text + "\n\n".join(PARAGRAPHS) + "\n", "utf-8")
    return tmp_path / "seed.txt"
