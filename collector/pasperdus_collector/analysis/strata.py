"""Strata: weekdays and hours in which the two arms are compared with one another.

A Monday morning is compared with Monday mornings. Cells are weekday x three hours; cells with too
few ratings are merged with their neighbours, first within the weekday, then over weekdays.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pasperdus_collector.analysis.inputs import BlockTable, Floats, HourTable, Ints, weekday

SLOT_HOURS = 3
SLOTS = 24 // SLOT_HOURS
WEEKDAYS = 7
CELLS = WEEKDAYS * SLOTS
MIN_RATINGS = 30
"""Of each arm in each stratum: two or three release blocks. With one block in a stratum the
replicate without its week has none, which widens intervals by a tenth for nothing
(docs/evaluation-checked.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strata:
    """A partition of the cells that both arms know.

    ``of_cell`` gives each cell's stratum (-1: none), ``weights`` (summing to 1) the baseline's
    share of visitors in each. ``unmatched`` is the share of the baseline's visitors who came on
    weekdays of which one arm has no rating though its visitors were enough for some.
    ``from_ratings``: nobody was counted at the door, and the baseline's ratings are the weights.
    """

    of_cell: Ints
    weights: Floats
    unmatched: float
    from_ratings: bool

    @property
    def count(self) -> int:
        """Return how many strata there are."""
        return len(self.weights)

    def cells(self, stratum: int) -> tuple[tuple[int, int], ...]:
        """Return pairs of weekday and the first hour of the slot."""
        return tuple(
            (int(cell) // SLOTS, int(cell) % SLOTS * SLOT_HOURS)
            for cell in np.flatnonzero(self.of_cell == stratum)
        )


def cell_of(day: Ints, hour: Ints) -> Ints:
    """Return the cell of each day and hour."""
    return weekday(day) * SLOTS + hour // SLOT_HOURS


def visitors_by_cell(hours: HourTable) -> Floats:
    """Return the persons counted in by cell; hours of which nothing is known add nothing."""
    visitors = np.zeros(CELLS)
    np.add.at(visitors, cell_of(hours.day, hours.hour), np.nan_to_num(hours.entries))
    return visitors


def ratings_by_cell(blocks: BlockTable) -> Floats:
    """Return the ratings by cell."""
    ratings = np.zeros(CELLS)
    np.add.at(ratings, cell_of(blocks.day, blocks.hour), blocks.counts.sum(axis=1))
    return ratings


def make_strata(
    a_ratings: Floats, b_ratings: Floats, a_visitors: Floats, b_visitors: Floats
) -> Strata | None:
    """Return the strata of two arms, of ratings and visitors by cell; A is the baseline.

    None where the weekdays that both arms know have too few ratings in one of them.
    """
    from_ratings = a_visitors.sum() == 0
    weights = a_ratings if from_ratings else a_visitors
    known = [
        _knows(a_ratings, a_visitors, _of_day(day)) and _knows(b_ratings, b_visitors, _of_day(day))
        for day in range(WEEKDAYS)
    ]
    groups = _merged(a_ratings, b_ratings, known)
    if not groups:
        return None
    of_cell = np.full(CELLS, -1, dtype=np.int64)
    for stratum, cells in enumerate(groups):
        of_cell[cells] = stratum
    by_stratum = np.array([weights[cells].sum() for cells in groups])
    matched = by_stratum.sum()
    if matched == 0:  # visitors came on other weekdays only: the doors were not working
        by_stratum, from_ratings = np.array([a_ratings[cells].sum() for cells in groups]), True
        weights, matched = a_ratings, by_stratum.sum()
    return Strata(
        of_cell=of_cell,
        weights=by_stratum / matched,
        unmatched=float(1 - matched / weights.sum()),
        from_ratings=bool(from_ratings),
    )


def _of_day(day: int) -> list[int]:
    return list(range(day * SLOTS, (day + 1) * SLOTS))


def _knows(ratings: Floats, visitors: Floats, cells: list[int]) -> bool:
    """Return whether an arm knows a weekday: by ratings, or by visitors too few for a stratum.

    At a quiet site whole weekdays have no rating, because blocks end on others; where the visitors
    of a day would have given enough for a stratum, none means that the day is not rated.
    """
    if ratings[cells].any():
        return True
    came = visitors[cells].sum()
    return bool(came > 0 and ratings.sum() * came < MIN_RATINGS * visitors.sum())


def _merged(a_ratings: Floats, b_ratings: Floats, known: list[bool]) -> list[list[int]]:
    """Return groups of cells of the known weekdays, each with enough ratings of both arms."""
    groups: list[list[int]] = []
    small: list[list[int]] = []  # whole weekdays
    for day in range(WEEKDAYS):
        if not known[day]:
            continue
        cells = _of_day(day)
        of_day = _runs([[cell] for cell in cells], a_ratings, b_ratings)
        if of_day:
            groups += of_day
        else:
            small.append(cells)
    of_small = _runs(small, a_ratings, b_ratings)
    if of_small or not small:
        return groups + of_small
    if groups:  # too few even together: they go with the neighbour that has most in common
        groups[-1] += [cell for cells in small for cell in cells]
    return groups


def _runs(parts: Iterable[list[int]], a_ratings: Floats, b_ratings: Floats) -> list[list[int]]:
    """Return neighbours put together until each group has enough; the rest joins the last one."""
    groups: list[list[int]] = []
    run: list[int] = []
    for cells in parts:
        run = run + cells
        if min(a_ratings[run].sum(), b_ratings[run].sum()) >= MIN_RATINGS:
            groups.append(run)
            run = []
    if groups:
        groups[-1] = groups[-1] + run
    return groups
