"""`archiver validate` beside bagit-python in the same run: `python bench/validate.py [--quick] [--rounds N]`.

Makes its bags (2.4 GiB) in a temporary folder, prints a table, and puts every figure as JSON into `bench/out/`. Seconds
are medians over rounds in which the contenders take turns; CPU and peak memory come from `wait4` and hold children too.
The commands are started by a small process: one started by this program would be charged its memory.
"""

import argparse
import hashlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
ALGORITHMS = ("sha256", "sha512")
POOL = """
import logging, sys
from multiprocessing import Pool
from pathlib import Path
import bagit
logging.disable(logging.CRITICAL)
def judge(path):
    bagit.Bag(str(path)).validate()
    return True
if __name__ == "__main__":
    with Pool(2) as pool:
        print(sum(pool.imap_unordered(judge, sorted(Path(sys.argv[1]).iterdir()), chunksize=16)))
"""
LAUNCH = """
import json, os, sys, time
quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
began = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - began
found = {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1024}
print(json.dumps(found | {"code": os.waitstatus_to_exitcode(status)}))
"""
HASHING = """
import hashlib, os, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
def digest(path):
    hashes = [hashlib.sha256(), hashlib.sha512()]
    with open(path, "rb") as stream:
        while chunk := stream.read(1 << 20):
            for each in hashes:
                each.update(chunk)
    return [each.hexdigest() for each in hashes]
with ThreadPoolExecutor(os.cpu_count()) as pool:
    print(len(list(pool.map(digest, sorted(Path(sys.argv[1], "data").iterdir())))))
"""


def make_bag(root: Path, files: int, size: int) -> Path:
    """A BagIt 1.0 bag of so many files of so many bytes, 500 a folder."""
    lines: dict[str, list[str]] = {name: [] for name in ALGORITHMS}
    for number in range(files):
        path = f"data/{number // 500:04}/{number:07}.bin" if files > 8 else f"data/{number}.bin"
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        hashes = [hashlib.new(name) for name in ALGORITHMS]
        with (root / path).open("wb") as stream:
            for start in range(0, size, 1 << 20):
                piece = (hashlib.sha256(b"%d %d" % (number, start)).digest() * (1 << 15))[: min(1 << 20, size - start)]
                stream.write(piece)
                for each in hashes:
                    each.update(piece)
        for name, each in zip(ALGORITHMS, hashes, strict=True):
            lines[name].append(f"{each.hexdigest()}  {path}\n")
    tags = {"bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"}
    tags["bag-info.txt"] = f"Payload-Oxum: {files * size}.{files}\n"
    tags |= {f"manifest-{name}.txt": "".join(lines[name]) for name in ALGORITHMS}
    tags |= {
        f"tagmanifest-{name}.txt": "".join(
            f"{hashlib.new(name, text.encode()).hexdigest()}  {path}\n" for path, text in tags.items() if path[0] != "t"
        )
        for name in ALGORITHMS
    }
    for path, text in tags.items():
        (root / path).write_text(text, "ascii")
    return root


def run(command: Sequence[str | Path]) -> dict[str, float]:
    """Wall and CPU seconds of a command and its children, and the peak memory of the largest, in MiB."""
    launched = [sys.executable, "-I", "-S", "-c", LAUNCH, *map(str, command)]
    found: dict[str, float] = json.loads(subprocess.run(launched, stdout=subprocess.PIPE, check=True).stdout)
    if code := found.pop("code"):
        raise SystemExit(f"{command} ended with {code}")
    return found


def contest(name: str, contenders: dict[str, Sequence[str | Path]], rounds: int) -> dict[str, dict[str, float]]:
    """Medians over rounds in which the contenders take turns; one row each is printed."""
    figures: dict[str, list[dict[str, float]]] = {each: [] for each in contenders}
    for number in range(rounds + 1):
        for who in sorted(contenders, reverse=bool(number % 2)):
            measured = run(contenders[who])
            if number:  # the first round warms the page cache
                figures[who].append(measured)
    found = {who: {k: statistics.median(e[k] for e in each) for k in each[0]} for who, each in figures.items()}
    print(f"\n{name}")
    for who, each in found.items():
        print(f"  {who:36} {each['wall']:8.2f} s  {each['cpu']:8.2f} s of CPU  {each['peak']:6.0f} MiB")
    first, ours = list(found.values())
    print(f"  {'ratio':36} {first['wall'] / ours['wall']:8.2f}    {first['cpu'] / ours['cpu']:8.2f}")
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a tenth of the size")
    options.add_argument("--rounds", type=int, default=5)
    args = options.parse_args()
    part = 10 if args.quick else 1
    archiver, bagit = [BIN / "archiver", "validate"], [BIN / "bagit.py", "--validate"]
    found: dict[str, object] = {"load": os.getloadavg(), "cores": os.cpu_count(), "python": platform.python_version()}
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        big = make_bag(root / "big", 20_000 // part, 1024)
        name = f"one bag of {20_000 // part} files of 1 KiB"
        found[name] = contest(
            name, {"bagit.py --validate": [*bagit, big], "archiver validate": [*archiver, big]}, args.rounds
        )
        for number in range(2_000 // part):
            make_bag(root / "many" / f"{number:04}", 8, 4096)
        name = f"{2_000 // part} bags of 8 files of 4 KiB"
        pool = [sys.executable, "-c", POOL, root / "many"]
        contenders = {
            "bagit-python in a pool of two": pool,
            "archiver validate --jobs 2": [*archiver, root / "many", "--jobs", "2"],
        }
        found[name] = contest(name, contenders, args.rounds)
        huge = make_bag(root / "huge", 2, (1 << 30) // part)
        name = f"2 files of {1024 // part} MiB, SHA-256 and SHA-512"
        hashing = [sys.executable, "-c", HASHING, huge]
        found[name] = contest(
            name, {"hashing alone, all cores": hashing, "archiver validate": [*archiver, huge]}, args.rounds
        )
        print("\npeak memory of archiver validate, all processes alike")
        for files in (2_000 // part, 20_000 // part, 200_000 // part):
            measured = run([*archiver, make_bag(root / f"flat{files}", files, 64)])
            found[f"memory, {files} files"] = measured
            print(f"  {files:7} files {measured['peak']:6.0f} MiB {measured['wall']:8.2f} s")
    out = HERE / "out"
    out.mkdir(exist_ok=True)
    (out / f"validate-{time.strftime('%Y%m%dT%H%M%S')}.json").write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
