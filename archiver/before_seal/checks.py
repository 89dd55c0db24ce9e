"""The checks before sealing, one after another: what is looked at, what each program found, or why it was not made."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archiver.bag.sanitize import one_line
from archiver.before_seal.bounded_run import NotRun, Ran, bounded_run
from archiver.before_seal.identify import FIDO, SIEGFRIED, Garbage, of_fido, of_siegfried
from archiver.before_seal.warc_contents import Contents, take_out
from archiver.config.before_seal import BeforeSeal, Command
from archiver.errors import StorageError
from archiver.model.check import Check, Checked, CheckKind, Flag, FormatFound

_FLAGS = 200
"""Hits of one check that are kept."""
_FORMATS = 20_000
_EXCEEDED = "Heuristics.Limits.Exceeded"
"""What ClamAV says of a file that is larger, or more deeply packed, than it scans: no virus, and no clean file."""
_SCANS: dict[str, tuple[list[str], list[str]]] = {
    "clamdscan": (["--fdpass", "--multiscan"], ["what exceeds the limits that the daemon is set to (clamd.conf)"]),
    "clamscan": (
        ["--recursive", "--alert-exceeds-max=yes", "--max-filesize=2000M", "--max-scansize=2000M"],
        [],
    ),
}
"""Program -> its options, and what it may leave out without a word."""
_AFTER = "provenance.json, what is in metadata/ and the crate: they are written after the checks"


@dataclass(frozen=True, slots=True)
class _Scene:
    """What is looked at: the payload so far, and what its WARC files hold."""

    settings: BeforeSeal
    payload: Path
    contents: Path
    taken: Contents
    home: Path
    now: Callable[[], datetime]

    def place(self, printed: str) -> Checked | None:
        """What a printed path is."""
        path = Path(printed)
        if path.is_relative_to(self.contents):
            return self.taken.files.get(path.name)
        if path.is_relative_to(self.payload):
            return Checked(path=path.relative_to(self.payload).as_posix())
        return None

    def run(self, arguments: Sequence[str]) -> Ran | NotRun:
        settings = self.settings
        return bounded_run(
            arguments,
            self.home,
            seconds=settings.seconds,
            output_bytes=settings.output_bytes,
            processes=settings.processes,
        )

    def made(
        self,
        name: str,
        kind: CheckKind,
        tool: str,
        started: datetime,
        *,
        reason: str | None = None,
        flags: Sequence[Flag] = (),
        formats: Sequence[FormatFound] = (),
        looked_at: int = 0,
        left_out: Sequence[str] = (),
    ) -> Check:
        """A check with its outcome: not made where there is a reason."""
        return Check(
            name=name,
            kind=kind,
            tool=tool,
            started=started,
            outcome="not made" if reason else "flagged" if flags else "passed",
            reason=reason,
            looked_at=looked_at,
            flags=tuple(flags[:_FLAGS]),
            formats=tuple(formats[:_FORMATS]),
            left_out=() if reason else (*left_out, *self.taken.left_out[:_FLAGS], _AFTER),
        )


def run_checks(
    payload: Path, warcs: Sequence[str], settings: BeforeSeal, work: Path, now: Callable[[], datetime]
) -> tuple[Check, ...]:
    """Run what the settings ask for over the payload below `payload` and what is in its WARC files; temporary files go
    below `work`, and away again. Raises StorageError; whatever a program does, it raises nothing."""
    if not settings.asked:
        return ()
    try:
        work.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="checks-", dir=work) as home:
            contents = Path(home).resolve() / "contents"
            contents.mkdir()
            taken = take_out([(each, payload / each) for each in warcs], contents, settings.content_bytes)
            scene = _Scene(settings, payload.resolve(), contents, taken, Path(home).resolve(), now)
            found = [] if settings.identify == "never" else [_identify(scene)]
            found += [] if settings.virus_scan == "never" else [_scan(scene)]
            return (*found, *(_own(scene, each) for each in settings.commands))
    except OSError as error:
        raise StorageError.from_os("run the checks before sealing", error) from error


def _program(asked: str, known: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """Of (name, program) the first that is installed and was asked for."""
    wanted = [each for each in known if asked in ("auto", each[0])]
    return next((each for each in wanted if shutil.which(each[1])), None)


def _identify(scene: _Scene) -> Check:
    name, started, asked = "format identification", scene.now(), scene.settings.identify
    found = _program(asked, (("siegfried", "sf"), ("fido", "fido")))
    if found is None:
        which = {"auto": "neither sf (Siegfried) nor fido", "siegfried": "no sf (Siegfried)"}.get(asked, "no fido")
        return scene.made(name, "format identification", asked, started, reason=f"{which} is installed")
    tool = "Siegfried" if found[0] == "siegfried" else "fido"
    arguments = SIEGFRIED if tool == "Siegfried" else FIDO
    ran = scene.run([*arguments, str(scene.payload), str(scene.contents)])
    if isinstance(ran, NotRun):
        return scene.made(name, "format identification", tool, started, reason=ran.reason)
    if ran.code not in (0, 1):
        return scene.made(name, "format identification", tool, started, reason=_failed(tool, ran))
    try:
        if tool == "Siegfried":
            tool, seen, formats = of_siegfried(ran.output, scene.place)
        else:
            seen, formats = of_fido(ran.output, scene.place)
    except Garbage as error:
        return scene.made(
            name, "format identification", tool, started, reason=f"{tool} printed something else: {error}"
        )
    if not seen:
        return scene.made(name, "format identification", tool, started, reason=f"{tool} looked at no file")
    return scene.made(name, "format identification", tool, started, formats=formats, looked_at=seen)


def _failed(tool: str, ran: Ran) -> str:
    said = f": {one_line(ran.errors)[:200]}" if ran.errors else ""
    return f"{tool} failed with exit code {ran.code}{said}"


def _scan(scene: _Scene) -> Check:
    name, started, asked = "virus scan", scene.now(), scene.settings.virus_scan
    found = _program(asked, (("clamdscan", "clamdscan"), ("clamscan", "clamscan")))
    if found is None:
        which = "neither clamdscan nor clamscan" if asked == "auto" else f"no program {asked}"
        return scene.made(name, "virus check", asked, started, reason=f"{which} is installed")
    program = found[1]
    version = scene.run([program, "--version"])
    tool = one_line(version.output.decode("utf-8", "replace"))[:80] if isinstance(version, Ran) else program
    options, left_out = _SCANS[program]
    unscanned = list(left_out)
    ran = scene.run([program, "--infected", *options, str(scene.payload), str(scene.contents)])
    if isinstance(ran, NotRun):
        return scene.made(name, "virus check", tool or program, started, reason=ran.reason)
    if ran.code not in (0, 1):
        return scene.made(name, "virus check", tool or program, started, reason=_failed(program, ran))
    flags = []
    for line in ran.output.decode("utf-8", "replace").splitlines():
        path, _, said = line.rpartition(": ")
        if said.startswith(_EXCEEDED) and path:
            of = scene.place(path)
            where = (of.record_id or of.path) if of else "a file"
            unscanned.append(f"{where}: it exceeds what {program} scans ({one_line(said)[:100]})")
        elif said.endswith(" FOUND") and path:
            flags.append(Flag(of=scene.place(path), message=one_line(said.removesuffix(" FOUND"))[:200]))
    found_any = bool(flags) or len(unscanned) > len(left_out)
    if (ran.code == 1) != found_any or b"SCAN SUMMARY" not in ran.output:
        reason = f"{program} printed something else than a scan's summary, with exit code {ran.code}"
        return scene.made(name, "virus check", tool or program, started, reason=reason)
    seen = sum(1 for each in scene.payload.rglob("*") if each.is_file()) + len(scene.taken.files)
    seen -= len(unscanned) - len(left_out)
    return scene.made(
        name, "virus check", tool or program, started, flags=flags, looked_at=seen, left_out=unscanned[:_FLAGS]
    )


def _own(scene: _Scene, command: Command) -> Check:
    """A program of the user's: exit code 0 passes, 1 flags with each line that it prints, any other is a failure."""
    started = scene.now()
    places = {"{payload}": str(scene.payload), "{contents}": str(scene.contents)}
    arguments = [places.get(each, each) for each in command.run]
    ran = scene.run(arguments)
    if isinstance(ran, NotRun):
        return scene.made(command.name, "execution", command.run[0], started, reason=ran.reason)
    if ran.code not in (0, 1):
        return scene.made(command.name, "execution", command.run[0], started, reason=_failed(command.run[0], ran))
    flags = []
    if ran.code == 1:
        lines = [line for line in ran.output.decode("utf-8", "replace").splitlines() if line.strip()]
        flags = [_flag(scene, line) for line in lines[:_FLAGS]] or [Flag(of=None, message="exit code 1")]
    seen = sum(1 for each in scene.payload.rglob("*") if each.is_file()) + len(scene.taken.files)
    return scene.made(command.name, "execution", command.run[0], started, flags=flags, looked_at=seen)


def _flag(scene: _Scene, line: str) -> Flag:
    """A line `PATH: MESSAGE`, or a message."""
    path, _, said = line.partition(": ")
    of = scene.place(path)
    return Flag(of=of, message=one_line(said if of else line)[:500])
