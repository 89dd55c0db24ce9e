"""Deliveries to a real S3 server (SeaweedFS, on loopback): checked by the server, read back, gone on with."""

import base64
import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from builders.deliveries import everything, hand, make
from servers import seaweed

from archiver.cli import main
from archiver.validation.validator import validate_bag

boto3 = pytest.importorskip("boto3", reason="the extra 's3' is not installed")
pytestmark = seaweed.MARKS
FORMS = ("folder", "tar", "tgz", "zip", "wacz")


@pytest.fixture(scope="module")
def server(s3_server):
    client(s3_server).create_bucket(Bucket=seaweed.BUCKET)
    return s3_server


def client(address: str):
    return boto3.client(
        "s3",
        endpoint_url=address,
        aws_access_key_id=seaweed.KEY,
        aws_secret_access_key=seaweed.SECRET,
        region_name="us-east-1",
    )


@pytest.fixture
def s3(server, tmp_path, monkeypatch, request):
    """The client; the environment is as a person sets it. Each test has a prefix of its own."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", seaweed.KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", seaweed.SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    return client(server)


@pytest.fixture
def prefix(tmp_path) -> str:
    return f"{tmp_path.name}/in"


def keys(s3, prefix: str) -> list[str]:
    found = s3.list_objects_v2(Bucket=seaweed.BUCKET, Prefix=prefix).get("Contents", [])
    return sorted(each["Key"].removeprefix(f"{prefix}/") for each in found)


def body(s3, prefix: str, name: str) -> bytes:
    return s3.get_object(Bucket=seaweed.BUCKET, Key=f"{prefix}/{name}")["Body"].read()


def big(bags: Path) -> Path:
    """A bag whose tar has five parts."""
    return make(bags, **{f"part-{n}.jpg": random.Random(n).randbytes(9 << 20) for n in range(4)})


@pytest.mark.parametrize("form", FORMS)
def test_every_form_arrives_and_a_second_hand_off_is_a_no_op(form, s3, prefix, tmp_path, capsys):
    bag = make(tmp_path / "bags")
    target, files = f"s3://{seaweed.BUCKET}/{prefix}", list(everything(bag))
    code, (result,), _ = hand(capsys, bag, target, "--form", form)
    notes = ["the WACZ is not signed: no key is named"] if form == "wacz" else []
    assert (code, result["outcome"], result["notes"]) == (0, "delivered", notes)
    there = keys(s3, prefix)
    end = "" if form == "folder" else f".{form}"
    assert f"harbour-1{end}.receipt.json" in there
    if form == "folder":
        assert there == sorted([*(f"harbour-1/{path}" for path in files), "harbour-1.receipt.json"])
        assert body(s3, prefix, "harbour-1/bagit.txt") == (bag / "bagit.txt").read_bytes()
    else:
        head = s3.head_object(Bucket=seaweed.BUCKET, Key=f"{prefix}/harbour-1{end}")
        assert head["Metadata"]["sha256"] == result["sha256"]
        data = body(s3, prefix, f"harbour-1{end}")
        assert hashlib.sha256(data).hexdigest() == result["sha256"]
        if form != "wacz":
            (tmp_path / f"harbour-1{end}").write_bytes(data)
            assert validate_bag(tmp_path / f"harbour-1{end}").ok
    receipt = json.loads(body(s3, prefix, f"harbour-1{end}.receipt.json"))
    assert receipt["target"] == f"{os.environ['AWS_ENDPOINT_URL']}/{seaweed.BUCKET}/{prefix}"
    for more in ((), ("--verify",)):
        code, (result,), _ = hand(capsys, bag, target, "--form", form, *more)
        assert (code, result["outcome"]) == (0, "unchanged")
    assert keys(s3, prefix) == there


def test_a_large_package_goes_in_parts_whose_checksums_the_server_has(s3, prefix, tmp_path, capsys):
    bag = big(tmp_path / "bags")
    code, (result,), _ = hand(capsys, bag, f"s3://{seaweed.BUCKET}/{prefix}")
    assert (code, result["outcome"]) == (0, "delivered")
    head = s3.head_object(Bucket=seaweed.BUCKET, Key=f"{prefix}/harbour-1.tar", ChecksumMode="ENABLED")
    data = body(s3, prefix, "harbour-1.tar")
    parts = [hashlib.sha256(data[at : at + (8 << 20)]).digest() for at in range(0, len(data), 8 << 20)]
    composite = base64.b64encode(hashlib.sha256(b"".join(parts)).digest()).decode()
    assert head["ChecksumSHA256"] == f"{composite}-{len(parts)}"
    assert head["Metadata"]["sha256"] == hashlib.sha256(data).hexdigest() == result["sha256"]


_DIES = """
import os, signal, sys
from archiver.packaging import s3
plain, sent = s3._cut, []
def dies(chunks, size):
    for part in plain(chunks, size):
        if len(sent) == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        sent.append(part)
        yield part
