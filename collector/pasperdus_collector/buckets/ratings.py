"""Ratings of one question by bucket: sums of release blocks (pure)."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from pasperdus_collector.buckets.precision import PRECISION
from pasperdus_contract.events import SATISFIED_FROM

RatingValues = tuple[int, int, int, int, int, int, int, float, float, int]
"""The fields of ``series.published.RATINGS``."""


def rating_rows(
    blocks: Mapping[int, Iterable[Sequence[int]]],
    scale: int,
    shares: Mapping[int, float],
    edges: Sequence[int],
) -> dict[int, RatingValues]:
    """Return the known buckets by their first quarter.

    ``blocks`` are counts by score (five of them, worst first) by the first quarter of their last
    hour; ``shares`` the coverage by quarter. Buckets lie between neighbouring ``edges``, in
    quarters.
    """
    scores: dict[int, list[int]] = {}
    for quarter, counts in blocks.items():
        slot = bisect_right(edges, quarter) - 1
        for block in counts:
            into = scores.setdefault(slot, [0] * 5)
            scores[slot] = [a + b for a, b in zip(into, block, strict=True)]
    covered: dict[int, float] = {}
    for quarter, share in shares.items():
        slot = bisect_right(edges, quarter) - 1
        if 0 <= slot < len(edges) - 1:
            covered[slot] = covered.get(slot, 0.0) + share
    return {
        edges[slot]: rating_values(
            scores.get(slot, [0] * 5),
            scale,
            round(covered.get(slot, 0.0) / (edges[slot + 1] - edges[slot]), PRECISION),
        )
        for slot in sorted(scores.keys() | covered.keys())
    }


def rating_values(scores: Sequence[int], scale: int, coverage: float) -> RatingValues:
    """Return one row; ``scores`` are five counts, those above ``scale`` zero."""
    total = sum(scores)
    weighted = sum(100 * n * count for n, count in enumerate(scores[:scale]))
    return (
        scores[0],
        scores[1],
        scores[2],
        scores[3],
        scores[4],
        total,
        sum(scores[SATISFIED_FROM[scale] - 1 : scale]),
        round(weighted / ((scale - 1) * total), PRECISION) if total else 0.0,
        coverage,
        int(total > 0 or coverage > 0),
    )
