"""All that is known about one capture when its bag is written: what the files of the bag are made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from archiver.bag.names import seed_file_name
from archiver.config import Config
from archiver.model import Capture, LeadImage, Reading, Seed

NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """`name` is the bag's, `identifier` its `urn:uuid:`, `group` the job's; `sealed` is when the bag is closed."""

    seed: Seed
    capture: Capture
    reading: Reading
    lead: LeadImage | None
    config: Config
    name: str
    identifier: str
    group: str
    sealed: datetime

    @property
    def warc(self) -> str:
        """Path of the capture's WARC below `data/`."""
        return f"wacz/archive/{self.name}.warc.gz"

    @property
    def seed_file(self) -> str:
        """Path of the seed below `data/`."""
        return f"seed/{seed_file_name(self.seed.name)}"

    @property
    def headline(self) -> str:
        """The seed's headline, else the page's, else the address."""
        if self.seed.headline:
            return self.seed.headline.text
        claims = self.reading.claims.get("headline", ())
        return claims[0].value if claims else self.seed.url

    def first(self, name: str) -> str | None:
        """The value of the first claim of this name that the page makes, else the seed's."""
        claims = self.reading.claims.get(name, ())  # type: ignore[call-overload]
        pages = [claim.value for claim in claims if claim.source != "seed"]
        return next(iter(pages or [claim.value for claim in claims]), None)

    def stated(self, key: str, setting: str | None) -> str | None:
        """What the seed's front matter says, else the setting."""
        value = self.seed.front_matter.get(key)
        return value if isinstance(value, str) and value else setting

    @property
    def rights(self) -> Mapping[str, str | None]:
        """Statement, holder, basis, access and embargo, for the record and everything made of it."""
        config = self.config
        return {
            "statement": self.stated("rights", config.rights_statement),
            "holder": self.stated("rights_holder", config.rights_holder),
            "basis": self.stated("rights_basis", config.rights_basis),
            "access": self.stated("access", config.access),
            "embargo": self.stated("embargo", config.embargo),
        }

    @property
    def custody(self) -> Mapping[str, str | None]:
        """Who supplied the seed, how they had it, and whether it is independent of the page."""
        config = self.config
        return {
            "supplied_by": self.stated("supplied_by", config.supplied_by),
            "obtained_how": self.stated("obtained_how", config.obtained_how),
            "independence": self.stated("independence", config.independence) or "unstated",
        }

    @property
    def agent(self) -> str:
        """Who is responsible: the organisation, else the person, else nobody that was named."""
        return self.config.organisation or self.config.operator or NOT_STATED
