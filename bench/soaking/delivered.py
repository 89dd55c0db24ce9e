"""What lies in the S3 bucket, the receipts of it at both ends, and whether every bag is valid by two programs."""

import hashlib
import json
import sqlite3
import subprocess
import tarfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

from soaking.places import BUCKET, Collection, Place, client
from soaking.states import LEDGER

SCHEMAS = Path(__file__).parents[2] / "archiver/schemas"
RECEIPT = ".receipt.json"


def objects(place: Place, prefix: str) -> Iterator[dict[str, Any]]:
    """All objects of the bucket below a prefix."""
    for page in client(place).get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix):
        yield from page.get("Contents", [])


def fetched(place: Place, collection: Collection, folder: Path) -> tuple[list[str], list[Path]]:
    """Bring all packages of a collection here and compare them with the receipts; the faults, and the packages."""
    import jsonschema

    schema = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "receipt.schema.json").read_text("utf-8")))
    faults, s3, prefix = list[str](), client(place), f"{collection.name}/"
    names = {each["Key"].removeprefix(prefix): each["Size"] for each in objects(place, prefix)}
    packages = sorted(name for name in names if not name.endswith(RECEIPT))
    faults += [f"a receipt without its package: {name}" for name in names if name.endswith(RECEIPT)
               and name.removesuffix(RECEIPT) not in names]  # fmt: skip
    if uploads := s3.list_multipart_uploads(Bucket=BUCKET, Prefix=prefix).get("Uploads"):
        faults.append(f"{len(uploads)} uploads that were not completed")
    with closing(sqlite3.connect(collection.bags / LEDGER)) as ledger:
        query = "SELECT package, bag, size, sha256, receipt FROM deliveries WHERE kind = 'delivery'"
        rows = {each[0]: each[1:] for each in ledger.execute(query)}
        count = ledger.execute("SELECT count(*) FROM deliveries WHERE kind = 'delivery'").fetchone()[0]
    if count != len(rows):
        faults.append(f"{count - len(rows)} packages were delivered more than once")
    faults += [f"in the ledger, not in the bucket: {name}" for name in sorted(set(rows) - set(packages))]
    folder.mkdir(parents=True, exist_ok=True)
    answers: dict[tuple[str, str], list[tuple[str, ...]]] = defaultdict(list)
    for name in packages:
        s3.download_file(BUCKET, prefix + name, str(folder / name))
        if name not in rows:
            faults.append(f"in the bucket, not in the ledger: {name}")
            continue
        bag, size, digest, receipt = rows[name]
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if (size, digest) != (names[name], found):
            faults.append(f"{name}: other bytes than the ledger says")
        here = (collection.bags / "receipts" / receipt).read_bytes()
        if f"{name}{RECEIPT}" not in names:
            if collection.sends:
                faults.append(f"a package without its receipt: {name}")
        elif s3.get_object(Bucket=BUCKET, Key=f"{prefix}{name}{RECEIPT}")["Body"].read() != here:
            faults.append(f"{name}: its receipt is another one there")
        stated = json.loads(here)
        faults += [f"{receipt}: {each.json_path}: {each.message[:120]}" for each in schema.iter_errors(stated)]
        if (stated["package"]["sha256"], stated["read_back"]["sha256"], stated["bag"]["name"]) != (found, found, bag):
            faults.append(f"{name}: its receipt is of something else")
        if (seed := stated.get("seed")) and "not over after" not in str(
            seed["reason"]
        ):  # cut by time: never the same bytes
            answer = tuple(str(seed[key]) for key in ("outcome", "verdict", "reason"))
            answers[seed["sha256"], seed["url"]].append(answer)
    faults += [f"{url}: delivered {len(given)} times with {sorted(set(given))}" for (_, url), given in answers.items()
               if len(given) != len(set(given))]  # fmt: skip
    return faults, [folder / name for name in packages]


def validated(place: Place, collection: Collection, where: Path, output: Path) -> list[str]:
    """What `archiver validate --profile archiver` finds in all bags of a folder."""
    command = place.command("validate", str(where), "--profile", "archiver", "--json", "--jobs", "2")
    with output.open("wb") as file:
        code = subprocess.run(command, stdout=file, env=place.env, check=False).returncode
    report = json.loads(output.read_bytes())
    failed = [each for each in report["bags"] if not each["ok"]]
    faults = [f"{collection.name}: {json.dumps(each)[:400]}" for each in failed]
    return faults if code == 0 else faults or [f"validate {where} ended with {code}"]


def second_opinion(folders: Sequence[Path], unpacked: Path) -> list[str]:
    """What bagit-python says of bags, in folders or packed as tar files."""
    with ProcessPoolExecutor(2) as pool:
        said = pool.map(_opinion, folders, [unpacked] * len(folders), chunksize=20)
    return [each for each in said if each]


def _opinion(path: Path, unpacked: Path) -> str | None:
    import logging
    import shutil

    import bagit

    logging.disable(logging.CRITICAL)
    folder = path
    if path.is_file():
        with tarfile.open(path) as archive:
            archive.extractall(unpacked / path.stem, filter="data")
        [folder] = (unpacked / path.stem).iterdir()
    try:
        bagit.Bag(str(folder)).validate()
    except (bagit.BagError, OSError) as error:
        return f"bagit.py: {path.name}: {str(error)[:300]}"
    finally:
        if path.is_file():
            shutil.rmtree(unpacked / path.stem)
    return None
