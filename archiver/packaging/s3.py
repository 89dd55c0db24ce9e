"""Delivers to S3 and compatible servers with boto3 (extra `s3`); nothing is written on this machine on the way.

Every part carries its SHA-256, which the server checks; the checksum of the whole that the server makes of them is
compared with ours (of uploads in parts S3 knows only a composite one: the digest of the parts' digests); the SHA-256 of
the whole stands in the object's metadata, and what was sent is read back. `If-None-Match: *` keeps other objects from
being overwritten; a server that does not know it is asked first instead. Credentials come from where boto3 finds them.
A server is not believed: what it leaves out, repeats without end or answers beside the question ends the delivery.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from archiver.digest import Hasher
from archiver.errors import Refused, StorageError, UsageError
from archiver.escape import visible
from archiver.network.dial import Route
from archiver.packaging.package import Item, Piece
from archiver.packaging.s3_client import ABSENT, DENIED, NO_BUCKET, Bucket, S3Error, stated
from archiver.packaging.target import Presence, UploadStore

PART = 8 << 20
"""Bytes of a part, and of an object that is sent in one go; more where a package has more than 9,000 such parts."""
_PARTS = 9_000
_LARGEST = 5 << 40
_RANGE = 16 << 20
_DIGEST = "sha256"
"""The key of our digest in an object's metadata."""
_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
_PAGES = 200
"""Pages of a list of parts, of which an upload has at most 10,000: servers give 1,000 a page."""
_UPLOADS = 1_000


