"""Every rule of trust, each broken by one deliberate damage to a good signed bag."""

from pathlib import Path

import pytest
from builders.pki import Authorities, needs_openssl
from damages.trust import DAMAGES
from damages.trust.table import GOOD, STATED, judged, not_good

from archiver.validation.rules import trust

pytestmark = needs_openssl


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damage_is_found(name: str, bag: Path, pki: Authorities, tmp_path: Path):
    change, expected, demands = DAMAGES[name]
    change(bag, pki, tmp_path)
    report = judged(bag, pki, **demands)
    assert [code for code in not_good(report) if code not in STATED or code in expected] == expected
    severe = {each.code for each in report.findings if each.severity == "error"}
    assert report.ok == (not severe)


RENEWAL = {"TSR009", "TSR010", "TSR011", "TSR012", "TSR013", "TSR014", "TSR015"}
"""tests/trust/renewal/."""
LISTS = {f"TSL00{number}" for number in range(1, 7)}
"""tests/validation/trust/test_trusted_lists.py."""


def test_every_rule_of_trust_is_shown_here():
    shown = {code for _, expected, _ in DAMAGES.values() for code in expected} | set(GOOD) | {"SIG022", "TSR022"}
    assert set(trust.RULES) - shown == {"SIG008", "CUS011", "CUS014", *RENEWAL, *LISTS}  # which other tests show
