"""Which rule of the settings decides on access to an article: rules meet what credits, claims and addresses say."""

from archiver.article.people import agencies
from archiver.config import Config
from archiver.model import Capture, Reading, Seed
from archiver.rights.rules import Decision, Facts, decide


def rule_for(config: Config, seed: Seed, capture: Capture, reading: Reading) -> Decision | None:
    """The rule that decides; None where none fits, or there are none."""
    if not config.rights:
        return None
    claims = reading.claims
    canonical = [each.value for each in claims.get("canonical_url", ())]
    facts = Facts.of(
        agencies=[name for each in reading.credits for name in (each.name, each.agency)],
        publishers=[each.value for each in claims.get("publisher", ())],
        addresses=[seed.url, capture.requested_url, capture.final_url, *canonical],
        dates=[*(each.value for each in claims.get("published", ())), *([seed.date.value] if seed.date else [])],
        list_name=seed.list.name if seed.list else None,
        full_name=_full_name,
    )
    return decide(config.rights, facts, _full_name)


def _full_name(name: str) -> str:
    found = agencies.find(name) or agencies.find(name.upper())
    return found.full if found else name
