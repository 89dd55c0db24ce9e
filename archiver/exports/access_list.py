"""Access rules for pywb (`.aclj`): for each address of the bags whether a replay may show it.

A rule is `SURT - {"access": …, "url": …}`; pywb takes the first that fits and wants them sorted in reverse, longer keys
first; `###` behind a key means exactly this address. Of several bags with one page the narrowest decides,
of several with one page resource the widest: an image that an open page shows is open.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from archiver.bag.surt import surt
from archiver.rights.gate import Access

_SHOWN = ("allow", "block", "exclude")
"""pywb's words from the widest to the narrowest: `exclude` hides that there is a copy."""
EXACT = "###"


def rule_of(access: Access) -> str:
    """What pywb may do with an address of a bag."""
    if access.allows("public"):
        return "allow"
    return "block" if access.allows("metadata") else "exclude"


def aclj_of(bags: Iterable[tuple[Mapping[str, Any], Access]]) -> Iterator[bytes]:
    """The rules for bags, given as record and access."""
    pages: dict[str, tuple[str, str]] = {}
    resources: dict[str, tuple[str, str]] = {}
    for record, access in bags:
        rule = rule_of(access)
        for url, page in _addresses(record):
            try:
                key = surt(url)
            except ValueError:
                continue
            table = pages if page else resources
            before = table.get(key)
            wanted = max if page else min
            known = rule if before is None else wanted(rule, before[0], key=_SHOWN.index)
            table[key] = (known, url if before is None else before[1])
    for key, (rule, url) in sorted((resources | pages).items(), key=lambda pair: f"{pair[0]}{EXACT}", reverse=True):
        yield f"{key}{EXACT} - {json.dumps({'access': rule, 'url': url})}\n".encode("ascii")


def _addresses(record: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """The addresses of a record, each with whether it is the page or led to it."""
    capture = record.get("capture")
    if not isinstance(capture, Mapping):
        return
    redirects = capture.get("redirects")
    led = redirects if isinstance(redirects, list) else []
    for url in (capture.get("requested_url"), capture.get("final_url"), *led):
        if isinstance(url, str):
            yield url, True
    exchanges = capture.get("exchanges")
    for each in exchanges if isinstance(exchanges, list) else ():
        if isinstance(each, Mapping) and isinstance(each.get("url"), str):
            yield each["url"], each.get("initiator") not in ("requisite", "robots")
