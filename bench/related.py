"""How the search for families grows with the number of texts: `python bench/related.py [COUNT ...]`.

Made-up texts (tests/support/pages/wire_copy.py): a third are rewritten copies of one agency story each, in families of
two to six; the rest are stories of their own. Texts are made one at a time and only their sketches kept, as with bags.
"""

import argparse
import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from pages.wire_copy import Newsdesk

from archiver.families.clusters import clusters
from archiver.families.related import THRESHOLD
from archiver.families.sketch import shingles, sketch


def texts(count: int) -> Iterator[tuple[int, list[str]]]:
    """Number of the story, and a text of it."""
    draw, number, made = random.Random(7), 0, 0
    desks = [Newsdesk(n) for n in range(50)]
    while made < count:
        desk = desks[number % len(desks)]
        story = desk.story(8)
        yield number, story.lines
        made += 1
        if number % 10 == 0:
            for _ in range(min(draw.randint(1, 5), count - made)):
                yield number, desk.rewritten(story, keep=0.7).lines
                made += 1
        number += 1


def measured(count: int) -> str:
    """A row of the table."""
    origin, sketches, sketching = [], [], 0.0
    for number, lines in texts(count):
        begun = time.process_time()
        sketches.append(sketch(shingles(lines)))
        sketching += time.process_time() - begun
        origin.append(number)
    begun = time.process_time()
    families = list(clusters(sketches, [f"{n % 400}.example" for n in range(count)], THRESHOLD, lambda *_: True))
    grouping = time.process_time() - begun
    of = defaultdict(set)
    for each in families:
        of[origin[each[0]]].update(each)
    wrong = sum(origin[n] != origin[each[0]] for each in families for n in each)
    copies = sum(1 for n, number in enumerate(origin) if n and origin[n - 1] == number)
    found = sum(len(each) - 1 for each in families)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"| {count:,} | {sketching:.1f} | {grouping:.1f} | {1e6 * (sketching + grouping) / count:.0f} | {peak:.0f} "
        f"| {len(families):,} | {found:,} of {copies:,} | {wrong} |"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("counts", nargs="*", type=int, default=[1_000, 10_000, 100_000])
    heads = ("texts", "sketches (CPU s)", "grouping (CPU s)", "µs a text", "peak MiB", "families", "copies found")
    print(f"| {' | '.join((*heads, 'wrong before whole texts are compared'))} |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for each in parser.parse_args().counts:
        print(measured(each), flush=True)
