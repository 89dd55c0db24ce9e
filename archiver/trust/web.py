"""One bounded request to an authority: for a timestamp, a list of revoked certificates, an OCSP answer."""

import time

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from archiver import __version__

SECONDS = 30.0
"""For one request in all."""
_HEADERS = {"User-Agent": f"archiver/{__version__}", "Accept-Encoding": "identity"}


def ask(url: str, *, limit: int, data: bytes | None = None, media_type: str | None = None) -> bytes:
    """The body of a 200 answer of at most `limit` bytes; POST where there is `data`. Raises OSError that says why not.

    Settings of the environment (proxies, netrc) do not count.
    """
    if not url.lower().startswith(("http://", "https://")):
        raise OSError(f"{url[:200]} is not an http:// or https:// address")
    deadline = time.monotonic() + SECONDS
    body = bytearray()
    with requests.Session() as session:
        session.trust_env, session.max_redirects = False, 3
        headers = _HEADERS | ({"Content-Type": media_type} if media_type else {})
        try:
            method = "GET" if data is None else "POST"
            with session.request(
                method, url, data=data, headers=headers, stream=True, timeout=(SECONDS / 3, SECONDS / 3)
            ) as answer:
                if answer.status_code != 200:
                    raise OSError(f"it answers with status {answer.status_code}")
                for piece in answer.iter_content(1 << 14):
                    body += piece
                    if len(body) > limit:
                        raise OSError(f"its answer has more than {limit} bytes")
                    if time.monotonic() > deadline:
                        raise OSError(f"its answer takes longer than {SECONDS:.0f} seconds")
        except requests.RequestException as error:
            raise OSError(_reason(error)) from error
        except (ValueError, LookupError) as error:  # an address or an answer that the libraries below cannot take
            raise OSError(f"its address or its answer is malformed: {error}") from error
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
