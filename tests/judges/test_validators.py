"""What other people's validators say of the demo's bags, and of access copies of them: py-wacz and roc-validator (`make
judges` runs them)."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from jobs.whole import story
from places import SHARED
from servers.newsroom import seed_document
from servers.wire import Server

from archiver.cli import main
from archiver.demo.tour import run_demo
from archiver.packaging.package import package
from archiver.packaging.source import source

CONTEXT = SHARED / "schemas" / "ro-crate-1.2-context.jsonld"
pytestmark = pytest.mark.judges


def needs(module: str, package: str) -> pytest.MarkDecorator:
    absent = importlib.util.find_spec(module) is None
    return pytest.mark.skipif(absent, reason=f"{package} is not installed: 'make judges' does that")


@pytest.fixture(scope="module")
def bags(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("demo") / "bags"
    run_demo(folder, say=lambda _: None)
    _with_an_odd_address(folder)
    sealed = sorted(each for each in folder.iterdir() if not each.name.startswith("."))
    (folder.parent / "copies").mkdir()
    assert main(["handoff", "--quiet", "--redact", "--form", "folder", str(folder), str(folder.parent / "copies")]) == 0
    return [*sealed, *(folder.parent / "copies" / f"{each.name}-redacted" for each in sealed)]


def _with_an_odd_address(folder: Path) -> None:
    """A bag of a page whose address browsers send as it is, and which is not a URI by RFC 3986."""
    path = "/news/odd[1]|100%/x?ids[]=3&s=%7E|\\"
    seed = folder.parent / "odd.txt"
    seed.write_text(seed_document(1).replace("/news/1", path), "utf-8")
    with Server({path: [story(1)]}) as server:
        to = f":80:127.0.0.1:{server.port}"
        assert main(["run", str(seed), "--quiet", "--bags", str(folder), "--connect-to", to, "--pace", "0"]) == 0


@needs("wacz", "wacz (py-wacz)")
def test_py_wacz_calls_every_zipped_folder_a_valid_wacz(bags, tmp_path):
    for bag in bags:
        target = tmp_path / f"{bag.name}.wacz"
        target.write_bytes(b"".join(package(source(bag), "wacz").items[-1].stream()))
        code = "import sys; from wacz.main import main; sys.exit(main(sys.argv[1:]))"
        command = [sys.executable, "-c", code, "validate", "-f", str(target)]
        judged = subprocess.run(command, capture_output=True, text=True, check=False)
        assert judged.returncode == 0, judged.stdout + judged.stderr
        assert "is valid" in judged.stdout + judged.stderr


_OFFLINE = """
import io, sys, requests
from pathlib import Path
from urllib3.response import HTTPResponse
context = Path(sys.argv[1]).read_bytes()

def send(self, request, **_):
    if "ro/crate/1.2" not in request.url:
        raise requests.ConnectionError(f"no network in tests: {request.url}")
    answer = requests.Response()
    answer.status_code, answer.url, answer.request = 200, request.url, request
    answer.headers["Content-Type"] = "application/ld+json"
    answer.raw = HTTPResponse(io.BytesIO(context), headers=dict(answer.headers), status=200, preload_content=False)
    return answer

requests.adapters.HTTPAdapter.send = send
from rocrate_validator import models, services
failed = 0
for crate in sys.argv[2:]:
    settings = services.ValidationSettings(rocrate_uri=crate, profile_identifier="ro-crate-1.2",
        requirement_severity=models.Severity.REQUIRED, abort_on_first=False, skip_availability_check=True)
    for issue in services.validate(settings).get_issues():
        failed += 1
        print(crate, issue.check.identifier, issue.message)
sys.exit(1 if failed else 0)
"""


@needs("rocrate_validator", "roc-validator")
@pytest.mark.shared
@pytest.mark.skipif(not CONTEXT.is_file(), reason="../shared/schemas is absent: no copy of the crate's context")
def test_roc_validator_finds_nothing_required_missing_in_any_crate(bags):
    command = [sys.executable, "-c", _OFFLINE, str(CONTEXT), *(str(bag / "data") for bag in bags)]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr
