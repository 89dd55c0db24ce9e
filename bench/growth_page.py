"""The page and the plot of `growth.py`: its figures as docs/capture/growth.md, and docs/images/growth.svg in a few
lines."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

COLOURS = ("#1b5e8a", "#b3541e", "#4d7c2a", "#6b4c9a")
WIDTH, HEIGHT, MARGIN = 460, 300, 56

Cells = Sequence[Mapping[str, float]]
Line = tuple[str, list[tuple[float, float]]]


INTRODUCTION = """# How cost grows

What a seed costs must not depend on how many others there are, and what a page or a document costs must grow no faster
than its size. `python bench/growth.py --write` measures it and makes this page and the plot anew.
"""
MADE = """Figures are of {made}: {machine}, load {load} at the beginning and the end. They are CPU time; on a busy
machine take their ratios.

![cost of a unit by size](../images/growth.svg)
"""
JOB = """## Seeds of a job, and their hosts

A real job whose seeds are archived at once: reading ahead, queues of hosts, backlog, ledger, results. What archiving
one seed takes does not know of the others and is left out; so is the flush of finished bags, which the disk decides.
*Again* is the same job once more, which finds all of them done; *status* is `archiver status`. Microseconds of CPU a
seed; below a thousand seeds the start of a job is most of it.
"""
FOLDER = """## Bags in the folder

Milliseconds of CPU where so many bags lie already, each a folder with one file: the start and end of a job without
seeds, a job of one new seed, and `status`. The start lists the folder and asks the ledger about the names, for
bags that it does not know: some 2 to 4 µs a bag, once a job. What is asked of one bag does not depend on how many
lie beside it: `show`, `validate`, `certify`, `trace`, `diff` and `restrict --list` took the same beside nine bags and
beside 100,009 (0.88 to 1.05 times, 30 November 2026).
"""
PAGE = """## Bytes of a page

A seed of twenty paragraphs through the whole pipeline (`archive`), and its bag through `validate`: made-up pages that
have the article, and links, lists and teasers around it. Milliseconds of CPU, and those a 100 kB. The largest page
costs less a byte because reading stops at bounds (8 MiB, 60,000 elements), which its record names.
"""
PARAGRAPHS = """## Paragraphs of a seed

A seed of so many paragraphs, and a page that has the same. Milliseconds of CPU, and microseconds a paragraph.
"""
LEFT_OUT = """## What was not run

Jobs and folders that have no row above: `--largest 100000` runs those up to a hundred thousand, an hour on a busy
machine, and `bench/scale.py` has a million. Rows of a hundred thousand were measured on a later, equally busy hour.
Network, politeness and the disk's flush are not part of these figures: [scale.md](scale.md) has them."""


