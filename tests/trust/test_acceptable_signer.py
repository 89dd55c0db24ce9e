"""What `archiver run` and `archiver handoff` sign is accepted afterwards, or is not signed: signers are judged by what
`archiver validate --require-signature` will judge them by, before anything is fetched or sent."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from builders.deliveries import everything, hand
from builders.groups import make
from builders.pki import Authorities, Holder, authorities, issue, needs_openssl
from cryptography.x509.oid import ExtendedKeyUsageOID
from servers.newsroom import newsroom, pages_for, write_seeds

from archiver.cli import main
from archiver.job import run_job
from archiver.transfer import delivery
from archiver.trust.seal_new_bag import load_signer

pytestmark = needs_openssl


@pytest.fixture
def pki(tmp_path: Path) -> Iterator[Authorities]:
    with authorities(tmp_path) as here:
        here.tell_of_revocation()
        yield here


def revoked(pki: Authorities) -> Holder:
    pki.tell_of_revocation(pki.signer)
    return pki.signer


def of_a_revoked_authority(pki: Authorities) -> Holder:
    pki.tell_of_revocation(pki.ca)
    return pki.second


def under(kind: str = "p256", days: tuple[float, float] = (-1, 365)) -> Callable[[Authorities], Holder]:
    """A signer whose own key and dates are good, below an authority with this key and these dates."""
    return lambda pki: issue("Below", issue("An Authority", pki.root, ca=True, kind=kind, days=days))


BAD = {
    "revoked": (revoked, "was revoked on"),
    "authority revoked": (of_a_revoked_authority, "was revoked on"),
    "expired": (lambda pki: issue("Late", pki.ca, days=(-10, -1)), "expired on"),
    "not yet valid": (lambda pki: issue("Early", pki.ca, days=(1, 10)), "not valid before"),
    "authority expired": (under(days=(-10, -1)), "expired on"),
    "weak": (lambda pki: issue("Weak", pki.ca, kind="rsa1024"), "2048 are the least"),
    "authority weak": (under("rsa1024"), "too weak"),
    "another purpose": (lambda pki: issue("Web", pki.ca, purpose=ExtendedKeyUsageOID.SERVER_AUTH), "not for documents"),
    "unknown": (lambda pki: issue("Stranger"), "not among the trusted roots"),
}
bad_signers = pytest.mark.parametrize(("make_signer", "word"), BAD.values(), ids=BAD)


def settings(folder: Path, signer: Holder, roots: Path | None, **more: object) -> list[str]:
    key, certificate = signer.write(folder / "keys")[1::2]
    lines = {"key": key, "certificate": certificate, "allow_private": True, **more}
    lines |= {"trust_roots": str(roots)} if roots else {}
    (folder / "set.toml").write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items()))
    return ["--config", str(folder / "set.toml")]


def run(folder: Path, config: list[str], *more: str) -> tuple[int, list[str]]:
    """The exit code, and what the site was asked for."""
    write_seeds(folder / "seeds", range(1))
    with newsroom(pages_for(range(1))) as site:
        options = ["--bags", str(folder / "bags"), "--pace", "0", "--browser", "never", *site.options, *more]
        return main(["run", str(folder / "seeds"), *config, *options]), [*site.asked, *site.robots]


@bad_signers
def test_a_job_whose_signatures_would_not_be_accepted_fetches_nothing(make_signer, word, pki, tmp_path, capsys):
    code, asked = run(tmp_path, settings(tmp_path, make_signer(pki), pki.roots))
    (line,) = capsys.readouterr().err.splitlines()
    assert (code, asked) == (2, [])
    assert word in line
    assert not list((tmp_path / "bags").glob("report-*"))


@bad_signers
def test_a_group_whose_signature_would_not_be_accepted_is_not_made(make_signer, word, pki, tmp_path, capsys):
    bags, out = make(tmp_path / "bags", "ferry-1").parent, tmp_path / "out"
    out.mkdir()
    before = everything(bags)
    code, results, err = hand(capsys, *settings(tmp_path, make_signer(pki), pki.roots), "--group", "g", bags, out)
    assert (code, results) == (2, [])
    assert word in err
    assert (everything(bags), everything(out)) == (before, {})


@pytest.mark.parametrize("word", ["was revoked on", "too weak"])
def test_without_roots_what_certificates_say_of_themselves_must_hold(word, pki, tmp_path, capsys):
    signer = revoked(pki) if "revoked" in word else under("rsa1024")(pki)
    code, asked = run(tmp_path, settings(tmp_path, signer, None))
    assert (code, asked) == (2, [])
    assert word in capsys.readouterr().err


def test_a_self_signed_certificate_signs_where_no_roots_are_named(tmp_path, pki, capsys):
    assert run(tmp_path, settings(tmp_path, issue("Self"), None))[0] == 0
    (bag,) = (tmp_path / "bags").glob("report-*")
    assert main(["validate", str(bag), "--require-signature"]) == 0


def test_nobody_is_asked_about_revocation_by_a_dry_run(pki, tmp_path):
    config = settings(tmp_path, pki.signer, pki.roots)
    pki.asked.clear()
    assert run(tmp_path, config, "--dry-run") == (0, [])
    assert pki.asked == []


def test_a_signer_that_is_revoked_while_the_job_runs_signs_no_bag_and_the_capture_is_kept(
    pki, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(run_job, "acceptable_signer", load_signer)  # it was good when the job began
    code, _ = run(tmp_path, settings(tmp_path, revoked(pki), pki.roots), "--json")
    result = json.loads(capsys.readouterr().out)
    assert (code, result["outcome"]) == (1, "captured")
    assert "not signed as it should be: SIG030" in result["warning"]
    bag = tmp_path / "bags" / result["bag"]
    assert not list(bag.rglob("*.p7s"))
    assert main(["validate", str(bag)]) == 0


def test_a_signer_that_is_revoked_before_the_group_is_signed_signs_no_group(pki, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(delivery, "acceptable_signer", load_signer)
    bags, out = make(tmp_path / "bags", "ferry-1").parent, tmp_path / "out"
    out.mkdir()
    code, (result,), _ = hand(capsys, *settings(tmp_path, revoked(pki), pki.roots), "--group", "g", bags, out)
    assert (code, result["outcome"]) == (1, "refused")
    assert "SIG030" in result["reason"]
    assert everything(out) == {}
    assert not list((bags / "groups").rglob("*.p7s"))


@pytest.mark.parametrize("demand", [[], ["--trust-roots"]])
def test_what_a_good_signer_signs_is_accepted(demand, pki, tmp_path, capsys):
    roots = pki.roots if demand else None
    config = settings(tmp_path, pki.signer, roots, **({"timestamp": pki.url} if roots else {}))
    assert run(tmp_path, config)[0] == 0
    (tmp_path / "out").mkdir()
    capsys.readouterr()
    assert hand(capsys, *config, "--group", "g", tmp_path / "bags", tmp_path / "out")[0] == 0
    terms = ["--require-signature", *demand, *([str(roots), "--require-timestamp"] if roots else [])]
    (bag,) = (tmp_path / "bags").glob("report-*")
    assert main(["validate", str(bag), *terms]) == 0
    assert main(["validate", str(tmp_path / "out/g.tar"), *terms]) == 0
