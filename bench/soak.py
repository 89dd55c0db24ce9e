"""Archive seeds of all kinds while everything is killed: `python bench/soak.py --seeds 300 --minutes 10`.

A soak, not a measurement. Jobs are real commands, run again and again; their coordinators, workers and browsers are
killed, their disk is full, their clock is set, archives and the S3 server fail. Half of the seeds end as bags here (and
are handed off, validated, audited and served meanwhile), half are delivered by the job, from a disk that is small. When
the time is up nothing befalls the jobs any more: each seed must then end in the one state that is right for it, every
bag must be valid by two programs and delivered once, and nothing may be left behind. docs/capture/scale.md says what
was run.

Writes `soak.json` and `soak.txt` into the work folder (`--work`) and ends with 1 where anything was wrong. As root it
mounts a small disk; with Chromium pages are shown.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Container, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from soaking import delivered, documents, kinds, places, rounds, states, watch
from soaking.places import Collection, Place
from soaking.reading import Reader

CALM = 3
"""Jobs at the end to which nothing happens, at most, before a seed that is not in its right state is a fault."""
CALM_SECONDS = 7200.0


@dataclass
class Soak:
    """One soak as it goes on."""

    place: Place
    plan: Sequence[kinds.Planned]
    forms: dict[int, tuple[str, bool]]
    collections: list[Collection]
    dice: random.Random
    only: Container[str] = tuple(rounds.TROUBLES)
    history: list[rounds.Round] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    beside: Counter[str] = field(default_factory=Counter)
    """Commands that ran beside jobs and between them, by name and exit code."""

    def fault(self, words: str) -> None:
        """Note a fault, and say it."""
        self.faults.append(words)
        print(f"     FAULT {words}", flush=True)

    def trouble(self, until: float) -> None:
        """Rounds until the time is up."""
        while (left := until - time.monotonic()) > 5:
            collection = self.dice.choice(self.collections)
            shares = rounds.possible(collection, browser=self.place.browser, only=self.only)
            name = self.dice.choices(list(shares), list(shares.values()))[0]
            parts = self.dice.sample(collection.parts, self.dice.randint(1, min(4, len(collection.parts))))
            self._archive(fails=self.dice.random() < 0.5)
            with ExitStack() as stack:
                if self.dice.random() < 0.3 and any(self.collections[0].bags.glob("*/bagit.txt")):
                    stack.enter_context(self._beside(self.dice.choice(("validate", "audit", "status"))))
                self._round(collection, parts, name, min(left, self.dice.uniform(20, 150)))
            if self.dice.random() < 0.15:
                self._hand_off(kill=self.dice.random() < 0.5)

    def settle(self) -> None:
        """Jobs to which nothing happens, until all seeds are as they must be, or stay as they are."""
        self._archive(fails=False)
        for turn in range(CALM):
            for each in self.collections:
                self._round(each, each.parts, "calm", CALM_SECONDS, *(("--retry",) if turn else ()))
            if not any(self.wrong()) and turn:
                break
        self._hand_off(kill=False)

    def wrong(self) -> list[str]:
        """Seeds that are not in their right state."""
        faults = []
        for each in self.collections:
            names = {part.name for part in each.parts}
            mine = [seed for seed in self.plan if f"part-{seed.number // documents.PART:03}" in names]
            faults += states.wrong(each, mine, self.forms)
        return faults

    def judge(self, reader: Reader) -> None:
        """What must be so at the end."""
        self.faults += self.wrong()
        temporary = self.place.temporary
        for each in self.collections:
            self.faults += states.integrity(each) + states.left_over(each, temporary)
            self.faults += [] if each.sends else states.repeated(each)
            found, packages = delivered.fetched(self.place, each, self.place.work / "fetched" / each.name)
            self.faults += found
            bags = packages if each.sends else [b for b in each.bags.iterdir() if (b / "bagit.txt").exists()]
            unpacked = self.place.work / "unpacked"
            self.faults += delivered.second_opinion(bags, unpacked)
            where = self.place.work / "fetched" / each.name if each.sends else each.bags
            self.faults += delivered.validated(self.place, each, where, self.place.work / f"validate-{each.name}.json")
            self.beside[f"bags of {each.name}"], self.beside[f"packages of {each.name}"] = len(bags), len(packages)
        self.faults += [f"serve: {each}" for each in reader.end()]
        own = self.place.own | {reader.process.pid}
        left = watch.naming(self.place.work, own)
        self.faults += [f"a process was left behind: {each.command[:160]}" for each in left]

    def _round(self, collection: Collection, parts: list[Path], name: str, seconds: float, *more: str) -> None:
        ran = rounds.go(self.place, collection, parts, name, number=len(self.history), seconds=seconds, dice=self.dice,
                         more=more)  # fmt: skip
        self.history.append(ran)
        for each in ran.faults:
            self.fault(f"round {ran.number} ({ran.collection}, {ran.trouble}): {each}")
        counts = states.counted(self.collections)
        print(f"{ran.number:4} {ran.collection:5} {ran.trouble:10} {ran.seconds:6.0f} s  exit {ran.code!s:4} "
              f"{ran.results:5} results  {len(self.faults)} faults  {counts}", flush=True)  # fmt: skip

    def _archive(self, *, fails: bool) -> None:
        mark = self.place.work / "archive-fails"
        mark.touch() if fails else mark.unlink(missing_ok=True)

    def _beside(self, name: str) -> "_Beside":
        kept = next(each for each in self.collections if not each.sends)
        more = {
            "validate": ["--since-ledger", str(kept.bags), "--json"],
            "audit": ["--sample", "10%", "--json"],
            "status": ["--json"],
        }
        return _Beside(self, name, self.place.command(name, "--bags", str(kept.bags), *more[name]), {0})

    def _hand_off(self, *, kill: bool) -> None:
        """`archiver handoff` of all that is there, killed after a while or not."""
        kept = next(each for each in self.collections if not each.sends)
        if not any(kept.bags.glob("*/bagit.txt")):
            return
        command = self.place.command("handoff", "--json", "--bags", str(kept.bags), str(kept.bags), kept.target)
        with _Beside(self, "handoff", command, {0} | ({-9} if kill else set())) as running:
            if kill:
                time.sleep(self.dice.uniform(0.5, 15))
                running.process.kill()


@dataclass
class _Beside:
    """A command beside a job; `allowed` are the exit codes that it may have."""

    soak: Soak
    name: str
    command: list[str]
    allowed: set[int]

    def __enter__(self) -> "_Beside":
        self.path = self.soak.place.work / "logs" / f"{self.name}-{self.soak.beside.total():04}"
        with self.path.with_suffix(".out").open("wb") as out, self.path.with_suffix(".err").open("wb") as err:
            self.process = subprocess.Popen(
                self.command, stdout=out, stderr=err, env=self.soak.place.env, start_new_session=True
            )
        return self

    def __exit__(self, *_: object) -> None:
        code = self.process.wait()
        self.soak.beside[f"{self.name}, exit {code}"] += 1
        said = self.path.with_suffix(".err").read_text("utf-8", "replace")
        if code not in self.allowed or "Traceback" in said:
            self.soak.fault(f"{self.name} ended with {code}: {said.strip()[-300:]} ({self.path.name})")
        for each in watch.gone(self.process.pid, 30):
            self.soak.fault(f"{self.name} left a process: {each.command[:100]}")


def summary(soak: Soak, reader: Reader, args: argparse.Namespace, seconds: float) -> None:
    """Write both files and print what a person wants to know."""
    kinds_done = Counter(each.trouble for each in soak.history)
    befell = Counter(
        words.split(" ")[0] if words.startswith("SIG") else words for each in soak.history for words in each.done
    )
    facts = {
        "command": sys.argv, "seeds": len(soak.plan), "seconds": round(seconds), "rounds": len(soak.history),
        "seed": args.dice, "troubles": dict(kinds_done), "befell": dict(befell), "beside": dict(soak.beside),
        "outcomes": states.counted(soak.collections), "served": dict(reader.statuses), "faults": soak.faults,
        "kinds": dict(Counter(each.kind.name for each in soak.plan)),
        "forms": dict(Counter(form for form, _ in soak.forms.values())),
        "made_without": [name for name, there in (("browser", soak.place.browser),
                                                   ("small disk", soak.collections[1].disk)) if not there],
    }  # fmt: skip
    log = [asdict(each) for each in soak.history]
    (soak.place.work / "soak.json").write_text(json.dumps(facts | {"log": log}, indent=1), "utf-8")
    lines = [f"{name}: {value}" for name, value in facts.items() if name != "faults"]
    lines += [f"{len(soak.faults)} faults", *(f"  {each}" for each in soak.faults)]
    (soak.place.work / "soak.txt").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


def prepared(args: argparse.Namespace, work: Path, stack: ExitStack) -> Soak:
    """Seeds, collections and servers of a soak."""
    dice, seeds = random.Random(args.dice), work / "seeds"
    (work / "logs").mkdir()
    place = Place(work=work, browser=places.has_browser() and not args.no_browser)
    plan = list(kinds.planned(args.seeds, browser=place.browser, corpus=args.corpus is not None, dice=dice))
    forms = documents.write(seeds, plan, dice)
    parts = sorted(seeds.iterdir())
    disk = work / "disk"
    mounted = stack.enter_context(places.small_disk(disk, 48 + args.seeds // 25))
    kept = Collection("kept", work / "kept", parts[::2], sends=False)
    sent = Collection("sent", disk / "sent", parts[1::2], sends=True, disk=disk if mounted else None)
    kept.bags.mkdir()
    sent.bags.mkdir()
    stack.enter_context(places.servers(place, args.seeds, args.corpus))
    place.own = {each.pid for each in watch.naming(work, set())}
    return Soak(place, plan, forms, [kept, sent], dice, tuple(args.only or rounds.TROUBLES))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seeds", type=int, default=300)
    options.add_argument(
        "--minutes", type=float, default=10.0, help="of trouble; then come jobs without, and the judgement"
    )
    options.add_argument("--dice", type=int, default=1, help="what chance begins with (default: 1)")
    options.add_argument("--corpus", type=Path, help="folder of real pages (*.html.gz), whose right state is not known")
    options.add_argument(
        "--only", metavar="TROUBLE", action="append", choices=rounds.TROUBLES, help="these troubles alone"
    )
    options.add_argument("--no-browser", action="store_true")
    options.add_argument("--work", type=Path, help="an empty folder with a short path (default: a new one in /tmp)")
    args = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers end
    work = args.work or Path(f"/tmp/soak-{os.getpid()}")
    work.mkdir(parents=True, exist_ok=False)
    documents.PART = max(10, min(documents.PART, args.seeds // 6))
    begun = time.monotonic()
    with ExitStack() as stack:
        soak = prepared(args, work, stack)
        print(f"{len(soak.plan)} seeds in {work}", flush=True)
        reader = Reader(soak.place, soak.collections[0].bags)
        soak.place.own.add(reader.process.pid)
        try:
            soak.trouble(begun + 60 * args.minutes)
            soak.settle()
            soak.judge(reader)
        finally:
            reader.process.kill()
        summary(soak, reader, args, time.monotonic() - begun)
    return 1 if soak.faults else 0


if __name__ == "__main__":
    sys.exit(main())
