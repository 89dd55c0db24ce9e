"""Damages to signatures, and signers that are not to be trusted."""

import hashlib
import subprocess
from pathlib import Path

import pytest
from builders.pki import Holder, issue
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from damages.trust.table import (
    P7S,
    SEAL,
    damage,
    hashed,
    openssl_signs,
    write_signature,
)


def write_foreign_signature(bag: Path, holder: Holder, tmp_path: Path) -> None:
    """The same by a certificate that our own signing would refuse."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archiver.trust.sign._is_for_documents", lambda _: True)
        write_signature(bag, holder, tmp_path)


@damage("SIG001", "TSR003")
def signature_that_is_garbage(bag, pki, tmp):
    (bag / P7S).write_bytes(b"garbage\n")


@damage("SIG001", "TSR003")
def signature_that_is_larger_than_any(bag, pki, tmp):
    (bag / P7S).write_bytes(b"-----BEGIN CMS-----\n" + b"A" * (2 << 20) + b"\n-----END CMS-----\n")


@damage("SIG001", "TSR003")
def signature_that_is_nested_very_deep(bag, pki, tmp):
    der = b""
    for _ in range(3000):
        length = len(der)
        der = b"\x30\x83" + length.to_bytes(3, "big") + der
    write_cms(bag, der)


def write_cms(bag: Path, der: bytes) -> None:
    import base64

    (bag / P7S).write_bytes(b"-----BEGIN CMS-----\n" + base64.encodebytes(der) + b"-----END CMS-----\n")


@damage("SIG001", "TSR003")
def signature_with_the_content_inside(bag, pki, tmp):
    openssl_signs(bag, tmp, pki, "-nodetach", "-cades")


@damage("SIG002", "TSR003")
def signature_by_sha_1(bag, pki, tmp):
    openssl_signs(bag, tmp, pki, "-md", "sha1")


@damage("SIG001", "TSR003")
def signature_of_two_signers(bag, pki, tmp):
    other = tmp / "second"
    _, key, _, _ = pki.second.write(other)
    (other / "leaf.pem").write_bytes(pki.second.certificate.public_bytes(Encoding.PEM))
    openssl_signs(bag, tmp, pki, "-inkey", key, "-signer", str(other / "leaf.pem"))


@damage("SIG001", "TSR003")
def signature_without_signed_attributes(bag, pki, tmp):
    openssl_signs(bag, tmp, pki, "-noattr")


@damage("SIG001", "TSR003")
def signature_that_is_another_kind_of_message(bag, pki, tmp):
    command = ["openssl", "cms", "-data_create", "-in", str(bag / SEAL), "-outform", "PEM", "-out", str(bag / P7S)]
    subprocess.run(command, check=True, capture_output=True)


@damage("SIG004", "TSR003")
def signature_with_a_bit_flipped(bag, pki, tmp):
    import base64

    body = b"".join((bag / P7S).read_bytes().splitlines()[1:-1])
    der = bytearray(base64.b64decode(body))
    der[-1] ^= 1
    write_cms(bag, bytes(der))


@damage("SIG003", "FIX011", "CUS004", "CUS004")
def seal_changed_with_its_sha512_left(bag, pki, tmp):
    """The bag was changed and its manifests made again."""
    info = bag / "bag-info.txt"
    before = hashed(info)
    info.write_text(info.read_text() + "Note: forged\n")
    (bag / SEAL).write_text((bag / SEAL).read_text().replace(before, hashed(info)))


@damage("SIG020", "TSR008")
def signer_without_the_right_to_sign(bag, pki, tmp):
    write_signature(bag, pki.second, tmp)
    openssl_signs(bag, tmp, pki, holder=issue("No Signer", pki.ca, usage="key_agreement"))  # ours would refuse


@damage("SIG006", "SIG020", "TSR008", require_signature=True)
def signer_nobody_trusts(bag, pki, tmp):
    write_signature(bag, issue("Ada Archivist", email="ada@archive.example"), tmp)


@damage("SIG006", "SIG020", "TSR008", require_signature=True)
def signer_with_the_certificate_of_a_web_server(bag, pki, tmp):
    write_foreign_signature(bag, issue("Server", pki.ca, purpose=x509.ExtendedKeyUsageOID.SERVER_AUTH), tmp)


@damage("SIG006", "SIG020", "TSR008", require_signature=True)
def signer_with_the_certificate_of_a_timestamping_authority(bag, pki, tmp):
    write_foreign_signature(bag, issue("Time", pki.ca, purpose=x509.ExtendedKeyUsageOID.TIME_STAMPING), tmp)


@damage("SIG020", "TSR008")
def signer_whose_certificate_has_expired_and_no_timestamp(bag, pki, tmp):
    holder = issue("Late", pki.ca, days=(-10, 0.0001))
    write_signature(bag, holder, tmp)


@damage("SIG020", "TSR008")
def signer_below_somebody_who_is_no_authority(bag, pki, tmp):
    write_signature(bag, issue("Forger", issue("Plain Person", pki.ca)), tmp)


@damage("SIG020", "TSR008")
def signer_below_too_long_a_chain(bag, pki, tmp):
    short = issue("Short CA", pki.root, ca=True, path_length=0)
    write_signature(bag, issue("Forger", issue("Lower CA", short, ca=True)), tmp)


@damage("SIG020", "TSR008")
def signer_with_a_critical_extension_nobody_knows(bag, pki, tmp):
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
    write_signature(bag, issue("Odd", pki.ca, extra=odd), tmp)


@damage("SIG023", signer="somebody@else.example")
def another_signer_than_the_one_wanted(bag, pki, tmp):
    pass


@damage("SIG022", "SIG023", "TSR022", roots=None, signer="ada@archive.example")
def name_of_a_signer_without_roots(bag, pki, tmp):
    """Anybody may put that address into a certificate."""


@damage("SIG023", signer="ab" * 32)
def another_fingerprint_than_the_one_wanted(bag, pki, tmp):
    pass


@damage("SIG006", "SIG020", "SIG023", "TSR008", require_signature=True, signer="ada@archive.example")
def forged_signer_of_the_right_name(bag, pki, tmp):
    write_signature(bag, issue("Ada Archivist", email="ada@archive.example"), tmp)


@damage("SIG006", "SIG007", "SIG007", "SIG007", "SIG007", "SIG007", "TSR006", require_signature=True,
        require_timestamp=True)  # fmt: skip
def signature_taken_away(bag, pki, tmp):
    (bag / P7S).unlink()


@damage("BAG053", "SIG009", require_signature=True)
def fetch_file_added_since(bag, pki, tmp):
    (bag / "fetch.txt").write_bytes(b"")


@damage("SIG009", require_signature=True)
def tag_file_added_since_and_listed_by_the_tag_manifest_that_nobody_signed(bag, pki, tmp):
    (bag / "note.txt").write_bytes(b"forged")
    with (bag / "tagmanifest-sha512.txt").open("a") as file:
        file.write(f"{hashlib.sha512(b'forged').hexdigest()}  note.txt\n")


@damage("SIG007")
def a_stranger_among_the_signatures(bag, pki, tmp):
    (bag / "signatures/notes.txt").write_text("x")
