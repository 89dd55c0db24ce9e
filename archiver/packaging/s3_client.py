"""Asks an S3 server through boto3, in our way: bounded answers, our proxy, one kind of error, one line of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from archiver.errors import ArchiverError, StorageError, UsageError, how_to_install
from archiver.escape import visible
from archiver.network.dial import Route, check_proxy

try:
    import boto3
    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.httpsession import get_cert_path
    from botocore.utils import get_environ_proxies

    from archiver.packaging.s3_transport import CONNECT, PATIENCE, Transport
except ImportError as missing:
    raise UsageError(f"s3:// targets need the extra 's3': {how_to_install('s3')}") from missing

ABSENT = ("404", "NoSuchKey", "NotFound")
DENIED = ("AccessDenied", "403")
NO_BUCKET = "there is no such bucket; make it, or correct the name"
_ASKING = ("iam-role", "container-role", "sso", "assume-role", "assume-role-with-web-identity")
"""Ways to credentials that ask a server."""
_ADVICE = {
    "NoSuchBucket": NO_BUCKET,
    "AccessDenied": "access denied: these credentials may not do that there",
    "403": "access denied: these credentials may not do that there",
    "InvalidAccessKeyId": "the server does not know this access key",
    "SignatureDoesNotMatch": "the server says that the secret key is wrong",
    "ExpiredToken": "the credentials have expired",
}
_SAID = 300
"""Characters that are shown of what a server says."""


class S3Error(Exception):
    """An error that the server states; `code` is S3's, or the status."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(_ADVICE.get(code) or visible(f"{code}: {message}"[:_SAID]))
        self.code = code


class _Unreadable(Exception):
    """An answer that is malformed, or lacks what it must state."""


class Bucket:
    """A bucket on a server."""

    def __init__(self, name: str, address: str, endpoint: str | None, route: Route) -> None:
        """`address` is how errors name it. Raises UsageError for an invalid endpoint or proxy, StorageError."""
        self.name, self._address = name, address
        with self.errors("set up"):
            try:
                self.client = _client(endpoint, route)
            except ValueError as error:
                raise UsageError(f"{endpoint!r} is not an address of a server: {error}") from error
        self.endpoint = str(self.client.meta.endpoint_url)

    def ask(self, operation: str, **given: Any) -> dict[str, Any]:
        """The answer to one of S3's operations, named as boto3 names it. Raises S3Error for an error that the server
        states, and what `errors` makes a StorageError of."""
        try:
            return dict(getattr(self.client, operation)(Bucket=self.name, **given))
        except ClientError as error:
            details = error.response.get("Error", {})
            raise S3Error(str(details.get("Code", "")), str(details.get("Message") or "no reason given")) from error
        except (BotoCoreError, ArchiverError):
            raise
        except Exception as error:  # whatever its parsers stumble over in an answer
            raise _Unreadable(f"the answer to {operation} is not that of an S3 server") from error

    @contextmanager
    def errors(self, doing: str) -> Iterator[None]:
        """What goes wrong inside, as StorageError: one line, which says at what."""
        where = f"cannot {doing} at {self._address}"
        try:
            yield
        except (S3Error, _Unreadable) as error:
            raise StorageError(f"{where}: {error}") from error
        except BotoCoreError as error:
            lost = "credentials" in str(error).lower()
            advice = "; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE" if lost else ""
            raise StorageError(f"{where}: {visible(str(error)[:_SAID])}{advice}") from error


def stated(answer: Mapping[str, Any], name: str, kind: type) -> Any:
    """What an answer must state; `Bucket.errors` makes one line of it where it does not."""
    found = answer.get(name)
    if not isinstance(found, kind) or found == "" or (isinstance(found, int) and found < 0):
        raise _Unreadable(f"the server does not state {name}")
    return found


def _client(endpoint: str | None, route: Route) -> Any:
    """boto3's client, whose requests go our way. Raises UsageError, BotoCoreError, ValueError."""
    session = botocore.session.get_session()
    proxy = route.proxy
    if route.required or (proxy and proxy.startswith("socks")):
        for provider in _ASKING:
            session.get_component("credential_provider").remove(provider)
    elif proxy:  # whoever is asked for credentials is asked through the same proxy
        session.set_default_client_config(Config(proxies={"http": proxy, "https": proxy}))
    settings = Config(
        user_agent=route.agent,
        # Servers of one's own seldom have a name for each bucket.
        s3={"addressing_style": "path"} if endpoint else None,
        connect_timeout=CONNECT,
        read_timeout=PATIENCE,
        retries={"mode": "standard", "max_attempts": 5},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    client = boto3.session.Session(botocore_session=session).client("s3", endpoint_url=endpoint, config=settings)
    server = client.meta.endpoint_url
    if proxy is None and (found := get_environ_proxies(server).get(server.partition(":")[0])):
        proxy = found if "://" in found else f"http://{found}"
        check_proxy(proxy)
        route = replace(route, proxy=proxy)
    certificates = get_cert_path(session.get_config_variable("ca_bundle") or True)
    client.meta.events.register("before-send.s3", Transport(route, server, certificates))
    return client
