"""The event `redaction` of PREMIS 3 (Library of Congress, eventType): that and how an access copy was made."""

from datetime import datetime
from typing import Any

from lxml import etree

from archiver.bag.premis import EVENT_TYPES, NS


def redaction_event(identifier: str, day: datetime, detail: str, count: int, paths: list[str]) -> Any:
    """The event: its identifier, its day, what was done, how many records were changed, the files it is on."""
    node = etree.Element(f"{{{NS}}}event")
    node.append(linking("eventIdentifier", "UUID", identifier))
    kind = _add(node, "eventType", "redaction")
    kind.set("authority", "eventType")
    kind.set("authorityURI", EVENT_TYPES)
    _add(node, "eventDateTime", f"{day:%Y-%m-%d}")
    _add(_add(node, "eventDetailInformation"), "eventDetail", detail)
    outcome = _add(node, "eventOutcomeInformation")
    _add(outcome, "eventOutcome", "success")
    _add(_add(outcome, "eventOutcomeDetail"), "eventOutcomeDetailNote", f"{count} records changed; see redaction in "
         "provenance.json")  # fmt: skip
    node.append(linking("linkingAgentIdentifier", "local", "archiver"))
    for path in paths:
        node.append(linking("linkingObjectIdentifier", "path in the bag", path))
    return node


def linking(name: str, kind: str, value: str) -> Any:
    """An identifier of what something is linked with."""
    node = etree.Element(f"{{{NS}}}{name}")
    _add(node, f"{name}Type", kind)
    _add(node, f"{name}Value", value)
    return node


def _add(node: Any, name: str, text: str | None = None) -> Any:
    child = etree.SubElement(node, f"{{{NS}}}{name}")
    child.text = text
    return child
