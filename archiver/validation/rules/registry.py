"""Every rule a bag is held to: code -> check, severity, section of the standard, message. The only place of severities.

It knows nothing of files; the checkers find what is wrong and name it by its code. Codes are contracts: a code is
never given to another rule. Sections: RFC 8493 (BagIt), WARC 1.1 (ISO 28500:2017), and DESIGN, the archiver's own.
"""

from dataclasses import dataclass

from archiver.escape import visible
from archiver.model import Finding, Severity
from archiver.validation.rules.group_rules import LAYERS_MADE
from archiver.validation.rules.trust_rules import LAYERS

SHOWN = 300
"""Characters of an expected or found value that a finding carries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: `check` is the layer whose verdict it decides, `message` a template for the facts of a finding."""

    check: str
    severity: Severity
    section: str
    message: str


def _rules(check: str, rows: dict[str, tuple[Severity, str, str]]) -> dict[str, Rule]:
    return {
        code: Rule(check=check, severity=severity, section=section, message=message)
        for code, (severity, section, message) in rows.items()
    }


RULES: dict[str, Rule] = {
    **_rules(
        "structure",
        {
            "BAG001": ("error", "RFC 8493, 2", "the bag is not a folder that can be read"),
            "BAG002": ("error", "RFC 8493, 2.1.1", "the bag declaration bagit.txt is missing"),
            "BAG003": ("error", "RFC 8493, 2.1.1", "the bag declaration is not the two lines of the standard"),
            "BAG004": ("error", "RFC 8493, 2.1.1", "this version of BagIt is not known"),
            "BAG005": ("error", "RFC 8493, 2.1.1", "the character encoding of the tag files is not known"),
            "BAG006": ("warning", "RFC 8493, 2.1.1", "the tag files should be encoded in UTF-8"),
            "BAG007": ("error", "RFC 8493, 2.1.2", "the payload folder data/ is missing"),
            "BAG008": ("error", "RFC 8493, 2.1.3", "there is no payload manifest"),
            "BAG009": ("error", "RFC 8493, 2.1.3", "one manifest of more than {limit}: the rest are not read"),
            "BAG010": ("error", "RFC 8493, 5.1", "a link in a bag is not followed; its target would not be kept"),
            "BAG011": ("error", "RFC 8493, 5.1", "neither a file nor a folder; it is not opened"),
            "BAG012": ("error", "RFC 8493, 3", "cannot be read: {reason}"),
            "BAG013": ("error", "RFC 8493, 2.1.3", "the name is not valid UTF-8"),
            "BAG014": (
                "warning",
                "RFC 8493, 6",
                "names that differ only in case or Unicode form collide elsewhere",
            ),
            "BAG020": ("error", "RFC 8493, 2.3", "the tag file is not in the declared encoding {encoding}"),
            "BAG021": ("error", "RFC 8493, 2.3", "the tag file begins with a byte order mark"),
            "BAG022": (
                "error",
                "RFC 8493, 2.3",
                "the tag file has a line of more than {limit} characters: not read on",
            ),
            "BAG023": ("warning", "RFC 8493, 2.3", "the last line has no end: the file may be cut short"),
            "BAG030": ("error", "RFC 8493, 2.2.2", "line {line} is not `Label: value`"),
            "BAG031": ("error", "RFC 8493, 2.2.2", "Payload-Oxum is given more than once"),
            "BAG032": ("error", "RFC 8493, 2.2.2", "Payload-Oxum is not `bytes.files`"),
            "BAG033": ("error", "RFC 8493, 2.2.2", "Payload-Oxum does not fit the payload"),
            "BAG034": ("warning", "RFC 8493, 2.2.2", "{label} should be given only once"),
            "BAG040": ("error", "RFC 8493, 2.1.3", "line {line} is not `checksum path`"),
            "BAG041": ("warning", "RFC 8493, 2.1.3", "line {line} has the * of md5sum before its path"),
            "BAG042": ("error", "RFC 8493, 2.1.3", "{manifest} lists this path more than once"),
            "BAG043": ("error", "RFC 8493, 5.1", "{manifest} names an unsafe path; it is not looked up"),
            "BAG044": ("error", "RFC 8493, 3", "not listed in {manifest}, though another manifest lists it"),
            "BAG045": ("error", "RFC 8493, 3", "listed in {manifest}, but there is no such file"),
            "BAG046": ("error", "RFC 8493, 3", "a payload file that no manifest lists"),
            "BAG047": ("error", "RFC 8493, 2.1.3", "{manifest} is for the payload, but lists a file outside data/"),
            "BAG048": ("error", "RFC 8493, 2.2.1", "{manifest} may list neither payload files nor tag manifests"),
            "BAG049": ("warning", "RFC 8493, 2.1.3", "a % in a path of {manifest} is not percent-encoded"),
            "BAG050": ("warning", "RFC 8493, 2.1.3", "{manifest} spells the path with ./ or //"),
            "BAG051": ("warning", "RFC 8493, 6", "{manifest} has the name in another Unicode form than the disk"),
            "BAG052": ("warning", "RFC 8493, 2.4", "the checksum algorithm {algorithm} is not known: not checked"),
            "BAG053": ("info", "RFC 8493, 2.2.1", "a tag file that no tag manifest lists: it may change unnoticed"),
            "BAG054": ("error", "DESIGN 6.5", "a bag with data/provenance.json must have this tag file"),
            "BAG055": ("error", "RFC 8493, 2.2.1", "not listed in {manifest}, which must list it"),
            "BAG056": ("warning", "RFC 8493, 2.1.3", "line {line} is blank"),
            "BAG057": ("warning", "BagIt 0.97, 2.1.3", "{manifest} lists this path more than once, with one checksum"),
            "BAG060": ("warning", "RFC 8493, 2.2.3", "files may have to be fetched; nothing is fetched here"),
            "BAG061": ("error", "RFC 8493, 2.2.3", "line {line} is not `url length path`"),
            "BAG062": ("error", "RFC 8493, 2.2.3", "fetch.txt names it, but a payload manifest does not list it"),
        },
    ),
    **_rules(
        "structure",
        {
            "ARC001": ("error", "RFC 8493, 4", "the archive cannot be read to its end: {reason}"),
            "ARC002": ("error", "RFC 8493, 5.2", "the archive goes beyond {limit}: not read on"),
            "ARC003": ("error", "RFC 8493, 5.1", "the archive holds an entry with an unsafe name"),
            "ARC004": ("error", "RFC 8493, 4", "the archive must hold one folder, the bag, and nothing beside it"),
            "ARC005": ("error", "RFC 8493, 4", "the archive holds this path more than once"),
            "ARC006": ("warning", "RFC 8493, 4", "the folder in the archive should be named like the archive"),
            "ARC007": ("error", "RFC 8493, 4", "the archive is not read: {reason}"),
        },
    ),
    **_rules(
        "fixity",
        {
            "FIX001": ("error", "RFC 8493, 3", "the file is not what {manifest} says"),
            "FIX002": ("error", "RFC 8493, 3", "the file cannot be read to its end: {reason}"),
            "FIX003": ("error", "RFC 8493, 3", "no payload manifest of a known algorithm: the payload was not checked"),
        },
    ),
    **_rules(
        "tag-fixity",
        {
            "FIX011": ("error", "RFC 8493, 3", "the tag file is not what {manifest} says"),
            "FIX012": ("error", "RFC 8493, 3", "the tag file cannot be read to its end: {reason}"),
        },
    ),
    **_rules(
        "record",
        {
            "REC001": ("error", "DESIGN 4", "the record is not readable JSON: {reason}"),
            "REC002": ("error", "DESIGN 4", "{field} breaks the schema of the record"),
            "REC003": ("error", "DESIGN 4", "{field} names a file that is not in the bag"),
            "REC004": ("error", "DESIGN 4", "{field} names a record that the WARC does not hold as {kind}"),
            "REC005": ("error", "DESIGN 4", "{field} contradicts the WARC"),
            "REC006": ("error", "DESIGN 6.1", "the record tells of another number of exchanges than the WARC holds"),
            "REC007": ("error", "DESIGN 4", "{field} contradicts {other}"),
            "REC008": ("error", "DESIGN 4", "capture.payload_sha256 is not the digest of the recorded payload"),
            "REC009": ("error", "DESIGN 4", "the certificate is not the one of capture.tls.certificate_sha256"),
            "REC010": ("error", "DESIGN 3", "{label} in bag-info.txt contradicts {field}"),
            "REC011": ("warning", "DESIGN 3", "External-Description in bag-info.txt is none of the record's headlines"),
            "REC012": ("error", "DESIGN 4", "{field}: its end is before its beginning"),
            "REC013": ("error", "DESIGN 4", "{field} contradicts {other}"),
        },
    ),
    **_rules(
        "warc",
        {
            "WARC001": ("error", "WARC 1.1, Annex D", "not made of gzip members: {reason}"),
            "WARC002": ("error", "WARC 1.1, Annex D", "the last gzip member is cut short"),
            "WARC003": ("error", "WARC 1.1, Annex D", "something other than a gzip member follows at byte {offset}"),
            "WARC004": ("error", "WARC 1.1, Annex D", "the gzip member at byte {offset} is damaged: {reason}"),
            "WARC005": ("error", "WARC 1.1, Annex D", "the gzip member at byte {offset} holds more than one record"),
            "WARC006": ("error", "WARC 1.1, Annex D", "expands beyond {limit} bytes: not read on"),
            "WARC007": ("error", "WARC 1.1, 4", "the WARC holds no record"),
            "WARC010": ("error", "WARC 1.1, 4", "the header of the record at byte {offset} is malformed: {reason}"),
            "WARC011": ("error", "WARC 1.1, 5.3", "the block of {record} is shorter than its Content-Length"),
            "WARC012": ("error", "WARC 1.1, 4", "{record} does not end in two line ends after its block"),
            "WARC013": ("error", "WARC 1.1, 5.8", "the block of {record} is not what its digest says"),
            "WARC014": ("error", "WARC 1.1, 5.9", "the payload of {record} is not what its digest says"),
            "WARC015": ("error", "WARC 1.1, 5", "{record} lacks {field}"),
            "WARC016": ("error", "WARC 1.1, 5", "{record} must not have {field}"),
            "WARC017": ("error", "WARC 1.1, 4", "{record} has {field} more than once"),
            "WARC018": ("error", "WARC 1.1, 5", "{record}: {field} is malformed"),
            "WARC019": ("warning", "WARC 1.1, 5.8", "{record}: {field} has an unknown algorithm: not checked"),
            "WARC020": ("error", "WARC 1.1, 5.2", "{record} has the id of an earlier record"),
            "WARC021": ("error", "WARC 1.1, 5.7", "{record}: {field} refers to a record that is not there"),
            "WARC022": ("error", "DESIGN 3", "the first record is not a warcinfo"),
            "WARC023": ("error", "WARC 1.1, 6.3", "{record} does not hold an HTTP message"),
            "WARC024": (
                "warning",
                "WARC 1.1, 5.15",
                "{record} is shorter than its HTTP header says, and not marked so",
            ),
            "WARC025": ("warning", "WARC 1.1, 6", "{record} is of a type that the standard does not know"),
        },
    ),
    **_rules(
        "text",
        {
            "TXT001": ("error", "DESIGN 4", "the text is not what the record says (text.sha256)"),
            "TXT002": ("error", "DESIGN 4", "the text has another number of characters than the record says"),
            "TXT003": ("error", "DESIGN 3", "the text is not UTF-8, NFC, with LF only"),
            "TXT004": ("error", "DESIGN 4", "the record says that there is no text, but there is one"),
            "TXT005": ("error", "DESIGN 4", "the text that the record names is not in the bag, or cannot be read"),
        },
    ),
    **_rules(
        "extraction",
        {
            "TXT006": ("error", "DESIGN 4", "line {line} is not what is extracted from the recorded page"),
            "TXT007": ("info", "DESIGN 4", "the text was not extracted again: {reason}"),
        },
    ),
    **_rules(
        "seed",
        {
            "SEED001": ("error", "DESIGN 4", "the seed is not what the record says (seed.sha256)"),
            "SEED002": ("error", "DESIGN 4", "the seed has another number of lines than the record says"),
            "SEED003": ("error", "DESIGN 4", "the seed that the record names is not in the bag, or cannot be read"),
        },
    ),
    **_rules(
        "wacz",
        {
            "WACZ001": ("error", "WACZ 1.1.1, 5", "the WACZ lacks this file"),
            "WACZ002": ("error", "WACZ 1.1.1, 5", "the file cannot be read as what it is: {reason}"),
            "WACZ003": ("error", "WACZ 1.1.1, 5.2.2", "line {line} is out of order, or there twice"),
            "WACZ004": ("error", "WACZ 1.1.1, 5.2.2", "line {line} leads to no gzip member that is a response"),
            "WACZ005": ("error", "WACZ 1.1.1, 5.2.2", "line {line}: {field} is not that of the record it leads to"),
            "WACZ006": ("error", "WACZ 1.1.1, 5.2.2", "the index leaves out {record}"),
            "WACZ007": ("error", "WACZ 1.1.1, 5.3", "a page that the index does not have"),
            "WACZ008": ("error", "WACZ 1.1.1, 5.4", "a file of the WACZ that its datapackage does not list"),
            "WACZ009": ("error", "WACZ 1.1.1, 5.4", "the datapackage lists a file that is not there"),
            "WACZ010": ("error", "WACZ 1.1.1, 5.4", "{field} is not what the datapackage says"),
            "WACZ011": ("error", "WACZ 1.1.1, 5.5", "not the digest of the datapackage"),
            "WACZ012": ("error", "WACZ 1.1.1, 5.3", "{field} contradicts {other}"),
        },
    ),
    **_rules(
        "crate",
        {
            "CRATE001": ("error", "DESIGN 3", "the bag lacks the metadata of its crate"),
            "CRATE002": ("error", "RO-Crate 1.2, Root Data Entity", "the metadata cannot be read: {reason}"),
            "CRATE003": ("error", "RO-Crate 1.2, Data Entities", "the crate has a part that it does not describe"),
            "CRATE004": ("error", "RO-Crate 1.2, Data Entities", "the crate describes a file that is not there"),
            "CRATE005": ("error", "RO-Crate 1.2, Data Entities", "a payload file that is no part of the crate"),
            "CRATE006": ("error", "RO-Crate 1.2, Data Entities", "{field} is not what the crate says"),
            "CRATE007": ("error", "DESIGN 3", "{field} contradicts {other}"),
        },
    ),
    **_rules(
        "profile",
        {
            "PROF001": ("error", "BagIt Profiles, Bag-Info", "{label} is missing, which the profile requires"),
            "PROF002": ("error", "BagIt Profiles, Bag-Info", "{label} has a value that the profile does not accept"),
            "PROF003": ("error", "BagIt Profiles, Bag-Info", "{label} is given more than once, against the profile"),
            "PROF004": ("error", "BagIt Profiles, Manifests", "this manifest is missing, which {key} requires"),
            "PROF005": ("error", "BagIt Profiles, Manifests", "a manifest that {key} does not name"),
            "PROF006": ("error", "BagIt Profiles, Allow-Fetch.txt", "the profile does not allow fetch.txt"),
            "PROF007": ("error", "BagIt Profiles, Fetch.txt-Required", "the profile requires fetch.txt"),
            "PROF008": ("error", "BagIt Profiles, Data-Empty", "the profile demands an empty payload"),
            "PROF009": ("error", "BagIt Profiles, Serialization", "to the profile a serialised bag is {wanted}"),
            "PROF010": ("error", "BagIt Profiles, Accept-Serialization", "the profile does not accept this format"),
            "PROF011": ("error", "BagIt Profiles, Accept-BagIt-Version", "the profile does not accept this version"),
            "PROF012": ("error", "BagIt Profiles, Required", "not in the bag, though {key} names it"),
            "PROF013": ("error", "BagIt Profiles, Allowed", "a file that {key} does not allow"),
            "PROF014": ("info", "BagIt Profiles, BagIt-Profile-Info", "bag-info.txt names another profile"),
            "PROF015": ("info", "BagIt Profiles, Bag-Info", "the profile recommends also: {labels}"),
        },
    ),
    **_rules(
        "second-opinion",
        {
            "BAG070": (
                "error",
                "DESIGN 6.5",
                "archiver finds no error in the bag, bagit-python says that it is not valid",
            ),
            "BAG071": ("info", "DESIGN 6.5", "archiver finds errors in the bag, bagit-python says that it is valid"),
            "BAG072": ("error", "DESIGN 6.5", "bagit-python was not asked: {reason}"),
        },
    ),
    **{code: rule for check, rows in (LAYERS | LAYERS_MADE).items() for code, rule in _rules(check, rows).items()},
}

CHECKS = ("structure", "fixity", "tag-fixity", "record", "warc", "text", "seed", "wacz", "crate", *LAYERS)
"""The checks of every report, in order; `extraction`, `profile` and `second-opinion` join them on request, those of
`rules_made.py` where a bag is made of others."""

STRICT = frozenset(("BAG006", "BAG023", "BAG041", "BAG049", "BAG050", "BAG053", "BAG056"))
"""Rules whose breach custom forgives, and `--strict` does not: then they are errors."""


def finding(code: str, path: str = "", *, expected: object = None, found: object = None, **facts: object) -> Finding:
    """The finding of a rule at a path of the bag; `facts` fill the rule's message, which is one line. Raises KeyError
    for an unknown code or a fact that is missing: both are mistakes of ours."""
    rule = RULES[code]
    return Finding(
        code=code,
        severity=rule.severity,
        path=path,
        message=rule.message.format(**{name: visible(_shown(fact)) for name, fact in facts.items()}),
        section=rule.section,
        expected=None if expected is None else _shown(expected),
        found=None if found is None else _shown(found),
    )


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
