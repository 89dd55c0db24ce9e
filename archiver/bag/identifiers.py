"""Identifiers of a bag beside its UUID: ARK with a check character, URN:NBN with a check digit, handle.

They are made from the UUID, which is minted once: the same bag always has the same ones, and no two bags share one,
without a counter that several machines would have to agree on. Sources: the NOID check digit algorithm (CDL, "Noid",
NCDA); the check digit of the German National Library's urn:nbn policy.
"""

from uuid import UUID

from archiver.config.identifiers import Identifiers

NOID = "0123456789bcdfghjkmnpqrstvwxz"
"""Digits and consonants: no words arise, and no 1 is taken for an l."""
_LENGTH = 27
"""Of 128 bits in base 29."""
_LETTERS = (18, 14, 19, 15, 16, 21, 22, 23, 24, 25, 42, 26, 27, 13, 28, 29, 31, 12, 32, 33, 11, 34, 35, 36, 37, 38)
_NBN = {digit: number for number, digit in enumerate("012345678", 1)} | {"9": 41}
_NBN |= dict(zip("abcdefghijklmnopqrstuvwxyz", _LETTERS, strict=True))
_NBN |= {"+": 49, ":": 17, "-": 39, "/": 45, "_": 43, ".": 47}


def identifiers(uuid: str, settings: Identifiers) -> tuple[tuple[str, str], ...]:
    """(kind, identifier) of each that the settings ask for; `uuid` is the bag's `urn:uuid:`."""
    found = []
    number = UUID(uuid.rpartition(":")[2]).int
    if settings.ark:
        name = settings.ark + _in_base_29(number)
        found.append(("ARK", f"ark:{name}{noid_check(name)}"))
    if settings.urn_nbn:
        urn = f"urn:nbn:{settings.urn_nbn}{_in_base_29(number)}"
        found.append(("URN:NBN", f"{urn}{nbn_check(urn)}"))
    if settings.handle:
        found.append(("Handle", f"hdl:{settings.handle}/{UUID(int=number)}"))
    return tuple(found)


def _in_base_29(number: int) -> str:
    digits = []
    for _ in range(_LENGTH):
        number, rest = divmod(number, 29)
        digits.append(NOID[rest])
    return "".join(reversed(digits))


def noid_check(name: str) -> str:
    """The check character of NAAN/NAME: the sum of each character's ordinal times its place, from 1, modulo 29; others
    count as 0."""
    return NOID[sum(place * max(NOID.find(each), 0) for place, each in enumerate(name, 1)) % 29]


def nbn_check(urn: str) -> str:
    """The check digit of a URN:NBN: each character's number written out, each digit times its place, the sum divided by
    the last digit; the last digit of the whole quotient."""
    digits = "".join(str(_NBN[each]) for each in urn.lower())
    total = sum(place * int(each) for place, each in enumerate(digits, 1))
    return str(total // int(digits[-1]))[-1]
