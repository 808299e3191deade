"""Which series an export holds, and what is told of each (pure)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from pasperdus_collector.calendar.grid import BucketSize, boundaries, local_date
from pasperdus_collector.calendar.masks import keeps_day
from pasperdus_collector.calendar.opening import SiteCalendar
from pasperdus_collector.errors import QueryError, unknown_name
from pasperdus_collector.series import Mask, Measure, SeriesQuery
from pasperdus_collector.series.askable import why_not, why_not_then
from pasperdus_collector.series.card import SiteCard
from pasperdus_collector.series.figures import figure_of
from pasperdus_collector.series.published import GroupName
from pasperdus_contract.fields import QUARTER_MS

Detail = Literal["corrected", "low", "high", "raw", "coverage", "flags"]
"""What a point tells beside its value."""

PULSE_SCORES = 5
_MEASURES: tuple[Measure, ...] = get_args(Measure)
_DETAILS: dict[GroupName, tuple[Detail, ...]] = {
    "passages": ("corrected", "low", "high", "coverage", "flags"),
    "occupancy": ("low", "high", "raw", "coverage", "flags"),
    "stay": ("low", "high", "raw", "coverage", "flags"),
    "waits": ("low", "high", "flags"),
    "ratings": ("coverage", "flags"),
    "tallies": ("flags",),
    "pulses": ("flags",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One series of the table.

    ``key`` names it: the measure, then what chooses among several, ``ratings/accueil/5``.
    ``scores`` is the length of values that are lists, None for plain numbers.
    """

    key: str
    query: SeriesQuery
    scores: int | None
    details: tuple[Detail, ...]

    def over(self, start_ms: int, end_ms: int) -> SeriesQuery:
        """Return the question for a part of the time."""
        return replace(self.query, start_ms=start_ms, end_ms=end_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One row a bucket of ``[start_ms, end_ms)`` (UTC, widened to whole buckets), in order."""

    card: SiteCard
    bucket: BucketSize
    start_ms: int
    end_ms: int
    zone: str | None
    line: str | None
    masks: frozenset[Mask]
    sources: tuple[Source, ...]

    @property
    def time_zone(self) -> ZoneInfo:
        """The site's."""
        return ZoneInfo(self.card.time_zone)

    def whole_range_ms(self) -> tuple[int, int]:
        """Return where the first bucket begins and the last one ends."""
        zone = self.time_zone
        first = boundaries(self.bucket, self.start_ms, self.start_ms + 1, zone)[0]
        end = boundaries(self.bucket, self.end_ms - 1, self.end_ms, zone)[-1]
        return first * QUARTER_MS, end * QUARTER_MS


def choose(
    card: SiteCard,
    *,
    bucket: BucketSize,
    start_ms: int,
    end_ms: int,
    zone: str | None = None,
    line: str | None = None,
    measures: tuple[Measure, ...] | None = None,
    masks: frozenset[Mask] = frozenset(),
) -> Table:
    """Return the table of ``measures``, or of all that the site has in such buckets.

    Raises :class:`QueryError` for a measure asked by name that there is not, with the reason, and
    where the calendar cannot tell what the masks keep; :class:`NotFoundError` for a zone that is
    not there.
    """
    why_never = why_not_then(start_ms, end_ms)
    if why_never is not None:
        raise QueryError(why_never)
    if zone is not None and line is not None:
        raise QueryError("a line lies in one zone; give zone or line, not both")
    if zone is not None and zone not in card.zones:
        raise unknown_name(f"site {card.site!r} has no zone {zone!r}", card.zones)
    asked = SeriesQuery(
        site=card.site,
        measure="passages_in",
        bucket=bucket,
        start_ms=start_ms,
        end_ms=end_ms,
        zone=zone,
        line=line,
        masks=masks,
        collector=card.collector,
    )
    sources: list[Source] = []
    for measure in _MEASURES if measures is None else dict.fromkeys(measures):
        query = replace(asked, measure=measure)
        found = _sources(card, query)
        reason = why_not(query) or (None if found else _why_none(query))
        if reason is None:
            sources += found
        elif measures is not None:
            raise QueryError(f"{reason}, or leave {measure} out of measures")
    table = Table(
        card=card,
        bucket=bucket,
        start_ms=start_ms,
        end_ms=end_ms,
        zone=zone,
        line=line,
        masks=masks,
        sources=tuple(sources),
    )
    if masks:
        _check_masks(table)
    return table


def _check_masks(table: Table) -> None:
    """Ask the calendar about every day, before anything is written and cannot be taken back."""
    calendar = SiteCalendar.from_json(table.card.calendar)
    first_ms, end_ms = table.whole_range_ms()
    first, last = (
        local_date(at_ms, table.time_zone).toordinal() for at_ms in (first_ms, end_ms - 1)
    )
    for day in range(first, last + 1):
        keeps_day(calendar, table.masks, date.fromordinal(day))


def _why_none(query: SeriesQuery) -> str:
    """Return why there is no column of a measure whose columns are named by what is known."""
    where = f"site {query.site}" if query.zone is None else f"zone {query.zone}"
    if query.measure == "tallies":
        return f"nothing was ever tallied in {where}; wait for the first tally"
    return f"{where} has no rating box yet; wait for its first rating"


def _sources(card: SiteCard, query: SeriesQuery) -> list[Source]:
    match figure_of(query.measure).group.name:
        case "ratings":
            return [
                _source(
                    replace(query, question=question, scale=scale),
                    f"{question}/{scale}",
                    scores=scale if query.measure == "ratings" else None,
                )
                for question, scale in card.questions
            ]
        case "tallies":
            whats = {what for zone, what in card.tallies if query.zone in (None, zone)}
            return [_source(replace(query, what=what), what) for what in sorted(whats)]
        case "waits":
            services = (replace(query, service=name) for name in card.services)
            return [_source(query), *(_source(each, each.service) for each in services)]
        case "pulses":
            return [_source(query, scores=PULSE_SCORES)]
        case _:
            return [_source(query)]


def _source(query: SeriesQuery, which: str | None = None, *, scores: int | None = None) -> Source:
    return Source(
        key=query.measure if which is None else f"{query.measure}/{which}",
        query=query,
        scores=scores,
        details=_DETAILS[figure_of(query.measure).group.name],
    )
