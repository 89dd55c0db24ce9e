"""What a certificate says of a rendering: label and words of each row."""

from collections.abc import Iterator, Mapping
from typing import Any


def rendering_rows(rendering: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a browser showed, which is testimony, and no part of what the server sent."""
    browser = rendering.get("browser") or {}
    who = " ".join(str(each) for each in (browser.get("name"), browser.get("version")) if each) or "a browser"
    comparison = rendering.get("comparison")
    found = f"compared with the seed: {comparison['verdict']}" if comparison else "not compared with the seed"
    failed = f"; it failed: {rendering['failed']}" if rendering.get("failed") else ""
    sandbox = "" if rendering.get("sandbox", True) else ", without its sandbox"
    yield "Shown in a browser", f"{who}{sandbox}, through the recorder; {found}{failed}"
    if consent := rendering.get("consent"):
        button = f"{consent['button']!r} at {consent['selector']}" if consent["button"] else "none that may be pressed"
        done = "was pressed" if consent["answered"] else "was not pressed"
        yield "Consent wall", f"{consent['text'] or 'without words'}: button {button}, {done}"
