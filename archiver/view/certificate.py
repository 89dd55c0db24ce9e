"""A draft certificate of authenticity: what the record and a validation say of one capture, for a person to sign.

Facts in, text or a page out. It states nothing that the record, the manifests and the report do not, says what was not
checked, and claims no law to be satisfied: what a certificate must declare, who signs knows. An annex, on demand, has
blanks for a statement of the process (`certificate_annex.py`).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from archiver.escape import counted
from archiver.model import Report
from archiver.model.comparison_words import VERDICTS, line_words, source_words
from archiver.model.day_words import day_words
from archiver.model.import_words import import_rows
from archiver.model.outcome_words import answer_words, witness_words
from archiver.model.second_view import lines_that_differ, second_view_words
from archiver.validation.rules.markdown import CHECKS
from archiver.view.rendering_rows import rendering_rows
from archiver.view.terminal import copy_of, credits_once, one_line

LONGEST = 1_000
"""Characters of a value that are shown."""
MOST = 100
"""Redirects, findings or credits that are listed; the record has them all."""
_PROVEN = frozenset(
    [
        "SIG005",
        "SIG020",
        "SIG021",
        "SIG022",
        "SIG024",
        "SIG031",
        "TSR005",
        "TSR008",
        "TSR020",
        "TSR021",
        "TSR022",
        "TSR024",
        "CUS007",
        "CUS011",
        "CUS013",
        "CUS014",
        "SIG010",
    ]
)
"""What is found of signatures, timestamps and custody without being an error."""
_ABSENT = {
    "signature": "The bag carries no signature: nothing in it shows who vouches for it.",
    "timestamp": "The bag carries no timestamp: nothing but its own record shows since when it exists.",
}
_NEEDED = frozenset(CHECKS) - {"members", "original", "profile", "second-opinion"}
"""The checks that a certificate rests on; the others are for other kinds of bags, or made on request."""
_UNPROVEN = (
    "One client at one place saw this, once: another reader, place or moment may have been served something else.",
    "Whether events after the last signed one were removed from the end of the custody log: only receipts show that.",
    "Whether the site served the same to others, or at other times.",
    "Whether what the page says is true, and who wrote it: authors, dates and credits are as claimed there.",
    "Whether the clock of the machine was right, where nothing above says that it was checked.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a certificate is drawn up from: the record, and the report of a validation made just before; `digests` are
    those of the manifest, path in the bag -> SHA-256; `moment` is when it is drawn up."""

    name: str
    identifier: str | None
    seal: str
    digests: Mapping[str, str]
    record: Mapping[str, Any]
    report: Report
    moment: datetime
    software: str
    content: bool = True
    """Whether sentences of the page may be repeated: credits and notices as they stand there."""


Row: TypeAlias = tuple[str, str | None]
"""A label and what stands for it: None is a blank to be filled in. Without a label, a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A numbered part of a certificate."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate before it is text: everything from outside is visible and on one line."""

    title: str
    preamble: str
    sections: tuple[Section, ...]


def certificate(facts: Facts) -> Certificate:
    """Draw up a certificate. Raises LookupError, TypeError and the like for a record that is not as its schema says."""
    parts = (
        ("What was captured", _what(facts)),
        ("When", _when(facts)),
        ("From where", _where(facts)),
        ("How", _how(facts)),
        ("By whom", _whom(facts)),
        ("Digests (SHA-256)", _digests(facts)),
        ("Relation to the document that was kept (the seed)", _seed(facts)),
        ("What was checked when this was drawn up", _checked(facts)),
        ("What was not checked, and what this does not show", _unchecked(facts)),
        ("To be completed by the person who signs", _blanks()),
    )
    return Certificate(
        title="Draft certificate of authenticity of an archived web page",
        preamble=f"Drawn up by {one_line(facts.software)} on {_utc(facts.moment)} from the bag {one_line(facts.name)}. "
        "Sections 1 to 9 repeat what the bag's record, its manifests and a validation state. It is a draft: it "
        "certifies nothing before a person has read it, completed section 10 and signed.",
        sections=tuple(
            Section(heading=f"{number}. {heading}", rows=tuple((label, _shown(value)) for label, value in rows))
            for number, (heading, rows) in enumerate(parts, start=1)
        ),
    )


def _shown(value: str | None) -> str | None:
    if value is None:
        return None
    shown = one_line(value) or "(empty)"
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]} ... (cut here; the record has all of it)"


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _or(value: object, otherwise: str = "not stated") -> str:
    return otherwise if value is None or value == "" else str(value)


