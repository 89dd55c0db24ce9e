"""The settings of a job: defaults < archiver.toml < command line. Nothing here reads the environment or the clock."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from archiver import __version__
from archiver.config.addresses import public as public
from archiver.config.addresses import without_credentials as without_credentials
from archiver.config.before_seal import BeforeSeal, before_seal_of
from archiver.config.connect_to import ConnectTo as ConnectTo
from archiver.config.identifiers import Identifiers, identifiers_of
from archiver.config.limits import Limits as Limits
from archiver.config.one_line import why_not
from archiver.config.several import Several, one_or_several, several
from archiver.errors import StorageError, UsageError, nearest, not_one_of
from archiver.model.memento import WebArchive
from archiver.rights.rules import RightsRule, rules_of

ANONYMOUS = f"archiver/{__version__} (digital preservation; contact not stated)"
"""The User-Agent of those who state no contact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings in effect for one job; the field names are the keys of `archiver.toml`."""

    bags: Path = Path("bags")
    jobs: int = 1
    executor: str | None = None
    """The address of a cluster's scheduler, in place of processes here."""
    deliver: str | None = None
    """A folder, or s3://BUCKET/PREFIX: where bags go, in place of the folder of the bags."""
    deliver_form: str = "tar"
    deliver_endpoint: str | None = None
    """The S3 server, where it is not the usual one."""
    pace: float = 1.0
    host_rest_seconds: float = 3600.0
    """The longest that a host is left alone because it asked for it (Retry-After)."""
    seed_cpu_seconds: float | None = None
    """What one seed may take of the processor's time before its process is ended (`executors.py`); 0: any time."""
    user_agent: str = ANONYMOUS
    proxy: str | None = None
    second_view: str | None = None
    ca_bundle: Path | None = None
    connect_to: tuple[ConnectTo, ...] = ()
    insecure: bool = False
    allow_private: bool = False
    requisites: bool = True
    shared: bool = True
    srcset: str = "all"
    fast_text: bool = False
    browser: str = "auto"
    """When a browser shows the page too: `never`, `auto` (where the answer is not the article, or scripts make it),
    `always`."""
    browser_executable: Path | None = None
    """Chromium or Chrome; None: the first that is found."""
    browser_no_sandbox: bool = False
    consent: bool = False
    """Whether a consent wall is answered, with a refusal where it can be."""
    screenshot: bool = False
    """A picture of every page, by the browser."""
    robots: str = "record"
    archives: tuple[WebArchive, ...] = ()
    """Web archives that may be asked; none is unless it is named here."""
    memento: str = "auto"
    cookies: Path | None = None
    """Cookies of subscriptions, in Netscape's format; never in a record (docs/capture/imports.md)."""
    imports: tuple[Path, ...] = ()
    """Files of captures that others made: seeds' pages are taken from them, and nobody is asked
    (docs/capture/imports.md)."""
    confirm: float = 0.0
    """Days after which an original that was gone is asked for once more; 0: not."""
    trace_requests: int = 60
    """Requests to archives that `archiver trace` makes for one seed."""
    guess_url: bool = False
    """Whether the only plausible address of a seed is taken where no line names one."""
    seed_notes: bool = False
    """Whether what people noted beside a seed in their lists goes into the record."""
    retry: bool = False
    recapture: bool = False
    only_changed: bool = False
    """Whether seeds are captured again, and have a new bag only where the article has changed."""
    organisation: str | None = None
    organisation_address: str | None = None
    operator: str | None = None
    contact_name: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    group: str | None = None
    rights_statement: str = "http://rightsstatements.org/vocab/CNE/1.0/"
    rights_holder: str | None = None
    rights_basis: str | None = None
    access: str | None = None
    embargo: str | None = None
    rights: tuple[RightsRule, ...] = ()
    """Rules of access by agency, publisher, site, day and list (docs/keep/access.md)."""
    private: str = "ledger"
    """Where facts about people and cases go (docs/keep/private.md): `bag`, `ledger`, `none`, or `stated` for all to
    read."""
    case_number: str | None = None
    exhibit_number: str | None = None
    collector: str | None = None
    purpose: str | None = None
    supplied_by: str | None = None
    obtained_how: str | None = None
    independence: str | None = None
    key: Path | None = None
    certificate: Path | None = None
    passphrase_file: Path | None = None
    passphrase: bytes | None = field(default=None, repr=False)
    """Of the key, where it is encrypted; never in a file of settings, and in no record."""
    timestamp: Several = None
    bracket: str = "required"
    """What a job does whose opening is not timestamped: `required`, `if-possible`, `never` (docs/keep/bracket.md)."""
    trust_roots: Path | None = None
    tsa_roots: Path | None = None
    profile: str | None = None
    """`discreet` sets the next five, and `robots` and `user_agent` (docs/capture/discreet.md)."""
    proxy_required: bool = False
    """Nothing is asked but through the proxy."""
    named_only: bool = False
    """No authority is asked that only a certificate names."""
    contact_in_user_agent: bool = True
    state_operator: bool = True
    state_system: bool = True
    before_seal: BeforeSeal = field(default_factory=BeforeSeal)
    identifiers: Identifiers = field(default_factory=Identifiers)
    replay_files: Path | None = None
    """The folder with the two scripts of ReplayWeb.page, for `archiver serve`."""
    aptrust_access: str | None = None
    aptrust_storage: str = "Standard"
    limits: Limits = field(default_factory=Limits)

    @property
    def stated_person(self) -> str | None:
        """The operator, where what leaves this place may name one."""
        return self.operator if self.private == "stated" else None

    @property
    def stated_proxy(self) -> str | None:
        """The proxy as bags have it."""
        return without_credentials(self.proxy) if self.state_system else self.proxy and UNSTATED

    def stated(self) -> dict[str, Any]:
        """The settings as plain values, for the record; secrets in a proxy address are left out."""
        plain = asdict(self)
        plain["bags"] = str(self.bags)
        for name in ("ca_bundle", "browser_executable"):
            plain[name] = str(plain[name]) if plain[name] else None
        plain["connect_to"] = [f"{c.host or ''}:{c.port or ''}:{c.to_host}:{c.to_port or ''}" for c in self.connect_to]
        plain["proxy"], plain["second_view"] = without_credentials(self.proxy), without_credentials(self.second_view)
        stamping = [public(each) for each in several(self.timestamp)]
        plain["timestamp"] = stamping if len(stamping) > 1 else stamping[0] if stamping else None
        keys = (
            *("key", "certificate", "passphrase_file", "passphrase", "trust_roots", "tsa_roots", "host_rest_seconds"),
            *("seed_cpu_seconds", "rights", "before_seal", "identifiers", "trace_requests", "replay_files"),
            *("imports", "cookies", "private", "bracket", *CASE_FILE),
        )
        handoffs = [name for name in plain if name.startswith(("aptrust_", "deliver"))]
        for name in (*keys, *handoffs):  # nor does a capture's record mention hand-offs
            del plain[name]
        for name in ("confirm", "only_changed", "timestamp", "executor", "profile", "second_view", *_DISCREET):
            if plain[name] == _DEFAULTS[name]:
                del plain[name]
        untold = [*_OF_THE_SYSTEM, *(["second_view"] if self.second_view else [])]
        return plain if self.state_system else {**plain, **dict.fromkeys(untold, UNSTATED)}


