"""An arm written down week by week: what it has of ratings, of persons and of other figures."""

from collections.abc import Mapping, Sequence

import numpy as np

from pasperdus_collector.analysis.inputs import (
    SCORES,
    Arm,
    BlockTable,
    DayTable,
    HourTable,
    Ints,
    WeekFacts,
    WeekFigures,
)

MONDAY = 739_621  # 5 January 2026
Figure = tuple[float, float, float]  # value, error, n


def arm_of(
    *,
    ratings: Sequence[Sequence[int]] = (),
    entries: Sequence[float] = (),
    exits: Sequence[float] = (),
    tallies: Mapping[str, Sequence[float]] | None = None,
    figures: Mapping[str, Sequence[Figure]] | None = None,
) -> Arm:
    """Return an arm of as many weeks as the longest of these; each week is one Monday at 10 h.

    ``ratings`` are counts by score, worst first, on a scale of five or fewer.
    """
    counts = np.array(
        [(*week, *[0] * (SCORES - len(week))) for week in ratings], dtype=np.int64
    ).reshape(-1, SCORES)
    last = max([len(counts), len(entries), len(exits), *map(len, (figures or {}).values())])
    return Arm(
        title="",
        ranges=(),
        weeks=tuple(WeekFacts(week=int(week), open_days=1, is_full=True) for week in mondays(last)),
        blocks=BlockTable(
            day=mondays(len(counts)),
            hour=np.full(len(counts), 10),
            counts=counts,
            bursts=np.zeros_like(counts),
        ),
        hours=HourTable(
            day=mondays(len(exits)),
            hour=np.full(len(exits), 10),
            entries=np.full(len(exits), np.nan),
            exits=np.array(exits, dtype=np.float64),
            open_share=np.ones(len(exits)),
            door_coverage=np.ones(len(exits)),
            box_coverage=np.ones(len(exits)),
        ),
        days=DayTable(
            day=mondays(len(entries)),
            open_hours=np.ones(len(entries)),
            entries=np.array(entries, dtype=np.float64),
            coverage=np.ones(len(entries)),
            public_holiday=np.zeros(len(entries), dtype=np.bool_),
            school_holiday=np.zeros(len(entries), dtype=np.bool_),
            tallies={
                what: np.array(by_day, dtype=np.float64) for what, by_day in (tallies or {}).items()
            },
        ),
        figures={
            measure: WeekFigures(
                week=mondays(len(weeks)),
                value=np.array([value for value, _, _ in weeks], dtype=np.float64),
                error=np.array([error for _, error, _ in weeks], dtype=np.float64),
                n=np.array([n for _, _, n in weeks], dtype=np.float64),
            )
            for measure, weeks in (figures or {}).items()
        },
    )


def mondays(count: int) -> Ints:
    """Return the Mondays of so many weeks."""
    return MONDAY + 7 * np.arange(count, dtype=np.int64)
