"""A librarian's batch, on the same pages: `wget -p --warc-file`, the trafilatura command line, `bagit.py`.

What lies between the tools (a folder for each page) is not timed.
"""

import contextlib
import ctypes
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one command took: seconds, CPU seconds and peak memory in MiB of its largest process, its exit code."""

    wall: float
    cpu: float
    peak: float
    code: int

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            wall=self.wall + other.wall,
            cpu=self.cpu + other.cpu,
            peak=max(self.peak, other.peak),
            code=max(self.code, other.code),
        )


def cost(command: Sequence[str | Path], *, cwd: Path, log: Path) -> Cost:
    """Run a command to its end. CPU and memory are those of all its processes, also of those that outlive it."""
    _adopt_orphans()
    with log.open("ab") as out:
        started = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, command)), cwd=cwd, stdout=out, stderr=out, stdin=subprocess.DEVNULL, process_group=0
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)  # Popen must not wait for what is gone
    uses = [used]
    with contextlib.suppress(ChildProcessError):
        while True:
            uses.append(os.wait4(-process.pid, 0)[2])
    cpu = sum(each.ru_utime + each.ru_stime for each in uses)
    return Cost(wall=wall, cpu=cpu, peak=max(each.ru_maxrss for each in uses) / 1024, code=process.returncode)


def _adopt_orphans() -> None:
    """Become the parent of processes whose own has gone (Linux, prctl(2)): those that archiver's workers are forked
    from end by themselves, after it, and nobody else would hear what they took."""
    if ctypes.CDLL(None, use_errno=True).prctl(36, 1, 0, 0, 0) != 0:  # PR_SET_CHILD_SUBREAPER
        raise SystemExit("this machine does not say what a command's processes take: the benchmark needs Linux")


def wget(work: Path, urls: Sequence[str], *, proxy: str) -> Cost:
    """All addresses and what their pages need into `work/pages/` and one `work/pages.warc.gz`."""
    (work / "urls.txt").write_text("\n".join(urls) + "\n", "utf-8")
    options = ["--no-verbose", "--tries=1", "--page-requisites", "--force-directories", "--directory-prefix=pages"]
    options += ["-e", "use_proxy=on", "-e", f"http_proxy={proxy}", "-e", "robots=off"]
    return cost(["wget", *options, "--warc-file=pages", "--input-file=urls.txt"], cwd=work, log=work / "wget.log")


def flatten(work: Path, urls: Sequence[str]) -> list[Path]:
    """The fetched pages in one folder, `work/flat/*.html`, in the order of their addresses. Not timed."""
    flat = work / "flat"
    flat.mkdir()
    pages = []
    for number, url in enumerate(urls):
        pages.append(flat / f"{number:05}.html")
        shutil.copyfile(work / "pages" / url.partition("://")[2], pages[-1])
    return pages


def trafilatura(work: Path, tool: Path, *, processes: int) -> Cost:
    """`work/flat/*.html` into `work/text/*.txt`."""
    # Called in the folder itself: with --keep-dirs it repeats a folder's name in the path and finds no such place.
    options = ["--input-dir", ".", "--output-dir", "../text", "--keep-dirs", "--no-comments", "--parallel", processes]
    return cost([tool, *map(str, options)], cwd=work / "flat", log=work / "trafilatura.log")


def bagit(work: Path, tool: Path, pages: Sequence[Path], *, together: bool = False) -> Cost:
    """A bag of each page and its text, in one call; or one bag of all of them `together`."""
    for page in pages:
        bag = work / "bags" / ("all" if together else page.stem)
        bag.mkdir(parents=True, exist_ok=True)
        text = work / "text" / f"{page.stem}.txt"
        for file in (page, text) if text.is_file() else (page,):
            shutil.copyfile(file, bag / file.name)
    bags = sorted((work / "bags").iterdir())
    return cost([tool, "--quiet", "--sha256", "--sha512", *bags], cwd=work, log=work / "bagit.log")
