"""The tables of a page: label and words of each row, from a record."""

from collections.abc import Iterator

from archiver.bag.preview.facts import count, host_of, minute, moment, names, words
from archiver.model.import_words import import_rows
from archiver.model.outcome_words import answer_words, witness_words
from archiver.model.second_view import lines_that_differ, second_view_words
from archiver.schemas.fields import Table, rows, table

Row = tuple[str, str]
SOURCES = {
    "json-ld": "JSON-LD",
    "open-graph": "Open Graph",
    "meta": "meta tags",
    "microdata": "microdata",
    "http": "HTTP header",
    "url": "address",
    "visible": "visible text",
    "image-iptc": "photo, IPTC",
    "image-xmp": "photo, XMP",
    "image-exif": "photo, EXIF",
}
"""Sources of claims and credits where a person reads."""


def answer_of(record: Table) -> str:
    """What the server answered, in a sentence."""
    capture = table(record, "capture")
    address = words(capture, "final_url") or words(capture, "requested_url")
    status = capture.get("status") if isinstance(capture.get("status"), int) else None
    when, reason = minute(words(capture, "started")), words(capture, "reason") or None
    return answer_words(words(capture, "outcome"), status, host_of(address), when, reason)


def capture_rows(record: Table) -> Iterator[Row]:
    """How it was captured, by whom and from where."""
    capture = table(record, "capture")
    tls, memento = table(capture, "tls"), table(capture, "memento")
    yield "Requested URL", words(capture, "requested_url")
    if words(capture, "final_url") != words(capture, "requested_url"):
        yield "Final URL", words(capture, "final_url")
    reason, status = words(capture, "reason"), f"status {words(capture, 'status') or 'none'}"
    status_words = "" if status in reason else f" ({status})"
    yield "Outcome", f"{words(capture, 'outcome')}{f': {reason}' if reason else ''}{status_words}"
    yield "When", moment(words(capture, "started"))
    if capture.get("record_id") and "ip" in capture:
        verified = " (certificate not verified)" if tls and tls.get("verified") is not True else ""
        server = words(capture, "ip") or "an unknown address"
        yield "Server", f"{server}, {words(tls, 'protocol') or 'TLS' if tls else 'without TLS'}{verified}"
    for each in rows(capture, "archives"):
        yield "Web archive", f"{words(each, 'archive')}: {words(each, 'words')}"
    for witness in rows(capture, "witnesses"):
        stated = {name: words(witness, name) for name in ("kind", "archive", "datetime", "bag")}
        yield "Witness", witness_words({**stated, "status": words(witness, "status") or None})
    if memento:
        form = "as the original server sent it" if memento.get("raw") else "as the archive has rewritten it"
        yield "Read from", f"{words(memento, 'uri')}, archived {moment(words(memento, 'datetime'))}, {form}"
    if capture.get("logged_in"):
        yield (
            "Captured while logged in",
            f"cookies of a subscription were sent to {', '.join(map(str, capture['logged_in']))}",
        )
    if view := table(capture, "second_view"):
        yield "Seen from elsewhere", second_view_words(view)
        yield from (("Differs from elsewhere", each) for each in lines_that_differ(view))
    yield from import_rows(table(capture, "import"))
    if needed := table(capture, "requisites"):
        counts = {"copied": count(needed, "shared"), "failed": count(needed, "failed")}
        counts["skipped"] = count(needed, "skipped")
        rest = "".join(f", {number} {what}" for what, number in counts.items() if number)
        yield "Page resources", f"{count(needed, 'fetched')} captured{rest}"
    if rendering := table(record, "rendering"):
        yield "In a browser", _rendering(rendering)
    operator = table(record, "operator")
    agent = words(operator, "organisation") or words(operator, "person") or "not stated"
    who = dict.fromkeys((agent, words(operator, "person") or agent))
    others = bool(table(capture, "import"))
    client = "" if others else words(capture, "user_agent")
    yield "Imported by" if others else "Captured by", f"{', '.join(who)}{f', with {client}' if client else ''}"
    yield "Contact", words(operator, "contact")


def _rendering(rendering: Table) -> str:
    browser = table(rendering, "browser")
    who = " ".join(filter(None, (words(browser, "name"), words(browser, "version")))) or "a browser"
    verdict = words(table(rendering, "comparison"), "verdict")
    failed = words(rendering, "failed")
    compared = f"; its text and the seed: {verdict}" if verdict else ""
    return f"shown by {who}{compared}{f'; {failed}' if failed else ''}"


def custody_rows(record: Table) -> Iterator[Row]:
    """Where the seed came from, and the rights as stated."""
    seed, rights = table(record, "seed"), table(record, "rights")
    supplied, how = words(seed, "supplied_by") or "not stated", words(seed, "obtained_how") or "not stated"
    independence = words(seed, "independence") or "unstated"
    if "supplied_by" in seed:
        yield "Seed", f"Seed supplied by: {supplied}; obtained how: {how}; independence: {independence}"
    access = words(rights, "access") or words(rights, "access_stated")
    said = [f"holder: {words(rights, 'holder') or 'not stated'}", f"basis: {words(rights, 'basis') or 'not stated'}"]
    said += [f"access: {access or 'not stated'}"]
    said += [f"embargo: {words(rights, 'embargo')}"] if words(rights, "embargo") else []
    yield "Rights", "; ".join(filter(None, (words(rights, "statement"), *said)))


def photo_rows(record: Table) -> Iterator[Row]:
    """What is known of the lead photo beside its caption and credit."""
    if lead := table(record, "capture", "lead_image"):
        yield "Photo address", words(lead, "url")
        yield "Content credentials", "a C2PA manifest is in the file; it was not verified" if lead.get("c2pa") else ""
        yield "Problem", words(lead, "problem")


def link_rows(record: Table) -> Iterator[Row]:
    """Links of the seed and where those of the page lead."""
    for link in rows(record, "links"):
        if (found := words(link, "page_href")) and found != words(link, "seed_href"):
            yield words(link, "text"), found


def credit_rows(record: Table) -> Iterator[Row]:
    """Who is credited for what, the words that say so, and where they stand."""
    found: dict[Row, tuple[str, dict[str, None]]] = {}
    for credit in rows(record, "credits"):
        role = words(credit, "role") if words(credit, "of") == "article" else f"{words(credit, 'role')} (image)"
        source = words(credit, "source")
        stated = found.setdefault((words(credit, "name"), role), (words(credit, "text"), {}))
        stated[1][SOURCES.get(source, source)] = None
    for (name, role), (text, sources) in found.items():
        yield f"{name}, {role}", f"{text} ({', '.join(sources)})"


def claim_rows(record: Table, *, compared: bool) -> Iterator[Row]:
    """What each source claims; `compared` whether the page is the article, so that sources can contradict it."""
    claims = table(record, "claims")
    for name in claims:
        conflict = compared and words(table(record, "agreement", name), "accord") == "conflict"
        values: dict[str, dict[str, None]] = {}
        for claim in rows(claims, name):
            source = words(claim, "source")
            values.setdefault(words(claim, "value"), {})[SOURCES.get(source, source)] = None
        label = name.replace("_", " ").replace("url", "URL").capitalize().replace("url", "URL")
        for value, sources in values.items():
            yield f"{label}{' (sources disagree)' if conflict else ''}", f"{value} ({', '.join(sources)})"


def not_read(record: Table) -> list[str]:
    """What of the page was not read, each in words."""
    return [f"Not read: {cut}." for cut in names(table(record, "comparison", "read"), "cut")]
