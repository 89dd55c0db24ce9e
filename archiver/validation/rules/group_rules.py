"""The rules of bags that are made of sealed bags: groups of them, and bags derived for a receiver; `rules.py` has them
among all."""

from archiver.validation.rules.trust_rules import Rows

MEMBERS: Rows = {
    "GRP001": ("error", "DESIGN 3", "the list of members cannot be read: {reason}"),
    "GRP002": ("error", "DESIGN 3", "line {line} names a member that is not in the bag"),
    "GRP003": ("error", "DESIGN 3", "a member of the bag that its list does not name"),
    "GRP004": ("error", "DESIGN 3", "the member is not in the state that was sealed: its tag manifest is another"),
    "GRP005": ("error", "DESIGN 3", "line {line}: {field} contradicts {label} of the member"),
    "GRP006": ("error", "DESIGN 3", "line {line} is not a JSON object that says which seed was not captured"),
}

ORIGINAL: Rows = {
    "DER001": ("error", "DESIGN 3", "{label} does not name the seal that is kept in original/"),
    "DER002": ("error", "DESIGN 3", "the tag file of the sealed bag is not the one that its seal is over"),
    "DER003": ("error", "DESIGN 3", "no payload manifest has a digest that those of the sealed bag have, too"),
    "DER004": ("error", "DESIGN 3", "the file is not that of the sealed bag"),
}

LAYERS_MADE: dict[str, Rows] = {"members": MEMBERS, "original": ORIGINAL}
"""The checks that only such bags have, and the rules that decide each."""
