"""The table of all rules as a page: `python -m archiver.validation.rules.markdown > docs/validation-codes.md`."""

import re

from archiver.validation.rules.registry import RULES, STRICT

_HEAD = """# What validation finds

Every finding of `archiver validate` has a code. Codes are contracts: a code is never given to another rule. An `error`
fails a bag, a `warning` fails it only with `--fail-on warning`, an `info` never does. `error if strict`: an error with
`--strict`. `section` is where a rule comes from: a standard, or a section of
[bag-format.md](bag-format.md).

This page is generated from the tables in `archiver/validation/rules/`:
`python -m archiver.validation.rules.markdown > docs/validation-codes.md`.
"""
CHECKS = {
    "structure": "the bag as a bag, or as an archive of one",
    "fixity": "payload files against the payload manifests",
    "tag-fixity": "tag files against the tag manifests",
    "record": "`data/provenance.json` against its schema and the rest of the bag",
    "warc": "the recorded exchanges",
    "text": "the extracted text against the record",
    "extraction": "each paragraph of the text against the recorded page, whatever version extracted it",
    "completeness": "the text against what the same version extracts again from the WARC",
    "seed": "the seed against the record",
    "wacz": "index, pages and datapackage of `data/wacz/` against the WARC files",
    "crate": "`data/ro-crate-metadata.json` against the files and the record",
    "bracket": "the opening and the closing of the job's [bracket](keep/bracket.md)",
    "signature": "the signatures of the seal, `tagmanifest-sha256.txt`, in `signatures/`",
    "timestamp": "the timestamps of the signatures",
    "trust": "the signers' certificates against the roots of `--trust-roots`",
    "revocation": "the certificates against the revocation data kept beside the signature",
    "custody": "the custody log in `signatures/custody/`",
    "members": "of a group, the list of its members against the members; findings about a member have its path",
    "original": "of a bag built for a receiver, the bag against the tag files of the sealed one in `original/`",
    "profile": "the bag against a BagIt profile, with `--profile`",
    "second-opinion": "bagit-python, with `--second-opinion`",
}


def page() -> str:
    """The page as Markdown."""
    parts = [_HEAD]
    for check, about in CHECKS.items():
        parts.append(f"\n## {check}: {about}\n\n| code | severity | says | section |\n| --- | --- | --- | --- |\n")
        for code, rule in RULES.items():
            if rule.check == check:
                severity = f"{rule.severity}, error if strict" if code in STRICT else rule.severity
                says = re.sub(r"\{(\w+)\}", r"*\1*", re.sub(r"[|*]", r"\\\g<0>", rule.message))
                parts.append(f"| {code} | {severity} | {says} | {_linked(rule.section)} |\n")
    return "".join(parts)


def _linked(section: str) -> str:
    """A section of a page beside this one as a link, a standard as it is."""
    return f"[{section}]({section})" if section.startswith("bag-format.md#") else section


if __name__ == "__main__":
    print(page(), end="")
