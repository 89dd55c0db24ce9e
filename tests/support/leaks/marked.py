"""Bags of a seed and settings that have a marker in every field that may name people or cases."""

import json
from pathlib import Path

from servers.newsroom import PARAGRAPHS, Answer, article, newsroom

from archiver.cli import main

URL = "http://www.example-times.example/news/0"
SETTINGS = {
    "operator": "Robin Mqoperator",
    "contact_name": "Casey Mqcontact",
    "contact_email": "mqmail@archive.example",
    "contact_phone": "+00 Mqphone",
    "supplied_by": "Donor Mqdonor",
    "obtained_how": "by hand Mqhand",
    "case_number": "Mqcase-12",
    "exhibit_number": "Mqexhibit-3",
    "collector": "Kim Mqcollector",
    "purpose": "trial Mqpurpose",
}
OF_SEED = {
    "Supplied-By": "Jo Mqsupplier",
    "obtained_how": "a call Mqcall",
    "notes": "ask Mqnote",
    "Case-Number": "Mqfile-9",
    "exhibit": "Mqitem-1",
    "collector": "Lee Mqgatherer",
    "purpose": "appeal Mqreason",
    "contact": "Ann Mqfriend",
}
FACTS = {
    "headline": "Library opens again Mqheadline",
    "author": "Alex Mqauthor",
    "publisher": "Mqpublisher Times",
    "photographer": "Robin Mqphotographer",
    "seed headline": "Mqtitle",
}
"""What the page says and its metadata may state: gone where a bag is closed, not where facts may be known."""
CONTENT = {
    "body": "Mqbody",
    "caption": "Mqcaption",
    "alt": "Mqalt",
    "description": "Mqdescription",
    "comment": "Mqcomment",
    "header": "Mqheader",
    "image": "mqimage",
    "link": "mqlink",
    "keyword": "Mqkeyword",
    "notice": "Mqnotice",
    "script": "mqscript",
    "style": "mqstyle",
    "seed": "Mqseedbody",
}
"""What is text, a picture, an exchange: gone where a bag is closed, and where only facts may be known."""


def page() -> Answer:
    """A page with a marker of `FACTS` or `CONTENT` in each place that a reader or a program looks at."""
    c = CONTENT
    data = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": FACTS["headline"],
            "description": c["description"], "keywords": [c["keyword"]], "author": {"@type": "Person",
            "name": FACTS["author"]}, "publisher": {"@type": "Organization", "name": FACTS["publisher"]},
            "datePublished": "2024-03-04T08:00:00Z", "correction": f"Correction: the day was wrong {c['notice']}.",
            "image": {"@type": "ImageObject", "url": f"/{c['image']}.jpg", "caption": c["caption"]}}  # fmt: skip
    head = f"""<meta name="description" content="{c["description"]}"><meta property="og:description"
    content="{c["description"]}"><meta name="keywords" content="{c["keyword"]}"><meta property="og:image"
    content="/{c["image"]}.jpg"><link rel="stylesheet" href="/{c["style"]}.css"><!-- {c["comment"]} -->
    <script>var {c["script"]} = 1</script><script type="application/ld+json">{json.dumps(data)}</script>"""
    paragraphs = [*PARAGRAPHS, f'A sentence with {c["body"]} and <a href="/{c["link"]}">a link</a> in it.',
                  f"Correction: an earlier version named another day {c['notice']}."]  # fmt: skip
    caption = f"A room with {c['caption']} in it. Photo: {FACTS['photographer']}/Reuters"
    body = article(FACTS["headline"], paragraphs, caption=caption, head=head).replace(
        b'alt=""', f'alt="{c["alt"]}"'.encode()
    )
    return Answer(body, headers={"X-Said": c["header"], "Set-Cookie": "session=Mqsession; Path=/"})


def marks(*tables: dict[str, str]) -> set[str]:
    return {word.lower() for table in tables for value in table.values() for word in value.replace("-", " ").split()
            if word.lower().startswith("mq")}  # fmt: skip


def settings(tmp_path: Path, private: str, *, stated: dict[str, str] = SETTINGS) -> Path:
    lines = {"private": private, "organisation": "County Archive", **stated}
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
    (tmp_path / "archiver.toml").write_text(
        text + 'contact_in_user_agent = false\nseed_notes = true\nbrowser = "never"\n'
    )
    return tmp_path / "archiver.toml"


def run(tmp_path: Path, seed: Path, config: Path, *options: str) -> Path:
    host = "www.example-times.example"
    pages = {(host, "/news/0"): page(), (host, f"/{CONTENT['style']}.css"): Answer(b"p {color: red}")}
    with newsroom(pages) as site:
        arguments = ["--config", str(config), "--bags", str(tmp_path / "bags"), "--quiet", *site.options, *options]
        assert main(["run", str(seed), *arguments]) in (0, 1)
    (bag,) = [each for each in (tmp_path / "bags").iterdir() if (each / "bagit.txt").exists()]
    return bag


def document(tmp_path: Path, *, access: str = "") -> Path:
    front = "".join(f"{key}: {value}\n" for key, value in OF_SEED.items())
    front += f"access: {access}\n" if access else ""
    text = f"---\n{front}rights_holder: Example Times\n---\nLibrary opens again {FACTS['seed headline']}\n\n"
    text += f"Original url: {URL}\n\n"
    text += f"A line that only the seed has, {CONTENT['seed']}.\n\n"
    (tmp_path / "seed.txt").write_text(text + "\n\n".join(PARAGRAPHS) + "\n", "utf-8")
    return tmp_path / "seed.txt"