s3._cut = dies
from archiver.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_an_upload_that_is_killed_is_gone_on_with_where_it_broke_off(s3, prefix, tmp_path, capsys, monkeypatch):
    from archiver.packaging import s3 as module

    bag = big(tmp_path / "bags")
    target = f"s3://{seaweed.BUCKET}/{prefix}"
    assert subprocess.run([sys.executable, "-c", _DIES, "handoff", str(bag), target], check=False).returncode == -9
    assert keys(s3, prefix) == []
    (upload,) = s3.list_multipart_uploads(Bucket=seaweed.BUCKET, Prefix=prefix)["Uploads"]
    there = s3.list_parts(Bucket=seaweed.BUCKET, Key=upload["Key"], UploadId=upload["UploadId"])["Parts"]
    assert [each["PartNumber"] for each in there] == [1, 2, 3]
    kept: list[bool] = []
    plain = module._kept
    monkeypatch.setattr(module, "_kept", lambda *a: (kept.append(plain(*a) is not None), plain(*a))[1])
    code, (result,), _ = hand(capsys, bag, target)
    assert (code, result["outcome"]) == (0, "delivered")
    assert kept == [True, True, True, False, False]
    assert hashlib.sha256(body(s3, prefix, "harbour-1.tar")).hexdigest() == result["sha256"]
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=seaweed.BUCKET, Prefix=prefix)


def test_an_upload_of_what_has_changed_since_is_given_up_and_begun_anew(s3, prefix, tmp_path, capsys):
    bag = big(tmp_path / "bags")
    target = f"s3://{seaweed.BUCKET}/{prefix}"
    subprocess.run([sys.executable, "-c", _DIES, "handoff", str(bag), target], check=False)
    (bag / "signatures").mkdir(exist_ok=True)
    (bag / "signatures/note.txt").write_bytes(b"added")
    code, (result,), _ = hand(capsys, bag, target)
    assert (code, result["outcome"]) == (0, "delivered")
    assert (
        s3.head_object(Bucket=seaweed.BUCKET, Key=f"{prefix}/harbour-1.tar")["Metadata"]["sha256"] == result["sha256"]
    )
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=seaweed.BUCKET, Prefix=prefix)


@pytest.mark.parametrize("size", ["small", "large"])
def test_another_object_of_that_name_is_never_overwritten_not_even_in_a_race(
    size, s3, prefix, tmp_path, capsys, monkeypatch
):
    bag = make(tmp_path / "bags") if size == "small" else big(tmp_path / "bags")
    target, key = f"s3://{seaweed.BUCKET}/{prefix}", f"{prefix}/harbour-1.tar"
    from archiver.packaging.s3 import S3Target

    real = S3Target._once

    def race(self, *args, **given):
        s3.put_object(Bucket=seaweed.BUCKET, Key=key, Body=b"somebody's")
        return real(self, *args, **given)

    with monkeypatch.context() as patch:
        patch.setattr(S3Target, "_once", race)
        code, (result,), _ = hand(capsys, bag, target)
    assert (code, result["outcome"]) == (1, "refused")
    assert "appeared meanwhile" in result["reason"]
    code, (result,), _ = hand(capsys, bag, target)
    assert (code, result["outcome"]) == (1, "refused")
    assert "is there already and is not the same" in result["reason"]
    assert body(s3, prefix, "harbour-1.tar") == b"somebody's"


@pytest.mark.parametrize("there", [False, True])
def test_a_server_that_knows_no_conditions_is_asked_first(there, s3, prefix, tmp_path, capsys, monkeypatch):
    from botocore.exceptions import ClientError

    from archiver.packaging.s3 import S3Target

    real = S3Target.__init__

    def old(self, *args):
        real(self, *args)
        put = self._server.client.put_object

        def refuses(**given):
            if "IfNoneMatch" in given:
                if there:
                    put(Bucket=given["Bucket"], Key=given["Key"], Body=b"somebody's")
                raise ClientError({"Error": {"Code": "NotImplemented"}}, "PutObject")
            return put(**given)

        self._server.client.put_object = refuses

    monkeypatch.setattr(S3Target, "__init__", old)
    code, (result,), _ = hand(capsys, make(tmp_path / "bags"), f"s3://{seaweed.BUCKET}/{prefix}")
    assert (code, result["outcome"]) == ((1, "refused") if there else (0, "delivered"))
    assert (body(s3, prefix, "harbour-1.tar") == b"somebody's") is there


