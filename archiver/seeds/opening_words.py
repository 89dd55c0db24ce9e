"""Words and shapes of the lines above an article: sections, papers, job titles, times to read."""

import re
import unicodedata

SENTENCE = re.compile(r"[.!?…。！？؟।۔][\"'”’»)\]]{0,3}$")
CONTROLS = re.compile(
    r"""(?:\d{1,3}\s?[–-]?\s?(?:min(?:ute[sn]?|uto?s?|uti|ut[aoe]?r?|uuttia)?\.?\b.{0,20}|мин.{0,12}|хв.{0,12}|分(?:钟|鐘)?.{0,8}|분.{0,8})
     |(?:reading\stime|read\stime|lesezeit|lesedauer|temps\sde\slecture|tiempo\sde\slectura|tempo\sdi\slettura|tempo\sde\sleitura
        |leestijd|lästid|lesetid|czas\sczytania|время\sчтения|час\sчитання).{0,40}
     |(?:share|listen|print|save|comments?|comment|teilen|drucken|anhören|merken|partager|écouter|compartir|condividi|ascolta
        |delen|dela|del|udostępnij|поделиться|поділитися|share\sthis.{0,40}|listen\sto\sthis.{0,40}|read\son\s.{1,40}|view\son\s.{1,40}
        |\d{1,5}\s(?:comments?|shares?|kommentare|commentaires))
     )""",
    re.VERBOSE | re.IGNORECASE,
)
_SECTIONS_NAMES = """
news world politics business economy culture arts art sport sports opinion science technology tech health travel
lifestyle local national international europe africa asia americas education environment climate entertainment books
music film home top-news breaking exclusive analysis feature features interview editorial comment magazine society
religion history nachrichten politik wirtschaft kultur gesellschaft wissen wissenschaft panorama regional ausland
inland meinung feuilleton actualités politique économie société monde opinions noticias política economía cultura
sociedad mundo deportes notizie politica economia cronaca mondo esteri nieuws politiek economie cultuur binnenland
buitenland nyheter politikk ekonomi utrikes inrikes wiadomości polityka gospodarka kraj świat новости политика
экономика общество мир новини політика економіка суспільство світ أخبار سياسة اقتصاد ثقافة رياضة
"""
_SECTIONS = frozenset(_SECTIONS_NAMES.split())
_PAPER = re.compile(
    r"\b(?:news|times|post|herald|tribune|daily|gazette|journal|courier|telegraph|chronicle|observer|guardian|standard|express|"
    r"mirror|press|weekly|magazine|zeitung|blatt|rundschau|anzeiger|nachrichten|kurier|tagblatt|tageblatt|allgemeine|presse|"
    r"nieuws|avis|dagblad|tidning|gazeta|gazette|diario|giornale|corriere|jornal)\b",
    re.IGNORECASE,
)
_BREADCRUMB = re.compile(r"\s[›»>]\s|[›»]\s")
_JOBS = re.compile(
    r",\s.{0,40}\b(?:correspondent|reporter|editor|writer|journalist|staff|columnist|bureau|contributor|producer|"
    r"korrespondent(?:in)?|redakteur(?:in)?|redaktor(?:ka)?|redaktör|journaliste|correspondante?|corresponsal|redactora?|"
    r"corrispondente|giornalista|verslaggever|redacteur|журналист|корреспондент|кореспондент)\b.{0,40}",
    re.IGNORECASE,
)
PARTS = re.compile(r" [|•·/–—] | ?[|•] ?")  # of text whose white space is folded


def is_name_and_job(text: str) -> bool:
    name, comma, _ = text.partition(",")
    words = name.split()
    return (
        bool(comma)
        and _JOBS.search(text) is not None
        and 2 <= len(words) <= 5
        and all(word[0].isupper() for word in words)
        and not SENTENCE.search(text)
        and len(text) <= 100
    )


def are_tags(text: str) -> bool:
    words = text.split()
    return all(word.startswith("#") and len(word) > 1 and word[1].isalnum() for word in words)


def is_label_like(text: str) -> bool:
    head, colon, rest = text.partition(":")
    return bool(colon and rest) and len(head.split()) <= 3 and len(text) <= 300


def squashed(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in plain if character.isalnum())


def is_paper(text: str, host: str) -> bool:
    """Whether a line names a paper or a section: the site's own name, words for either, or a path of them."""
    words = text.split()
    if len(words) > 6 or SENTENCE.search(text):
        return bool(_BREADCRUMB.search(text))
    name = squashed(text)
    if len(name) >= 4 and name in squashed(host):
        return True
    if all(word.strip(",&/|-").casefold() in _SECTIONS or word in "&/|-" for word in words):
        return True
    return bool(_BREADCRUMB.search(text)) or (len(words) <= 4 and _PAPER.search(text) is not None)
