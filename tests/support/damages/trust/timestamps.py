"""Damages to timestamps, and authorities that are not to be trusted (RFC 3161)."""

import re
import shutil
import subprocess
from pathlib import Path

from builders.pki import NOW, Authorities, Holder, issue
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from archiver.trust.sign import sign
from damages.trust.table import P7S, SEAL, TSR, damage, run, signer_of


def write_timestamp(bag: Path, pki: Authorities, tsa: Holder) -> None:
    """Another timestamp, by an authority of one's own."""
    for each in (bag / "signatures").glob(f"{SEAL}.p7s.tsr*"):
        each.unlink()
    query = subprocess.run(["openssl", "ts", "-query", "-data", str(bag / P7S), "-sha256", "-cert"],
                           check=True, capture_output=True).stdout  # fmt: skip
    (bag / TSR).write_bytes(pki.timestamp(query, tsa))
    (bag / f"{TSR}.crt").write_bytes(tsa.pem())


@damage("TSR001", "TSR008")
def timestamp_that_is_garbage(bag, pki, tmp):
    (bag / TSR).write_bytes(b"\x30\x80garbage")


@damage("TSR001", "TSR008")
def timestamp_that_was_refused(bag, pki, tmp):
    (bag / TSR).write_bytes(bytes.fromhex("30053003020102"))


@damage("TSR003", "TSR008")
def timestamp_of_something_else(bag, pki, tmp):
    shutil.copy(bag / "signatures/custody/0002-signature.json.p7s.tsr", bag / TSR)


@damage("TSR004", "TSR008")
def timestamp_with_a_bit_flipped(bag, pki, tmp):
    data = bytearray((bag / TSR).read_bytes())
    data[-1] ^= 1
    (bag / TSR).write_bytes(data)


@damage("TSR020", "TSR008")
def timestamp_by_an_authority_nobody_trusts(bag, pki, tmp):
    write_timestamp(bag, pki, issue("Other Time", issue("Other Root", ca=True),
                                    purpose=x509.ExtendedKeyUsageOID.TIME_STAMPING))  # fmt: skip


def forged_timestamp(pki: Authorities, data: bytes, by: Holder, folder: Path, *options: str, year: str = "") -> bytes:
    """A timestamp as `by` would sign it, whatever his certificate is for; in another year, if given."""
    folder.mkdir()
    _, key, _, _ = by.write(folder)
    (folder / "data").write_bytes(data)
    (folder / "leaf.pem").write_bytes(by.certificate.public_bytes(Encoding.PEM))
    run(folder, "ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "query")
    (folder / "response").write_bytes(pki.timestamp((folder / "query").read_bytes()))
    run(folder, "ts", "-reply", "-in", "response", "-token_out", "-out", "token")
    run(folder, "cms", "-verify", "-noverify", "-in", "token", "-inform", "DER", "-out", "info")
    info = (folder / "info").read_bytes()
    (folder / "info").write_bytes(re.sub(rb"(\x18\x0f)\d{4}", rb"\g<1>" + year.encode(), info) if year else info)
    run(folder, "cms", "-sign", "-binary", "-nodetach", "-cades", "-econtent_type", "1.2.840.113549.1.9.16.1.4",
        "-in", "info", "-signer", "leaf.pem", "-inkey", key, "-outform", "DER", "-out", "token", *options)  # fmt: skip
    token = b"\x30\x03\x02\x01\x00" + (folder / "token").read_bytes()
    return b"\x30\x82" + len(token).to_bytes(2, "big") + token


@damage("TSR020", "TSR008")
def timestamp_by_somebody_who_is_no_time_stamping_authority(bag, pki, tmp):
    (bag / TSR).write_bytes(forged_timestamp(pki, (bag / P7S).read_bytes(), pki.signer, tmp / "forge"))


@damage("TSR020", "TSR008")
def timestamp_by_a_server(bag, pki, tmp):
    server = issue("Server", pki.tsa_root, purpose=x509.ExtendedKeyUsageOID.SERVER_AUTH)
    (bag / TSR).write_bytes(forged_timestamp(pki, (bag / P7S).read_bytes(), server, tmp / "forge"))


@damage("TSR002", "TSR008")
def timestamp_by_sha_1(bag, pki, tmp):
    (bag / TSR).write_bytes(forged_timestamp(pki, (bag / P7S).read_bytes(), pki.tsa, tmp / "forge", "-md", "sha1"))


@damage("TSR007", "TSR021")
def timestamp_over_a_later_one(bag, pki, tmp):
    forged = forged_timestamp(pki, (bag / TSR).read_bytes(), pki.tsa, tmp / "forge", year="2001")
    (bag / f"{TSR}.tsr").write_bytes(forged)


@damage("SIG021", "TSR008")
def countersignature_by_somebody_unknown(bag, pki, tmp):
    stranger = signer_of(issue("Stranger"), tmp / "stranger")
    (bag / f"{TSR}.p7s").write_bytes(sign((bag / TSR).read_bytes(), stranger, NOW))


@damage("TSR021")
def timestamp_over_the_timestamp_by_somebody_unknown(bag, pki, tmp):
    stranger = issue("Other Time", purpose=x509.ExtendedKeyUsageOID.TIME_STAMPING)
    (bag / f"{TSR}.tsr").write_bytes(forged_timestamp(pki, (bag / TSR).read_bytes(), stranger, tmp / "forge"))
