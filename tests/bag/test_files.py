"""The files of a bag against their standards, on the bags that the demo makes."""

import csv
import hashlib
import json
import re
import shutil
import subprocess
import zlib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from lxml import etree
from places import ROOT, SHARED

from archiver.cli import main
from archiver.demo.tour import run_demo

PREMIS = {"p": "http://www.loc.gov/premis/v3"}


@pytest.fixture(scope="module")
def bags(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("demo") / "bags"
    said: list[str] = []
    assert run_demo(folder, say=said.append) == 0, "\n".join(said)
    return sorted(each for each in folder.iterdir() if not each.name.startswith("."))


def json_of(bag: Path, path: str) -> dict:
    return json.loads((bag / "data" / path).read_bytes())


def named(bags: list[Path], name: str) -> Path:
    return next(bag for bag in bags if bag.name.startswith(name))


class TestWacz:
    """WACZ 1.1.1."""

    def test_the_folder_holds_what_a_wacz_holds_and_nothing_else(self, bags):
        for bag in bags:
            folder = bag / "data" / "wacz"
            paths = {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}
            fixed = {
                *("indexes/index.cdx", "pages/pages.jsonl", "datapackage.json", "datapackage-digest.json"),
                f"archive/{bag.name}.warc.gz",
            }
            assert fixed <= paths <= fixed | {f"archive/{bag.name}-shared.warc.gz"}

    def test_the_datapackage_lists_every_file_but_itself_and_its_digest(self, bags):
        for bag in bags:
            folder = bag / "data" / "wacz"
            package = json.loads((folder / "datapackage.json").read_bytes())
            listed = {each["path"]: (each["bytes"], each["hash"]) for each in package["resources"]}
            there = {
                each.relative_to(folder).as_posix(): (
                    each.stat().st_size,
                    f"sha256:{hashlib.sha256(each.read_bytes()).hexdigest()}",
                )
                for each in folder.rglob("*")
                if each.is_file() and not each.name.startswith("datapackage")
            }
            assert listed == there
            assert (package["profile"], package["wacz_version"]) == ("data-package", "1.1.1")
            digest = json.loads((folder / "datapackage-digest.json").read_bytes())
            whole = hashlib.sha256((folder / "datapackage.json").read_bytes()).hexdigest()
            assert digest == {"path": "datapackage.json", "hash": f"sha256:{whole}"}

    def test_every_line_of_the_index_hits_the_gzip_member_of_its_response(self, bags):
        seen = 0
        for bag in bags:
            lines = (bag / "data/wacz/indexes/index.cdx").read_bytes().splitlines(keepends=True)
            assert lines == sorted(lines)
            for line in lines:
                key, moment, facts = line.decode("ascii").rstrip("\n").split(" ", 2)
                entry = json.loads(facts)
                data = (bag / "data/wacz/archive" / entry["filename"]).read_bytes()
                offset, length = int(entry["offset"]), int(entry["length"])
                inflater = zlib.decompressobj(31)
                record = inflater.decompress(data[offset : offset + length])
                assert inflater.eof
                assert inflater.unused_data == b""
                fields = record.partition(b"\r\n\r\n")[0].decode()
                assert "WARC-Type: response\r\n" in fields
                assert f"WARC-Target-URI: {entry['url']}\r\n" in fields
                date = re.search(r"WARC-Date: (\S+)", fields)[1]
                assert re.sub(r"\D", "", date)[:14] == moment
                assert key.partition(")")[0].split(",")[-1] in entry["url"]
                seen += 1
        assert seen > 20

    def test_the_pages_are_the_page_that_was_captured(self, bags):
        for bag in bags:
            header, page = map(json.loads, (bag / "data/wacz/pages/pages.jsonl").read_text("utf-8").splitlines())
            record = json_of(bag, "provenance.json")
            assert (header["format"], header["id"]) == ("json-pages-1.0", "pages")
            memento = record["capture"].get("memento")  # what was read then (docs/capture/time.md)
            assert page["url"] == (memento["uri"] if memento else record["capture"]["final_url"])
            assert {"id", "url", "ts", "title"} <= set(page)


class TestCrate:
    """RO-Crate 1.2."""

    def test_the_graph_is_flat_and_every_reference_has_its_entity_or_is_an_address(self, bags):
        for bag in bags:
            graph = json_of(bag, "ro-crate-metadata.json")["@graph"]
            known = {entity["@id"] for entity in graph}
            assert len(known) == len(graph)
            for entity in graph:
                for value in entity.values():
                    for each in value if isinstance(value, list) else [value]:
                        if isinstance(each, dict):
                            assert set(each) == {"@id"}
                            assert each["@id"] in known or each["@id"].startswith(("http://", "https://"))

    def test_the_root_has_every_file_but_the_crates_own_and_a_licence(self, bags):
        for bag in bags:
            graph = {entity["@id"]: entity for entity in json_of(bag, "ro-crate-metadata.json")["@graph"]}
            root, data = graph["./"], bag / "data"
            files = {each.relative_to(data).as_posix() for each in data.rglob("*") if each.is_file()}
            own = {"ro-crate-metadata.json", "ro-crate-preview.html"}
            assert {part["@id"] for part in root["hasPart"]} == files - own
            assert root["license"]["@id"] == "http://rightsstatements.org/vocab/CNE/1.0/"
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", root["datePublished"])
            for path in files - own:
                assert graph[path]["sha256"] == hashlib.sha256((data / path).read_bytes()).hexdigest()
                assert graph[path]["contentSize"] == str((data / path).stat().st_size)
                assert graph[path]["encodingFormat"]

    def test_a_contributor_is_tied_by_a_role_that_says_what_it_did(self, bags):
        graph = {
            entity["@id"]: entity for entity in json_of(named(bags, "ferry-strike"), "ro-crate-metadata.json")["@graph"]
        }
        page = graph[graph["./"]["mainEntity"]["@id"]]
        assert page["@type"] == "NewsArticle"
        role = graph[page["contributor"]["@id"]]
        assert (role["@type"], role["roleName"]) == ("Role", "contributor")
        agency = graph[role["contributor"]["@id"]]
        assert (agency["@type"], agency["name"]) == ("NewsMediaOrganization", "AFP")
        assert graph[page["image"]["@id"]]["@type"] == "ImageObject"
        assert graph["#capture"]["@type"] == "CreateAction"
        assert graph["#capture"]["result"]["@id"].endswith(".warc.gz")


class TestPremis:
    """PREMIS 3."""

    def test_every_file_written_before_it_is_an_object_with_fixity_size_and_format(self, bags):
        for bag in bags:
            tree = etree.parse(bag / "data/metadata/premis.xml")
            objects = tree.xpath("//p:object", namespaces=PREMIS)
            for each in objects:
                path = bag / each.findtext("p:objectIdentifier/p:objectIdentifierValue", namespaces=PREMIS)
                traits = each.find("p:objectCharacteristics", PREMIS)
                assert traits.findtext("p:fixity/p:messageDigest", namespaces=PREMIS) == (
                    hashlib.sha256(path.read_bytes()).hexdigest()
                )
                assert traits.findtext("p:size", namespaces=PREMIS) == str(path.stat().st_size)
                assert traits.findtext("p:format/p:formatDesignation/p:formatName", namespaces=PREMIS)
            data = {each for each in (bag / "data").rglob("*") if each.is_file()}
            later = {"premis.xml", "metadata.csv", "rights.csv", "ro-crate-metadata.json", "ro-crate-preview.html"}
            assert len(objects) == len([each for each in data if each.name not in later])

    def test_events_are_those_before_sealing_with_one_agent_each(self, bags):
        for bag in bags:
            tree = etree.parse(bag / "data/metadata/premis.xml")
            kinds = tree.xpath("//p:event/p:eventType/text()", namespaces=PREMIS)
            assert {"capture", "validation", "metadata extraction", "message digest calculation", "creation"} <= set(
                kinds
            )
            agents = set(tree.xpath("//p:agent/p:agentIdentifier/p:agentIdentifierValue/text()", namespaces=PREMIS))
            for event in tree.xpath("//p:event", namespaces=PREMIS):
                linked = event.xpath("p:linkingAgentIdentifier/p:linkingAgentIdentifierValue/text()", namespaces=PREMIS)
                assert len(linked) == 1
                assert linked[0] in agents

    @pytest.mark.shared
    @pytest.mark.skipif(not (SHARED / "schemas").is_dir(), reason="../shared/schemas is absent: no PREMIS schema")
    def test_the_document_is_valid_under_the_schema(self, bags):
        schema = etree.XMLSchema(etree.parse(SHARED / "schemas" / "premis-v3-0.xsd"))
        for bag in bags:
            schema.assertValid(etree.parse(bag / "data/metadata/premis.xml"))


class TestTables:
    """metadata.csv and rights.csv."""

    def test_the_dublin_core_row_fits_its_columns(self, bags):
        for bag in bags:
            with (bag / "data/metadata/metadata.csv").open(encoding="utf-8", newline="") as file:
                head, row = csv.reader(file)
            assert len(head) == len(row)
            assert (head[0], row[0]) == ("filename", "objects")
            assert all(each.startswith("dc.") for each in head[1:])
        with (named(bags, "ferry-strike") / "data/metadata/metadata.csv").open(encoding="utf-8", newline="") as file:
            head, row = csv.reader(file)
        assert ("dc.contributor", "Agence France-Presse") in list(zip(head, row))

    def test_rights_name_files_that_are_there_and_state_no_basis_that_nobody_stated(self, bags):
        for bag in bags:
            with (bag / "data/metadata/rights.csv").open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            assert rows
            for row in rows:
                assert (bag / "data" / row["file"].removeprefix("objects/")).exists()
                assert (row["basis"], row["status"], row["grant_act"]) == ("other", "", "")
                assert "basis: not stated" in row["note"]


class _Page(HTMLParser):
    """What a preview holds: its elements and the targets of its links."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.links: list[str] = []
        self.outside: list[str] = []
        self.pictures: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += [name for name, _ in attrs]
        found = dict(attrs)
        self.pictures += [found["src"]] if "src" in found else []
        if href := found.get("href"):
            (self.outside if "external" in found.get("rel", "") else self.links).append(href)


def test_the_page_a_person_reads_has_no_scripts_and_its_links_lead_into_the_bag(bags):
    for bag in bags:
        page = _Page()
        page.feed((bag / "data/ro-crate-preview.html").read_text("utf-8"))
        assert not {"script", "iframe", "object", "embed", "link", "form"} & set(page.elements)
        assert all(re.match("data:image/(jpeg|png|gif|webp);base64,", each) for each in page.pictures)
        original = json_of(bag, "provenance.json")["seed"]["original_url"]
        assert page.outside == [original, "https://www.rfc-editor.org/rfc/rfc8493"]
        page.links = [link for link in page.links if not link.startswith("#p")]
        assert not [each for each in page.attributes if each.startswith("on")]
        assert [link for link in page.links if not (bag / "data" / link).is_file()] == []
        assert "provenance.json" in page.links


@pytest.mark.parametrize("profile", ["archiver", "btr"])
def test_every_bag_passes_the_profile(bags, profile, capsys):
    assert main(["validate", "--quiet", "--profile", profile, *map(str, bags)]) == 0, capsys.readouterr().out


def test_the_table_of_roles_in_the_documents_is_the_one_in_the_code():
    from archiver.bag.roles import TERMS

    found = re.findall(
        r"^\| ([^|]+) \| `(\w+)` \| `(\w+)` \| `(\w+)` \|$", (ROOT / "docs/capture/credits.md").read_text(), re.M
    )
    assert {role: terms for role, *terms in found} == {
        role: [term.schema, term.dublin_core, term.marc] for role, term in TERMS.items()
    }


def test_the_commands_on_the_page_work_as_printed_in_the_bags_folder(bags, monkeypatch, capsys):
    """In the folder itself; `sha256sum` is of GNU coreutils."""
    for bag in bags[:2]:
        page = (bag / "data/ro-crate-preview.html").read_text("utf-8")
        check, seal, validate = re.findall("<code>([^<]+)</code></pre>", page)
        monkeypatch.chdir(bag)
        if shutil.which("sha256sum"):
            done = subprocess.run(check.split(), capture_output=True, check=True)
            assert done.stdout == done.stderr == b""
            subprocess.run(seal.split(), capture_output=True, check=True)
        name, *arguments = validate.split()
        capsys.readouterr()
        assert (name, main(arguments)) == ("archiver", 0), capsys.readouterr().out
