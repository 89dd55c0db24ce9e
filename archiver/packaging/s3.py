"""Delivers to S3 and compatible servers with boto3 (extra `s3`); nothing is written on this machine on the way.

Every part carries its SHA-256, which the server checks; the checksum of the whole that the server makes of them is
compared with ours (of uploads in parts S3 knows only a composite one: the digest of the parts' digests); the SHA-256 of
the whole stands in the object's metadata, and what was sent is read back. `If-None-Match: *` keeps other objects from
being overwritten; a server that does not know it is asked first instead. Credentials come from where boto3 finds them.
"""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from archiver.digest import Hasher
from archiver.errors import Refused, StorageError, UsageError, how_to_install
from archiver.network.dial import Route
from archiver.packaging.package import Item, Piece
from archiver.packaging.target import Presence, UploadStore

try:
    import boto3
    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError as missing:
    raise UsageError(f"s3:// targets need the extra 's3': {how_to_install('s3')}") from missing

PART = 8 << 20
"""Bytes of a part, and of an object that is sent in one go; more where a package has more than 9,000 such parts."""
_PARTS = 9_000
_LARGEST = 5 << 40
_RANGE = 16 << 20
_DIGEST = "sha256"
"""The key of our digest in an object's metadata."""
_ABSENT = ("404", "NoSuchKey", "NotFound")
_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
_ASKING = ("iam-role", "container-role", "sso", "assume-role", "assume-role-with-web-identity")
"""Ways to credentials that ask a server, directly."""
_DENIED = ("AccessDenied", "403")
_ADVICE = {
    "NoSuchBucket": "there is no such bucket; make it, or mend the name",
    "AccessDenied": "access denied: these credentials may not do that there",
    "403": "access denied: these credentials may not do that there",
    "InvalidAccessKeyId": "the server does not know this access key",
    "SignatureDoesNotMatch": "the server says that the secret key is wrong",
    "ExpiredToken": "the credentials have expired",
}


