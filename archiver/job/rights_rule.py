"""Which rule of the settings decides on access to an article: rules meet what credits, claims and addresses say."""

from archiver.config import Config
from archiver.credits.people import agencies
from archiver.model import Capture, ClaimName, Reading, Seed
from archiver.rights.rules import Decision, Facts, decide


def rule_for(config: Config, seed: Seed, capture: Capture, *readings: Reading | None) -> Decision | None:
    """The rule that decides; None where none fits, or there are none. `readings` are all that was read of the page: of
    what came over the wire, of what a browser showed."""
    if not config.rights:
        return None
    read = [each for each in readings if each is not None]

    def claimed(name: ClaimName) -> list[str]:
        return [claim.value for each in read for claim in each.claims.get(name, ())]

    facts = Facts.of(
        agencies=[name for each in read for credit in each.credits for name in (credit.name, credit.agency)],
        publishers=claimed("publisher"),
        addresses=[seed.url, capture.requested_url, capture.final_url, *claimed("canonical_url")],
        dates=[*claimed("published"), *([seed.date.value] if seed.date else [])],
        list_name=seed.list.name if seed.list else None,
        full_name=_full_name,
    )
    return decide(config.rights, facts, _full_name)


def unknown_agencies(config: Config) -> list[str]:
    """The agencies of rules that are not in the table, under any name: a rule with such a name, misspelt perhaps, fits
    a credit of this very name only."""
    named = dict.fromkeys(rule.agency for rule in config.rights if rule.agency)
    return [name for name in named if not (agencies.find(name) or agencies.find(name.upper()))]


def _full_name(name: str) -> str:
    found = agencies.find(name) or agencies.find(name.upper())
    return found.full if found else name
