"""What the names of an element say of it: marks found in `class`, `id`, `role` and `itemprop`, as bits.

The stems are those that publishers use, in many languages; what a mark is worth is learned (`features.py`), not stated.
"""

import re
from functools import lru_cache

_STEMS = {
    "article": "article artikel articul articol story stories post posts entry beitrag noticia",
    "body": "body content contents contenu contenido text texto texte copy prose paragraph richtext wysiwyg "
    "articlebody articletext articlecontent storybody storytext storycontent bodytext bodycopy postcontent fliesstext "
    "cuerpo corpo maincontent entrycontent newstext contentbody",
    "main": "main primary detail central center middle",
    "title": "headline title titel titul heading headings hed rubrik überschrift titre",
    "lead": "lead lede teaser intro standfirst summary subtitle subhead subheadline dek deck excerpt abstract chapo "
    "kicker sapo perex ingress vorspann description desc sommario entradilla bajada preamble tagline synopsis",
    "byline": "byline bylines author autor auteur writer bio profile contributor redakt journalist signature firma",
    "date": "date dates time times datum timestamp published pubdate publish updated dateline",
    "topic": "tag tags topic topics keyword categor breadcrumb thema themen schlagwort label section labels",
    "caption": "caption credit copyright legend bildunter figcaption fotograf",
    "media": "photo image img picture gallery slide carousel media video player figure audio podcast foto bild",
    "related": "relat recommend also similar readmore more outbrain taboola trending popular most latest recirc "
    "suggest onward next prev further weiter verwandt relacion leggi zobacz mehr lire inlinelink crosslink ranking "
    "linked readalso seealso backlink interlink",
    "list": "list lists card cards item items grid feed stream tile tiles river row col column listing rail",
    "social": "share sharing shares social follow facebook twitter whatsapp telegram linkedin pinterest sns",
    "comment": "comment comments message messages thread disqus discuss reply kommentar comentario coral respond forum",
    "subscribe": "newsletter subscri signup premium abo login register registr member donat support piano offer cta "
    "paywall meter conversion",
    "consent": "consent cookie gdpr privacy modal popup overlay banner disclaimer legal dialog notice alert",
    "ad": "ad ads adv advert advertisement adslot sponsor promo commercial anzeige werbung affiliate shopping product "
    "dfp gpt deal price commerce shop",
    "navigation": "nav navi navigation navbar menu footer header sidebar side aside toolbar masthead skip bottom "
    "secondary tools utility complementary contentinfo top",
    "box": "box boxes fact facts info infobox factbox factoid highlight timeline toc widget module component insert "
    "snippet glossar fragment accordion",
    "quote": "quote pull pullquote blockquote zitat cite",
    "embed": "embed tweet insta instagram poll oembed iframe youtube social-embed opt consent-embed",
    "correction": "correct footnote note notes update disclosure editor edit",
    "hide": "hidden hide collapsed visually sr screen reader print noprint invisible",
}
_BITS: dict[str, int] = {}
for _n, _stems in enumerate(_STEMS.values()):
    for _stem in _stems.split():
        _BITS[_stem] = _BITS.get(_stem, 0) | 1 << _n
NAMES = (*_STEMS, "hidden")
HIDDEN = 1 << len(_STEMS)
_LONGEST = 300
_PARTS = re.compile(r"[^\W\d_A-Z]+|[A-Z]+[^\W\d_A-Z]*")


@lru_cache(maxsize=20_000)
def marks_of(names: str) -> int:
    """The marks of these names; only the first 300 characters are read."""
    found = 0
    for part in _PARTS.findall(names[:_LONGEST]):
        found |= _marks_of_word(part.lower())
    return found


@lru_cache(maxsize=20_000)
def _marks_of_word(word: str) -> int:
    """A word's own marks, else those of the longest stem of at least five letters that it begins with."""
    if word in _BITS:
        return _BITS[word]
    return next((_BITS[word[:n]] for n in range(min(len(word), 14), 4, -1) if word[:n] in _BITS), 0)