def told_contact(config: Config) -> str | None:
    """The address that stands in the User-Agent because `contact_email` is set; None where it is not sent."""
    contact = config.contact_email
    return contact if contact and config.contact_in_user_agent and contact in config.user_agent else None


def load(path: Path | None, overrides: Mapping[str, Any]) -> Config:
    """Settings from `path` (or `archiver.toml` here, if there is one), then what the command line said.

    A stated contact stands in the User-Agent, where that is not set itself. Raises UsageError naming file and key for
    what is unknown or of the wrong type, StorageError for an unreadable file."""
    if path is None and Path("archiver.toml").is_file():
        path = Path("archiver.toml")
    config = Config() if path is None else _from_file(path)
    config = replace(config, **{key: value for key, value in overrides.items() if value is not None})
    config = _settled(config)
    named = ANONYMOUS.replace("contact not stated", f"contact: {config.contact_email}")
    says = config.user_agent == ANONYMOUS and config.contact_email and config.contact_in_user_agent
    return replace(config, user_agent=named) if says else config


def _settled(config: Config) -> Config:
    """The settings with what their profile says, and without what is not to be stated. Raises UsageError."""
    if config.profile not in (None, "discreet"):
        raise UsageError(f"profile = {not_one_of(config.profile, ('discreet',))}")
    if config.profile and config.robots == "obey":
        raise UsageError("robots = 'obey' needs a request for robots.txt, which the profile discreet does not make")
    if config.profile:
        agent = NEUTRAL if config.user_agent == ANONYMOUS else config.user_agent
        config = replace(config, **_DISCREET, robots="ignore", user_agent=agent)
    if config.private not in PRIVATE:
        raise UsageError(f"private = {not_one_of(config.private, PRIVATE)}")
    if config.proxy_required and config.executor is not None:
        raise UsageError("a cluster is not reached through the proxy that proxy_required asks for: set no executor")
    if not config.state_operator:
        config = replace(config, **_UNSAID)
    return config


