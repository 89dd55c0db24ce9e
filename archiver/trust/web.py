"""One bounded request to an authority: for a timestamp, a list of revoked certificates, an OCSP answer."""

from queue import Empty, SimpleQueue
from threading import Thread

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from archiver import __version__
from archiver.config import public

SECONDS = 30.0
"""For one request in all."""
_HEADERS = {"User-Agent": f"archiver/{__version__}", "Accept-Encoding": "identity"}


def ask(url: str, *, limit: int, data: bytes | None = None, media_type: str | None = None) -> bytes:
    """The body of a 200 answer of at most `limit` bytes; POST where there is `data`. Raises OSError that says why not.

    Settings of the environment (proxies, netrc) do not count. A thread asks, so that whoever trickles is left alone
    with it when the time is up.
    """
    if not url.lower().startswith(("http://", "https://")):
        raise OSError(f"{public(url)[:200]} is not an http:// or https:// address")
    told: SimpleQueue[bytes | OSError] = SimpleQueue()
    Thread(target=lambda: told.put(_asked(url, limit, data, media_type)), daemon=True).start()
    try:
        answer = told.get(timeout=SECONDS)
    except Empty:
        raise OSError(f"it does not answer within {SECONDS:g} seconds") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _asked(url: str, limit: int, data: bytes | None, media_type: str | None) -> bytes | OSError:
    headers = _HEADERS | ({"Content-Type": media_type} if media_type else {})
    method, body = "GET" if data is None else "POST", bytearray()
    with requests.Session() as session:
        session.trust_env, session.max_redirects = False, 3
        try:
            with session.request(method, url, data=data, headers=headers, stream=True, timeout=SECONDS) as answer:
                if answer.status_code != 200:
                    return OSError(f"it answers with status {answer.status_code}")
                for piece in answer.iter_content(1 << 14):
                    body += piece
                    if len(body) > limit:
                        return OSError(f"its answer has more than {limit} bytes")
        except requests.RequestException as error:
            return OSError(_reason(error))
        except (ValueError, LookupError, OSError) as error:  # what the libraries below make of a malformed address
            return OSError(f"its address or its answer is malformed: {error}")
    return bytes(body)


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "it does not answer in time"
    inner: BaseException = error
    while inner.__cause__ or inner.__context__:
        inner = inner.__cause__ or inner.__context__ or inner
    return f"it cannot be reached: {inner}"


def trusted_by_default() -> str:
    """The file of the roots that come with the HTTP client."""
    return DEFAULT_CA_BUNDLE_PATH
