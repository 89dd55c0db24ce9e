"""What to do about a seed that is not captured: a class for each, and a line of advice for each class."""

import re
from collections.abc import Mapping

_STATUS = re.compile(r"status (\d{3})\b")
ADVICE = {
    "seed": "the document cannot be read as a seed: correct the line that is named",
    "dns": "the name does not exist, or name service fails here: check the address; run again",
    "connect": "connection refused: run again later; a firewall or proxy of yours may be in between",
    "proxy": "the proxy does not let it through: check --proxy, then run again",
    "tls": "the certificate or TLS fails: --ca-bundle for an authority of your own; --insecure takes any",
    "timeout": "no answer in time: run again later, or raise read_seconds and connect_seconds under [limits]",
    "disconnect": "the connection broke: run again; if it stays so, the site may turn programs away",
    "protocol": "what answers is not an HTTP server: check address and port",
    "address": "not an address that can be fetched: correct it in the seed",
    "redirects": "a redirect loop, often for want of a cookie: look at it in a browser",
    "bound": "larger than the limits allow: raise them under [limits], then run again",
    "robots": "robots.txt says no, and --robots obey was asked: ask the publisher, or use --robots record",
    "robots-unreachable": "robots.txt cannot be read, and --robots obey was asked: run again, or use --robots record",
    "guard": "it leads to a private or local address: --allow-private if that is meant",
    "breaker": "its host gave no page several times in a row and was left alone: run again later",
    "login": "the page requires a login or payment: capture it in your browser with ArchiveWeb.page, then run --from "
    "FILE.wacz; or ask the publisher for a copy",
    "wall": "a page in the article's place (challenge, login, consent): capture it in your browser with "
    "ArchiveWeb.page, then run --from FILE.wacz; or ask the publisher",
    "403": "the site refuses us: capture the page in your browser with ArchiveWeb.page, then run --from FILE.wacz; or "
    "state contact_email, use a larger --pace, ask the publisher, then --retry",
    "import": "not in the files of --from: name the file that has it, or run without --from",
    "429": "asked too often: wait, then --retry with a larger --pace",
    "451": "withheld for legal reasons: kept as evidence",
    "coding": "the body is in a coding that could not be undone: the next run tries again",
    "type": "the answer is not HTML: kept as evidence; look at it in the bag",
    "empty": "an answer without text: the next run tries again",
    "cut": "the answer broke off before the article: the next run tries again",
    "shell": "the page's text is made by scripts: a browser may show it (docs/capture/browser.md)",
    "frameset": "the page is a frameset: a browser may show it (docs/capture/browser.md)",
    "other-page": "another page came: check the address; sites may answer programs or other countries so; --retry asks",
    "notice": "a notice for the time being (maintenance, load): the next run tries again",
    "time": "reading the page took too long: kept as evidence",
    "partial": "captured, but the body was cut: the next run tries again; if it was too large, raise response_bytes",
    "gone": "the page is no longer there: kept as evidence; look for it in web archives",
    "server": "the site is in trouble: run again later",
    "status": "an answer that is not a page: look at the bag, and at the address in a browser",
    "recording": "the record of the capture was not whole, nothing was kept: run again; if it stays so, report it",
    "delivery": "captured, but its bag did not get to where it is to be delivered: see the reason, then run again",
    "worker": "the process that read it died, twice: report the address as a bug; memory may be short, or "
    "it computed longer than seed_cpu_seconds",
    "internal": "a bug in archiver: report it with what 'archiver run --debug' says",
    "waiting": "not tried yet: run the same command again",
    "other": "see the reasons in 'archiver status'",
}
"""Class -> what to do. A disk that fails is not a class: it stops the job, with a line of its own."""


def class_of(outcome: str, kind: str | None, reason: str | None) -> str:
    """The class of a seed that is not captured, a key of ADVICE: by what the Failure was, by status, by outcome."""
    if kind in ADVICE:
        return kind
    match = _STATUS.match(reason or "")
    if match:
        return _of_status(match[1])
    return {"gone": "gone", "blocked": "wall", "refused": "guard", "waiting": "waiting"}.get(outcome, "other")


def _of_status(status: str) -> str:
    if status in ADVICE:
        return status
    named = {"401": "login", "402": "login", "407": "proxy", "404": "gone", "410": "gone"}
    return named.get(status) or ("server" if status.startswith("5") else "status")


def advice_lines(kinds: Mapping[str, int]) -> list[str]:
    """A line a class of seeds that are not captured: how many, and what to do; the most frequent first."""
    ranked = sorted(kinds.items(), key=lambda each: (-each[1], each[0]))
    return [f"{count:>7,} {kind:<10}  {ADVICE[kind]}" for kind, count in ranked]
