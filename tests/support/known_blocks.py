"""Release blocks that betray themselves: of any sum of them one can tell which are in it.

The ratings of the first seven number 11, 22, 44, … and none of them is satisfied; of the others
1, 2, 4, … are satisfied. So a number of ratings and of satisfied ones belong to one set of blocks
at most, and a part of a block to none.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from pasperdus_collector.ledger import Ledger
from pasperdus_contract.events import SATISFIED_FROM
from pasperdus_contract.fields import QUARTER_MS
from support.trials import HOUR_MS, Site

PLAIN = 7
K = 11


@dataclass(frozen=True, kw_only=True)
class Known:
    """A block: ``hours`` are (week, day, clock hour, ratings), the last one taking what is left.

    ``inner`` are hours among which ratings of any but the last may be moved: the block stays the
    same. ``bursts`` of its ratings came in bursts.
    """

    bit: int
    hours: tuple[tuple[int, int, int, int], ...]
    question: str = "accueil"
    scale: int = 5
    bursts: int = 0
    inner: tuple[tuple[int, int, int], ...] = ()

    @property
    def counts(self) -> tuple[int, ...]:
        """Ratings by score, worst first, five of them."""
        low = self.bit < PLAIN
        rest = K * 2**self.bit if low else K
        first, second = rest // 2, rest // 3
        if self.scale == 3:
            return (first, rest - first, 0, 0, 0)
        happy = 0 if low else 2 ** (self.bit - PLAIN)
        best = happy if self.bit % 2 else 0
        return (first, second, rest - first - second, happy - best, best)

    @property
    def ratings(self) -> int:
        return sum(self.counts)

    @property
    def satisfied(self) -> int:
        return sum(self.counts[SATISFIED_FROM[self.scale] - 1 :])


BLOCKS = (
    Known(bit=0, hours=((0, 0, 9, 10), (0, 2, 10, 0)), inner=((0, 1, 14), (0, 2, 9))),
    Known(bit=7, hours=((0, 3, 9, 0),)),
    Known(bit=1, hours=((0, 4, 16, 10), (1, 0, 9, 0)), inner=((0, 4, 17),)),
    Known(bit=4, hours=((1, 1, 10, 0),), bursts=40),
    Known(bit=8, hours=((1, 2, 9, 10), (1, 3, 9, 0)), bursts=5, inner=((1, 2, 11), (1, 2, 15))),
    Known(bit=9, hours=((1, 4, 16, 10), (2, 0, 9, 0))),  # over the edge of both arms
    Known(bit=2, hours=((2, 1, 9, 0),)),
    Known(bit=10, hours=((2, 2, 9, 10), (2, 3, 9, 0))),  # begins on an excluded day
    Known(bit=3, hours=((2, 4, 9, 10), (2, 4, 10, 0)), bursts=80),
    Known(bit=11, hours=((3, 0, 9, 0),)),
    Known(bit=5, hours=((1, 0, 9, 0),), question="attente", scale=3),
    Known(bit=6, hours=((2, 3, 14, 0),), question="attente", scale=3),
)
LATE = (Known(bit=12, hours=((0, 0, 11, 10), (0, 1, 9, 0))),)
"""Told after all others were released: it overlaps with the first."""

UNRELEASED = 10
"""Ratings after all of them, which wait for one more."""

BY_BIT = {each.bit: each for each in (*BLOCKS, *LATE)}


def blocks_in(counts: Sequence[int], scale: int) -> frozenset[int]:
    """Return which blocks a sum by score is made of.

    Raises :class:`AssertionError` where it is no sum of whole ones.
    """
    padded = [*counts, 0, 0, 0][:5]
    satisfied = sum(padded[SATISFIED_FROM[scale] - 1 :])
    found = blocks_in_total(sum(padded), satisfied)
    made = [sum(each) for each in zip(*(BY_BIT[bit].counts for bit in found), strict=True)]
    assert (made or [0] * 5) == padded, f"{padded} is no sum of whole blocks"
    return found


def blocks_in_total(ratings: int, satisfied: int) -> frozenset[int]:
    """Return which blocks so many ratings and satisfied ones are of; raise as above."""
    said = f"{ratings} ratings, {satisfied} satisfied: no sum of whole blocks"
    found = {PLAIN + n for n in range(satisfied.bit_length()) if satisfied >> n & 1}
    assert found <= BY_BIT.keys(), said
    rest, part = divmod(ratings - sum(BY_BIT[bit].ratings for bit in found), K)
    assert part == 0, said
    assert 0 <= rest < 2**PLAIN, said
    found |= {n for n in range(PLAIN) if rest >> n & 1}
    assert found <= BY_BIT.keys(), said
    assert ratings == 0 or ratings >= K, said
    return frozenset(found)


def rate(ledger: Ledger, site: Site, known: Sequence[Known], *, epoch: int, seed: int) -> None:
    """Let the ratings of these blocks arrive; ``seed`` says which came when within each block."""
    rng = random.Random(seed)
    rows = [row for each in known for row in _ratings(site, each, rng, move=seed != 0)]
    rows.sort()
    with ledger.transaction():
        _insert(ledger, site, rows, epoch)


def leave_unreleased(ledger: Ledger, site: Site, *, epoch: int, seed: int) -> None:
    """Let a few more arrive that no block can hold yet."""
    rng = random.Random(seed)
    at_ms = site.at(3, 4) + 16 * HOUR_MS
    rows = [(at_ms + n * 1_000, "accueil", 5, rng.randint(1, 5), 0) for n in range(UNRELEASED)]
    with ledger.transaction():
        _insert(ledger, site, rows, epoch)


def raw_sums(db: sqlite3.Connection) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield by question's scale the ratings of each hour as they came: what must never leave."""
    columns = ", ".join(f"sum(s{n} + burst{n})" for n in range(1, 6))
    for scale, *counts in db.execute(
        f"SELECT scale, {columns} FROM rating_quarters "  # noqa: S608 (numbered columns)
        "JOIN boxes ON boxes.id = box_id GROUP BY box_id, quarter / 4"
    ):
        yield scale, tuple(counts)


