"""A node's outbox and clock over the last days, for its chart, its sentence and its table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.numbers import get_group_symbol

from pasperdus_collector.node_history import NodeQuarter
from pasperdus_dashboards.charts.outbox import OutboxRow, OutboxWords
from pasperdus_dashboards.fleet.gap_words import silence
from pasperdus_service.languages import Language

MINUTE_MS = 60_000
QUARTER_MS = 900_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000
SPANS_DAYS = (3, 14)
"""For how long one may look back; of the longer one a pixel is an hour, as it would be anyway."""

UNTOLD_MS = 1_000  # within which two clocks are called the same: heartbeats travel, too


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """One day of one node, written out."""

    label: str
    pending: str
    waited: str
    clock: str
    battery: str
    temperature: str
    unheard: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """What a node's page says of its last days; ``rows`` is empty where nothing was ever heard."""

    sentence: str
    rows: list[OutboxRow]
    words: OutboxWords
    days: list[DayRow]


def history_view(
    quarters: Sequence[NodeQuarter],
    language: Language,
    *,
    zone: ZoneInfo,
    span_days: int,
    now_ms: int,
) -> HistoryView:
    """Return the view of the last days until ``now_ms``, from the first heartbeat in them on."""
    start_ms = now_ms - span_days * DAY_MS
    by_start = {each.start_ms: each for each in quarters if each.start_ms >= start_ms}
    if not by_start:
        return HistoryView(
            sentence=language.gettext("No heartbeat in this time: there is nothing to draw."),
            rows=[],
            words=_words(language, []),
            days=[],
        )
    starts = range(min(by_start), now_ms, QUARTER_MS)
    step_ms = QUARTER_MS if span_days == min(SPANS_DAYS) else HOUR_MS
    rows = [
        _row(part_ms, step_ms, _heard_in(by_start, part_ms, step_ms), language, zone)
        for part_ms in range(starts[0] // step_ms * step_ms, now_ms, step_ms)
    ]
    days: dict[date, list[NodeQuarter | None]] = {}
    for start_ms in starts:
        days.setdefault(_local(start_ms, zone).date(), []).append(by_start.get(start_ms))
    return HistoryView(
        sentence=_sentence(by_start, len(starts), language, zone, now_ms),
        rows=rows,
        words=_words(language, rows),
        days=[_day_row(day, found, language) for day, found in reversed(days.items())],
    )


def clock_words(ahead_ms: int, language: Language) -> str:
    """Say how far a node's clock is from the collector's."""
    if abs(ahead_ms) < UNTOLD_MS:
        return language.gettext("less than a second off")
    if abs(ahead_ms) < MINUTE_MS:
        off = language.ngettext(
            "%(count)s second", "%(count)s seconds", round(abs(ahead_ms) / 1000)
        )
    elif abs(ahead_ms) < 2 * DAY_MS:
        off = language.duration(abs(ahead_ms))
    else:
        off = language.ngettext("%(count)s day", "%(count)s days", round(abs(ahead_ms) / DAY_MS))
    if ahead_ms > 0:
        return language.gettext("%(duration)s fast", duration=off)
    return language.gettext("%(duration)s slow", duration=off)


def _sentence(
    heard: Mapping[int, NodeQuarter], expected: int, language: Language, zone: ZoneInfo, now_ms: int
) -> str:
    worst = max(heard.values(), key=lambda each: each.pending)
    today = _local(now_ms, zone).date()
    if worst.pending:
        waited = max((each.waited_ms or 0 for each in heard.values()), default=0)
        parts = [
            language.ngettext(
                "At most %(count)s event waited (%(when)s).",
                "At most %(count)s events waited (%(when)s).",
                worst.pending,
                when=language.moment(worst.start_ms, zone, today),
            )
        ]
        if waited >= MINUTE_MS:
            parts.append(
                language.gettext(
                    "The longest wait: %(duration)s.", duration=silence(waited, language)
                )
            )
    else:
        parts = [language.gettext("No event had to wait.")]
    beats = sum(each.beats for each in heard.values())
    share = sum(each.synced for each in heard.values()) / beats
    parts.append(
        language.gettext(
            "Its clock was set in %(share)s of its heartbeats.", share=language.percent(share)
        )
    )
    unheard = expected - len(heard)
    if unheard:
        parts.append(
            language.gettext(
                "For %(duration)s in all nothing was heard of it.",
                duration=silence(unheard * QUARTER_MS, language),
            )
        )
    return " ".join(parts)


def _heard_in(
    by_start: Mapping[int, NodeQuarter], start_ms: int, step_ms: int
) -> list[NodeQuarter]:
    quarters = range(start_ms, start_ms + step_ms, QUARTER_MS)
    return [by_start[each] for each in quarters if each in by_start]


def _row(
    start_ms: int, step_ms: int, heard: Sequence[NodeQuarter], language: Language, zone: ZoneInfo
) -> OutboxRow:
    start = _local(start_ms, zone).replace(tzinfo=None)
    pending = max((each.pending for each in heard), default=None)
    beats, synced = sum(each.beats for each in heard), sum(each.synced for each in heard)
    if pending is None:
        told = language.gettext("no heartbeat")
    else:
        told = language.ngettext("%(count)s event waiting", "%(count)s events waiting", pending)
        if synced < beats:
            told += ", " + language.gettext("clock not set")
    return OutboxRow(
        start=start,
        # Where clocks change, an hour on the wall is there twice or not at all.
        end=start + timedelta(milliseconds=step_ms),
        most_pending=pending,
        synced_share=synced / beats if beats else None,
        written=f"{language.short_weekday(start.date())} {language.clock(start_ms, zone)} – {told}",
    )


def _words(language: Language, rows: Sequence[OutboxRow]) -> OutboxWords:
    def day(start: datetime) -> str:
        return f"{language.short_weekday(start.date())} {start.day}"

    def hour(start: datetime) -> str:
        # Of a clock on the wall: it is written as it stands there.
        return language.hour(round(start.replace(tzinfo=UTC).timestamp() * 1000), ZoneInfo("UTC"))

    return OutboxWords(
        pending=language.gettext("Outbox: events waiting"),
        clock=language.gettext("Clock"),
        labels=[
            (row.start, hour(row.start) if row.start.hour else day(row.start))
            for row in rows
            if row.start.minute == 0
        ]
        or [(row.start, language.short_day(row.start.date())) for row in rows[:1]],
        first_day=day(rows[0].start) if rows else "",
        separator=get_group_symbol(language.locale),
    )


def _day_row(day: date, quarters: Sequence[NodeQuarter | None], language: Language) -> DayRow:
    heard = [each for each in quarters if each is not None]
    nothing = "–"
    label = f"{language.short_weekday(day)} {day.day} {language.month(day)}"
    unheard = len(quarters) - len(heard)
    unheard_for = silence(unheard * QUARTER_MS, language) if unheard else nothing
    if not heard:
        return DayRow(
            label=label,
            pending=nothing,
            waited=nothing,
            clock=nothing,
            battery=nothing,
            temperature=nothing,
            unheard=unheard_for,
        )
    waited = [each.waited_ms for each in heard if each.waited_ms is not None]
    batteries = [each.battery for each in heard if each.battery is not None]
    temperatures = [each.temperature_c for each in heard if each.temperature_c is not None]
    share = sum(each.synced for each in heard) / sum(each.beats for each in heard)
    furthest = max((each.clock_ahead_ms for each in heard), key=abs)
    set_share = (
        language.gettext("set")
        if share == 1
        else language.gettext("set %(share)s of the time", share=language.percent(share))
    )
    return DayRow(
        label=label,
        pending=language.number(max(each.pending for each in heard)),
        waited=silence(max(waited), language) if waited and max(waited) >= MINUTE_MS else nothing,
        clock=f"{set_share}, {clock_words(furthest, language)}",
        battery=language.percent(min(batteries) / 100) if batteries else nothing,
        temperature=language.gettext("%(degrees)s °C", degrees=language.number(max(temperatures)))
        if temperatures
        else nothing,
        unheard=unheard_for,
    )


def _local(at_ms: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)
