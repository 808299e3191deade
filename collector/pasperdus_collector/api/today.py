"""A site's day so far: what the page *Aujourd'hui* shows, from one view of the ledger."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pasperdus_collector.api.day_quarters import (
    Hour,
    Judged,
    SoFar,
    busy_hours,
    hours_of,
    known_sum,
    sums_of,
    wall_clock,
)
from pasperdus_collector.api.waiting_now import Waiting, read_waiting
from pasperdus_collector.calendar.grid import close, midnight, service_date, start_of_day_ms
from pasperdus_collector.node_state import NodeState
from pasperdus_collector.node_states import read_nodes
from pasperdus_collector.registry import Site
from pasperdus_collector.series import Measure, Series, SeriesQuery
from pasperdus_collector.series.embedded import EmbeddedSeries
from pasperdus_collector.series.usual import DAYS, QuarterCount, Usual, usual
from pasperdus_contract.fields import QUARTER_MS

LOOK_BACK_DAYS = 28  # for the last published ratings of a site that had none today
_HOUR_QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Silence:
    """A time of opening in which a door sensor did not work, to the quarter-hour."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Release blocks of one question that closed in a day: counts by score, worst first."""

    day_start_ms: int
    counts: list[int]
    through_ms: int | None
    """The end of the last hour that they hold; None when only the day is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """One question; ``today`` is None until a block has closed, ``latest`` is then an older one."""

    question: str
    scale: int
    today: Published | None
    latest: Published | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """People inside; None with the time since when it is not known.

    ``margin`` is by how much it may be wrong, as far as usual days tell; ``close_ms`` is the
    nightly close since which people are counted.
    """

    people: int | None
    margin: int | None
    unknown_since_ms: int | None
    close_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """A site's day so far."""

    site: Site
    at_ms: int
    day: date
    has_lines: bool
    passages_in: int | None
    passages_out: int | None
    silences: list[Silence]
    compared_at_ms: int
    compared_in: int
    usual: Usual
    hours: list[Hour]
    so_far: list[SoFar]
    """From the first to the last quarter-hour in which people come, usually or today."""

    inside: Inside
    waiting: Waiting | None
    """None where no terminal hands out macarons."""

    ratings: list[Ratings]
    nodes: list[NodeState]


def read_today(db: sqlite3.Connection, site: Site, now_ms: int) -> Today:
    """Return the day so far of one site."""
    zone = ZoneInfo(site.time_zone)
    series = EmbeddedSeries(db, now_ms=now_ms)
    now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone)
    so_far = _read_day(series, site.site, now.date(), zone)
    before = [
        [each for _, each in _read_day(series, site.site, now.date() - timedelta(weeks=n), zone)]
        for n in range(1, DAYS + 1)
    ]
    compared_at_ms = now_ms // QUARTER_MS * QUARTER_MS
    until_clock = wall_clock(compared_at_ms, zone)
    reference = usual(before, until_clock=until_clock)
    counted = [(start_ms, each) for start_ms, each in so_far if start_ms <= now_ms]
    judged = Judged(from_ms=_known_from_ms(db, site.site), now_ms=now_ms)
    hours = hours_of(so_far, reference, judged, zone)
    ins = known_sum([each.ins for _, each in counted])
    outs = known_sum([each.outs for _, each in counted])
    margin = reference.margin((ins or 0) + (outs or 0))
    return Today(
        site=site,
        at_ms=now_ms,
        day=now.date(),
        has_lines=any(line.role == "outer" for each in site.zones for line in each.lines),
        passages_in=ins,
        passages_out=outs,
        silences=_silences(so_far, busy_hours(hours), judged),
        compared_at_ms=compared_at_ms,
        compared_in=sum(each.ins or 0 for start_ms, each in so_far if start_ms < compared_at_ms),
        usual=reference,
        hours=hours,
        so_far=sums_of(so_far, reference, busy_hours(hours), judged, zone),
        inside=_inside(series, site.site, now_ms, zone, margin),
        waiting=read_waiting(db, series, site.site, now_ms=now_ms, zone=zone),
        ratings=_ratings(series, site, now_ms, zone),
        nodes=[node for node in read_nodes(db, now_ms) if node.site == site.site],
    )


