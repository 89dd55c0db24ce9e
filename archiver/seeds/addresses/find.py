"""Which address a document states, and where: after a label, under one, alone, or only plausible."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from archiver.seeds.addresses import labelled
from archiver.seeds.blocks import Block, Document
from archiver.seeds.refusal import Refusal, shown


@dataclass(frozen=True, slots=True)
class Address:
    url: str
    line: int
    tier: int
    blocks: tuple[int, ...] = ()
    remark: str = ""
    former: str = ""


def find_address(document: Document, guess_url: bool) -> tuple[Address, bool]:
    """The address and whether it was guessed. Raises Refusal when there is none, an unsound one, or two that differ."""
    found, blame = _stated(document)
    if not found and not blame:
        found = _alone(document.blocks)
    if found:
        most = max(each.tier for each in found)
        return _one(_said_first(document, [each for each in found if each.tier == most])), False
    return _guess(document, blame, guess_url)


def _stated(document: Document) -> tuple[list[Address], int]:
    """The addresses that labels state, and the line of an outright label that no address follows, or 0."""
    blocks = document.blocks
    found = [Address(url, line, tier) for url, line, tier in document.facts.addresses]
    blame = 0
    for at, block in enumerate(blocks):
        text = block.text
        label = _label(block)
        if label is None:
            continue
        stated = _after_label(blocks, at, label)
        if stated is not None:
            found.append(_gone_on(blocks, stated))
        elif label.tier == labelled.OUTRIGHT and _URL_LABEL.match(text):
            rest = text[label.end :].strip(" :：-–*_")
            if rest and (bare := labelled.schemeless(rest)):
                found.append(_gone_on(blocks, Address(bare.url, block.line, label.tier, (at,), bare.remark)))
            elif rest:
                found.append(Address(rest, block.line, label.tier, (at,)))
            else:
                blame = blame or block.line
    return found, blame


def _said_first(document: Document, found: list[Address]) -> list[Address]:
    """Of a saved page the addresses that a line `Original url:` states, if there is one: the page's own name for itself
    (canonical, `og:url`) is a program's, the line somebody's."""
    said = [each for each in found if each.blocks and _URL_LABEL.match(document.blocks[each.blocks[0]].text)]
    other = next(
        (each for each in found if not each.blocks and said and not labelled.same(each.url, said[0].url)), None
    )
    if document.format != "html" or other is None:
        return found
    remark = f"the page calls itself {shown(other.url)} (line {other.line})"
    return [replace(each, remark=f"{each.remark}; {remark}" if each.remark else remark) for each in said]


def _label(block: Block) -> labelled.Label | None:
    """The label a block begins with; words of a link are none of it, unless the link is the whole block."""
    if not block.text:
        return None
    first = block.anchors[0].start if block.anchors else 0
    if first and (label := labelled.read_label(block.text[:first])) and _is_target(block.anchors[0].href):
        return label
    return labelled.read_label(block.text)


_URL_LABEL = re.compile(r"[\s>•*_-]{0,12}(?:original|source)[\s_-]{0,3}(?:url|link|address)\b", re.IGNORECASE)


def _after_label(blocks: Sequence[Block], at: int, label: labelled.Label) -> Address | None:
    block = blocks[at]
    rest = block.text[label.end :]
    lead = len(rest) - len(rest.lstrip(' :：=-–—("“[*_'))
    anchor = next((each for each in block.anchors if each.start >= label.end), None)
    whole = next((each for each in block.anchors if each.start == 0 and len(each.text) >= len(block.text) - 1), None)
    if whole is not None and label.end >= len(block.text.rstrip(" :")) and _is_target(whole.href):
        return _taken(whole.href, whole.line, label.tier, (at,))
    if anchor is not None and anchor.start <= label.end + lead and _is_target(anchor.href):
        return _taken(anchor.href, anchor.line, label.tier, (at,))
    stated = labelled.read_stated(rest.lstrip(" :：=-–—*_"))
    if stated is not None and (label.tier == labelled.OUTRIGHT or labelled.looks_like_address(stated.url)):
        return Address(stated.url, block.line, label.tier, (at,), stated.remark, stated.former)
    if not rest.strip(" :：=-–—*_"):
        return _below(blocks, at, label)
    if label.colon and label.tier and len(rest) <= 300:
        named = labelled.plausible(rest)
        targets = {each.href for each in block.anchors if _is_target(each.href)}
        if len({url for _, url in named} | targets) == 1:
            return Address(*(next(iter({url for _, url in named} | targets)), block.line), labelled.MENTIONED, (at,))
    return None


def _gone_on(blocks: Sequence[Block], address: Address) -> Address:
    """An address that a line was too short for, with its rest in the next line; any other as it is."""
    at = max(address.blocks)
    following = blocks[at + 1] if at + 1 < len(blocks) else None
    if following is None or following.line != blocks[at].end + 1 or address.remark.count("left off"):
        return address
    opened = blocks[at].text.rfind("<") > blocks[at].text.rfind(">")
    rest = following.text.removesuffix(">") if opened else following.text
    if not (opened and following.text.endswith(">")) and address.url[-1:] not in tuple("/-_=&%+"):
        return address
    certain = opened or address.url.endswith("-")
    if not _ADDRESS.fullmatch(rest) or not (certain or _MARK.search(rest)) or following.anchors:
        return address
    said = f"the address goes on in line {following.line}"
    remark = f"{address.remark}; {said}" if address.remark else said
    return replace(address, url=address.url + rest, blocks=(*address.blocks, at + 1), remark=remark, former=address.url)


_ADDRESS = re.compile(r"[\w\-./%=&?#~+@!$,;]{2,2000}")
_MARK = re.compile(r"[-/_=&%.\d]")


def _below(blocks: Sequence[Block], at: int, label: labelled.Label) -> Address | None:
    """The address in the block below a label that stands alone."""
    following = next((each for each in range(at + 1, len(blocks)) if blocks[each].text), None)
    if following is None:
        return None
    block = blocks[following]
    anchor = block.anchors[0] if block.anchors and block.anchors[0].start <= 1 else None
    if anchor is not None and _is_target(anchor.href):
        return _taken(anchor.href, anchor.line, label.tier, (at, following))
    stated = labelled.read_stated(block.text)
    if stated is None:
        return None
    return Address(stated.url, block.line, label.tier, (at, following), stated.remark, stated.former)


def _taken(href: str, line: int, tier: int, blocks: tuple[int, ...]) -> Address:
    stated = labelled.read_stated(f"<{href}>")
    return Address(stated.url if stated else href, line, tier, blocks, stated.remark if stated else "")


def _is_target(href: str) -> bool:
    return labelled.looks_like_address(href) and not href.lower().startswith(("mailto:", "data:", "javascript:"))


def _alone(blocks: Sequence[Block]) -> list[Address]:
    """The addresses of a document with nothing else."""
    found: list[Address] = []
    for at, block in enumerate(blocks):
        if not block.text:
            continue
        anchor = block.anchors[0] if block.anchors and block.anchors[0].text == block.text else None
        if anchor is not None and _is_target(anchor.href):
            found.append(_taken(anchor.href, anchor.line, labelled.LABELLED, (at,)))
        elif stated := labelled.read_stated(block.text):
            found.append(Address(stated.url, block.line, labelled.LABELLED, (at,), stated.remark, stated.former))
        else:
            return []
    return found


def _one(found: Sequence[Address]) -> Address:
    first = found[0]
    for each in found:
        labelled.check(each.url, each.line)
        if not labelled.same(each.url, first.url):
            problem = f"a second address {shown(each.url)}, where line {first.line} has {shown(first.url)}"
            raise Refusal(each.line, problem, "keep the one this document is to be archived from, or make two seeds")
    return replace(first, blocks=tuple(at for each in found for at in each.blocks))


def _guess(document: Document, blame: int, guess_url: bool) -> tuple[Address, bool]:
    """The only plausible address, if it is to be guessed. Raises Refusal that quotes it, or says that there is none."""
    alone: dict[str, tuple[int, int]] = {}
    anywhere: dict[str, tuple[int, int]] = {}
    for at, block in enumerate(document.blocks):
        for start, url in labelled.plausible(block.text):
            anywhere.setdefault(url, (block.line, at))
            if not start and len(url) >= len(block.text) - 2:
                alone.setdefault(url, (block.line, at))
        for anchor in block.anchors:
            if anchor.href.lower().startswith(("http://", "https://")):
                anywhere.setdefault(anchor.href, (anchor.line, at))
    candidates = alone if len(alone) == 1 else anywhere
    if not candidates:
        advice = _PAGE_ADVICE if document.format == "html" else labelled.ADVICE
        raise Refusal(blame or document.lines, "no address of the original", advice)
    (url, (line, at)), *others = candidates.items()
    if others:
        second, (other, _) = others[0]
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        problem = f"no address of the original is named; there are {shown(url)}, on line {other} {shown(second)}{more}"
        raise Refusal(line, problem, "write 'Original url:' before the one it is to be archived from")
    labelled.check(url, line)
    if not guess_url:
        problem = f"no address of the original is named; {shown(url)} may be it"
        raise Refusal(line, problem, f"write 'Original url: {url[:200]}', or run with --guess-url")
    taken = (at,) if url in alone or _is_labelled_line(document.blocks[at].text, url) else ()
    return Address(url, line, labelled.MENTIONED, taken), True


def _is_labelled_line(text: str, url: str) -> bool:
    """Whether a line is the address with a few words and a colon before it: no part of the article, whatever the words
    say (`Quelle im Netz: …`)."""
    label, _, behind = text.partition(url)
    words = label.rstrip(" \t<([")
    return words.endswith((":", "：")) and len(words.split()) <= _LABEL_WORDS and not behind.strip(" >)].")


_LABEL_WORDS = 5
_PAGE_ADVICE = (
    "write '<!-- saved from url=(0000)https://… -->' with the page's full address as the first line, or save it again "
    "with SingleFile, which notes the address"
)
