"""Which headers and parameters carry cookies, tokens and passwords, by their names.

The one table of it; docs/keep/redaction.md says the same. Which values of other names are secrets by their shape,
`addresses.py` knows.
"""

import re
import unicodedata
from html import unescape
from itertools import pairwise
from urllib.parse import unquote

HEADERS = frozenset(
    ("cookie", "cookie2", "set-cookie", "set-cookie2", "authorization", "proxy-authorization", "authentication-info",
     "proxy-authentication-info", "authentication", "x-authentication", "sec-websocket-key", "dpop",
     "x-forwarded-client-cert", "client-cert", "x-goog-iap-jwt-assertion", "x-amzn-oidc-data")
)  # fmt: skip
"""Names of headers that go as a whole."""
WORDS = frozenset(
    ("cookie", "cookies", "token", "tok", "sid", "session", "sess",
     "sessionid", "sessid", "phpsessid", "jsessionid", "aspsessionid", "cftoken", "cfid",
     "auth", "authn", "authz", "authorization", "accesstoken", "authtoken", "idtoken", "refreshtoken", "sessiontoken",
     "usertoken", "bearer", "assertion", "saml", "oauth", "openid",
     "csrf", "xsrf", "csrftoken", "xsrftoken", "apikey", "accesskey", "secretkey", "signature", "sig", "hmac", "jwt",
     "password", "passwd", "pwd", "passcode", "passphrase", "passkey", "secret", "credential", "creds", "ticket",
     "otp", "totp", "hdnts", "hdnea", "hdntl", "hdnt", "gda", "ssid")
)  # fmt: skip
"""Words in names of headers and parameters: `X-Amz-Security-Token`, `accessToken`, `api_key`."""
PARAMETERS = WORDS | {
    "key", "pass", "credentials", "code", "nonce", "pin", "policy", "sign", "signed", "hmacs", "tkn", "psw", "gaa",
    "gift", "magic", "magiclink", "invite", "invitation", "relaystate", "email", "login", "username", "mkt", "hsenc",
    "eid", "googleaccessid", "challenge", "verifier", "cred", "state",
}  # fmt: skip
"""Those in names of parameters alone: headers called so say something else."""
KEPT = ("access-control-", "sec-fetch-")
"""How headers begin that only speak of credentials."""
PUT = "redacted"
"""What stands in place of a value."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_JOINED = re.compile(
    r"token(?!s)|secret|passw|sess(?:ion)?id|session(?!s)|signature|credential|api_?key|oauth|saml|cookie|jwt|csrf|xsrf"
    r"|access_?key|private_?key|auth(?=key|code|id|sig|hash|user|pass|xt?$|$)"
)
"""Words that stand for a secret in whatever they are part of: `mysessionid`, `wsSecret`, `ASPXAUTH`."""
_HARMLESS_CODES = frozenset(
    ("country", "lang", "language", "currency", "zip", "post", "postal", "status", "region", "error", "iata", "airport",
     "color", "colour", "product", "area", "state", "us", "uk")
)  # fmt: skip
"""What a `code` may be of, or a `state`, that lets nobody in."""
_AMBIGUOUS = frozenset(("code", "state"))
_LONGEST = 512
"""Characters of a name that are looked at; a longer one is taken for a secret's."""


def is_secret_header(name: str) -> bool:
    """Whether a header of this name goes."""
    plain = name.strip().lower()
    if plain in HEADERS:
        return True
    if plain.startswith(KEPT):
        return False
    return not WORDS.isdisjoint(_words(name)) or _JOINED.search(plain.replace("-", "")) is not None


def is_secret_parameter(name: str) -> bool:
    """Whether the value of a parameter of this name goes, however the name is encoded."""
    if len(name) > _LONGEST:
        return True
    plain = name
    for _ in range(12):
        decoded = unescape(unquote(plain))
        if decoded == plain:
            break
        plain = decoded
    plain = unicodedata.normalize("NFKC", plain)
    found = _words(plain)
    secret = PARAMETERS.intersection(found)
    if secret and secret <= _AMBIGUOUS:
        return _HARMLESS_CODES.isdisjoint(found - secret)
    return bool(secret) or (plain.lower() != "tokens" and _JOINED.search(plain.lower()) is not None)


def _words(name: str) -> frozenset[str]:
    """The words of a name in lower case, each two beside each other as one, and all as one. Letters are split where
    the case changes in both ways that are used: `SAMLResponse`, `AWSAccess`."""
    found = [word.lower() for word in _WORD.findall(name)]
    return frozenset((*found, *(a + b for a, b in pairwise(found)), "".join(found)))
