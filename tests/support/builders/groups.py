"""Small sealed bags for groups, and manifests made anew for whatever was done to a bag."""

import hashlib
from pathlib import Path

from builders.bags import Builder

TAGS = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "manifest-sha512.txt")


def make(bags: Path, name: str, *info: str, **payload: bytes) -> Path:
    builder = Builder()
    builder.record = None
    builder.payload |= {f"data/{path}": data for path, data in payload.items()}
    builder.info = [*(info or (f"External-Identifier: urn:uuid:{name}", f"External-Description: {name} news"))]
    return builder.write(bags / name)


def redo(bag: Path) -> None:
    """Make Payload-Oxum, manifests and tag manifests fit the files of a bag, as whoever forges one would."""
    payload = sorted(each for each in (bag / "data").rglob("*") if each.is_file())
    info = [line for line in (bag / "bag-info.txt").read_text("utf-8").splitlines() if "Payload-Oxum" not in line]
    oxum = f"{sum(each.stat().st_size for each in payload)}.{len(payload)}"
    (bag / "bag-info.txt").write_text("\n".join([*info, f"Payload-Oxum: {oxum}"]) + "\n", "utf-8")
    for kind, files in (("manifest", payload), ("tagmanifest", [bag / each for each in TAGS])):
        for name in ("sha256", "sha512"):
            lines = [f"{hashlib.new(name, each.read_bytes()).hexdigest()}  {each.relative_to(bag)}\n" for each in files]
            (bag / f"{kind}-{name}.txt").write_text("".join(lines), "utf-8")
