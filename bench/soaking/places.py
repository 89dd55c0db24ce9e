"""Where a soak lies on disk, its servers, and what they are called."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests/support"))
from servers import seaweed

ROOT = Path(__file__).parents[2]
BUCKET = "library"
SETTINGS = """pace = 0.02
host_rest_seconds = 5.0
[limits]
connect_seconds = 5.0
read_seconds = 6.0
exchange_seconds = 15.0
requisites_seconds = 20.0
browser_seconds = 40.0
response_bytes = 4194304
retries = 3
backoff_seconds = 0.2
retry_after_seconds = 5.0
[[archives]]
name = "the archive of the soak"
family = "pywb"
url = "http://127.0.0.1:{archive}/all/"
"""


@dataclass
class Collection:
    """A bags folder and the parts of the seeds that are archived into it; `sends` is whether its jobs deliver."""

    name: str
    bags: Path
    parts: list[Path]
    sends: bool
    disk: Path | None = None
    """The small disk that it lies on, if it has one."""

    @property
    def target(self) -> str:
        return f"s3://{BUCKET}/{self.name}"


@dataclass
class Place:
    """Everything that belongs to one soak."""

    work: Path
    ports: dict[str, int] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    s3: str = ""
    browser: bool = True
    own: set[int] = field(default_factory=set)
    """The processes of the servers, which are there until the end."""

    @property
    def temporary(self) -> Path:
        return self.work / "t"

    @property
    def clock(self) -> Path:
        return self.work / "clock"

    def command(self, *words: str, stepped: bool = False) -> list[str]:
        """A command of archiver; `stepped` is whether it sees the clock that `self.clock` sets."""
        program = [str(Path(__file__).parent / "stepped.py"), str(self.clock)] if stepped else ["-m", "archiver"]
        return [sys.executable, *program, *words, "--config", str(self.work / "archiver.toml")]

    def run(self, collection: Collection, parts: list[Path], *more: str, stepped: bool = False) -> list[str]:
        """The command of a job."""
        ports = self.ports
        to = {80: ports["plain"], 443: ports["tls"], 8443: ports["untrusted"], 82: ports["closed"]}
        connect = [part for port, there in to.items() for part in ("--connect-to", f":{port}:127.0.0.1:{there}")]
        deliver = ["--deliver", collection.target] if collection.sends else []
        browser = ["--browser-no-sandbox"] if self.browser else ["--browser", "never"]
        words = ["run", "--json", "--bags", str(collection.bags), "--ca-bundle", str(self.work / "ca.pem")]
        return self.command(*words, *connect, *deliver, *browser, *more, *map(str, parts), stepped=stepped)


@contextmanager
def small_disk(at: Path, mib: int) -> Iterator[bool]:
    """A disk of so many MiB; False where mounting is not allowed, and then it is a folder."""
    at.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(at)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(at)], check=False)


@contextmanager
def servers(place: Place, seeds: int, corpus: Path | None) -> Iterator[None]:
    """The hosts and the S3 server."""
    with ExitStack() as stack:
        words = [sys.executable, str(Path(__file__).parent / "hosts.py"), str(place.work), str(seeds)]
        site = subprocess.Popen(
            [*words, *([str(corpus)] if corpus else [])], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        stack.callback(site.wait)
        stack.callback(site.kill)
        assert site.stdout
        place.ports = json.loads(site.stdout.readline())
        place.s3 = stack.enter_context(seaweed.running(place.work / "s3"))
        place.env = environment(place)
        client(place).create_bucket(Bucket=BUCKET)
        (place.work / "archiver.toml").write_text(SETTINGS.format(**place.ports), "utf-8")
        yield


def environment(place: Place, clean: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What the commands are started with: temporary files and home in the work folder, credentials of the S3 server."""
    kept = {name: value for name, value in clean.items() if not name.startswith(("AWS_", "FAKETIME"))}
    for each in (place.temporary, place.work / "home"):
        each.mkdir(exist_ok=True)
    access = {"ACCESS_KEY_ID": seaweed.KEY, "SECRET_ACCESS_KEY": seaweed.SECRET, "ENDPOINT_URL": place.s3,
            "DEFAULT_REGION": "us-east-1", "EC2_METADATA_DISABLED": "true", "CONFIG_FILE": "none",
            "SHARED_CREDENTIALS_FILE": "none"}  # fmt: skip
    return kept | {f"AWS_{name}": value for name, value in access.items()} | {
        "TMPDIR": str(place.temporary), "HOME": str(place.work / "home"), "PYTHONPATH": str(ROOT),
        "PYTHONFAULTHANDLER": "1"}  # fmt: skip


def client(place: Place):  # type: ignore[no-untyped-def]
    """A client of the S3 server."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        endpoint_url=place.s3,
        aws_access_key_id=seaweed.KEY,
        aws_secret_access_key=seaweed.SECRET,
        region_name="us-east-1",
        config=Config(retries={"max_attempts": 5}),
    )


def has_browser() -> bool:
    """Whether there is a browser and what drives it."""
    from archiver.browser.available import missing
    from archiver.config import Config

    return missing(Config(browser_no_sandbox=True)) is None
