"""Damages to the custody log."""

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from builders.bags import WARC
from builders.pki import NOW

from archiver.trust.custody import append
from damages.trust.table import AGENT, EVENT, P7S, SEAL, damage, hashed, write_signature


def edit_event(bag: Path, name: str = EVENT, **fields: Any) -> None:
    path = bag / name
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


@damage("CUS001", "CUS003")
def event_that_is_not_json(bag, pki, tmp):
    (bag / EVENT).write_text("garbage")


@damage("CUS001", "CUS003")
def event_nested_very_deep(bag, pki, tmp):
    (bag / EVENT).write_text("[" * 100_000)


@damage("CUS001", "CUS003")
def event_without_its_seal(bag, pki, tmp):
    edit_event(bag, seal=None)


@damage("CUS001", "CUS003")
def event_whose_time_is_none(bag, pki, tmp):
    edit_event(bag, time="2026-13-01T00:00:00Z")


@damage("CUS003")
def event_rewritten(bag, pki, tmp):
    edit_event(bag, detail={"note": "another"})


@damage("CUS002", "CUS003")
def event_taken_away(bag, pki, tmp):
    (bag / EVENT).unlink()


@damage("CUS008", "CUS003")
def event_of_the_same_number(bag, pki, tmp):
    shutil.copy(bag / EVENT, bag / "signatures/custody/0001-receipt.json")
    edit_event(bag, "signatures/custody/0001-receipt.json", event="receipt")


@damage("CUS004", "CUS003")
def event_of_another_bag(bag, pki, tmp):
    edit_event(bag, seal="0" * 64)


@damage("CUS005", "CUS007")
def event_earlier_than_the_one_before(bag, pki, tmp):
    append(bag, "handoff", at=NOW - timedelta(days=2), agent=AGENT, detail={})


@damage("CUS007")
def event_after_the_last_that_is_signed(bag, pki, tmp):
    append(bag, "handoff", at=NOW + timedelta(days=2), agent=AGENT, detail={})


@damage("CUS006")
def a_stranger_among_the_events(bag, pki, tmp):
    (bag / "signatures/custody/notes.txt").write_text("x")


@damage("CUS007", "SIG003")
def signed_event_rewritten(bag, pki, tmp):
    edit_event(bag, "signatures/custody/0002-signature.json", outcome="failure")


@damage("CUS007")
def log_rewritten_with_its_signatures_taken_away(bag, pki, tmp):
    for each in (bag / "signatures/custody").glob("*.json.*"):
        each.unlink()
    edit_event(bag, detail={"note": "forged"})
    edit_event(bag, "signatures/custody/0002-signature.json", previous=hashed(bag / EVENT))


@damage(*["CUS009"] * 5, "CUS012", "SIG031", "SIG031", "TSR008")
def signature_replaced_by_that_of_another(bag, pki, tmp):
    write_signature(bag, pki.second, tmp)


@damage(*["CUS009"] * 6)
def signatures_stripped_and_their_event_left(bag, pki, tmp):
    for each in (bag / "signatures").glob(f"{SEAL}.*"):
        each.unlink()


@damage("CUS007", "SIG010")
def events_of_the_signature_taken_away(bag, pki, tmp):
    for each in (bag / "signatures/custody").glob("0002-*"):
        each.unlink()


@damage("SIG010")
def whole_log_taken_away(bag, pki, tmp):
    shutil.rmtree(bag / "signatures/custody")


@damage("CUS007", "CUS010")
def event_with_a_false_digest(bag, pki, tmp):
    detail = {"warc": [{"path": WARC, "sha256": "0" * 64}, {"path": SEAL, "sha256": hashed(bag / SEAL)}]}
    append(bag, "sealing", at=NOW, agent=AGENT, detail=detail)


@damage("CUS007", "CUS009")
def event_with_the_digest_of_a_file_that_is_not_there(bag, pki, tmp):
    append(bag, "sealing", at=NOW, agent=AGENT, detail={"warc": [{"path": "data/../x", "sha256": "0" * 64}]})


@damage("CUS007", "CUS013")
def signature_said_to_be_replaced_by_nobody_knows_whom(bag, pki, tmp):
    append(bag, "replacement", at=NOW, agent=AGENT, detail={"removed": [{"file": "signatures/x.p7s"}], "reason": "old"})


@damage("CUS007", "CUS012", "CUS012")
def event_about_another_bag_and_capture(bag, pki, tmp):
    detail = {"bag": {"identifier": "urn:uuid:x"}, "captured": {"started": "2020-01-01T00:00:00Z"}}
    append(bag, "sealing", at=NOW, agent=AGENT, detail=detail)


@damage("CUS007", "CUS012")
def event_that_names_another_signer(bag, pki, tmp):
    append(bag, "signature", at=NOW, agent=AGENT, detail={"files": [P7S], "certificate_sha256": "0" * 64})
