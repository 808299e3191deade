"""Answers questions about series from published rows, wherever these are read from."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

from pasperdus_collector.buckets.flags import MASKED
from pasperdus_collector.calendar.grid import boundaries, local_date
from pasperdus_collector.calendar.masks import keeps_day, kept_quarters
from pasperdus_collector.calendar.opening import SiteCalendar
from pasperdus_collector.errors import QueryError, unknown_name
from pasperdus_collector.series import (
    UNITS,
    BucketSize,
    FleetQuery,
    Point,
    Series,
    SeriesQuery,
    SiteSeries,
)
from pasperdus_collector.series.askable import why_not, why_not_of_the_fleet, why_not_then
from pasperdus_collector.series.card import SiteCard
from pasperdus_collector.series.combine import Part, combine
from pasperdus_collector.series.figures import Figure, figure_of
from pasperdus_collector.series.published import (
    FleetQuestion,
    PublishedRows,
    RowQuestion,
    Scope,
    Values,
)
from pasperdus_contract.fields import QUARTER_MS

MAX_POINTS = 40_000  # more than a year of quarter-hours
MAX_FLEET_POINTS = 1_000_000  # of all sites together
MAX_PARTS = 200_000  # finer buckets that a masked question is made of: over five years of quarters
_AT_LEAST_QUARTERS = {"15m": 1, "1h": 4, "1d": 92, "1w": 668, "1mo": 2684}
_LONG = ("1d", "1w", "1mo")


class SeriesReader:
    """Answers from one source of rows. Times come in: ``now_ms``."""

    def __init__(self, rows: PublishedRows, *, now_ms: int) -> None:
        self._rows = rows
        self._now_ms = now_ms

    def cards(self) -> list[SiteCard]:
        """Return the sites that can be asked about."""
        return self._rows.cards()

    def read(self, query: SeriesQuery) -> Series:
        """Answer a question.

        Raises :class:`QueryError` when it cannot be asked so, :class:`NotFoundError` for a site,
        zone or line that is not there.
        """
        _check(why_not_then(query.start_ms, query.end_ms))
        _check_length(query, sites=1)
        _check(why_not(query))
        card = self._card(query)
        figure = figure_of(query.measure)
        zone = ZoneInfo(card.time_zone)
        edges = boundaries(query.bucket, query.start_ms, query.end_ms, zone)
        chosen = _chosen_question(query, card) if figure.group.name == "ratings" else None
        points = _Points(
            figure, edges, scale=chosen[1] if chosen else 0, tallied=self._tallied(card)
        )
        for scope, tags in _series(query, figure, card, chosen):
            question = RowQuestion(
                card=card,
                group=figure.group,
                bucket=query.bucket,
                scope=scope,
                tags=tags,
                edges=edges,
                fields=figure.fields,
            )
            if query.masks:
                points.add_masked(*self._masked(query, question, zone))
            else:
                points.add(self._rows.rows(question))
        tells_staff = figure.group.name in ("passages", "occupancy", "stay")
        return Series(
            query=query,
            unit=UNITS[query.measure],
            points=points.made(),
            question=chosen[0] if chosen else None,
            scale=chosen[1] if chosen else None,
            excludes_staff=card.excludes_staff if tells_staff else None,
        )

    def read_fleet(self, query: FleetQuery) -> list[SiteSeries]:
        """Answer a question about every site, by collector and name.

        Raises :class:`QueryError` when it cannot be asked so.
        """
        figure = figure_of(query.measure)
        _check(why_not_then(query.start_ms, query.end_ms))
        _check(why_not_of_the_fleet(query.measure, query.bucket))
        cards = self._rows.cards()
        if query.collector is not None:
            cards = _of_collector(cards, query.collector)
        _check_length(query, sites=max(1, len(cards)))
        edges = [
            boundaries(query.bucket, query.start_ms, query.end_ms, ZoneInfo(card.time_zone))
            for card in cards
        ]
        found = self._rows.fleet(
            FleetQuestion(
                cards=cards,
                group=figure.group,
                bucket=query.bucket,
                edges=edges,
                fields=figure.fields,
            )
        )
        return [
            SiteSeries(
                collector=card.collector,
                site=card.site,
                title=card.title,
                time_zone=card.time_zone,
                points=figure.points([rows], its_edges, 0),
            )
            for card, its_edges, rows in zip(cards, edges, found, strict=True)
        ]

    # -- masks ----------------------------------------------------------------------------------

    def _masked(
        self, query: SeriesQuery, question: RowQuestion, zone: ZoneInfo
    ) -> tuple[dict[int, Values], set[int]]:
        """Return rows made of what the masks keep, and the buckets of which they keep nothing."""
        calendar = SiteCalendar.from_json(question.card.calendar)
        bucket = _finer_bucket(query)
        edges = question.edges
        parts = (edges[-1] - edges[0]) // _AT_LEAST_QUARTERS[bucket]
        if parts > MAX_PARTS:  # before they are made: a thousand years would not fit into memory
            raise QueryError(
                f"with these masks about {parts} buckets of {bucket} would be read, more than "
                f"{MAX_PARTS}; ask for a shorter time"
            )
        fine_edges = boundaries(bucket, edges[0] * QUARTER_MS, edges[-1] * QUARTER_MS, zone)
        if fine_edges[0] < edges[0]:  # a whole hour of UTC may begin before a local day
            fine_edges = fine_edges[1:]
        if bucket in _LONG:
            kept = [
                keeps_day(calendar, query.masks, local_date(edge * QUARTER_MS, zone))
                for edge in fine_edges[:-1]
            ]
        else:
            quarters = kept_quarters(calendar, query.masks, fine_edges[0], fine_edges[-1], zone)
            first = fine_edges[0]
            kept = [any(quarters[a - first : b - first]) for a, b in pairwise(fine_edges)]
        fine = self._rows.rows(
            RowQuestion(
                card=question.card,
                group=question.group,
                bucket=bucket,
                scope=question.scope,
                tags=question.tags,
                edges=fine_edges,
            )
        )
        return _combined(question, fine_edges, kept, fine)

    # -- who ------------------------------------------------------------------------------------

    def _card(self, query: SeriesQuery) -> SiteCard:
        cards = self._rows.cards(query.site)
        if not cards:
            raise unknown_name(
                f"there is no site {query.site!r}", {card.site for card in self._rows.cards()}
            )
        if query.collector is not None:
            cards = _of_collector(cards, query.collector, site=query.site)
        if len(cards) > 1:
            offered = ", ".join(card.collector for card in cards)
            raise QueryError(
                f"several collectors have a site {query.site!r}; choose collector={offered}"
            )
        (card,) = cards
        if query.zone is not None and query.zone not in card.zones:
            raise unknown_name(f"site {query.site!r} has no zone {query.zone!r}", card.zones)
        return card

    def _tallied(self, card: SiteCard) -> range:
        """Return the quarters in which somebody could tally: up to this one."""
        if card.tallied_from is None:
            return range(0)
        return range(card.tallied_from, self._now_ms // QUARTER_MS + 1)


class _Points:
    """Collects the rows of one answer: of one series, or of several that add up."""

    def __init__(self, figure: Figure, edges: Sequence[int], *, scale: int, tallied: range) -> None:
        self._figure = figure
        self._tallied = tallied
        self._edges = edges
        self._scale = scale
        self._rows: list[Mapping[int, Values]] = []
        self._masked: set[int] = set()

    def add(self, rows: Mapping[int, Values]) -> None:
        self._rows.append(rows)

    def add_masked(self, rows: Mapping[int, Values], masked: set[int]) -> None:
        self._rows.append(self._figure.narrow(rows))
        self._masked |= masked

    def made(self) -> list[Point]:
        points = self._figure.points(self._rows, self._edges, self._scale, tallied=self._tallied)
        if not self._masked:
            return points
        return [
            point._replace(value=None, coverage=0.0, flags=point.flags | MASKED)
            if edge in self._masked
            else point
            for edge, point in zip(self._edges, points, strict=False)
        ]


def _combined(
    question: RowQuestion,
    fine_edges: Sequence[int],
    kept: Sequence[bool],
    fine: Mapping[int, Values],
) -> tuple[dict[int, Values], set[int]]:
    scale = int(question.tags.get("scale", 0))
    rows: dict[int, Values] = {}
    masked: set[int] = set()
    at = 0
    for edge, end in pairwise(question.edges):
        parts: list[Part] = []
        while at < len(kept) and fine_edges[at] < end:
            if kept[at]:
                parts.append((fine_edges[at + 1] - fine_edges[at], fine.get(fine_edges[at])))
            at += 1
        if not parts:
            masked.add(edge)
        elif (row := _whole(question, parts, scale)) is not None:
            rows[edge] = row
    return rows, masked


def _whole(question: RowQuestion, parts: Sequence[Part], scale: int) -> Values | None:
    """Return one part as it is, several combined: a median of a day stays what it is."""
    return parts[0][1] if len(parts) == 1 else combine(question.group, parts, scale=scale)


def _finer_bucket(query: SeriesQuery) -> BucketSize:
    """Return the bucket size that masks can be applied to."""
    if query.bucket in _LONG and "open" not in query.masks:
        return "1d"
    return "1h" if figure_of(query.measure).group.name == "ratings" else "15m"


def _check(reason: str | None) -> None:
    if reason is not None:
        raise QueryError(reason)


def _check_length(query: SeriesQuery | FleetQuery, *, sites: int) -> None:
    # Before they are made: all quarter-hours of a thousand years would not fit into memory.
    buckets = (query.end_ms - query.start_ms) // (_AT_LEAST_QUARTERS[query.bucket] * QUARTER_MS)
    most = MAX_POINTS if sites == 1 else MAX_FLEET_POINTS // sites
    if buckets > most:
        raise QueryError(
            f"about {buckets} buckets are more than {most}; ask for a shorter time or "
            "a coarser bucket"
        )


def _of_collector(
    cards: Sequence[SiteCard], collector: str, *, site: str | None = None
) -> list[SiteCard]:
    """Return those of one collector, of all cards or of those of one ``site``."""
    found = [card for card in cards if card.collector == collector]
    if not found:
        what = "site" if site is None else f"site {site!r}"
        raise unknown_name(
            f"collector {collector!r} has no {what} here", {card.collector for card in cards}
        )
    return found


def _series(
    query: SeriesQuery, figure: Figure, card: SiteCard, chosen: tuple[str, int] | None
) -> list[tuple[Scope, dict[str, str]]]:
    """Return the published series whose rows make the answer."""
    match figure.group.name:
        case "passages" if query.line is not None:
            return [("line", _line_tags(query, card))]
        case "passages" if query.zone is not None:
            return [("zone", {"zone": query.zone})]
        case "ratings":
            if chosen is None:
                return []
            return [("question", {"question": chosen[0], "scale": str(chosen[1])})]
        case "tallies":
            return [("tally", {"zone": zone, "what": what}) for zone, what in _tallies(query, card)]
        case "waits" if query.service is not None:
            if query.service not in card.services:
                raise unknown_name(
                    f"nobody waited for a service {query.service!r} yet", card.services
                )
            return [("service", {"service": query.service})]
        case _:
            return [("site", {})]


def _line_tags(query: SeriesQuery, card: SiteCard) -> dict[str, str]:
    named = {f"{line.node}/{line.line}": line for line in card.lines}
    line = named.get(query.line or "")
    if line is None:
        raise unknown_name(f"site {query.site!r} has no line {query.line!r}", named)
    return {"zone": line.zone, "node": line.node, "line": line.line}


def _tallies(query: SeriesQuery, card: SiteCard) -> list[tuple[str, str]]:
    """Return the zones and kinds that are asked for; none when nothing was tallied there yet."""
    there = [(zone, what) for zone, what in card.tallies if query.zone in (None, zone)]
    if query.what is None:
        return there
    chosen = [(zone, what) for zone, what in there if what == query.what]
    if not chosen:
        where = f"site {query.site!r}" if query.zone is None else f"zone {query.zone!r}"
        raise unknown_name(
            f"nothing called {query.what!r} was ever tallied in {where}",
            {what for _, what in there},
        )
    return chosen


def _chosen_question(query: SeriesQuery, card: SiteCard) -> tuple[str, int] | None:
    """Return the one question and scale that is asked for; None when there is none yet."""
    chosen = [
        (question, scale)
        for question, scale in card.questions
        if query.question in (None, question) and query.scale in (None, scale)
    ]
    if len(chosen) > 1:
        offered = ", ".join(f"question={question}&scale={scale}" for question, scale in chosen)
        raise QueryError(f"ratings of several questions cannot be added; choose {offered}")
    if not chosen and (query.question is not None or query.scale is not None):
        raise unknown_name(
            "no rating box of this site asks that question on that scale",
            [f"question={question}&scale={scale}" for question, scale in card.questions],
        )
    return chosen[0] if chosen else None
