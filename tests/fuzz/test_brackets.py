"""Whatever stands in the place of a job's bracket, in a bag or beside it: it is judged in words, and nothing raises."""

import json
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from builders.bags import RECORD, Builder, good_record
from builders.pki import NOW, Authorities, needs_openssl
from fuzzing import JSON, changed, damaged
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.digest import sha256
from archiver.model import Report
from archiver.model.bracket import CLOSING_FILES, OPENING_FILES, closing_of, folder_of
from archiver.validation.trust.policy import Trust
from archiver.validation.validator import validate_bag

pytestmark = needs_openssl
JOB = "urn:uuid:11111111-2222-4333-8444-555555555555"
STATEMENT = json.dumps({"bracket": "opening", "job": JOB, "nonce": "0" * 64, "time": "2026-01-01T00:00:00Z"}).encode()
WRONG = (b"[" * 2000, b"\xff", b"null", b'{"job": 1}', b'{"job": "x", "job": "y"}')


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes, bytes]:
    """The token of STATEMENT, certificates, and the roots."""
    folder = tmp_path_factory.mktemp("tokens")
    pki = Authorities(folder, "http://127.0.0.1:9")
    (folder / "statement").write_bytes(STATEMENT)
    command = ["openssl", "ts", "-query", "-data", str(folder / "statement"), "-sha256", "-cert"]
    token = pki.timestamp(subprocess.run(command, check=True, capture_output=True).stdout)
    return token, pki.tsa.pem(), pki.roots.read_bytes()


@pytest.fixture(scope="module")
def judged(made, tmp_path_factory) -> Callable[..., Report]:
    """Writes a bag with an opening and a closing beside it, and validates it."""
    folder = tmp_path_factory.mktemp("fuzz") / "bags"

    def judge(stated: Any, opening: tuple[bytes, ...], closing: tuple[bytes, ...]) -> Report:
        shutil.rmtree(folder, ignore_errors=True)
        builder = Builder()
        builder.record = None
        builder.payload[RECORD] = json.dumps({**good_record(), "bracket": stated}).encode()
        builder.payload |= {f"data/evidence/bracket/{n}": data for n, data in zip(OPENING_FILES, opening, strict=True)}
        bag = builder.write(folder / "bag")
        beside = folder_of(folder, JOB)
        assert beside is not None
        beside.mkdir(parents=True)
        for name, data in zip(CLOSING_FILES, closing, strict=True):
            (beside / name).write_bytes(data)
        report = validate_bag(bag, trust=Trust(roots=made[2]))
        assert all("\n" not in each.message for each in report.findings)
        return report

    return judge


def of(token: bytes) -> dict[str, Any]:
    files = {"file": "evidence/bracket/opening.json", "token": "evidence/bracket/opening.json.tsr"}
    return {"job": JOB, **files, "sha256": sha256(token), "time": "2026-01-01T00:00:00Z"}


@given(st.data())
@settings(deadline=None)
def test_any_bracket_is_judged_and_one_that_was_changed_is_not_passed_over(judged, made, data):
    token, chain, _ = made
    stated = data.draw(st.just(of(token)) | changed(of(token)) | JSON)
    opening = (
        data.draw(st.just(STATEMENT) | damaged(STATEMENT, *WRONG)),
        data.draw(st.just(token) | damaged(token)),
        data.draw(st.just(chain) | damaged(chain)),
    )
    report = judged(stated, opening, (closing_of(JOB, sha256(token), NOW, []), token, chain))
    if opening[:2] != (STATEMENT, token) and stated == of(token):
        assert {"BRK001", "BRK002"} & {each.code for each in report.findings}


@given(st.data())
@settings(deadline=None)
def test_any_closing_beside_a_bag_is_judged(judged, made, data):
    token, chain, _ = made
    closing = closing_of(JOB, sha256(token), NOW, [("bag", "0" * 64)])
    files = tuple(data.draw(st.just(each) | damaged(each, *WRONG)) for each in (closing, token, chain))
    judged(of(token), (STATEMENT, token, chain), files)
