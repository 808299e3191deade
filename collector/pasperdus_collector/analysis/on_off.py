"""M5: randomised weeks on and off, judged by the draw itself and by nothing else.

A schedule puts weeks together in pairs and draws which of the two has the prototype. If the
prototype changes nothing, each difference might as well have had the other sign: so the draw alone
says how rare the mean difference is, whatever seasons, weather and the weeks before did (R. A.
Fisher, The Design of Experiments, 1935, ch. 3).
"""

from dataclasses import dataclass
from math import floor, inf, sqrt

import numpy as np

from pasperdus_collector.analysis.inputs import DayTable, Floats, Ints
from pasperdus_collector.analysis.jackknife import by_cluster
from pasperdus_collector.analysis.result import Interval

MOST_EXACT_PAIRS = 16  # 65,536 ways to flip signs: more would take longer than a page may
DRAWS = 2**MOST_EXACT_PAIRS  # of ways to flip, where there are more; the one observed is among them
LEAST_COVERAGE = 0.8  # of a week's open hours, below which a comparison says "insufficient" too
_NOBODY = 0.5  # persons in a week in which none came: its logarithm has to be finite
_ROUNDING = 1e-12  # relative; sums that should be equal differ by as much


@dataclass(frozen=True, slots=True, kw_only=True)
class OnOff:
    """The mean of the pair differences, in their unit, and what the draw says of it.

    ``interval`` is infinite where so few pairs exclude nothing at this level (at 95 %: under six).
    ``pairs`` are whole ones, ``left_out`` those of which a week is missing. ``is_exact`` tells
    whether all ways to draw were looked at. ``standard_error`` is that of a mean of independent
    differences, for those who want one; neither interval nor p-value rests on it.
    """

    value: float
    interval: Interval
    p_value: float
    standard_error: float
    pairs: int
    left_out: int
    is_exact: bool


def on_off(differences: Floats, *, alpha: float, generator: np.random.Generator) -> OnOff | None:
    """Return the effect of on-weeks over off-weeks, or None without a whole pair.

    ``differences`` (one a pair, NaN where a week is missing) are on minus off in any unit: log of
    entries per open hour (:func:`weekly_log_rate`), or a difference of shares.

    Of all 2^n ways to flip signs, p is the share with a mean at least as far from zero as the one
    observed. The interval holds every shift theta for which the test of ``differences - theta`` has
    p > ``alpha``. Flipping the signs of a subset S leaves at least as large a sum exactly if the
    mean of S is at most theta, so that the bounds are order statistics of the means of the 2^n - 1
    subsets: the k-th from below and from above, k = floor(alpha 2^n / 2) (J. A. Hartigan, Using
    subsample values as typical values, JASA 64, 1969). Six pairs give at best p = 2 / 2^6 = 0.031.

    Over :data:`MOST_EXACT_PAIRS` pairs it looks at :data:`DRAWS` random ways, the one observed
    among them, from ``generator``: p stays valid, as in ``scipy.stats.permutation_test``, which
    does the same test (and is held against it in the tests) but is slower by far and has no
    interval.

    Assumes that the software drew each pair's order by itself, and for the interval that the
    prototype shifts every week by as much.
    """
    whole = differences[np.isfinite(differences)]
    pairs = len(whole)
    if pairs == 0:
        return None
    is_exact = pairs <= MOST_EXACT_PAIRS
    sums, sizes = _all_subsets(whole) if is_exact else _random_subsets(whole, generator)
    ways = len(sums) + 1
    value = float(whole.mean())
    toward_zero = sums if value >= 0 else -sums
    as_far = 1 + np.count_nonzero(toward_zero <= _ROUNDING * np.abs(whole).sum())
    excluded = floor(alpha * ways / 2)
    return OnOff(
        value=value,
        interval=Interval(
            low=_typical_value(sums, sizes, excluded),
            high=-_typical_value(-sums, sizes, excluded),
            level=1 - alpha,
        ),
        p_value=min(1.0, 2 * as_far / ways),
        standard_error=float(whole.std(ddof=1)) / sqrt(pairs) if pairs > 1 else inf,
        pairs=pairs,
        left_out=len(differences) - pairs,
        is_exact=is_exact,
    )


def weekly_log_rate(
    days: DayTable, weeks: Ints, *, least_coverage: float = LEAST_COVERAGE
) -> Floats:
    """Return the log of entries per open hour for each of ``weeks`` (ordinals of Mondays).

    Entries of a day stand for the part of its open hours that was counted, so they are divided by
    open hours times coverage, summed over the week's known days. NaN for a week of which under
    ``least_coverage`` of the open hours was counted, or that has no open day in ``days``. A week in
    which nobody came counts as half a person.
    """
    known = np.isfinite(days.entries)
    counted_hours = np.where(known, days.open_hours * days.coverage, 0.0)
    entries = np.where(known, days.entries, 0.0)
    found, sums = by_cluster(days.week, np.stack([entries, counted_hours, days.open_hours], axis=1))
    rates = np.full(len(weeks), np.nan)
    for row, week in enumerate(weeks):
        for came, counted, opened in sums[found == week]:
            if counted > 0 and counted >= least_coverage * opened:
                rates[row] = np.log(max(came, _NOBODY) / counted)
    return rates


def _all_subsets(values: Floats) -> tuple[Floats, Ints]:
    """Return sum and size of each non-empty subset (2^n - 1)."""
    sums, sizes = np.zeros(1), np.zeros(1, dtype=np.int64)
    for value in values:
        sums = np.concatenate([sums, sums + value])
        sizes = np.concatenate([sizes, sizes + 1])
    return sums[1:], sizes[1:]


def _random_subsets(values: Floats, generator: np.random.Generator) -> tuple[Floats, Ints]:
    """Return sum and size of random subsets; an empty one, which leaves all signs, is possible."""
    is_in = generator.integers(0, 2, size=(DRAWS - 1, len(values)), dtype=np.int8)
    return is_in @ values, is_in.sum(axis=1, dtype=np.int64)


def _typical_value(sums: Floats, sizes: Ints, rank: int) -> float:
    """Return the ``rank``-th smallest mean of a subset, counted from 1; the 0-th is infinite."""
    if rank < 1:
        return -inf
    means = np.divide(sums, sizes, out=np.full(len(sums), -inf), where=sizes > 0)
    return float(np.partition(means, rank - 1)[rank - 1])
