"""Signatures and timestamps that are cut, changed, or made of any bytes."""

from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from builders.pki import needs_openssl
from damages.trust.table import P7S, SEAL, TSR
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.cms.read import InvalidCms, Signature, Timestamp, read_signature, read_timestamp

pytestmark = needs_openssl


@pytest.mark.parametrize("name", ["p7s", "tsr"])
def test_a_signature_or_timestamp_cut_anywhere_or_with_any_byte_changed_is_refused(name: str, original: Path):
    """Nothing but InvalidCms ever comes out, whatever is read."""
    over = (original / SEAL if name == "p7s" else original / P7S).read_bytes()
    path = original / (P7S if name == "p7s" else TSR)
    der = b64decode(b"".join(path.read_bytes().splitlines()[1:-1])) if name == "p7s" else path.read_bytes()
    broken = [der[:at] for at in range(0, len(der), 7)]
    broken += [der[:at] + bytes([der[at] ^ 0x41]) + der[at + 1 :] for at in range(0, len(der), 3)]
    whole = read_signature(path.read_bytes(), over) if name == "p7s" else read_timestamp(der, over)
    for each in broken:
        data = b"-----BEGIN CMS-----\n" + b64encode(each) + b"\n-----END CMS-----\n" if name == "p7s" else each
        try:
            read = read_signature(data, over) if name == "p7s" else read_timestamp(data, over)
        except InvalidCms:
            continue
        assert essence(read) == essence(whole)  # the change was outside what is signed: in another certificate, say


def essence(read: Signature | Timestamp) -> object:
    if isinstance(read, Timestamp):
        return read.time, read.nonce, essence(read.signature)
    return read.certificate, read.said


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=400))
def test_whatever_is_read_as_a_timestamp_or_signature_is_refused_in_words(data: bytes):
    for read, each in ((read_timestamp, data), (read_signature, b"-----BEGIN CMS-----\n%s\n-----END CMS-----" % data)):
        with pytest.raises(InvalidCms):
            read(each, b"x")