def _ratings(
    site: Site, known: Known, rng: random.Random, *, move: bool
) -> Iterator[tuple[int, str, int, int, int]]:
    scores = [score for score, count in enumerate(known.counts, start=1) for _ in range(count)]
    bursts = [1] * known.bursts + [0] * (len(scores) - known.bursts)
    if move:
        # Which of them came in bursts is part of the block: only their hours change.
        together = list(zip(scores, bursts, strict=True))
        rng.shuffle(together)
        scores, bursts = [score for score, _ in together], [burst for _, burst in together]
    *before, last = known.hours
    hours = [(week, day, hour) for week, day, hour, count in before for _ in range(count)]
    if move and known.inner:
        places = cycle(known.inner)
        hours = [hours[0], *(next(places) for _ in hours[1:])]
    hours += [last[:3]] * (len(scores) - len(hours))
    for (week, day, hour), score, burst in zip(hours, scores, bursts, strict=True):
        at_ms = site.at(week, day) + hour * HOUR_MS + rng.randrange(HOUR_MS)
        yield at_ms, known.question, known.scale, score, burst


def _insert(
    ledger: Ledger, site: Site, rows: Sequence[tuple[int, str, int, int, int]], epoch: int
) -> None:
    db, registry = ledger.db, ledger.registry
    node_id = registry.node(f"{site.site}-borne")
    if node_id is None:
        raise AssertionError("the site has no rating box")
    (site_id,) = db.execute("SELECT id FROM sites WHERE name = ?", (site.site,)).fetchone()
    for seq, (at, question, scale, value, is_burst) in enumerate(rows, start=1):
        box_id = registry.box(node_id, question, scale)
        column = f"{'burst' if is_burst else 's'}{value}"
        db.execute(
            f"INSERT INTO rating_quarters (box_id, quarter, {column}) "  # noqa: S608 (a column)
            f"VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET {column} = {column} + 1",
            (box_id, at // QUARTER_MS),
        )
        db.execute(
            "INSERT INTO unreleased (epoch_id, seq, site_id, question, scale, at, value, is_burst) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (epoch, seq, site_id, question, scale, at, value, is_burst),
        )
