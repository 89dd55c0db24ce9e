"""Signatures and timestamps that were tampered with: they do not hold, in words, and nothing else is raised."""

import subprocess
from pathlib import Path

import pytest
from builders.pki import NOW, Authorities, crl_of, issue, needs_openssl, ocsp_of
from fuzzing import damaged
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.cms.read import InvalidCms, read_signature, read_timestamp
from archiver.trust.sign import Signer, sign
from archiver.validation.trust.cert_paths import read_certificates
from archiver.validation.trust.revocation import statuses

pytestmark = needs_openssl
DATA = b"what is signed\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """A signature of DATA and a timestamp of that."""
    folder = tmp_path_factory.mktemp("cms")
    pki = Authorities(folder, "http://127.0.0.1:9")
    _, key, _, certificate = pki.signer.write(folder)
    signature = sign(DATA, Signer.load(Path(key), Path(certificate)), NOW)
    (folder / "p7s").write_bytes(signature)
    query = subprocess.run(["openssl", "ts", "-query", "-data", str(folder / "p7s"), "-sha256", "-cert"],
                           check=True, capture_output=True).stdout  # fmt: skip
    return signature, pki.timestamp(query)


def der(pem: bytes) -> bytes:
    from base64 import b64decode

    return b64decode(b"".join(pem.splitlines()[1:-1]))


def pem(octets: bytes) -> bytes:
    from base64 import encodebytes

    return b"-----BEGIN CMS-----\n" + encodebytes(octets) + b"-----END CMS-----\n"


@given(st.data())
@settings(deadline=None)
def test_a_signature_that_is_not_what_it_was_is_refused_in_words(made, data):
    signature, _ = made
    octets = data.draw(damaged(der(signature)))
    try:
        found = read_signature(pem(octets), DATA)
    except InvalidCms as error:
        assert error.why in ("malformed", "algorithm", "content", "signature")
        assert "\n" not in error.reason
    else:  # what is not signed may differ: that a certificate more or fewer came along
        assert found.certificate is not None


@given(st.data())
@settings(deadline=None)
def test_a_timestamp_that_is_not_what_it_was_is_refused_in_words(made, data):
    signature, stamp = made
    try:
        read_timestamp(data.draw(damaged(stamp)), signature)
    except InvalidCms as error:
        assert "\n" not in error.reason


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_anything_at_all_is_no_signature(octets):
    for read, given_ in ((read_signature, pem(octets)), (read_signature, octets), (read_timestamp, octets)):
        with pytest.raises(InvalidCms):
            read(given_, DATA)


@pytest.fixture(scope="module")
def facts():
    """An authority, a certificate of its, and what it says of revocation."""
    authority = issue("CA", ca=True)
    holder = issue("Ada", authority)
    return authority, holder, ocsp_of(authority, holder), b"-----BEGIN X509 CRL-----\n" + crl_of(authority)


@given(st.data())
@settings(deadline=None)
def test_lists_answers_and_roots_that_are_damaged_say_nothing_and_raise_nothing(facts, data):
    authority, holder, answer, lists = facts
    chain = (holder.certificate, authority.certificate)
    assert len(list(statuses(chain, NOW, data.draw(damaged(lists)), data.draw(damaged(answer))))) == 1
    try:
        read_certificates(data.draw(damaged(authority.pem())))
    except ValueError as error:
        assert str(error)
