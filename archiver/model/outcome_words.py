"""What an outcome is called where a person reads: what the server answered to this client, at one time, and no more."""

from collections.abc import Mapping
from typing import Any

_NOT_IT = {
    "unread": "the answer is not, or could not be read as, the article",
    "gone": "the article was not there",
    "blocked": "the article was not given to this client",
    "refused": "archiver did not ask further",
    "failed": "no article was received",
}


def answer_words(outcome: str, status: object, host: str, moment: str, reason: str | None) -> str:
    """A sentence: `The server of paper.example answered 410 to this client on …: the article was not there (status
    410).`"""
    if status is None:
        return f"No server answered this client at {host} on {moment}{f': {reason}' if reason else ''}."
    answered = f"The server of {host} answered {status} to this client on {moment}"
    if outcome == "captured":
        return f"{answered}: the page was captured."
    said = _NOT_IT.get(outcome, "the article was not captured")
    why = f" ({reason})" if reason and reason != f"status {status}" else ""
    return f"{answered}: {said}{why}."


def witness_words(witness: Mapping[str, Any]) -> str:
    """What a witness of absence says, as the record has it: `the Internet Archive's last capture, of 2023-01-01, has
    status 404`."""
    day, status = str(witness.get("datetime"))[:10], witness.get("status")
    stated = f"status {status}" if status is not None else "a status that is not stated"
    if witness.get("kind") == "run":
        return f"{witness.get('archive')} had {stated} on {day} ({witness.get('bag')})"
    return f"{witness.get('archive')}'s last capture, of {day}, has {stated}"
