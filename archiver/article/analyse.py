"""One page, read and set beside its seed: the one entry of this room.

It fetches nothing, writes nothing and never raises for what a page holds: a page without an article is an Article whose
`note` says so (docs/bag-format.md, section 4.5).
"""

from collections.abc import Callable, Mapping, Sequence

from archiver.article.claims.agreement import agreements
from archiver.article.claims.collect import claims_of_page, claims_of_seed
from archiver.article.compare import compare, lost_links
from archiver.article.credits import image_credits
from archiver.article.credits.page_credits import credits_of_page
from archiver.article.html import dom
from archiver.article.notices.find import notices_of
from archiver.article.page_text import NORMALISATION, PARSER, Opened, model_of, opened, text_of
from archiver.credits.parse import credits_of_seed
from archiver.model import Article, Claim, ClaimName, Credit, Page, Reading, Seed


def read(seed: Seed | None, page: Page) -> Reading:
    """What the page says and, where there is a seed, how it relates to it. Without a seed the verdict is `no-text`.

    The article is the page's alone: whatever the seed, it is the same.
    """
    article, links_of_page = _article(page)
    if seed is None:
        return Reading(
            article=article,
            claims=article.claims,
            agreement=agreements(article.claims),
            credits=article.credits,
            comparison=compare.NOTHING,
            links=(),
        )
    claims = _together(claims_of_seed(seed), article.claims)
    return Reading(
        article=article,
        claims=claims,
        agreement=agreements(claims),
        credits=(*credits_of_seed(seed), *article.credits),
        comparison=compare.compare(
            seed,
            article.model or compare.UNREAD,
            [claim.value for claim in article.claims.get("headline", ())],
            authors=[claim.value for claim in article.claims.get("author", ())],
            days=[claim.value[:10] for claim in article.claims.get("published", ())],
        ),
        links=lost_links.recover(seed, links_of_page),
    )


def _article(page: Page) -> tuple[Article, Callable[[], Sequence[dom.Link]]]:
    """The article of a page; and what finds its links, which few seeds ask for."""
    opening, charset, note = opened(page)
    tree = opening.tree if opening else None
    base = dom.base_of(tree, page.url) if tree is not None else page.url
    claims = claims_of_page(page, opening.outline if opening else None, opening.graph if opening else None, base)
    elements = {each.caption: each.element for each in dom.captions_of(opening.outline.captions if opening else ())}
    captions = tuple(elements)
    text = text_of(page, opening)
    notes = (opening.note, *(each for each in opening.cut if each != page.problem)) if opening else ()
    paragraphs = tuple(block.text for block in text.blocks)
    model = model_of(opening, text)
    language = claims["language"][0].value if "language" in claims else None
    article = Article(
        paragraphs=paragraphs,
        language=language,
        charset=charset,
        extractor=text.extractor,
        extractor_version=text.version,
        note="; ".join(filter(None, (page.problem, note, *notes, text.note))) or None,
        claims=claims,
        credits=credits_of_page(
            paragraphs,
            captions,
            lambda caption: dom.last_link(elements[caption], base),
            claims.get("author", ()),
            language,
            blocks=model.blocks if model else (),
            images=_images(opening, page.url),
        ),
        captions=captions,
        blocks=text.blocks,
        candidates=text.candidates,
        model=model,
        parser=PARSER if opening else None,
        normalisation=NORMALISATION,
        notices=notices_of(model.blocks if model else (), opening.graph if opening else None, page.url),
    )
    return article, lambda: dom.links_of(tree, base) if tree is not None else []


def _images(opening: Opened | None, url: str) -> list[Credit]:
    """Whom a page credits for its images, beside them and in its data."""
    if opening is None:
        return []
    return [*image_credits.beside_images(opening.outline), *image_credits.of_data(opening.graph, url)]


def _together(
    seed: Mapping[ClaimName, tuple[Claim, ...]], page: Mapping[ClaimName, tuple[Claim, ...]]
) -> dict[ClaimName, tuple[Claim, ...]]:
    """The seed's claims and the page's, the seed's first."""
    return {name: (*seed.get(name, ()), *page.get(name, ())) for name in [*seed, *(n for n in page if n not in seed)]}
