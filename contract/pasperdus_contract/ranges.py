"""Sets of sequence numbers as sorted, disjoint, inclusive ranges ``(first, last)``.

An ack names them and the ledger keeps them for ever, so a set must stay small however long a node
lives: a year without a gap is one range.
"""

from collections.abc import Iterable, Sequence

Range = tuple[int, int]


def compress(numbers: Iterable[int]) -> list[Range]:
    """Return the ranges that hold exactly ``numbers``, in any order, repeated or not."""
    return merge((n, n) for n in numbers)


def merge(ranges: Iterable[Range]) -> list[Range]:
    """Return the union, with neighbours joined: ``(1, 2)`` and ``(3, 4)`` give ``(1, 4)``."""
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def subtract(whole: Iterable[Range], taken: Iterable[Range]) -> list[Range]:
    """Return what is in ``whole`` and in no range of ``taken``."""
    remaining: list[Range] = []
    holes = merge(taken)
    for first, last in merge(whole):
        start = first
        for hole_first, hole_last in holes:
            if hole_last < start or hole_first > last:
                continue
            if hole_first > start:
                remaining.append((start, hole_first - 1))
            start = hole_last + 1
        if start <= last:
            remaining.append((start, last))
    return remaining


def contains(ranges: Sequence[Range], number: int) -> bool:
    """Tell whether ``number`` is in one of ``ranges``."""
    return any(first <= number <= last for first, last in ranges)


def size(ranges: Iterable[Range]) -> int:
    """Return how many numbers disjoint ``ranges`` hold."""
    return sum(last - first + 1 for first, last in ranges)
