"""The weeks behind today: entries and published ratings of each finished week of nine months."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import dropwhile
from zoneinfo import ZoneInfo

from pasperdus_collector.registry import Site
from pasperdus_collector.series import Measure, Series, SeriesQuery
from pasperdus_collector.series.embedded import EmbeddedSeries
from pasperdus_contract.events import SATISFIED_FROM

WEEKS = 39  # nine months
_WEEK_MS = 7 * 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One finished week, from Monday.

    ``passages_in`` is None where nothing could be known; ``coverage`` is the share of the week in
    which the door sensors worked. ``satisfied`` of ``ratings`` published ones were satisfied.
    """

    monday: date
    passages_in: int | None
    coverage: float
    ratings: int
    satisfied: int


def read_past(db: sqlite3.Connection, site: Site, now_ms: int) -> list[Week]:
    """Return the finished weeks in order, from the first that was ever heard of.

    Where a site asks several questions, the ratings are those of the first by name.
    """
    zone = ZoneInfo(site.time_zone)
    series = EmbeddedSeries(db, now_ms=now_ms)
    asked = sorted({(box.question, box.scale) for each in site.zones for box in each.boxes})
    question, scale = asked[0] if asked else (None, None)

    def read(measure: Measure, *, of: str | None = None, on: int | None = None) -> Series:
        return series.read(
            SeriesQuery(
                site=site.site,
                measure=measure,
                bucket="1w",
                start_ms=now_ms - WEEKS * _WEEK_MS,
                end_ms=now_ms,
                question=of,
                scale=on,
            )
        )

    entries = read("passages_in")
    ratings = read("ratings", of=question, on=scale)
    weeks = []
    for entry, rating in zip(entries.points[:-1], ratings.points[:-1], strict=True):
        counts = rating.value if isinstance(rating.value, list) else []
        satisfied_from = SATISFIED_FROM[len(counts)] if counts else 1
        weeks.append(
            Week(
                monday=datetime.fromtimestamp(entry.start_ms / 1000, UTC).astimezone(zone).date(),
                passages_in=entry.value if isinstance(entry.value, int) else None,
                coverage=entry.coverage,
                ratings=sum(counts),
                satisfied=sum(counts[satisfied_from - 1 :]),
            )
        )
    return list(dropwhile(_is_unheard, weeks))


def _is_unheard(week: Week) -> bool:
    return week.passages_in is None and week.coverage == 0 and week.ratings == 0
