"""Every sensible question about the series: both sources must answer each of them alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, get_args
from zoneinfo import ZoneInfo

from pasperdus_collector.calendar.grid import BucketSize
from pasperdus_collector.errors import QueryError
from pasperdus_collector.series import Mask, Measure, Series, SeriesQuery
from pasperdus_collector.series.card import SiteCard
from pasperdus_collector.series.published import PublishedRows
from pasperdus_collector.series.reader import SeriesReader
from support.collecting import DAY
from support.conformance import NOW, midnight_ms

MASKS: tuple[frozenset[Mask], ...] = (
    frozenset(),
    frozenset({"open"}),
    frozenset({"closures", "public_holidays"}),
    frozenset({"open", "closures", "public_holidays", "school_holidays"}),
)
RANGES: dict[BucketSize, tuple[date, date]] = {
    "15m": (date(2026, 3, 23), date(2026, 4, 8)),
    "1h": (date(2026, 3, 13), date(2026, 4, 8)),
    "1d": (date(2026, 3, 1), date(2026, 4, 12)),
    "1w": (date(2026, 2, 20), date(2026, 4, 12)),
    "1mo": (date(2026, 2, 20), date(2026, 4, 12)),
}
MEASURES: tuple[Measure, ...] = get_args(Measure)


def every_query(cards: list[SiteCard], measure: Measure) -> Iterator[SeriesQuery]:
    """Yield each question about a measure that has a meaning, and some that are refused."""
    for card in cards:
        for bucket, (first, last) in RANGES.items():
            for masks in MASKS[:: 3 if measure == "passages_out" else 1]:  # as entries are
                for narrowed in list(_narrowings(card, measure))[:: 3 if masks else 1]:
                    asked: dict[str, Any] = {
                        "bucket": bucket,
                        "start_ms": midnight_ms(first, ZoneInfo(card.time_zone)),
                        "end_ms": midnight_ms(last, ZoneInfo(card.time_zone)),
                    }
                    yield SeriesQuery(
                        site=card.site, measure=measure, masks=masks, **asked | narrowed
                    )


def _narrowings(card: SiteCard, measure: Measure) -> Iterator[dict[str, Any]]:
    match measure:
        case "ratings" | "satisfied" | "index":
            for question, scale in card.questions:
                yield {"question": question, "scale": scale}
        case "tallies":
            yield {}
            yield {"start_ms": 0, "end_ms": NOW + 400 * DAY, "bucket": "1mo"}
            for zone, what in card.tallies:
                yield {"zone": zone, "what": what}
        case "wait_minutes" | "service_minutes":
            yield {}
            for service in card.services:
                yield {"service": service}
        case "passages_in" | "passages_out":
            yield {}
            for zone in card.zones:
                yield {"zone": zone}
            for line in card.lines:
                yield {"line": f"{line.node}/{line.line}"}
        case _:
            yield {}


def answer(rows: PublishedRows, query: SeriesQuery, *, now_ms: int = NOW) -> Series | str:
    """Return the answer, or in words why there is none."""
    try:
        return SeriesReader(rows, now_ms=now_ms).read(query)
    except QueryError as error:
        return str(error)


def differences(
    one: PublishedRows, other: PublishedRows, measure: Measure, *, now_ms: int = NOW
) -> tuple[list[str], int]:
    """Return where two sources differ, in words, and how many values both have."""
    found: list[str] = []
    known = 0
    for query in every_query(one.cards(), measure):
        here, there = answer(one, query, now_ms=now_ms), answer(other, query, now_ms=now_ms)
        if isinstance(here, Series) and isinstance(there, Series):
            known += sum(point.value is not None for point in here.points)
            unlike = [
                pair for pair in zip(here.points, there.points, strict=True) if pair[0] != pair[1]
            ]
            if unlike:
                found.append(f"{query}: {len(unlike)} points, first {unlike[0]}")
            elif here != there:
                found.append(f"{query}: {here} is not {there}")
        elif here != there:
            found.append(f"{query}: {here} is not {there}")
    return found, known
