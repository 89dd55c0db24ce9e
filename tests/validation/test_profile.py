"""BagIt profiles: each key held against a bag, and profiles that are themselves wrong."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from builders.bags import Builder
from places import ROOT, SHARED

from archiver.errors import StorageError, UsageError
from archiver.model import Verdict
from archiver.validation.bagit.profile import BUILT_IN, profile_from, read_profile
from archiver.validation.validator import validate_bag

URL = "https://profiles.example/one.json"
SHARED = SHARED / "schemas"


def document(**keys: Any) -> str:
    about = {"BagIt-Profile-Identifier": URL, "BagIt-Profile-Version": "1.4.0", "Source-Organization": "x"}
    about |= {"External-Description": "x", "Version": "1"}
    named = {name.replace("_", "-").replace("-txt", ".txt"): value for name, value in keys.items()}
    return json.dumps({"BagIt-Profile-Info": about, "Accept-BagIt-Version": ["0.97", "1.0"], **named})


def good(builder: Builder) -> None:
    builder.record = None
    builder.info = [f"BagIt-Profile-Identifier: {URL}", "Contact-Name: Ann", "Contact-Name: Bob"]


def found(folder: Path, text: str, change: Callable[[Builder], object] | None = None) -> list[str]:
    """The findings about a good bag, changed, under a profile."""
    builder = Builder()
    good(builder)
    if change:
        change(builder)
    report = validate_bag(builder.write(folder / "bag"), profile=profile_from("test", text))
    assert report.checks["profile"] == ("failed" if any(f.severity == "error" for f in report.findings) else "passed")
    return [f"{each.code} {each.path}".rstrip() for each in report.findings]


def fetching(builder: Builder) -> None:
    builder.tags["fetch.txt"] = b"http://x.example/ - data/text/article.txt\n"


CASES: dict[str, tuple[dict[str, Any], Callable[[Builder], object] | None, list[str]]] = {
    "required label there": ({"Bag_Info": {"contact-name": {"required": True}}}, None, []),
    "required label missing": ({"Bag_Info": {"Contact-Email": {"required": True}}}, None, ["PROF001 bag-info.txt"]),
    "identifier missing": ({}, lambda b: b.info.pop(0), ["PROF001 bag-info.txt"]),
    "no bag-info of use": ({}, lambda b: b.info.clear(), ["PROF001 bag-info.txt"]),
    "value not accepted": (
        {"Bag_Info": {"Contact-Name": {"values": ["Ann"]}}},
        None,
        ["PROF002 bag-info.txt"],
    ),
    "values empty accept all": ({"Bag_Info": {"Contact-Name": {"values": []}}}, None, []),
    "label repeated": ({"Bag_Info": {"Contact-Name": {"repeatable": False}}}, None, ["PROF003 bag-info.txt"]),
    "label may be repeated": ({"Bag_Info": {"Contact-Name": {"repeatable": True}}}, None, []),
    "manifests required": (
        {"Manifests_Required": ["sha256", "MD5"], "Tag_Manifests_Required": ["sha1"]},
        None,
        ["PROF004 manifest-MD5.txt", "PROF004 tagmanifest-sha1.txt"],
    ),
    "manifests allowed": (
        {"Manifests_Allowed": ["sha256"], "Tag_Manifests_Allowed": ["sha512", "md5"]},
        None,
        ["PROF005 manifest-sha512.txt", "PROF005 tagmanifest-sha256.txt"],
    ),
    "fetch.txt not allowed": ({"Allow_Fetch_txt": False}, fetching, ["PROF006 fetch.txt"]),
    "fetch.txt allowed": ({}, fetching, []),
    "fetch.txt required": ({"Fetch_txt-Required": True}, None, ["PROF007 fetch.txt"]),
    "payload to be empty": ({"Data_Empty": True}, None, ["PROF008 data"]),
    "payload of one empty file": (
        {"Data_Empty": True},
        lambda b: (b.payload.clear(), b.payload.update({"data/.keep": b""})),
        [],
    ),
    "serialisation required": (
        {"Serialization": "required", "Accept_Serialization": ["application/zip"]},
        None,
        ["PROF009"],
    ),
    "version not accepted": ({"Accept_BagIt_Version": ["0.97"]}, None, ["PROF011 bagit.txt"]),
    "tag file required": (
        {"Tag_Files_Required": ["a/one.txt", "two.txt"]},
        lambda b: b.tags.update({"a/one.txt": b"1\n"}),
        ["PROF012 two.txt"],
    ),
    "payload file and folder required": (
        {"Payload_Files_Required": ["data/seed/", "data/text/article.txt", "data/logs/", "data/LICENSE"]},
        None,
        ["PROF012 data/LICENSE", "PROF012 data/logs/"],
    ),
    "tag files allowed": (
        {"Tag_Files_Allowed": ["a/*"]},
        lambda b: b.tags.update({"a/b/one.txt": b"1\n", "two.txt": b"2\n"}),
        ["PROF013 two.txt"],
    ),
    "payload files allowed": (
        {"Payload_Files_Allowed": ["data/s*d/*", "data/*.pem", "data/wacz/*"]},
        None,
        ["PROF013 data/text/article.txt"],
    ),
    "brackets are not patterns": (
        {"Payload_Files_Allowed": ["data/[a-z]*"]},
        lambda b: b.payload.clear() or b.payload.update({"data/[a-z]x": b""}),
        [],
    ),
    "another profile named": (
        {},
        lambda b: b.info.__setitem__(0, "BagIt-Profile-Identifier: http://x.example/"),
        ["PROF014 bag-info.txt"],
    ),
    "recommended labels": (
        {"Bag_Info": {"A": {"recommended": True}, "B": {"recommended": True}}},
        None,
        ["PROF015 bag-info.txt"],
    ),
}


@pytest.mark.parametrize(("keys", "change", "expected"), CASES.values(), ids=CASES)
def test_each_key_of_a_profile_is_held_against_the_bag(keys, change, expected, tmp_path: Path):
    assert sorted(found(tmp_path, document(**keys), change)) == sorted(expected)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"Serialization": "forbidden"}, ["PROF009"]),
        ({"Serialization": "required", "Accept_Serialization": ["application/zip"]}, ["PROF010"]),
        ({"Accept_Serialization": ["application/tar"]}, []),
        ({}, []),
    ],
)
def test_the_form_of_a_serialised_bag_is_held_against_the_profile(keys, expected, tmp_path: Path):
    builder = Builder()
    good(builder)
    builder.write(tmp_path / "bag")
    path = Path(shutil.make_archive(str(tmp_path / "bag"), "tar", tmp_path, "bag"))
    report = validate_bag(path, profile=profile_from("test", document(**keys)))
    assert [each.code for each in report.findings] == expected


WRONG = {
    "[]": "BagIt-Profile-Identifier is missing",
    "{": "not JSON",
    "[" * 100_000: "not JSON",
    '{"BagIt-Profile-Info": {}}': "BagIt-Profile-Identifier is missing",
    document(Accept_BagIt_Version=[]): "names no version",
    document(Accept_BagIt_Version=[1.0]): "not a list of texts",
    document(Manifests_Required="md5"): "Manifests-Required is not a list",
    document(Allow_Fetch_txt="no"): "neither true nor false",
    document(Allow_Fetch_txt=False, **{"Fetch_txt-Required": True}): "contradicts",
    document(Serialization="maybe"): "is not required",
    document(Serialization="required"): "names no type",
    document(Bag_Info=[]): "Bag-Info is not an object",
    document(Bag_Info={"A": 1}): "Bag-Info.A is not an object",
    document(Bag_Info={"A": {"required": "yes"}}): "Bag-Info.A.required",
    document(Manifests_Required=["md5"], Manifests_Allowed=["sha1"]): "Manifests-Required names md5",
    document(Tag_Files_Required=["a"], Tag_Files_Allowed=["b*"]): "Tag-Files-Required names a",
}


@pytest.mark.parametrize(("text", "says"), WRONG.items(), ids=range(len(WRONG)))
def test_a_profile_that_is_wrong_itself_is_wrong_usage(text: str, says: str):
    with pytest.raises(UsageError, match=says):
        profile_from("test", text)


def test_a_profile_is_read_from_a_file_or_its_address_and_never_fetched(tmp_path: Path):
    (tmp_path / "my profile.json").write_text(document(), "utf-8-sig")
    assert read_profile(str(tmp_path / "my profile.json")).identifier == URL
    assert read_profile((tmp_path / "my profile.json").as_uri()).identifier == URL
    with pytest.raises(UsageError, match="nothing is fetched"):
        read_profile("https://profiles.example/one.json")
    with pytest.raises(StorageError, match="cannot read the profile"):
        read_profile(str(tmp_path / "nothing.json"))
    (tmp_path / "latin").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="not UTF-8"):
        read_profile(str(tmp_path / "latin"))


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_built_in_profiles_are_profiles(name: str):
    assert read_profile(name).keys["Accept-BagIt-Version"]


def test_the_profile_of_our_bags_allows_every_verdict_and_every_payload_file_of_the_format():
    profile = read_profile("archiver")
    assert profile.keys["Bag-Info"]["Comparison-Verdict"]["values"] == list(get_args(Verdict))
    allowed = profile.allows("Payload-Files-Allowed")
    layout = (ROOT / "docs/bag-format.md").read_text("utf-8").partition("### 1.2 Layout")[2].partition("### 1.3")[0]
    named = re.findall(r"data/[\w./*-]+", layout)
    assert {"data/rendering/", "data/import/", "data/provenance.json"} <= set(named)
    files = [each + "x" if each.endswith("/") else each.replace("*", "x") for each in named]
    assert [each for each in files if each != "data/wacz" and not allowed.match(each)] == []


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is absent")
def test_the_built_in_btr_demands_what_the_published_one_does():
    def demands(text: str) -> dict[str, Any]:
        keys = json.loads(text)
        usual = {"Bag-Info": {}, "Tag-Files-Allowed": ["*"], "Allow-Fetch.txt": True}
        keys = {**usual, **keys, "BagIt-Profile-Info": keys["BagIt-Profile-Info"]["BagIt-Profile-Identifier"]}
        plain = {
            label: {k: v for k, v in each.items() if v and k != "description"}
            for label, each in keys["Bag-Info"].items()
        }
        keys["Bag-Info"] = {label: each for label, each in plain.items() if each}
        return {key: value for key, value in keys.items() if value != []}

    published = (SHARED / "btr-bagit-profile.json").read_text("utf-8")
    assert demands(json.dumps(read_profile("btr").keys)) == demands(published)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is absent")
@pytest.mark.parametrize("name", ["bagProfileFoo.json", "bagProfileBar.json", "btr-bagit-profile.json"])
def test_the_examples_of_the_specification_are_read(name: str):
    assert read_profile(str(SHARED / name)).identifier.startswith("http")