def page_of(found: Mapping[str, Any]) -> str:
    """docs/capture/growth.md."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    cells: Mapping[str, Cells] = found["cells"]
    yield INTRODUCTION
    yield MADE.format(made=found["made"][:10], machine=found["machine"], load=" and ".join(map(str, found["load"])))
    yield JOB
    names = ("size", "hosts", "first", "again", "status", "memory")
    rows: list[Sequence[float]] = [[c[k] for k in names] for c in cells.get("job", ())]
    yield from _table(("seeds", "hosts", "first", "again", "status", "peak MiB"), rows)
    yield FOLDER
    rows = [[c[k] for k in ("size", "start", "new", "status", "memory")] for c in cells.get("folder", ())]
    yield from _table(("bags", "start", "one new seed", "status", "peak MiB"), rows)
    yield PAGE
    rows = [
        [c["bytes"], c["archive"], c["validate"], *_each(c, "bytes", 1e5, "archive", "validate"), c["memory"]]
        for c in cells.get("page", ())
    ]
    yield from _table(("bytes", "archive", "validate", "archive, 100 kB", "validate, 100 kB", "peak MiB"), rows)
    yield PARAGRAPHS
    times = ("read seed", "archive", "validate")
    rows = [
        [c["size"], *(c[k] for k in times), *_each(c, "size", 1e3, *times), c["memory"]]
        for c in cells.get("paragraphs", ())
    ]
    yield from _table(("paragraphs", *times, *(f"{each}, each" for each in times), "peak MiB"), rows)
    yield LEFT_OUT.format(largest=found["largest"])


def _each(cell: Mapping[str, float], size: str, unit: float, *names: str) -> Iterator[float]:
    """What so much of a size costs."""
    return (cell[name] / cell[size] * unit for name in names)


def _table(head: Sequence[str], rows: Sequence[Sequence[float]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join("---" for _ in head) + " |"
    for row in rows:
        yield (
            "| "
            + " | ".join(f"{each:,.0f}" if each >= 10 or each == int(each) else f"{each:.1f}" for each in row)
            + " |"
        )
    yield ""


def plot(cells: Mapping[str, Cells]) -> str:
    """Four panels, both axes logarithmic: a flat line is a cost that does not grow."""
    jobs, pages, documents = (cells.get(name, ()) for name in ("job", "page", "paragraphs"))
    lines: list[Line] = [
        (f"{h:,} host{'s' if h > 1 else ''}", [(c["size"], c["first"]) for c in jobs if c["hosts"] == h])
        for h in (1, 30, 1_000)
    ]
    lines.append(("again, 1,000 hosts", [(c["size"], c["again"]) for c in jobs if c["hosts"] == 1_000]))
    bags: list[Line] = [
        (name, [(max(1, c["size"]), c[key]) for c in cells.get("folder", ())])
        for name, key in (("start", "start"), ("one new seed", "new"), ("status", "status"))
    ]
    page: list[Line] = [
        (k, [(c["bytes"], *_each(c, "bytes", 1e5, k)) for c in pages])  # type: ignore[misc]
        for k in ("archive", "validate")
    ]
    document: list[Line] = [
        (k, [(c["size"], *_each(c, "size", 1e3, k)) for c in documents])  # type: ignore[misc]
        for k in ("read seed", "archive", "validate")
    ]
    panels = (
        ("µs of CPU a seed, by seeds of the job", "seeds", lines),
        ("ms of CPU, by bags in the folder", "bags", bags),
        ("ms of CPU a 100 kB, by bytes of the page", "bytes", page),
        ("µs of CPU a paragraph, by paragraphs", "paragraphs", document),
    )
    drawn = [
        f'<g transform="translate({at % 2 * WIDTH},{at // 2 * HEIGHT})">{"".join(_panel(*each))}</g>'
        for at, each in enumerate(panels)
    ]
    size = f'width="{2 * WIDTH}" height="{2 * HEIGHT}" viewBox="0 0 {2 * WIDTH} {2 * HEIGHT}"'
    style = 'font-family="sans-serif" font-size="11" fill="#333"'
    ground = f'<rect width="{2 * WIDTH}" height="{2 * HEIGHT}" fill="#fff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>{ground}{"".join(drawn)}</svg>\n'


def _panel(title: str, unit: str, lines: Sequence[Line]) -> Iterator[str]:
    lines = [each for each in lines if each[1]]
    yield f'<text x="{MARGIN}" y="20" font-size="13">{escape(title)}</text>'
    if not lines:
        return
    xs, ys = zip(*(point for _, points in lines for point in points), strict=True)
    left, right, low, high = _ends(xs) + _ends(ys)

    def place(x: float, y: float) -> str:
        across = MARGIN + (math.log10(x) - left) / (right - left) * (WIDTH - MARGIN - 20)
        down = HEIGHT - 40 - (math.log10(y) - low) / (high - low) * (HEIGHT - 75)
        return f"{across:.1f},{down:.1f}"

    for power in range(low, high + 1):
        (x0, y0), (x1, _) = (place(10.0**each, 10.0**power).split(",") for each in (left, right))
        yield f'<path d="M{x0},{y0}H{x1}" stroke="#ddd"/>'
        yield f'<text x="{float(x0) - 4}" y="{float(y0) + 4}" text-anchor="end">{_number(power)}</text>'
    for power in range(left, right + 1):
        x, y = place(10.0**power, 10.0**low).split(",")
        yield f'<text x="{x}" y="{float(y) + 16}" text-anchor="middle">{_number(power)}</text>'
    yield f'<text x="{WIDTH - 20}" y="{HEIGHT - 8}" text-anchor="end">{unit}</text>'
    for at, (name, points) in enumerate(lines):
        colour = COLOURS[at % len(COLOURS)]
        way = " ".join(place(*each) for each in points)
        yield f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for each in points:
            x, y = place(*each).split(",")
            yield f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>'
        yield f'<text x="{WIDTH - 24}" y="{36 + 14 * at}" text-anchor="end" fill="{colour}">{escape(name)}</text>'


def _ends(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around these values."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _number(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"