def _read_day(
    series: EmbeddedSeries, site: str, day: date, zone: ZoneInfo
) -> list[tuple[int, QuarterCount]]:
    """Return each quarter-hour of a local day with its start."""
    start_ms = midnight(day, zone) * QUARTER_MS
    end_ms = midnight(day + timedelta(days=1), zone) * QUARTER_MS

    def read(measure: Measure) -> Series:
        return series.read(
            SeriesQuery(site=site, measure=measure, bucket="15m", start_ms=start_ms, end_ms=end_ms)
        )

    ins, outs = read("passages_in"), read("passages_out")
    return [
        (
            entry.start_ms,
            QuarterCount(
                wall_clock(entry.start_ms, zone),
                _whole(entry.value),
                _whole(out.value),
                entry.coverage,
            ),
        )
        for entry, out in zip(ins.points, outs.points, strict=True)
    ]


def _silences(
    quarters: Sequence[tuple[int, QuarterCount]], hours: Sequence[Hour], judged: Judged
) -> list[Silence]:
    if not hours:
        return []
    silences: list[Silence] = []
    for quarter in quarters:
        start_ms = quarter[0]
        is_open = hours[0].start_ms <= start_ms < hours[-1].start_ms + _HOUR_QUARTERS * QUARTER_MS
        if not is_open or not judged.silent_ms(quarter):
            continue
        if silences and silences[-1].end_ms == start_ms:
            start_ms = silences.pop().start_ms
        silences.append(Silence(start_ms, quarter[0] + QUARTER_MS))
    return silences


def _inside(
    series: EmbeddedSeries, site: str, now_ms: int, zone: ZoneInfo, margin: int | None
) -> Inside:
    since_ms = close(service_date(now_ms // QUARTER_MS, zone), zone) * QUARTER_MS
    points = series.read(
        SeriesQuery(
            site=site, measure="occupancy", bucket="15m", start_ms=since_ms, end_ms=now_ms + 1
        )
    ).points
    people = points[-1].value
    if isinstance(people, int | float):
        return Inside(people=round(people), margin=margin, unknown_since_ms=None, close_ms=since_ms)
    unknown_since_ms = points[-1].start_ms
    for point in reversed(points):
        if point.value is not None:
            break
        unknown_since_ms = point.start_ms
    return Inside(people=None, margin=None, unknown_since_ms=unknown_since_ms, close_ms=since_ms)


def _ratings(series: EmbeddedSeries, site: Site, now_ms: int, zone: ZoneInfo) -> list[Ratings]:
    asked = sorted({(box.question, box.scale) for each in site.zones for box in each.boxes})
    day_start_ms = start_of_day_ms(now_ms, zone)
    found = []
    for question, scale in asked:
        hourly = series.read(
            SeriesQuery(
                site=site.site,
                measure="ratings",
                bucket="1h",
                start_ms=day_start_ms,
                end_ms=now_ms + 1,
                question=question,
                scale=scale,
            )
        )
        hours = [(point.start_ms, _counts(point.value)) for point in hourly.points]
        with_ratings = [(start_ms, counts) for start_ms, counts in hours if sum(counts)]
        today = latest = None
        if with_ratings:
            today = Published(
                day_start_ms=day_start_ms,
                counts=[sum(scores) for scores in zip(*(c for _, c in with_ratings), strict=True)],
                through_ms=with_ratings[-1][0] + _HOUR_QUARTERS * QUARTER_MS,
            )
        else:
            latest = _latest(series, site.site, question, scale, day_start_ms)
        found.append(Ratings(question=question, scale=scale, today=today, latest=latest))
    return found


def _latest(
    series: EmbeddedSeries, site: str, question: str, scale: int, before_ms: int
) -> Published | None:
    daily = series.read(
        SeriesQuery(
            site=site,
            measure="ratings",
            bucket="1d",
            start_ms=before_ms - LOOK_BACK_DAYS * 86_400_000,
            end_ms=before_ms,
            question=question,
            scale=scale,
        )
    )
    for point in reversed(daily.points):
        counts = _counts(point.value)
        if sum(counts):
            return Published(day_start_ms=point.start_ms, counts=counts, through_ms=None)
    return None


def _counts(value: object) -> list[int]:
    return value if isinstance(value, list) else []


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _known_from_ms(db: sqlite3.Connection, site: str) -> int:
    """Return when an outer door of the site was first heard of."""
    (quarter,) = db.execute(
        "SELECT min(lines.known_from) FROM lines JOIN nodes ON nodes.id = lines.node_id "
        "JOIN zones ON zones.id = nodes.zone_id JOIN sites ON sites.id = zones.site_id "
        "WHERE sites.name = ? AND lines.role = 'outer'",
        (site,),
    ).fetchone()
    return (quarter or 0) * QUARTER_MS