def _what(facts: Facts) -> Iterator[Row]:
    capture = facts.record["capture"]
    yield "Address asked for", capture["requested_url"]
    for address in capture["redirects"][:MOST]:
        yield "Redirected to", address
    yield "Address that answered", _or(capture["final_url"], "none")
    yield "Outcome", ": ".join(filter(None, (capture["outcome"], capture["reason"])))
    yield "HTTP status", _or(capture["status"], "none")
    yield "In words", _in_words(capture)
    yield "Cut short", _or(capture["truncated"], "no")
    headlines = facts.record["claims"]["headline"]
    yield "Headline", f"{headlines[0]['value']} ({headlines[0]['source']})" if headlines else "none found"
    for each in credits_once(facts.record)[:MOST]:
        role = each.role.replace(" (image)", ", image")
        words = f": {each.text}" if facts.content else ""
        yield "Credited", f"{each.who} ({role}), by {', '.join(each.sources)}{words}"


def _in_words(capture: Mapping[str, Any]) -> str:
    """What the server answered to this client, which is all that one capture shows."""
    address = str(capture["final_url"] or capture["requested_url"])
    host = urlsplit(address).hostname or address
    moment = str(capture["started"]).replace("T", " at ").partition(".")[0] + " UTC"
    return answer_words(capture["outcome"], capture["status"], host, moment, capture["reason"])


def _when(facts: Facts) -> Iterator[Row]:
    capture, clock = facts.record["capture"], facts.record["clock"]
    yield "Capture began", f"{capture['started']} (UTC)"
    yield "Capture ended", f"{capture['finished']} (UTC)"
    for each in capture["exchanges"]:
        if each["record_ids"]["response"] == capture["record_id"]:
            yield "Page asked for", f"{each['started']} (UTC)"
            yield "Page received", f"{each['ended']} (UTC)"
    yield "Clock", f"{clock['source']}; checked: {_or(clock['checked'], 'no')}"
    if isinstance(bracket := facts.record.get("bracket"), Mapping):
        yield "Job timestamped before", f"{bracket['time']}: RFC 3161 token, SHA-256 {bracket['sha256']}"
    if hosts := capture.get("logged_in"):
        yield "Captured while logged in", f"cookies of a subscription were sent to {', '.join(map(str, hosts))}"
    yield from import_rows(capture.get("import"))
    for each in capture.get("witnesses") or ():
        yield "Witness of absence", witness_words(each)
    if memento := capture["memento"]:
        yield "Web archive", f"{memento['archive']}: {memento['uri']}, of {memento['datetime']}"


def _where(facts: Facts) -> Iterator[Row]:
    capture = facts.record["capture"]
    yield "IP address", _or(capture["ip"], "not known")
    yield "Through a proxy", _or(capture.get("proxy"), "no")
    if isinstance(view := capture.get("second_view"), Mapping):
        yield "Seen from elsewhere", second_view_words(view)
        yield from (("Differs from elsewhere", each) for each in lines_that_differ(view))
    tls = capture["tls"]
    if tls is None:
        yield "TLS", "none: the connection was not encrypted, and the server showed no certificate"
        return
    yield "TLS", f"{_or(tls['protocol'])}, {_or(tls['cipher'])}"
    verified = "verified against trusted roots and the name" if tls["verified"] else "NOT verified"
    yield "Server's certificate", f"{verified} at the time of the capture"
    yield "Its SHA-256", _or(tls["certificate_sha256"])
    yield "Its issuer", _or(tls["issuer"])
    yield "Valid until", _or(tls["not_after"])
    yield "Chain kept in", ", ".join(f"data/{each}" for each in tls["chain"]) or "not kept"


def _how(facts: Facts) -> Iterator[Row]:
    record = facts.record
    capture, software, needed = record["capture"], record["software"], record["capture"]["requisites"]
    packages = ", ".join(f"{name} {version}" for name, version in software["packages"].items())
    yield (
        "Software",
        f"{software['name']} {software['version']}, {software['python']}, with {packages or 'no packages'}",
    )
    yield "Operating system", _or(record["host"]["os"])
    yield "Asked as", capture["user_agent"]
    yield "robots.txt", capture["robots"]
    yield "Exchanges recorded", f"{len(capture['exchanges'])}, as requests and responses in a WARC file"
    yield "WARC file", f"data/{capture['warc']}"
    yield "Record of the page", capture["record_id"]
    if needed:
        counts = f"{needed['fetched']} fetched, {needed['shared']} copied from other captures of the job"
        lost = f"{len(needed['failed'])} failed, {len(needed['skipped'])} skipped"
        yield "Files the page needs", f"{counts}, {lost}"
    if rendering := record.get("rendering"):
        yield from rendering_rows(rendering)


def _whom(facts: Facts) -> Iterator[Row]:
    operator = facts.record["operator"]
    yield "Organisation", _or(operator["organisation"])
    yield "Person", _or(operator["person"])
    yield "Contact", _or(operator["contact"])


