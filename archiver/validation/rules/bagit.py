"""Rules of bags: structure, fixity, profiles, and the second opinion of bagit-python (RFC 8493; BagIt Profiles)."""

from archiver.validation.rules.rule import Rule, rules

RULES: dict[str, Rule] = {
    **rules(
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
            "BAG014": ("warning", "RFC 8493, 6", "names that differ only in case or Unicode form collide elsewhere"),
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
            "BAG054": (
                "error",
                "bag-format.md#2-1-required-tag-files",
                "a bag with data/provenance.json must have this tag file",
            ),
            "BAG055": ("error", "RFC 8493, 2.2.1", "not listed in {manifest}, which must list it"),
            "BAG056": ("warning", "RFC 8493, 2.1.3", "line {line} is blank"),
            "BAG057": ("warning", "BagIt 0.97, 2.1.3", "{manifest} lists this path more than once, with one checksum"),
            "BAG058": (
                "warning",
                "RFC 8493, 2.4",
                "a manifest's name must have its algorithm in lower-case letters and digits",
            ),
            "BAG059": (
                "warning",
                "RFC 8493, 2.4",
                "named as the standard asks; tools that go by Python's names look for {algorithm}, and do not read it",
            ),
            "BAG063": ("warning", "RFC 8493, 2.2.3", "fetch.txt states another length than the file has"),
            "BAG064": ("info", "RFC 8493, 2.2.3", "not there; fetch.txt says from where it is to be fetched"),
            "BAG060": ("warning", "RFC 8493, 2.2.3", "fetch.txt lists files to be fetched; nothing is fetched here"),
            "BAG061": ("error", "RFC 8493, 2.2.3", "line {line} is not `url length path`"),
            "BAG062": ("error", "RFC 8493, 2.2.3", "fetch.txt names it, but a payload manifest does not list it"),
        },
    ),
    **rules(
        "fixity",
        {
            "FIX001": ("error", "RFC 8493, 3", "the file's digest is not the one in {manifest}"),
            "FIX002": ("error", "RFC 8493, 3", "the file cannot be read to its end: {reason}"),
            "FIX003": ("error", "RFC 8493, 3", "no payload manifest of a known algorithm: the payload was not checked"),
            "FIX004": (
                "error",
                "RFC 8493, 3",
                (
                    "{count} files ({first}, …) have CR LF for LF, as git's core.autocrlf makes it, and else are "
                    "sound: write `* -text` into .gitattributes and check out again"
                ),
            ),
        },
    ),
    **rules(
        "tag-fixity",
        {
            "FIX011": ("error", "RFC 8493, 3", "the tag file's digest is not the one in {manifest}"),
            "FIX012": ("error", "RFC 8493, 3", "the tag file cannot be read to its end: {reason}"),
        },
    ),
    **rules(
        "profile",
        {
            "PROF001": ("error", "BagIt Profiles, Bag-Info", "{label} is missing, which the profile requires"),
            "PROF002": ("error", "BagIt Profiles, Bag-Info", "{label} has a value that the profile does not accept"),
            "PROF003": ("error", "BagIt Profiles, Bag-Info", "{label} is given more than once, against the profile"),
            "PROF004": ("error", "BagIt Profiles, Manifests", "this manifest is missing, which {key} requires"),
            "PROF005": ("error", "BagIt Profiles, Manifests", "a manifest that {key} does not name"),
            "PROF006": ("error", "BagIt Profiles, Allow-Fetch.txt", "the profile does not allow fetch.txt"),
            "PROF007": ("error", "BagIt Profiles, Fetch.txt-Required", "the profile requires fetch.txt"),
            "PROF008": ("error", "BagIt Profiles, Data-Empty", "the profile requires an empty payload"),
            "PROF009": ("error", "BagIt Profiles, Serialization", "for the profile, a serialised bag is {wanted}"),
            "PROF010": ("error", "BagIt Profiles, Accept-Serialization", "the profile does not accept this format"),
            "PROF011": ("error", "BagIt Profiles, Accept-BagIt-Version", "the profile does not accept this version"),
            "PROF012": ("error", "BagIt Profiles, Required", "not in the bag, though {key} names it"),
            "PROF013": ("error", "BagIt Profiles, Allowed", "a file that {key} does not allow"),
            "PROF014": ("info", "BagIt Profiles, BagIt-Profile-Info", "bag-info.txt names another profile"),
            "PROF015": ("info", "BagIt Profiles, Bag-Info", "the profile recommends also: {labels}"),
        },
    ),
    **rules(
        "second-opinion",
        {
            "BAG070": (
                "error",
                "bag-format.md#10-2-second-opinion",
                "archiver finds no error in the bag, bagit-python says that it is not valid",
            ),
            "BAG071": (
                "info",
                "bag-format.md#10-2-second-opinion",
                "archiver finds errors in the bag, bagit-python says that it is valid",
            ),
            "BAG073": (
                "info",
                "bag-format.md#10-2-second-opinion",
                "bagit-python refuses the bag, which RFC 8493 allows: {reason}",
            ),
            "BAG072": ("error", "bag-format.md#10-2-second-opinion", "bagit-python was not asked: {reason}"),
        },
    ),
}