def test_what_changes_at_the_far_end_is_reported_and_what_is_gone_is_sent_again(s3, prefix, tmp_path, capsys):
    bag, target, key = make(tmp_path / "bags"), f"s3://{seaweed.BUCKET}/{prefix}", f"{prefix}/harbour-1.tar"
    hand(capsys, bag, target)
    data = body(s3, prefix, "harbour-1.tar")
    s3.delete_object(Bucket=seaweed.BUCKET, Key=key)
    assert hand(capsys, bag, target)[1][0]["outcome"] == "delivered"
    data = body(s3, prefix, "harbour-1.tar")
    stated = {"sha256": hashlib.sha256(data).hexdigest()}
    s3.put_object(Bucket=seaweed.BUCKET, Key=key, Body=bytes(len(data)), Metadata=stated)
    assert hand(capsys, bag, target)[1][0]["outcome"] == "unchanged"  # by what it says of itself
    code, (result,), _ = hand(capsys, bag, target, "--verify")
    assert (code, result["outcome"]) == (1, "refused")
    s3.put_object(Bucket=seaweed.BUCKET, Key=key, Body=bytes(len(data)))
    assert hand(capsys, bag, target)[1][0]["outcome"] == "refused"  # it says nothing of itself, so it is read


def test_nothing_of_a_package_is_written_on_this_machine(s3, prefix, tmp_path, capsys, monkeypatch):
    bag = big(tmp_path / "bags")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = set(everything(tmp_path))
    hand(capsys, bag, f"s3://{seaweed.BUCKET}/{prefix}")
    new = sorted(set(everything(tmp_path)) - before)
    assert [
        path for path in new if "receipts/" not in path and "custody/" not in path and ".archiver/" not in path
    ] == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}, "set AWS_ACCESS_KEY_ID"),
        ({"AWS_ACCESS_KEY_ID": "nobody"}, "access denied"),
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "access denied"),
        ({"AWS_ACCESS_KEY_ID": "reader", "AWS_SECRET_ACCESS_KEY": "reader"}, "access denied"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "Could not connect"),
        ({"bucket": "absent"}, "no such bucket"),
    ],
)
def test_what_stands_in_the_way_is_one_line_that_says_what_to_do(change, says, s3, tmp_path, capsys, monkeypatch):
    bucket = change.pop("bucket", seaweed.BUCKET)
    for name, value in change.items():
        monkeypatch.delenv(name) if value is None else monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert main(["handoff", str(make(tmp_path / "bags")), f"s3://{bucket}/x"]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert len(err.splitlines()) == 1
    assert seaweed.SECRET not in err


@pytest.mark.parametrize("address", ["s3://", "s3:///x", "s3://user@bucket/x", "ftp://bucket/x", "s3://b\u202e/x"])
def test_an_address_that_is_none_is_wrong_usage(address, s3, tmp_path, capsys):
    assert main(["handoff", str(make(tmp_path / "bags")), address]) == 2


def test_without_the_extra_one_line_says_what_to_install(tmp_path, capsys, monkeypatch):
    for name in ("s3", "s3_client", "s3_transport"):
        monkeypatch.delitem(sys.modules, f"archiver.packaging.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "boto3", None)
    assert main(["handoff", str(make(tmp_path / "bags")), "s3://bucket/x"]) == 2
    assert "pip install '.[s3]'" in capsys.readouterr().err
    monkeypatch.delitem(sys.modules, "archiver.packaging.s3", raising=False)


def test_a_package_is_received_from_the_server_with_its_receipt(s3, prefix, tmp_path, capsys):
    bag, target = big(tmp_path / "bags"), f"s3://{seaweed.BUCKET}/{prefix}"
    hand(capsys, bag, target)
    assert main(["receive", "--json", "--bags", str(tmp_path / "mine"), f"{target}/harbour-1.tar"]) == 0
    parsed = json.loads(capsys.readouterr().out)
    assert (parsed["outcome"], parsed["notes"]) == ("received", [])
    assert validate_bag(tmp_path / "mine/harbour-1").ok
    assert list((tmp_path / "mine/.archiver/receiving").glob("*")) == []
    assert main(["receive", "--bags", str(tmp_path / "mine"), f"{target}/absent.tar"]) == 2
    assert "there is no package at" in capsys.readouterr().err


def test_a_group_is_streamed_to_s3_and_taken_in_from_there_bag_by_bag(s3, prefix, tmp_path, capsys):
    for name in ("one", "two"):
        make(tmp_path / "bags", name, big=name.encode() * 3_000_000)
    target = f"s3://{seaweed.BUCKET}/{prefix}"
    code, (result,), _ = hand(capsys, "--group", "g", tmp_path / "bags", target)
    assert (code, result["outcome"]) == (0, "delivered"), result
    assert main(["receive", "--unpack", "--bags", str(tmp_path / "mine"), f"{target}/g.tar"]) == 0
    for name in ("one", "two"):
        assert validate_bag(tmp_path / "mine" / name).ok
    capsys.readouterr()
    code, (result,), _ = hand(capsys, "--group", "g", tmp_path / "bags", target)
    assert (code, result["outcome"]) == (0, "unchanged")


def test_a_second_server_starts_beside_the_first(server, tmp_path):
    """As in two runs of these tests on one machine: neither listens at a port that is always the same."""
    with seaweed.running(tmp_path / "second") as other:
        assert other != server
        assert client(other).list_buckets()["Buckets"] == []
