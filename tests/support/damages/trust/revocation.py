"""Signers that were revoked, and answers about revocation that prove nothing."""

from datetime import timedelta

from builders.pki import NOW, Holder, crl_of, issue, ocsp_of
from cryptography import x509

from damages.trust.table import P7S, damage, pem


@damage("SIG030")
def signer_revoked_before_the_timestamp(bag, pki, tmp):
    (bag / f"{P7S}.ocsp").unlink()
    (bag / f"{P7S}.crl").write_bytes(pem(crl_of(pki.ca, pki.signer)) + pem(crl_of(pki.root)))


@damage("SIG030")
def signer_revoked_says_ocsp(bag, pki, tmp):
    (bag / f"{P7S}.ocsp").write_bytes(ocsp_of(pki.ca, pki.signer, revoked=True))


@damage("SIG031")
def nothing_kept_of_revocation(bag, pki, tmp):
    (bag / f"{P7S}.ocsp").unlink()


@damage("SIG031")
def answer_of_revocation_about_another(bag, pki, tmp):
    (bag / f"{P7S}.ocsp").write_bytes(ocsp_of(pki.ca, pki.second))


@damage("SIG031")
def answer_of_revocation_by_another(bag, pki, tmp):
    (bag / f"{P7S}.ocsp").write_bytes(ocsp_of(pki.ca, pki.signer, by=pki.second))


@damage("SIG031")
def answer_of_revocation_by_somebody_who_is_for_other_things(bag, pki, tmp):
    other = issue("Coder", pki.ca, purpose=x509.ExtendedKeyUsageOID.CODE_SIGNING)
    (bag / f"{P7S}.ocsp").write_bytes(ocsp_of(pki.ca, pki.signer, by=other))


@damage()
def answer_of_revocation_by_somebody_authorised_which_is_no_damage(bag, pki, tmp):
    responder = issue("Responder", pki.ca, purpose=x509.ExtendedKeyUsageOID.OCSP_SIGNING)
    (bag / f"{P7S}.ocsp").write_bytes(ocsp_of(pki.ca, pki.signer, by=responder))


@damage("SIG031")
def answer_of_revocation_that_is_garbage(bag, pki, tmp):
    (bag / f"{P7S}.ocsp").write_bytes(b"garbage")


@damage("SIG031")
def list_of_revocation_that_is_too_old(bag, pki, tmp):
    (bag / f"{P7S}.ocsp").unlink()
    old = crl_of(pki.ca, at=NOW - timedelta(days=30))
    (bag / f"{P7S}.crl").write_bytes(pem(old) + pem(crl_of(pki.root)))


@damage("SIG031")
def list_of_revocation_by_another(bag, pki, tmp):
    (bag / f"{P7S}.ocsp").unlink()
    forged = crl_of(Holder(pki.second.key, pki.ca.certificate))
    (bag / f"{P7S}.crl").write_bytes(pem(forged) + pem(crl_of(pki.root)))
