"""Asks for the page of a capture once more through another proxy, and says whether the two views differ
(docs/capture/second-view.md).

The page with its redirects alone, by the same recorder rules: guard, bounds, robots policy, pace. Cookies of
subscriptions are not sent. What is not known is said: a failure of the network or of the proxy is not a difference.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal
from urllib.parse import urlsplit

from archiver.article.page_kind import stands_instead
from archiver.article.two_texts import two_texts
from archiver.capture.failure_kinds import CaptureError
from archiver.capture.fetch import Session, outcome_of
from archiver.capture.redirect_chain import RedirectChain
from archiver.capture.wire.recorder import Recorder
from archiver.config import UNSTATED, Config
from archiver.model import Capture, Comparison, Exchange, NoAnswer, Page, Reading, Seed, SourceDocument
from archiver.model.second_view import SecondView

_NOT_THE_SITES = frozenset((407, 429, 500, 502, 503, 504))
"""Statuses that a proxy may have sent, or that say but that a server was busy: no sign of two views."""
_ALIKE = ("same", "typographic")
Texts = Literal["same", "differs", "not compared"]


def with_second_view(
    seed: Seed,
    capture: Capture,
    reading: Reading,
    session: Session,
    recorder: Recorder,
    reads: Callable[[Seed, Page], Reading],
) -> Capture:
    """The capture with what `recorder`, which goes through the other proxy, was shown; `reading` is that of the first
    view's page. Raises StorageError, RecordingError."""
    requester, recording, config = session.requester, session.recording, recorder.config
    _wait(capture, session, config)
    requester = replace(requester, recorder=recorder, visit=recorder.visit())
    asked, limits = requester.now(), config.limits
    chain = RedirectChain(
        requester, capture.requested_url, "second-view", keep=limits.page_bytes, retries=limits.retries
    )
    final = None
    for done in chain:
        done.initiator = "second-view"  # redirects and repetitions too
        final = recording.keep(done) or final
    recording.check()
    return replace(
        capture,
        exchanges=tuple(recording.exchanges),
        finished=max(requester.now(), capture.finished),
        second_view=_judged(seed, capture, reading, chain, final, reads, replace(_untold(chain, config), asked=asked)),
    )


def _wait(capture: Capture, session: Session, config: Config) -> None:
    """Keep the pace of the host: this is another page for it."""
    last = max((each.ended for each in capture.exchanges), default=capture.finished)
    left = max(config.pace, capture.crawl_delay or 0) - (session.requester.now() - last).total_seconds()
    if left > 0:
        session.requester.sleep(left)


def _untold(chain: RedirectChain, config: Config) -> SecondView:
    """A view of which nothing is known but what went wrong, if anything did."""
    error = _error(chain.fault, config, chain)
    return SecondView(
        proxy=config.stated_proxy,
        asked=None,
        status=None,
        final_url=None,
        redirects=tuple(chain.redirects),
        record_id=None,
        outcome=None,
        reason=None,
        error=error,
        differs=None,
        text="not compared",
        why=f"no answer came: {error.message}" if error else "no answer came",
        comparison=None,
    )


def _error(fault: CaptureError | None, config: Config, chain: RedirectChain) -> NoAnswer | None:
    if fault is None:
        return None
    message = fault.message
    if not config.state_system and config.proxy:
        parts = urlsplit(config.proxy)
        for secret in filter(None, (config.proxy, parts.netloc, parts.hostname)):
            message = message.replace(secret, UNSTATED)
    return NoAnswer(kind=fault.kind, message=message, time=chain.requester.now())


def _judged(
    seed: Seed,
    capture: Capture,
    reading: Reading,
    chain: RedirectChain,
    final: Exchange | None,
    reads: Callable[[Seed, Page], Reading],
    view: SecondView,
) -> SecondView:
    answer = chain.answer
    if answer is None or answer.page is None or final is None:
        return view
    page = answer.page
    outcome, reason = outcome_of(chain, answer, page)
    seen = reads(seed, page)
    instead = stands_instead(seed, page, seen, tuple(chain.redirects), truncated=final.truncated)
    if instead and (outcome == "captured" or (outcome == "failed" and page.status >= 400)):
        outcome, reason = instead.outcome, instead.reason
    if view.error and reason:
        reason = reason.replace(chain.fault.message, view.error.message) if chain.fault else reason
    source = SourceDocument(kind="wire", record_id=final.record_ids.response, url=final.url, captured=final.started)
    seen = replace(seen, comparison=replace(seen.comparison, source=source))
    view = replace(
        view,
        status=final.status,
        final_url=final.url,
        record_id=final.record_ids.response,
        outcome=outcome,
        reason=reason,
    )
    text, why, comparison = _texts(seed, capture, reading, view, page, seen)
    view = replace(view, text=text, why=why, comparison=comparison)
    return replace(view, differs=_differs(capture, view))


def _texts(
    seed: Seed, capture: Capture, reading: Reading, view: SecondView, page: Page, seen: Reading
) -> tuple[Texts, str | None, Comparison | None]:
    """Whether the texts are the same; why that is not said; what stands where."""
    if why := _forbids(capture, reading, view, page, seen):
        return "not compared", why, None
    first, second = reading.article.paragraphs, seen.article.paragraphs
    if first == second:
        return "same", None, None
    compared = two_texts(seed, reading, seen)
    if compared is None or compared.verdict == "partial":
        return "not compared", "not all of the second view's page was read", None
    alike = len(first) == len(second) and all(each.kind in _ALIKE and each.where is None for each in compared.lines)
    return ("same", None, None) if alike else ("differs", None, compared)


def _forbids(capture: Capture, reading: Reading, view: SecondView, page: Page, seen: Reading) -> str | None:
    if capture.logged_in:
        return "the first view was captured while logged in, the second without cookies"
    if capture.outcome != "captured":
        return f"the first view is not the article: {capture.reason or capture.outcome}"
    if view.outcome != "captured":
        return f"the second view is not the article: {view.reason or view.outcome}"
    problem = capture.page.problem if capture.page else None
    if capture.truncated or problem:
        return f"the first view was not read whole: {problem or capture.truncated}"
    if view.error or page.problem:
        return f"the second view was not read whole: {page.problem or (view.error and view.error.message)}"
    for which, each in (("first", reading), ("second", seen)):
        if cut := each.comparison.read.cut if each.comparison.read else ():
            return f"the {which} view was not read whole: {'; '.join(cut)}"
        if not each.article.paragraphs:
            return f"the {which} view has no text"
    return None


def _differs(capture: Capture, view: SecondView) -> bool | None:
    """Whether the views differ, as far as that is known."""
    if view.text != "not compared":
        return view.text == "differs"
    if view.error or capture.logged_in or {capture.status, view.status} & _NOT_THE_SITES:
        return None
    if (capture.outcome, capture.status) != (view.outcome, view.status):
        return True
    return False if capture.outcome in ("gone", "blocked") else None
