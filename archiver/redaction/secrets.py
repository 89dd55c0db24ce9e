"""What an access copy does not show: headers and parameters of addresses that carry cookies, tokens and passwords.

The one table of it; docs/redaction.md says the same. Text in, text out. Bodies are not its matter.
"""

import re
from itertools import pairwise

HEADERS = frozenset(
    ("cookie", "cookie2", "set-cookie", "set-cookie2", "authorization", "proxy-authorization", "authentication-info",
     "proxy-authentication-info")
)  # fmt: skip
"""Names of headers that go as a whole."""
WORDS = frozenset(
    ("cookie", "token", "sid", "session",
     "sessionid", "sessid", "phpsessid", "jsessionid", "aspsessionid", "cftoken", "cfid",
     "auth", "authorization", "accesstoken", "authtoken", "idtoken", "refreshtoken", "sessiontoken", "usertoken",
     "csrf", "xsrf", "csrftoken", "xsrftoken", "apikey", "accesskey", "secretkey", "signature", "sig", "hmac", "jwt",
     "password", "passwd", "pwd", "passcode", "secret", "credential", "ticket", "otp")
)  # fmt: skip
"""Words in names of headers and parameters: `X-Amz-Security-Token`, `accessToken`, `api_key`."""
PARAMETERS = WORDS | {"key", "pass", "credentials"}
"""Those in names of parameters alone: headers called so say something else."""
KEPT = ("access-control-", "sec-fetch-")
"""How headers begin that only speak of credentials."""
PUT = "redacted"
"""What stands in place of a value."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_PARAMETER = re.compile(r"([?&#]|&amp;)([A-Za-z0-9_.~%$\[\]-]{1,64})=([^&#\s\"'<>\\]*)")
_IN_PATH = re.compile(r"(;)([A-Za-z0-9_.~-]{1,64})=([^;/?&#\s\"'<>\\]*)")
_USER = re.compile(r"(://)[^/?#\s\"'<>@\\]{1,256}@")
_LINES = re.compile(rb"[^\n]*\n?(?:[ \t][^\n]*\n?)*")


def is_secret_header(name: str) -> bool:
    """Whether a header of this name goes."""
    plain = name.strip().lower()
    return plain in HEADERS or (not plain.startswith(KEPT) and _speaks_of(name, WORDS))


def is_secret_parameter(name: str) -> bool:
    """Whether the value of a parameter of this name goes."""
    return _speaks_of(name, PARAMETERS)


def _speaks_of(name: str, words: frozenset[str]) -> bool:
    found = [word.lower() for word in _WORD.findall(name)]
    pairs = [a + b for a, b in pairwise(found)]
    return not words.isdisjoint((*found, *pairs, "".join(found)))


def without_secrets(text: str, told: set[str] | None = None) -> str:
    """A text with the values of such parameters, and users and passwords in addresses, taken out of every address in
    it; the names of the parameters go into `told`."""
    told = set() if told is None else told

    def changed(match: re.Match[str]) -> str:
        if match[3] in ("", PUT) or not is_secret_parameter(match[2]):
            return match[0]
        told.add(match[2])
        return f"{match[1]}{match[2]}={PUT}"

    def unnamed(match: re.Match[str]) -> str:
        told.add("user")
        return match[1]

    if "=" in text:
        text = _IN_PATH.sub(changed, _PARAMETER.sub(changed, text))
    return _USER.sub(unnamed, text) if "@" in text else text


def without_secret_headers(head: bytes, headers: set[str], parameters: set[str]) -> bytes:
    """Heads of HTTP messages, with their empty lines, as they came but for what goes; names of what went are added."""
    kept = []
    for line in _LINES.findall(head):
        name, colon, _ = line.partition(b":")
        # The first line of a message has a space before any colon; so has a name with a space before its colon.
        said = name.decode("latin-1")
        if colon and is_secret_header(said) and " " not in said.strip():
            headers.add(said.strip().lower())
            continue
        kept.append(without_secrets(line.decode("latin-1"), parameters).encode("latin-1"))
    return b"".join(kept)