def _digests(facts: Facts) -> Iterator[Row]:
    record = facts.record
    yield "Bag", f"{facts.name}; identifier {_or(facts.identifier)}"
    yield "Seal", f"{facts.seal} (of tagmanifest-sha256.txt, which leads to every file of the bag)"
    yield "Page as received", _or(record["capture"]["payload_sha256"], "none: the message was not whole")
    named = {"WARC file": record["capture"]["warc"], "Seed": record["seed"]["file"], "Text": record["text"]["file"]}
    for label, path in {**named, "Record": "provenance.json"}.items():
        if path is not None:
            yield label, f"{_or(facts.digests.get(f'data/{path}'), 'not in the manifest')} (data/{path})"


def _seed(facts: Facts) -> Iterator[Row]:
    seed, comparison = facts.record["seed"], facts.record["comparison"]
    yield "Document", seed["original_name"]
    yield "Supplied by", _or(seed["supplied_by"])
    yield "Obtained how", _or(seed["obtained_how"])
    yield "Independence", seed["independence"]
    yield "Its headline", _or(seed["headline"], "none")
    yield "Its date", _or(seed["date"] and day_words(seed["date"]), "none")
    for notice in (facts.record.get("notices") or ())[:MOST]:
        words = f": {notice['text']}" if facts.content else ""
        yield f"Notice of the page: {notice['kind']}", f"{notice['date'] or 'no date'}{words}"
    outcome = facts.record["capture"]["outcome"]
    copy = copy_of(facts.record)
    if outcome != "captured" and not copy:
        yield (
            "Comparison",
            f"not compared: {outcome}; what came is not the article",
        )
        return
    verdict = comparison["verdict"]
    label = f"{verdict} as {copy}" if copy else verdict
    yield "Comparison", f"{label}: {VERDICTS.get(verdict, 'see the record')}"
    if source := comparison.get("source"):
        yield "Compared with", f"{source_words(source['kind'], copy)}: {_or(source['record_id'] or source['file'])}"
    kept, theirs = f"{comparison['seed_coverage']:.1%}", f"{comparison['page_coverage']:.1%}"
    yield "Shares", f"{kept} of the seed's words are on the page, {theirs} of the page's words are in the seed"
    for cut in (comparison.get("read") or {}).get("cut", ())[:MOST]:
        yield "Not read", cut
    counts = Counter[str](line_words(each["kind"], each.get("where")) for each in comparison["lines"])
    paragraphs = [f"{count} {about}" for about, count in counts.items()]
    yield "Paragraphs", "; ".join(paragraphs) or "none compared"


def _checked(facts: Facts) -> Iterator[Row]:
    checks = facts.report.checks
    unmade = sorted(name for name in _NEEDED if checks.get(name, "not checked") == "not checked")
    unmade_words = f"{counted(len(unmade), 'required check')} not made" + (f": {', '.join(unmade)}" if unmade else "")
    yield "", f"The bag was validated on {_utc(facts.moment)} with {facts.software}. No check failed; {unmade_words}."
    for name, judgement in facts.report.checks.items():
        if judgement != "not checked":
            yield judgement, _about(name)
    proven = [each for each in facts.report.findings if each.code in _PROVEN]
    others = [each for each in facts.report.findings if each.code not in _PROVEN]
    for found in proven[:MOST]:
        yield "Signatures", f"{found.path}: {found.message}"
    for found in others[:MOST]:
        yield f"Noted ({found.severity})", f"{found.path or 'the bag'}: {found.message} ({found.code})"
    if more := max(0, len(proven) - MOST) + max(0, len(others) - MOST):
        yield "", f"And {more} more remarks: see 'archiver validate'."


def _unchecked(facts: Facts) -> Iterator[Row]:
    checks = facts.report.checks
    if not any(each.code == "SIG008" for each in facts.report.findings):
        yield from (("", _ABSENT[name]) for name in _ABSENT if checks.get(name) == "not checked")
    for name, judgement in checks.items():
        if judgement == "not checked":
            yield "Not checked", _about(name)
    for each in facts.record["capture"]["not_captured"][:MOST]:
        yield "Not captured", each
    yield from (("", each) for each in _UNPROVEN)


def _about(check: str) -> str:
    return f"{check}: {CHECKS.get(check, check)}".replace("`", "")


def _blanks() -> Iterator[Row]:
    yield "", "What I have examined of the above, and how I know it:"
    yield "Statement", None
    yield "", "Any declaration that the law of the place asks for is to be added here:"
    yield from ((label, None) for label in ("Declaration", "Name", "Capacity", "Place", "Date", "Signature"))
