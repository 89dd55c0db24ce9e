"""Bags given to others and taken from them: hand-off, receipt, exports, bundles, pages; what may be shown of them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from archiver.api.places import AnyPath, paths

if TYPE_CHECKING:
    from collections.abc import Callable

    from archiver.config import Config
    from archiver.evidence.bundle import Bundle
    from archiver.exports.export import LeftOut
    from archiver.ledger.restrictions import Noted
    from archiver.publishing.publish import Published
    from archiver.transfer.handoff import HandedOff
    from archiver.transfer.receive import Received


def handoff(
    bags: AnyPath | Iterable[AnyPath],
    target: AnyPath,
    *,
    form: str | None = None,
    receiver: str = "generic",
    redact: bool = False,
    group: str | None = None,
    group_size: str | None = None,
    verify: bool = False,
    receipts: AnyPath | None = None,
    endpoint: str | None = None,
    second_opinion: bool | Literal["required"] = True,
    config: "Config | None" = None,
    **settings: Any,
) -> "Iterator[HandedOff]":
    """Pack bags, deliver them to `target`, read them back, keep a receipt; a result for each as it ends.

    `bags` are bags or folders of bags, `target` an existing folder or s3://BUCKET/PREFIX at `endpoint`. `form` is
    `folder`, `tar`, `tgz`, `zip` or `wacz`; `receiver` makes bags to a profile (`aptrust`, `archivematica`, `btr`) or
    packages (`dspace`, `eark`), `redact` access copies; `group` makes one bag of all, in parts of `group_size`;
    `verify` reads again what was delivered before. A bag that is not valid is not delivered: it is `refused`.
    """
    from archiver.config import configured
    from archiver.transfer.hand_off_bags import Shape, form_of, hand_off_bags
    from archiver.transfer.handoff import HandoffOptions
    from archiver.validation.discover import find_bags
    from archiver.verification.judge import processors

    given: dict[str, Any] = {"target": str(target), "form": form_of(form, receiver), "endpoint": endpoint}
    given |= {"verify": verify, "receipts": Path(receipts) if receipts else None, "second_opinion": second_opinion}
    options = HandoffOptions(**given, cores=processors())
    shape = Shape(receiver=receiver, redact=redact, group=group, group_size=group_size)
    return hand_off_bags(list(find_bags(paths(bags))), options, shape, configured(settings, config))


def receive(
    packages: str | Path | Iterable[AnyPath],
    *,
    bags: AnyPath,
    unpack: bool = False,
    require_signature: bool = False,
    require_timestamp: bool = False,
    trusted_lists: Iterable[AnyPath] = (),
    second_opinion: bool | Literal["required"] = True,
    signer: str | None = None,
    trust_roots: AnyPath | None = None,
    tsa_roots: AnyPath | None = None,
    endpoint: str | None = None,
    config: "Config | None" = None,
    **settings: Any,
) -> "Iterator[Received]":
    """Take in packages that others hand over: unpack, validate, put the bags into the folder `bags`, keep a receipt.

    Packages are bags in folders, .tar, .tgz, .tar.gz or .zip files, or s3://BUCKET/KEY at `endpoint`. `unpack` puts
    the bags of a group into the folder one by one. What is required of signatures is as for `validate`.
    """
    from archiver.config import configured
    from archiver.transfer.delivery import signing
    from archiver.transfer.receive import receive as take_in
    from archiver.verification.demands import trust_of
    from archiver.verification.judge import processors

    asked: dict[str, Any] = {"trust_roots": trust_roots, "tsa_roots": tsa_roots, "signer": signer}
    asked |= {"require_signature": require_signature, "require_timestamp": require_timestamp}
    trust = trust_of(**asked, trusted_lists=paths(trusted_lists))
    settled = configured({**settings, "bags": Path(bags)}, config)
    return take_in(
        [str(each) for each in ([packages] if isinstance(packages, (str, Path)) else packages)],
        settled.bags,
        settled,
        trust=trust,
        endpoint=endpoint,
        sign=signing(settled),
        unpack_groups=unpack,
        cores=processors(),
        second_opinion=second_opinion,
    )


def export(
    bags: AnyPath | Iterable[AnyPath],
    *,
    form: str = "csv",
    back: AnyPath | None = None,
    ledger: AnyPath | None = None,
    left_out: "Callable[[LeftOut], None] | None" = None,
) -> Iterator[bytes]:
    """The bytes of an export of bags, in chunks, in a form of `archiver export` (docs/show/export.md).

    `back` is a list of seeds, given back with `archiver_` columns, its own bytes as they were; `ledger` the folder of
    bags whose ledger is asked (default: `bags`, if it is one). `left_out` is called with each bag left out.
    """
    from archiver.exports.export import export_places

    folder, on_left_out = Path(ledger) if ledger else None, left_out or (lambda _: None)
    return export_places(paths(bags), form, Path(back) if back else None, folder, datetime.now(UTC).date(), on_left_out)


def publish(
    bags: AnyPath | Iterable[AnyPath],
    target: AnyPath,
    *,
    base_url: str | None = None,
    title: str = "",
    left_out: "Callable[[LeftOut], None] | None" = None,
) -> "Published":
    """Write into the folder `target` what everybody may see of bags, as static pages for any web server.

    What may no longer be seen is taken out of it. `base_url` is where it will stand, for feed and sitemap; `left_out`
    is called with each bag left out, and the reason.
    """
    from archiver.publishing.publish import publish_bags

    on_left_out = left_out or (lambda _: None)
    return publish_bags(
        paths(bags), Path(target), datetime.now(UTC).date(), on_left_out, base_url=base_url, title=title
    )


def bundle(
    bags: AnyPath | Iterable[AnyPath],
    output: AnyPath,
    *,
    trust_roots: AnyPath | None = None,
    private: bool = False,
) -> "Bundle":
    """Write an evidence bundle to `output`, a folder or a .zip: of one bag, or of several as exhibits with a sheet.

    `private` lets facts about people and cases go along. Raises Refused where no bag may go.
    """
    from archiver.evidence.bundle import bundle_bag, bundle_exhibits
    from archiver.validation.trust.policy import read_roots

    roots = read_roots(Path(trust_roots)) if trust_roots else None
    if isinstance(bags, (str, Path)):
        return bundle_bag(Path(bags), Path(output), datetime.now(UTC), roots=roots, private=private)
    return bundle_exhibits(paths(bags), Path(output), datetime.now(UTC), roots=roots, private=private)


def restrict(
    path: AnyPath,
    *,
    reason: str,
    access: Literal["metadata-only", "restricted", "closed"] = "closed",
    until: date | None = None,
    lift: bool = False,
    by: str | None = None,
) -> "Noted":
    """Note beside a bag that less of it may be shown from now on, or, with `lift`, that this is over.

    The bag itself is not touched. `reason` and `by` are kept with the note.
    """
    from archiver.ledger.restrictions import restrict_bag
    from archiver.rights.gate import level_of

    action: Literal["lift", "restrict"] = "lift" if lift else "restrict"
    return restrict_bag(
        Path(path), action, reason=reason, access=level_of(access), until=until, by=by, at=datetime.now(UTC)
    )
