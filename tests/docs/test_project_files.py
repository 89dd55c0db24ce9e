"""The files that a stranger's tools read name what is there: citation, container, cluster, CI of users, issue forms."""

import json
import re
import shlex
import tomllib

import pytest
import yaml
from places import DOCS, ROOT

from archiver import __version__
from archiver.commands.options import parser

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = set(PROJECT["optional-dependencies"])
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
INSTALL = (DOCS / "install.md").read_text("utf-8")
CI = ROOT / "examples/ci"


def steps(text=DOCKERFILE):
    """(instruction, rest) of each instruction of the Dockerfile."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]


def stages():
    """name -> (what it is built from, its instructions)."""
    found = {}
    for instruction, rest in steps():
        if instruction == "FROM":
            source, _, name = rest.partition(" AS ")
            found[name] = (source, [])
        elif found:
            found[name][1].append((instruction, rest))
    return found


def commands_in(text):
    return re.findall(r"^(?:\s*- |\s*run: )?(archiver [^\n>|]*)", text, re.MULTILINE)


def test_version_and_day_of_the_citation_are_those_of_the_changelog():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    meta = json.loads((ROOT / "codemeta.json").read_text("utf-8"))
    found = re.search(r"^## (\S+) \((\S+)\)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert found
    assert found[1] == __version__ == cited["version"] == meta["version"]
    assert found[2] == str(cited["date-released"]) == meta["dateModified"]


def test_citation_and_codemeta_say_what_pyproject_says():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    meta = json.loads((ROOT / "codemeta.json").read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= cited.keys()  # required, CFF 1.2.0
    names = [each["name"] for each in PROJECT["authors"]]
    assert [each["name"] for each in cited["authors"]] == names == [each["name"] for each in meta["author"]]
    assert cited["license"] == PROJECT["license"]
    assert meta["license"].endswith(f"/{PROJECT['license']}")
    assert cited["repository-code"] == PROJECT["urls"]["Source"] == meta["codeRepository"]
    assert cited["keywords"] == PROJECT["keywords"] == meta["keywords"]
    assert cited["abstract"] == meta["description"]


def test_the_last_user_of_each_image_is_not_root_and_the_bags_are_a_volume():
    found = stages()
    assert found["archiver"][0] == found["browser"][0] == "base"
    assert list(found)[-1] == "archiver"  # what `docker build .` builds
    for image in ("archiver", "browser"):
        done = found["base"][1] + found[image][1]
        users = [rest for instruction, rest in done if instruction == "USER"]
        assert users
        assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", users[-1])
        assert ("VOLUME", '["/data/bags"]') in done
        assert done[-1][0] == "USER"
    assert f"--uid {users[-1].partition(':')[0]} " in DOCKERFILE


def test_the_images_are_slim_and_of_a_python_that_is_supported():
    arguments = dict(rest.split("=") for instruction, rest in steps() if instruction == "ARG")
    assert f"Programming Language :: Python :: {arguments['PYTHON']}" in PROJECT["classifiers"]
    sources = {source for source, _ in stages().values() if "/" in source or ":" in source}
    assert sources == {"python:${PYTHON}-slim-bookworm"}


def test_the_extras_of_images_and_of_the_cluster_exist():
    named = re.findall(r"EXTRAS[=:] ?([a-z0-9,]+)", DOCKERFILE + (ROOT / "compose.yaml").read_text("utf-8") + INSTALL)
    assert len(named) >= 4
    assert {extra for each in named for extra in each.split(",")} | {"browser"} <= EXTRAS


def test_what_the_build_needs_is_not_left_out_of_the_image():
    """`.dockerignore` names what is sent; the wheel is built from it."""
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    needed = {"archiver", "pyproject.toml", PROJECT["readme"], *PROJECT["license-files"]}
    needed |= {file.partition("/")[0] for files in tool["data-files"].values() for file in files}
    assert needed <= sent
    assert all((ROOT / each).exists() for each in sent)


def test_compose_runs_a_scheduler_workers_and_a_job_with_the_bags_at_one_path():
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    services = compose["services"]
    assert services.keys() == {"scheduler", "worker", "job"}
    for each in ("worker", "job"):
        assert "bags:/data/bags" in services[each]["volumes"]
    assert services["worker"]["entrypoint"][:3] == ["dask", "worker", "scheduler:8786"]
    assert services["scheduler"]["networks"] == ["cluster"]
    assert compose["networks"]["cluster"]["internal"] is True
    assert not any("ports" in each for each in services.values())
    for line in re.findall(r"compose run --rm job (run [^\n`]*)", (ROOT / "compose.yaml").read_text("utf-8") + INSTALL):
        assert parser().parse_args(shlex.split(line)).executor == "dask://scheduler:8786"


@pytest.mark.parametrize("name", ["github.yml", "gitlab.yml"])
def test_the_example_workflows_check_out_validate_and_keep_the_report(name):
    text = (CI / name).read_text("utf-8")
    assert commands_in(text)
    for command in commands_in(text):
        parser().parse_args(shlex.split(command)[1:])
    assert f"v{__version__}" in text
    flow = yaml.safe_load(text)
    if name == "github.yml":
        [job] = flow["jobs"].values()
        used = [step.get("uses", "").partition("@")[0] for step in job["steps"]]
        assert used[0] == "actions/checkout"
        assert used[-1] == "actions/upload-artifact"
        action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
        for step in job["steps"]:
            if step.get("uses", "").startswith("OWNER/archiver@"):
                assert step["with"].keys() <= action["inputs"].keys()
    else:
        kept = flow["bags"]["artifacts"]
        assert kept["reports"]["junit"] in kept["paths"]
        assert kept["when"] == "always"


def test_issue_forms_have_what_github_requires():
    forms = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"))
    assert len(forms) >= 3
    for path in forms:
        form = yaml.safe_load(path.read_text("utf-8"))
        if path.name == "config.yml":
            assert all(each.keys() == {"name", "url", "about"} for each in form["contact_links"])
            continue
        assert {"name", "description", "body"} <= form.keys()
        known = [each["id"] for each in form["body"] if "id" in each]
        assert len(known) == len(set(known))
        for each in form["body"]:
            assert each["type"] in ("markdown", "textarea", "input", "dropdown", "checkboxes")
            assert each["attributes"].get("label") or each["attributes"].get("value")


def test_every_extra_is_explained_where_people_install():
    table = INSTALL.partition("## Extras")[2].partition("## ")[0]
    named = [cell for line in table.splitlines() if line.startswith("| `") for cell in line.split("|")[1].split(",")]
    assert {each.strip(" `") for each in named} == EXTRAS


def test_the_commands_on_installing_are_ones_there_are():
    blocks = "".join(re.findall(r"^```sh\n(.*?)^```", INSTALL, re.DOTALL | re.MULTILINE))
    lines = re.findall(r"^(archiver [^\n>#]*)", blocks, re.MULTILINE) + re.findall(r"`(archiver [a-z-]+)`", INSTALL)
    assert len(lines) >= 5
    for line in lines:
        if "--version" not in line:
            parser().parse_args(shlex.split(line)[1:])
    for line in re.findall(r"^docker run .* archiver(?::browser)? (.+)$", INSTALL, re.MULTILINE):
        parser().parse_args(shlex.split(line))