PRIVATE = ("ledger", "bag", "none", "stated")
CASE_FILE = ("case_number", "exhibit_number", "collector", "purpose")
NEUTRAL = "Mozilla/5.0"
_DISCREET: dict[str, Any] = {"proxy_required": True, "named_only": True, "contact_in_user_agent": False}
_DISCREET |= {"state_operator": False, "state_system": False}
_DEFAULTS = {each.name: each.default for each in fields(Config)}
_OF_PEOPLE = ("organisation", "operator", "contact_name", "contact_email", "contact_phone")
_UNSAID: dict[str, Any] = {each: None for each in _DEFAULTS if each.startswith(_OF_PEOPLE)}
_OF_THE_SYSTEM = ["bags", "jobs", "ca_bundle", "proxy", "connect_to", "browser_executable", "browser_no_sandbox"]
UNSTATED = "not stated"


def configured(settings: Mapping[str, Any], config: Config | None = None) -> Config:
    """Settings given by a program: the keys of `archiver.toml` as arguments, over `config` or the defaults. Paths may
    be text, `connect_to` a list of text, `limits` a table. Raises UsageError naming the setting."""
    given = {name: value for name, value in settings.items() if value is not None}
    limits = given.pop("limits", {})
    secret = {"passphrase": given.pop("passphrase")} if "passphrase" in given else {}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    plain = {name: str(value) if isinstance(value, Path) else value for name, value in plain.items()}
    found = replace(_typed("settings", "", config or Config(), plain), **secret)
    if not isinstance(limits, Limits):
        limits = _typed("settings", "limits.", found.limits, limits)
    return _settled(replace(found, limits=limits))


def _from_file(path: Path) -> Config:
    try:
        table = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise StorageError.from_os(f"read the settings {path}", error) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(
            f"{path}: not valid TOML: {error}; correct it, or write a new one with 'archiver init'"
        ) from error
    limits = _typed(path, "limits.", Limits(), table.pop("limits", {}))
    config = replace(_typed(path, "", Config(), table), limits=limits)
    if config.embargo is not None and not _is_day(config.embargo):
        raise UsageError(f"{path}: embargo = {config.embargo[:80]!r} is not a day, as in '2030-01-01'")
    beside = {name: path.parent / file for name in _BESIDE if (file := getattr(config, name)) is not None}
    return replace(config, **beside)


