"""What the files of one bag are made from: everything known about its capture when it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from archiver.bag.identifiers import identifiers
from archiver.bag.names import seed_file_name
from archiver.config import Config
from archiver.model import Capture, ClaimName, LeadImage, PreviousBag, Reading, Rendering, Seed
from archiver.model.bracket import Opening
from archiver.model.check import Check
from archiver.model.private import PrivatePart
from archiver.rights.gate import LEVELS, level_of
from archiver.rights.rules import Decision

NOT_STATED = "not stated"
CUSTODY_LOG = "signatures/custody/0001-sealing.json"
"""The first event of the custody log of every bag that is made: it is written after the bag is sealed, so the bag can
name only its path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCheck:
    """What a time service said of this machine's clock: how many seconds it is behind `server`."""

    service: str
    server: str
    offset_seconds: float
    at: datetime


@dataclass(frozen=True, kw_only=True)
class BagContents:
    """`name` is the bag's, `identifier` its `urn:uuid:`, `group` the job's; `sealed` is when the bag is closed. Not
    slotted: what many files state is worked out once."""

    seed: Seed
    capture: Capture
    reading: Reading
    lead: LeadImage | None
    config: Config
    name: str
    identifier: str
    group: str
    sealed: datetime
    by_rule: Decision | None = None
    """What the rules of the settings say of access."""
    clock: ClockCheck | None = None
    """None where nothing was known of the clock."""
    previous: tuple[PreviousBag, ...] = ()
    """Earlier bags of the same address, the oldest first."""
    private: PrivatePart | None = None
    """Facts about people and cases, which `seed` and `config` do not have."""
    rendering: Rendering | None = None
    """None where no browser was asked."""
    lead_body: bytes = field(default=b"", repr=False)
    """The file of `lead`, decoded; empty where there is none."""
    checks: tuple[Check, ...] = ()
    """What programs said of the payload before it is sealed."""
    opening: Opening | None = None
    """The opening of the job's bracket; None where it has none."""

    @cached_property
    def identifiers(self) -> tuple[tuple[str, str], ...]:
        """(kind, identifier) of those beside the UUID."""
        return identifiers(self.identifier, self.config.identifiers)

    @property
    def warc(self) -> str:
        """Path of the capture's WARC below `data/`."""
        return f"wacz/archive/{self.name}.warc.gz"

    @cached_property
    def seed_file(self) -> str:
        """Path of the seed below `data/`."""
        return f"seed/{seed_file_name(self.seed.name)}"

    @cached_property
    def headline(self) -> str | None:
        """The seed's headline, else the page's."""
        return self.seed.headline.text if self.seed.headline else self.first("headline")

    @property
    def title(self) -> str:
        """The headline, or else the address."""
        return self.headline or self.seed.url

    def first(self, name: ClaimName) -> str | None:
        """The value of the first claim of this name that the page makes, else the seed's."""
        claims = self.reading.claims.get(name, ())
        pages = [claim.value for claim in claims if claim.source != "seed"]
        return next(iter(pages or [claim.value for claim in claims]), None)

    def stated(self, setting: str | None, *keys: str) -> str | None:
        """What the seed's front matter says under one of these keys (`Supplied-By` is `supplied_by`), else the
        setting."""
        said = {key.strip().lower().replace("-", "_").replace(" ", "_"): v for key, v in self.seed.front_matter.items()}
        words = (said.get(key) for key in keys)
        return next((value.strip() for value in words if isinstance(value, str) and value.strip()), setting)

    @cached_property
    def rights(self) -> Mapping[str, str | None]:
        """Statement, holder, basis, access and embargo, for the record and everything made of it."""
        found = self._stated_rights
        if self.decided is not None:
            rule = self.decided.rule
            found = {**found, "access": rule.access, "statement": rule.statement or found["statement"]}
        return {**found, "access": self._at_most_restricted(found["access"])}

    def _at_most_restricted(self, access: str | None) -> str | None:
        """What a subscriber was shown is not open, whatever is stated."""
        closed = self.capture.logged_in and level_of(access) == "open"
        return "restricted" if closed else access

    @cached_property
    def decided(self) -> Decision | None:
        """The rule of the settings that decides on access; None where none fits, or the seed's front matter states a
        level as narrow."""
        own = self.stated(None, "access")
        if self.by_rule is None or (own and LEVELS.index(level_of(own)) >= LEVELS.index(self.by_rule.rule.access)):
            return None
        return self.by_rule

    @cached_property
    def access_after(self) -> str | None:
        """The level that is stated or decided for when the rule that decided has ended."""
        if self.decided and self.decided.after:
            return self._at_most_restricted(self.decided.after)
        stated = self._at_most_restricted(self._stated_rights["access"])
        return level_of(stated) if stated else None

    @cached_property
    def _stated_rights(self) -> Mapping[str, str | None]:
        config = self.config
        return {
            "statement": self.stated(config.rights_statement, "rights_statement", "rights"),
            "holder": self.stated(config.rights_holder, "rights_holder"),
            "basis": self.stated(config.rights_basis, "rights_basis"),
            "access": self.stated(config.access, "access"),
            "embargo": self.stated(config.embargo, "embargo"),
        }

    @cached_property
    def custody(self) -> Mapping[str, str | None]:
        """Who supplied the seed, how they had it, and whether it is independent of the page."""
        config = self.config
        return {
            "supplied_by": self.stated(config.supplied_by, "supplied_by"),
            "obtained_how": self.stated(config.obtained_how, "obtained_how"),
            "independence": self.stated(config.independence, "independence") or "unstated",
        }

    @cached_property
    def custody_line(self) -> str:
        """The custody of the seed in one sentence."""
        custody = self.custody
        supplied, how = custody["supplied_by"] or NOT_STATED, custody["obtained_how"] or NOT_STATED
        return f"Seed supplied by: {supplied}; obtained how: {how}; independence: {custody['independence']}"

    @cached_property
    def rights_line(self) -> str:
        """The rights in one sentence, without the statement."""
        rights = self.rights
        said = [f"{name}: {rights[name] or NOT_STATED}" for name in ("holder", "basis", "access")]
        return "; ".join([*said, *([f"embargo: {rights['embargo']}"] if rights["embargo"] else [])])

    @property
    def agent(self) -> str:
        """Who is responsible: the organisation, else the person, else `not stated`."""
        return self.config.organisation or self.config.operator or NOT_STATED

    @property
    def contact(self) -> str | None:
        """Name, e-mail and telephone of the contact, as far as they are stated."""
        config = self.config
        return ", ".join(x for x in (config.contact_name, config.contact_email, config.contact_phone) if x) or None

    @property
    def operation_line(self) -> str:
        """Who captured, in one sentence."""
        config = self.config
        return "; ".join(
            f"{what}: {who or NOT_STATED}"
            for what, who in (
                ("Captured by", config.organisation),
                ("operator", config.operator),
                ("contact", self.contact),
            )
        )