class S3Target:
    """`s3://bucket/prefix` as a `Target`."""

    method = "read from the server in ranges"

    def __init__(
        self, address: str, endpoint: str | None, memory: UploadStore | None, route: Route | None = None
    ) -> None:
        """Without a memory, uploads that others began of the same object are given up. With a route nothing is asked
        but through its proxy, credentials of the machine's cloud neither. Raises UsageError for an address that is
        none, and for a proxy that boto3 cannot use."""
        self._memory = memory
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        if not bucket or not address.startswith("s3://") or not address.isprintable() or "@" in bucket or "?" in prefix:
            raise UsageError(f"{address!r} is not s3://BUCKET/PREFIX")
        self._bucket, self._prefix = bucket, f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        if endpoint and "@" in endpoint:
            raise UsageError("the endpoint carries a user name or password; credentials belong into AWS's own places")
        base = f"{endpoint.rstrip('/')}/" if endpoint else "s3://"
        self.address = f"{base}{bucket}/{self._prefix}".rstrip("/")
        self._conditional = True
        if route and not (route.proxy or "").startswith(("http://", "https://")):
            raise UsageError("S3 is reached through an http:// or https:// proxy only; deliver to a folder instead")
        settings = Config(
            proxies={"http": route.proxy, "https": route.proxy} if route else None,
            user_agent=route.agent if route else None,
            # Servers of one's own seldom have a name for each bucket.
            s3={"addressing_style": "path"} if endpoint else None,
            connect_timeout=20,
            read_timeout=120,
            max_pool_connections=64,
            retries={"mode": "standard", "max_attempts": 5},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        with self._errors("set up"):
            try:
                session = botocore.session.get_session()
                if route:
                    for provider in _ASKING:
                        session.get_component("credential_provider").remove(provider)
                self._client = boto3.session.Session(botocore_session=session).client(
                    "s3", endpoint_url=endpoint, config=settings
                )
            except ValueError as error:
                raise UsageError(f"{endpoint!r} is not an address of a server: {error}") from error

    def ready(self, octets: int) -> None:
        """The bucket must be there; it is not made."""
        if octets > _LARGEST:
            raise StorageError(f"{octets:,} bytes are more than S3 takes as one object; use --form folder")
        with self._errors("reach the bucket"):
            try:
                self._client.head_bucket(Bucket=self._bucket)
            except ClientError as error:
                if _code(error) in _ABSENT:
                    raise StorageError(f"{self.address}: {_ADVICE['NoSuchBucket']}") from error
                raise

    def find(self, piece: Piece, *, read: bool) -> Presence:
        """By size and the digest in the metadata; an object without ours, and with `read` any, by its bytes."""
        with self._errors(f"look for {piece.path}"):
            try:
                head = self._client.head_object(Bucket=self._bucket, Key=self._key(piece.path))
            except ClientError as error:
                if _code(error) in _ABSENT:
                    return "absent"
                raise
        stated = head.get("Metadata", {}).get(_DIGEST)
        if head["ContentLength"] != piece.size or stated not in (None, piece.sha256):
            return "different"
        if stated is not None and not read:
            return "same"
        hasher = Hasher()
        for chunk in self.read(piece.path):
            hasher.update(chunk)
        return "same" if hasher.hexdigest() == piece.sha256 else "different"

    @contextmanager
    def stage(self, name: str) -> Iterator["S3Target"]:
        """Objects appear whole, one by one; the one that makes a package whole comes last."""
        del name
        yield self

    def publish(self) -> None:
        """Nothing is left to do."""

    def send(self, item: Item, piece: Piece) -> None:
        """One object: in one go, or in parts, of which those that an earlier attempt left are kept."""
        with self._errors(f"send {piece.path}"):
            if piece.size <= PART:
                body = b"".join(item.stream())
                self._require(piece, hashlib.sha256(body).hexdigest())
                given = self._once(
                    self._client.put_object,
                    piece,
                    Body=body,
                    ChecksumSHA256=_base64(body),
                    Metadata={_DIGEST: piece.sha256},
                )
                self._agree(piece, given, _base64(body))
            else:
                self._send_parts(item, piece)

    def read(self, path: str, *, limit: int = _LARGEST) -> Iterator[bytes]:
        """An object, in ranges, all of one and the same version, and never more than `limit` bytes. Raises
        FileNotFoundError, StorageError."""
        where = {"Bucket": self._bucket, "Key": self._key(path)}
        with self._errors(f"read {path}"):
            try:
                head = self._client.head_object(**where)
            except ClientError as error:
                if _code(error) in _ABSENT:
                    raise FileNotFoundError(f"{self.address}/{path}") from error
                raise
            size = min(head["ContentLength"], limit)
            for start in range(0, size, _RANGE):
                end = min(start + _RANGE, size) - 1
                yield self._client.get_object(**where, Range=f"bytes={start}-{end}", IfMatch=head["ETag"])[
                    "Body"
                ].read()

    def write(self, path: str, data: bytes) -> None:
        """A small object, in place of one that is there."""
        with self._errors(f"write {path}"):
            self._client.put_object(Bucket=self._bucket, Key=self._key(path), Body=data, ChecksumSHA256=_base64(data))

    def _send_parts(self, item: Item, piece: Piece) -> None:
        size = max(PART, -(-piece.size // _PARTS))
        upload, there = self._upload(piece)
        where = {"Bucket": self._bucket, "Key": self._key(piece.path), "UploadId": upload}
        whole, digests, parts = Hasher(), b"", []
        for number, part in enumerate(_cut(item.stream(), size), 1):
            whole.update(part)
            digest = hashlib.sha256(part).digest()
            digests += digest
            checksum = base64.b64encode(digest).decode("ascii")
            stated = {"PartNumber": number, "ChecksumSHA256": checksum}
            etag = _kept(there.get(number), part, checksum)
            if etag is None:
                etag = self._client.upload_part(**where, **stated, Body=part)["ETag"]
            parts.append({**stated, "ETag": etag})
        self._require(piece, whole.hexdigest())
        given = self._once(
            self._client.complete_multipart_upload, piece, UploadId=upload, MultipartUpload={"Parts": parts}
        )
        self._agree(piece, given, f"{_base64(digests)}-{len(parts)}")

    def _upload(self, piece: Piece) -> tuple[str, dict[int, dict[str, Any]]]:
        """The upload of the same bytes that an earlier attempt left, with its parts by number, or a new one."""
        where = {"Bucket": self._bucket, "Key": self._key(piece.path)}
        address = f"{self._client.meta.endpoint_url} {where['Bucket']}/{where['Key']}"
        upload, digest = (self._memory and self._memory.recall(address)) or ("", "")
        if self._memory is None:
            self._give_up_others(where)
        try:
            if upload and digest == piece.sha256:
                pages = self._client.get_paginator("list_parts").paginate(**where, UploadId=upload)
                return upload, {part["PartNumber"]: part for page in pages for part in page.get("Parts", [])}
            if upload:  # of a bag that has changed since: what it holds is of no use
                self._client.abort_multipart_upload(**where, UploadId=upload)
        except ClientError as error:
            if _code(error) != "NoSuchUpload":  # somebody has ended it meanwhile
                raise
        begun = self._client.create_multipart_upload(
            **where, ChecksumAlgorithm="SHA256", ChecksumType="COMPOSITE", Metadata={_DIGEST: piece.sha256}
        )
        if self._memory is not None:
            self._memory.keep(address, begun["UploadId"], piece.sha256)
        return begun["UploadId"], {}

    def _give_up_others(self, where: dict[str, str]) -> None:
        """End the uploads of an object that processes which are gone have left, where these credentials may."""
        try:
            listed = self._client.list_multipart_uploads(Bucket=where["Bucket"], Prefix=where["Key"])
            for each in listed.get("Uploads", []):
                if each["Key"] == where["Key"]:
                    self._client.abort_multipart_upload(**where, UploadId=each["UploadId"])
        except ClientError as error:
            if _code(error) not in (*_DENIED, "NoSuchUpload", "NotImplemented", "501"):
                raise

    def _once(self, call: Any, piece: Piece, **given: Any) -> dict[str, Any]:
        """Make an object that is not there yet. Raises Refused where it is."""
        given |= {"Bucket": self._bucket, "Key": self._key(piece.path)}
        try:
            if self._conditional:
                return dict(call(**given, IfNoneMatch="*"))
        except ClientError as error:
            if _code(error) in _TAKEN:
                raise Refused(f"{self.address}/{piece.path} has appeared meanwhile; nothing was overwritten") from error
            if _code(error) not in ("NotImplemented", "501"):
                raise
            self._conditional = False
        if self.find(piece, read=False) != "absent":
            raise Refused(f"{self.address}/{piece.path} has appeared meanwhile; nothing was overwritten")
        return dict(call(**given))

    def _require(self, piece: Piece, digest: str) -> None:
        if digest != piece.sha256:
            raise Refused(f"{piece.path} changed while it was sent; hand the bag off again")

    def _agree(self, piece: Piece, answer: dict[str, Any], expected: str) -> None:
        """The server's checksum of the whole, where it tells one, is ours."""
        found = answer.get("ChecksumSHA256")
        if found not in (None, expected, expected.partition("-")[0]):
            raise Refused(f"the server's checksum of {piece.path} is {found}, ours {expected}; remove it there")

    def _key(self, path: str) -> str:
        return self._prefix + path

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        """boto3's errors as ours, one line."""
        try:
            yield
        except ClientError as error:
            code = _code(error)
            said = _ADVICE.get(code) or f"{code}: {error.response.get('Error', {}).get('Message', 'no reason given')}"
            raise StorageError(f"cannot {doing} at {self.address}: {said}") from error
        except BotoCoreError as error:
            lost = "credentials" in str(error).lower()
            advice = "; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE" if lost else ""
            raise StorageError(f"cannot {doing} at {self.address}: {error}{advice}") from error


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _base64(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode("ascii")


def _kept(there: dict[str, Any] | None, part: bytes, checksum: str) -> str | None:
    """The tag of a part that is there already and the same; by its SHA-256, or where the server does not tell that, by
    its tag, which is the MD5 (except under some encryptions, whose parts are then sent again)."""
    if there is None or there.get("Size") != len(part):
        return None
    md5 = hashlib.md5(part, usedforsecurity=False).hexdigest()
    same = there["ChecksumSHA256"] == checksum if "ChecksumSHA256" in there else there["ETag"].strip('"') == md5
    return str(there["ETag"]) if same else None


def _cut(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in parts of one size, the last one shorter."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)