class S3Target:
    """`s3://bucket/prefix` as a `Target`."""

    method = "read from the server in ranges"

    def __init__(
        self, address: str, endpoint: str | None, memory: UploadStore | None, route: Route | None = None
    ) -> None:
        """Without a memory, uploads that others began of the same object are given up. With a route everything is
        asked through its proxy; where that is required, nobody is asked for credentials. Raises UsageError for an
        invalid address."""
        self._memory = memory
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        if not bucket or not address.startswith("s3://") or not address.isprintable() or "@" in bucket or "?" in prefix:
            raise UsageError(f"{address!r} is not s3://BUCKET/PREFIX")
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        if endpoint and "@" in endpoint:
            raise UsageError("the endpoint carries a user name or password; credentials belong into AWS's own places")
        base = f"{endpoint.rstrip('/')}/" if endpoint else "s3://"
        self.address = f"{base}{bucket}/{self._prefix}".rstrip("/")
        self._conditional = True
        self._server = Bucket(bucket, self.address, endpoint, route or Route())

    def ready(self, octets: int) -> None:
        """The bucket must be there; it is not made."""
        if octets > _LARGEST:
            raise StorageError(f"{octets:,} bytes are more than S3 takes as one object; use --form folder")
        with self._server.errors("reach the bucket"):
            try:
                self._server.ask("head_bucket")
            except S3Error as error:
                if error.code in ABSENT:
                    raise StorageError(f"{self.address}: {NO_BUCKET}") from error
                raise

    def find(self, piece: Piece, *, read: bool) -> Presence:
        """By size and the digest in the metadata; an object without ours, and with `read` any, by its bytes."""
        with self._server.errors(f"look for {piece.path}"):
            try:
                head = self._server.ask("head_object", Key=self._key(piece.path))
            except S3Error as error:
                if error.code in ABSENT:
                    return "absent"
                raise
            size = stated(head, "ContentLength", int)
        digest = head.get("Metadata", {}).get(_DIGEST)
        if size != piece.size or digest not in (None, piece.sha256):
            return "different"
        if digest is not None and not read:
            return "same"
        hasher = Hasher()
        for chunk in self.read(piece.path, limit=piece.size):
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
        with self._server.errors(f"send {piece.path}"):
            if piece.size <= PART:
                body = b"".join(item.stream())
                self._require(piece, hashlib.sha256(body).hexdigest())
                given = self._once(
                    "put_object",
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
        key = self._key(path)
        with self._server.errors(f"read {path}"):
            try:
                head = self._server.ask("head_object", Key=key)
            except S3Error as error:
                if error.code in ABSENT:
                    raise FileNotFoundError(f"{self.address}/{path}") from error
                raise
            whole, tag = stated(head, "ContentLength", int), stated(head, "ETag", str)
            size = min(whole, limit)
            for start in range(0, size, _RANGE):
                end = min(start + _RANGE, size) - 1
                given = self._server.ask("get_object", Key=key, Range=f"bytes={start}-{end}", IfMatch=tag)
                data = given["Body"].read()
                span = given.get("ContentRange", f"bytes 0-{whole - 1}/{whole}")  # without one: the whole
                if span != f"bytes {start}-{end}/{whole}" or len(data) != end - start + 1:
                    raise StorageError(
                        f"cannot read {path} at {self.address}: the server was asked for bytes {start}-{end} and gave "
                        f"{len(data):,} bytes, called {visible(span)[:80]!r}"
                    )
                yield data

    def write(self, path: str, data: bytes) -> None:
        """A small object, in place of one that is there; read back."""
        with self._server.errors(f"write {path}"):
            self._server.ask("put_object", Key=self._key(path), Body=data, ChecksumSHA256=_base64(data))
            self._require_kept(path, data)

    def write_new(self, path: str, data: bytes) -> bool:
        """A small object where there is none; read back."""
        piece = Piece(path=path, size=len(data), sha256=hashlib.sha256(data).hexdigest())
        with self._server.errors(f"write {path}"):
            try:
                self._once("put_object", piece, Body=data, ChecksumSHA256=_base64(data))
            except Refused:
                return False
            self._require_kept(path, data)
        return True

    def _require_kept(self, path: str, data: bytes) -> None:
        try:
            kept = b"".join(self.read(path, limit=len(data) + 1))
        except FileNotFoundError:
            kept = None
        if kept != data:
            raise StorageError(f"cannot write {path} at {self.address}: it came back different")

    def _send_parts(self, item: Item, piece: Piece) -> None:
        size = max(PART, -(-piece.size // _PARTS))
        upload, there = self._upload(piece)
        where = {"Key": self._key(piece.path), "UploadId": upload}
        whole, digests, parts = Hasher(), b"", []
        for number, part in enumerate(_cut(item.stream(), size), 1):
            whole.update(part)
            digest = hashlib.sha256(part).digest()
            digests += digest
            checksum = base64.b64encode(digest).decode("ascii")
            numbered = {"PartNumber": number, "ChecksumSHA256": checksum}
            etag = _kept(there.get(number), part, checksum)
            if etag is None:
                etag = stated(self._server.ask("upload_part", **where, **numbered, Body=part), "ETag", str)
            parts.append({**numbered, "ETag": etag})
        self._require(piece, whole.hexdigest())
        given = self._once("complete_multipart_upload", piece, UploadId=upload, MultipartUpload={"Parts": parts})
        self._agree(piece, given, f"{_base64(digests)}-{len(parts)}")

    def _upload(self, piece: Piece) -> tuple[str, dict[int, Mapping[str, Any]]]:
        """The upload of the same bytes that an earlier attempt left, with its parts by number, or a new one."""
        key = self._key(piece.path)
        address = f"{self._server.endpoint} {self._server.name}/{key}"
        upload, digest = (self._memory and self._memory.recall(address)) or ("", "")
        if self._memory is None:
            self._give_up_others(key)
        try:
            if upload and digest == piece.sha256:
                return upload, self._parts(key, upload)
            if upload:  # of a bag that has changed since: what it holds is of no use
                self._server.ask("abort_multipart_upload", Key=key, UploadId=upload)
        except S3Error as error:
            if error.code != "NoSuchUpload":  # somebody has ended it meanwhile
                raise
        begun = self._server.ask(
            "create_multipart_upload",
            Key=key,
            ChecksumAlgorithm="SHA256",
            ChecksumType="COMPOSITE",
            Metadata={_DIGEST: piece.sha256},
        )
        upload = stated(begun, "UploadId", str)
        if self._memory is not None:
            self._memory.keep(address, upload, piece.sha256)
        return upload, {}

    def _parts(self, key: str, upload: str) -> dict[int, Mapping[str, Any]]:
        """What an upload has already, by number. Raises StorageError where the list does not end."""
        parts: dict[int, Mapping[str, Any]] = {}
        marker = 0
        for _ in range(_PAGES):
            page = self._server.ask("list_parts", Key=key, UploadId=upload, PartNumberMarker=marker)
            parts |= {part["PartNumber"]: part for part in page.get("Parts", []) if "PartNumber" in part}
            if not page.get("IsTruncated"):
                return parts
            marker, last = stated(page, "NextPartNumberMarker", int), marker
            if marker <= last:
                break
        raise StorageError(f"cannot go on with {key} at {self.address}: the server's list of parts does not end")

    def _give_up_others(self, key: str) -> None:
        """End the uploads of an object that processes which are gone have left, where these credentials may."""
        try:
            listed = self._server.ask("list_multipart_uploads", Prefix=key)
            for each in listed.get("Uploads", [])[:_UPLOADS]:
                if each.get("Key") == key and "UploadId" in each:
                    self._server.ask("abort_multipart_upload", Key=key, UploadId=each["UploadId"])
        except S3Error as error:
            if error.code not in (*DENIED, "NoSuchUpload", "NotImplemented", "501"):
                raise

    def _once(self, operation: str, piece: Piece, **given: Any) -> dict[str, Any]:
        """Make an object that is not there yet. Raises Refused where it is."""
        given |= {"Key": self._key(piece.path)}
        try:
            if self._conditional:
                return self._server.ask(operation, **given, IfNoneMatch="*")
        except S3Error as error:
            if error.code in _TAKEN:
                raise Refused(f"{self.address}/{piece.path} has appeared meanwhile; nothing was overwritten") from error
            if error.code not in ("NotImplemented", "501"):
                raise
            self._conditional = False
        if self.find(piece, read=False) != "absent":
            raise Refused(f"{self.address}/{piece.path} has appeared meanwhile; nothing was overwritten")
        return self._server.ask(operation, **given)

    def _require(self, piece: Piece, digest: str) -> None:
        if digest != piece.sha256:
            raise Refused(f"{piece.path} changed while it was sent; hand the bag off again")

    def _agree(self, piece: Piece, answer: dict[str, Any], expected: str) -> None:
        """The server's checksum of the whole, where it states one, is ours."""
        found = answer.get("ChecksumSHA256")
        if found not in (None, expected, expected.partition("-")[0]):
            found = visible(str(found))[:100]
            raise Refused(f"the server's checksum of {piece.path} is {found}, ours {expected}; remove it there")

    def _key(self, path: str) -> str:
        return self._prefix + path


def _base64(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode("ascii")


def _kept(there: Mapping[str, Any] | None, part: bytes, checksum: str) -> str | None:
    """The tag of a part that is there already and the same; by its SHA-256, or where the server does not state that, by
    its tag, which is the MD5 (except under some encryptions, whose parts are then sent again)."""
    if there is None or there.get("Size") != len(part):
        return None
    md5 = hashlib.md5(part, usedforsecurity=False).hexdigest()
    tag = str(there.get("ETag", ""))
    same = there["ChecksumSHA256"] == checksum if "ChecksumSHA256" in there else tag.strip('"') == md5
    return tag if same and tag else None


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
