"""The WACZ and the crate around the payload of a bag made by hand; on the standard library only, as `bags.py`.

They fit whatever WARC and record there are, damaged ones too: whoever forges those would make the rest anew.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Any

FOLDER = "data/wacz/"
INDEX, PAGES = f"{FOLDER}indexes/index.cdx", f"{FOLDER}pages/pages.jsonl"
PACKAGE, CLOSING = f"{FOLDER}datapackage.json", f"{FOLDER}datapackage-digest.json"
CRATE = "data/ro-crate-metadata.json"
UUID = "urn:uuid:00000000-0000-4000-8000-00000000beef"

Change = Callable[[Any], Any]
Files = dict[str, bytes]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def packed(payload: Mapping[str, bytes], record: Any, changes: Mapping[str, Change]) -> Files:
    """The files to add, each made of those before it; a change is given what a file says, and None leaves it out."""
    files = dict(payload)

    def add(path: str, value: Any, form: Callable[[Any], bytes]) -> None:
        changed = changes.get(path, lambda same: same)(value)
        if changed is not None:
            files[path] = changed if isinstance(changed, bytes) else form(changed)

    add(INDEX, index(files), lambda lines: "".join(f"{line}\n" for line in lines).encode())
    add(PAGES, pages(record), lambda rows: b"".join(json.dumps(row).encode() + b"\n" for row in rows))
    add(PACKAGE, datapackage(files), as_json)
    digest = {"path": "datapackage.json", "hash": f"sha256:{sha256(files.get(PACKAGE, b''))}"}
    add(CLOSING, digest, as_json)
    add(CRATE, crate(files, record), lambda graph: as_json({"@graph": graph}))
    return {path: data for path, data in files.items() if path not in payload}


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def index(files: Mapping[str, bytes]) -> list[str]:
    lines = []
    for path, data in files.items():
        for offset, length, record in members(data) if path.startswith(f"{FOLDER}archive/") else ():
            head, _, block = record.partition(b"\r\n\r\n")
            named = dict(re.findall(r"^([\w-]+): (.*?)\r?$", head.decode("latin-1"), re.M))
            if named.get("WARC-Type") == "response" and block.startswith(b"HTTP/"):
                lines.append(line(named, block[: int(named["Content-Length"])], path, offset, length))
    return sorted(lines)


def line(named: Mapping[str, str], block: bytes, path: str, offset: int, length: int) -> str:
    head, _, body = block.partition(b"\r\n\r\n")
    if b"chunked" in head:
        body = b"".join(re.findall(rb"[0-9a-f]+;x=y\r\n(.*?)\r\n", body, re.S))
    mime = re.search(rb"Content-Type: ([\w/]+)", head)
    entry = {
        "url": named["WARC-Target-URI"],
        "mime": mime[1].decode() if mime else "unk",
        "status": head.split()[1].decode(),
        "digest": f"sha256:{sha256(body)}",
        "length": str(length),
        "offset": str(offset),
        "filename": path.rpartition("/")[2],
    }
    return f"example,news)/harbour {re.sub('[^0-9]', '', named['WARC-Date'])[:14]} {json.dumps(entry)}"


def members(data: bytes) -> list[tuple[int, int, bytes]]:
    """(offset, length, content) of gzip members, as far as they can be read."""
    found, at = [], 0
    while data[at:].startswith(b"\x1f\x8b"):
        inflater = zlib.decompressobj(31)
        try:
            content = inflater.decompress(data[at:])
        except zlib.error:
            break
        if not inflater.eof:
            break
        length = len(data) - at - len(inflater.unused_data)
        found.append((at, length, content))
        at += length
    return found


def part(data: Any, *keys: str) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def pages(record: Any) -> list[dict[str, Any]]:
    page = {"id": "1", "url": part(record, "capture", "final_url"), "ts": part(record, "capture", "started")}
    return [{"format": "json-pages-1.0", "id": "pages", "title": "Pages"}, page | {"title": "Harbour reopens"}]


def datapackage(files: Mapping[str, bytes]) -> dict[str, Any]:
    resources = [
        {"name": path, "path": path.removeprefix(FOLDER), "hash": f"sha256:{sha256(data)}", "bytes": len(data)}
        for path, data in files.items()
        if path.startswith(FOLDER)
    ]
    return {"profile": "data-package", "wacz_version": "1.1.1", "resources": resources}


def ref(identifier: str) -> dict[str, str]:
    return {"@id": identifier}


def crate(files: Mapping[str, bytes], record: Any) -> list[dict[str, Any]]:
    final, capture = part(record, "capture", "final_url") or "#page", part(record, "capture")
    statement = part(record, "rights", "statement") or "#licence"
    stated = part(record, "credits")
    people = [each for each in (stated if isinstance(stated, list) else []) if part(each, "of") == "article"]
    listed = [path.removeprefix("data/") for path in files if path.startswith("data/") and path != CRATE]
    root = {"@id": "./", "@type": "Dataset", "datePublished": part(capture, "finished"), "license": ref(statement)}
    root |= {"mainEntity": ref(final), "mentions": ref("#capture"), "identifier": ref("#identifier")}
    action = {"@id": "#capture", "@type": "CreateAction", "object": ref(final)}
    action |= {"result": ref(part(capture, "warc") or "#none")}
    page: dict[str, Any] = {"@id": final, "@type": "NewsArticle", "contributor": [ref("#role")] * len(people)}
    return [
        {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": ref("./")},
        root | {"hasPart": [ref(path) for path in listed]},
        {"@id": "#identifier", "@type": "PropertyValue", "value": UUID},
        {"@id": statement, "@type": "CreativeWork", "name": statement},
        action | {"startTime": part(capture, "started"), "endTime": part(capture, "finished")},
        page,
        {"@id": "#role", "@type": "Role", "roleName": "contributor", "contributor": [ref("#who")]},
        {"@id": "#who", "@type": "Organization", "name": [each.get("name") for each in people]},
        *(described(path, files[f"data/{path}"]) for path in listed),
    ]


def described(path: str, data: bytes) -> dict[str, Any]:
    return {"@id": path, "@type": "File", "contentSize": str(len(data)), "sha256": sha256(data)}