_BESIDE = ("cookies", "key", "certificate", "passphrase_file", "trust_roots", "tsa_roots", "ca_bundle", "replay_files")
"""Files that a relative path looks for beside the settings: who runs a job from elsewhere means the same ones."""


def _is_day(text: str) -> bool:
    """A day of EDTF, which may be uncertain or approximate: `2030-01-01`, `2030-01-01?`."""
    try:
        return _DAY.fullmatch(text) is not None and bool(date.fromisoformat(text[:10]))
    except ValueError:
        return False


_DAY = re.compile(r"\d{4}-\d\d-\d\d[?~%]?", re.ASCII)


_Settings = TypeVar("_Settings", Config, Limits)


def _typed(path: Path | str, prefix: str, default: _Settings, table: Any) -> _Settings:
    """`default` with the keys of `table`, each checked against the type of its default."""
    known = {f.name: _READERS[f.type] for f in fields(default) if f.type in _READERS}
    if not isinstance(table, dict):
        raise UsageError(f"{path}: [{prefix.rstrip('.')}] must be a table")
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            near = nearest(key, known)
            hint = f"did you mean {prefix}{near}?" if near else "'archiver init' writes all there are into a file"
            raise UsageError(f"{path}: unknown setting {prefix}{key[:80]}; {hint}")
        kind, convert = known[key]
        stated = f"{path}: {prefix}{key} = {repr(value)[:80]}"
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise UsageError(f"{stated} has the wrong type; it must be {_WANTED[kind]}")
        if isinstance(value, str) and (wrong := why_not(value)):
            raise UsageError(f"{stated} {wrong}")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            least, most = next(bounds for name, bounds in _RANGES.items() if key.endswith(name))
            if not least <= value <= most:  # which nan is not, either
                raise UsageError(f"{stated} is not between {least:,} and {most:,}")
        values[key] = convert(value)
    return replace(default, **values)


_RANGES: dict[str, tuple[float, float]] = {
    "jobs": (1, 256),
    "pace": (0, 86_400),
    "_bytes": (1, 1 << 50),
    **dict.fromkeys(("connect_seconds", "read_seconds", "exchange_seconds"), (0.001, 86_400)),
    "_seconds": (0, 31_536_000),
    "": (0, 1_000_000),
}
"""What a number may be, by the end of its name: the first that fits counts."""


def _archive(stated: object) -> WebArchive:
    return stated if isinstance(stated, WebArchive) else WebArchive.from_table(stated)


def _connect_to(stated: object) -> ConnectTo:
    return stated if isinstance(stated, ConnectTo) else ConnectTo.from_text(str(stated))


_WANTED: dict[Any, str] = {
    str: 'text in quotes, as in "text"',
    int: "a whole number",
    (int, float): "a number",
    bool: "true or false",
    list: 'a list, as in ["text"]',
    (str, list): 'text in quotes, as in "text", or a list of such',
    dict: "a table",
}
_READERS: dict[Any, tuple[Any, Callable[[Any], Any]]] = {
    Path: (str, Path),
    Path | None: (str, Path),
    str: (str, str),
    str | None: (str, str),
    str | tuple[str, ...] | None: ((str, list), one_or_several),
    int: (int, int),
    **dict.fromkeys((float, float | None), ((int, float), float)),
    bool: (bool, bool),
    BeforeSeal: (dict, before_seal_of),
    Identifiers: (dict, identifiers_of),
    tuple[RightsRule, ...]: (list, lambda given: rules_of(given, "settings")),
    tuple[ConnectTo, ...]: (list, lambda given: tuple(map(_connect_to, given))),
    tuple[Path, ...]: (list, lambda given: tuple(map(Path, given))),
    tuple[WebArchive, ...]: (list, lambda given: tuple(map(_archive, given))),
}
