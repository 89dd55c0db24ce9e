"""Made-up pages of many kinds and scripts, the same on every machine: no chance, no clock, nobody's words but ours."""

from collections.abc import Iterator

WORDS = {
    "en": (
        "The ferry to the lower quay was late again on Monday because the tide had left the pontoon aground.",
        "Harbour master Ilsa Brandtt said that the crew had waited for two hours before the water returned.",
        "Nobody was hurt, but eleven crates of herring had to be carried over the mud by hand.",
        "A committee will look at the dredging budget in spring, and the fishermen want a seat on it.",
    ),
    "de": (
        "Die Fähre zum unteren Kai kam am Montag wieder zu spät, weil der Ponton bei Ebbe auf Grund lag.",
        "Hafenmeisterin Ilsa Brandtt sagte, die Mannschaft habe zwei Stunden auf das Wasser gewartet.",
        "Verletzt wurde niemand, doch elf Kisten Hering mussten von Hand über das Watt getragen werden.",
        "Ein Ausschuss befasst sich im Frühjahr mit den Kosten, und die Fischer wollen darin sitzen.",
    ),
    "uk": (
        "Пором до нижньої пристані знову запізнився в понеділок, бо понтон під час відпливу сів на мілину.",
        "Начальниця порту Ільза Брандт сказала, що команда дві години чекала, доки повернеться вода.",
        "Ніхто не постраждав, але одинадцять ящиків оселедця довелося нести через мул руками.",
        "Навесні видатки розгляне комісія, і рибалки хочуть мати в ній своє місце.",
    ),
    "ar": (
        "تأخرت العبارة إلى الرصيف السفلي مرة أخرى يوم الاثنين لأن المد ترك الجسر العائم على الطين.",
        "وقالت مديرة الميناء إن الطاقم انتظر ساعتين قبل أن تعود المياه إلى الحوض القديم.",
        "ولم يصب أحد بأذى، لكن أحد عشر صندوقا من الرنجة حملت باليد فوق الطين.",
        "وستنظر لجنة في تكاليف التجريف في الربيع، ويريد الصيادون مقعدا فيها.",
    ),
    "zh": (
        "星期一，开往下码头的渡轮再次晚点，因为退潮后浮桥搁浅在泥滩上，乘客只好在岸边等候。",
        "港务长说，船员等了两个小时，直到海水重新涨起来，渡轮才得以靠岸。",
        "没有人受伤，但是十一箱鲱鱼必须用手抬过泥滩，运到旧鱼市的冷库里。",
        "委员会将在春天审议疏浚预算，渔民们希望在委员会里有一个席位。",
    ),
    "ja": (
        "月曜日、下の埠頭へ向かう渡し船は、引き潮で浮き桟橋が泥に乗り上げたため、また遅れた。",
        "港長によると、乗組員は潮が戻るまで二時間待たなければならなかったという。",
        "けが人はいなかったが、ニシン十一箱を手で泥の上を運ばなければならなかった。",
        "委員会は春に浚渫の予算を検討する予定で、漁師たちは席を求めている。",
    ),
}
MENU = "<nav><ul><li><a href=/a>Harbour</a></li><li><a href=/b>Council</a></li><li><a href=/c>Sea</a></li></ul></nav>"
FOOT = "<footer><p>Made-up Courier, Quay Street 4. All rights reserved.</p><p><a href=/i>Imprint</a></p></footer>"


def _sentences(language: str, count: int) -> list[str]:
    """That many sentences, each with a number of its own."""
    words = WORDS[language]
    return [f"{words[n % len(words)]} ({n + 1})" for n in range(count)]


def _paragraphs(language: str, count: int, size: int = 2) -> list[str]:
    said = _sentences(language, count * size)
    return [" ".join(said[n * size : (n + 1) * size]) for n in range(count)]


def _bodies(language: str) -> Iterator[tuple[str, str]]:
    """(kind of article, its markup)."""
    parts = _paragraphs(language, 9)
    short = _sentences(language, 12)
    yield "plain", "".join(f"<p>{part}</p>" for part in parts)
    yield "headings", "".join(f"<h2>{short[n][:24]}</h2><p>{part}</p>" for n, part in enumerate(parts))
    cut = [f"<section class=s{n}><div><h3>{short[n][:20]}</h3><p>{part}</p></div>" for n, part in enumerate(parts)]
    yield "sections", "</section>".join(cut) + "</section>"
    listed = "".join(f"<li>{each}</li>" for each in short)
    yield "list", f"<p>{parts[0]}</p><ol>{listed}</ol><p>{parts[1]}</p><p>{parts[2]}</p>"
    rows = "".join(f"<tr><td>{n}</td><td>{each[:18]}</td><td>{n * 7} t</td></tr>" for n, each in enumerate(short))
    table = f"<table><tr><th>No</th><th>Quay</th><th>Load</th></tr>{rows}</table>"
    yield "table", f"<p>{parts[0]}</p><p>{parts[1]}</p>{table}<p>{parts[2]}</p>"
    wrapped = table.replace("<td>", "<td><p>").replace("</td>", "</p></td>")
    yield "table-of-paragraphs", f"<p>{parts[0]}</p><p>{parts[1]}</p>{wrapped}<p>{parts[2]}</p>"
    found = "".join(f"<dt>{each[:16]}</dt><dd>{each}</dd>" for each in short)
    yield "definitions", f"<p>{parts[0]}</p><dl>{found}</dl><p>{parts[3]}</p>"
    turns = "".join(f"<p><strong>{'AB'[n % 2]}:</strong> {each}</p>" for n, each in enumerate(short))
    yield "interview", f"<p>{parts[0]}</p>{turns}"
    entries = "".join(f"<div class=entry><time>{8 + n}:30</time><p>{part}</p></div>" for n, part in enumerate(parts))
    yield "ticker", f"<p>{parts[0]}</p>{entries}"
    yield "quotations", "".join(f"<p>{part}</p><blockquote>{short[n]}</blockquote>" for n, part in enumerate(parts))
    yield "breaks", f"<div class=text>{'<br><br>'.join(parts)}</div>"
    box = f"<div class='newsletter signup'><p>{short[0][:30]}</p><form><input><button>OK</button></form></div>"
    yield "boxes", "".join(f"<p>{part}</p>{box if n % 3 == 1 else ''}" for n, part in enumerate(parts))


def made_pages() -> Iterator[tuple[str, str]]:
    """(name, HTML of a page): each kind of article in each script, among a menu, teasers and a foot."""
    for language in WORDS:
        title = _sentences(language, 1)[0][:30]
        teasers = "".join(
            f"<div class=teaser><h3><a href=/t{n}>{each[:26]}</a></h3><p>{each[:40]}</p></div>"
            for n, each in enumerate(reversed(_sentences(language, 6)))
        )
        for kind, body in _bodies(language):
            head = f"<head><meta charset=utf-8><title>{title}</title></head>"
            main = f"<main><article><h1>{title}</h1><div class=body>{body}</div></article></main>"
            page = f"{MENU}{main}<aside class=related>{teasers}</aside>{FOOT}"
            yield f"{language}-{kind}", f"<!DOCTYPE html><html lang={language}>{head}<body>{page}</body></html>"
