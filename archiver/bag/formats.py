"""The formats of the files in a bag, as PRONOM and IANA name them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """Name and version of a format, its media type, its PRONOM identifier where it has one."""

    name: str
    version: str | None
    mime: str
    puid: str | None
    compressed: bool = False


_FORMATS = (
    (".warc.gz", Format("WARC", "1.1", "application/warc+gzip", "fmt/1355", compressed=True)),
    (".cdx", Format("CDXJ", None, "text/x-cdxj", None)),
    (".cdxj", Format("CDXJ", None, "text/x-cdxj", None)),
    (".jsonl", Format("JSON Lines", None, "application/jsonl", None)),
    (".json", Format("JSON Data Interchange Format", None, "application/json", "fmt/817")),
    (".html", Format("Hypertext Markup Language", "5", "text/html", "fmt/471")),
    (".png", Format("Portable Network Graphics", None, "image/png", "fmt/11")),
    (".pdf", Format("Acrobat PDF 1.4 - Portable Document Format", "1.4", "application/pdf", "fmt/18")),
    (".crt", Format("Privacy Enhanced Mail certificate", None, "application/x-pem-file", None)),
    (".tsr", Format("Timestamp response (RFC 3161)", None, "application/timestamp-reply", None)),
    (".pem", Format("Privacy Enhanced Mail certificate", None, "application/x-pem-file", None)),
    (".md", Format("Markdown", None, "text/markdown", "fmt/1149")),
    (".csv", Format("Comma Separated Values", None, "text/csv", "x-fmt/18")),
    (".xml", Format("Extensible Markup Language", "1.0", "application/xml", "fmt/101")),
    (".txt", Format("Plain Text File", None, "text/plain", "x-fmt/111")),
)


def format_of(path: str) -> Format:
    """By the ending of a payload path; plain text where there is no other."""
    return next((known for ending, known in _FORMATS if path.endswith(ending)), _FORMATS[-1][1])
