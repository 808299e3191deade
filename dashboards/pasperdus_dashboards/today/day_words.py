"""A site's day so far, in words and rows; figures are never judged, only set beside each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pasperdus_collector.api.day_quarters import Hour, busy_hours
from pasperdus_collector.api.today import Silence, Today
from pasperdus_collector.series.usual import DAYS, MIN_DAYS, Band
from pasperdus_dashboards.fleet.node_words import NodeCard, node_card
from pasperdus_dashboards.today.door_words import (
    door_trouble,
    fleet_line,
    fleet_sentence,
    gone_doors,
    stopped_notes,
)
from pasperdus_dashboards.today.rating_words import RatingsView, ratings_view, release_rule
from pasperdus_dashboards.today.waiting_words import WaitingView, waiting_view
from pasperdus_service.languages import Language

LEAST_HOURS = 8  # of a chart: one lonely hour would fill it


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRow:
    """One hour of the table and of the chart: figures, and the same as they are written."""

    label: str
    entries: int | None
    entries_text: str
    usual: Band | None
    usual_text: str
    remarks: list[str]
    is_silent: bool
    is_running: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """Everything that the page says about a day."""

    today: Today
    zone: ZoneInfo
    date: str
    clock: str
    entries: str
    entries_notes: list[str]
    comparison: str
    basis: str
    is_at_least: bool
    """Whether more people may have come in than were counted."""

    inside_title: str
    inside: str
    inside_margin: str
    inside_note: str
    waiting: WaitingView | None
    hours: list[HourRow]
    hours_sentence: str
    ratings: list[RatingsView]
    release_rule: str
    nodes: list[NodeCard]
    fleet_line: str
    fleet_sentence: str
    door_trouble: str
    announcement: str

    @property
    def draws_usual(self) -> bool:
        """Whether the chart shows a usual day."""
        return any(row.usual is not None for row in self.hours)

    @property
    def draws_running(self) -> bool:
        """Whether the chart shows an hour that is under way."""
        return any(row.is_running and row.entries for row in self.hours)

    @property
    def draws_silent(self) -> bool:
        """Whether the chart shows an hour without its sensor."""
        return any(row.is_silent for row in self.hours)

    @property
    def troubled(self) -> list[NodeCard]:
        """The nodes that need somebody."""
        return [card for card in self.nodes if not card.is_fine]


def day_view(today: Today, language: Language) -> DayView:
    """Put a day into words."""
    zone = ZoneInfo(today.site.time_zone)
    shown = busy_hours(today.hours, at_least=LEAST_HOURS)
    hours = [_hour_row(hour, today, language, zone) for hour in shown]
    comparison = _comparison(today, language, zone)
    entries_notes = list(_entries_notes(today, language, zone))
    inside_note = _inside_note(today, language, zone)
    gone = gone_doors(today)
    cards = [
        node_card(node, today.site, language, day=today.day, at_ms=today.at_ms)
        for node in today.nodes
    ]
    return DayView(
        today=today,
        zone=zone,
        date=language.day(today.day),
        clock=language.clock(today.at_ms, zone),
        entries=_figure(today.passages_in, language),
        entries_notes=entries_notes,
        comparison=comparison,
        basis=_basis(today, language),
        is_at_least=bool(today.passages_in is not None and (today.silences or gone)),
        inside_title=_inside_title(today, language, is_stopped=bool(gone)),
        inside=_figure(today.inside.people, language),
        inside_margin=_margin(today, language),
        inside_note=inside_note,
        waiting=None if today.waiting is None else waiting_view(today.waiting, language),
        hours=hours,
        hours_sentence=_hours_sentence(today, hours, language),
        ratings=[ratings_view(each, language, zone) for each in today.ratings],
        release_rule=release_rule(language),
        nodes=cards,
        fleet_line=fleet_line(cards, language),
        fleet_sentence=fleet_sentence(today, cards, language),
        door_trouble=door_trouble(gone, today.site, language),
        announcement=" ".join([comparison, *entries_notes]),
    )


def _figure(value: int | None, language: Language) -> str:
    return language.gettext("unknown") if value is None else language.number(value)


# -- entries ----------------------------------------------------------------------------------


def _entries_notes(today: Today, language: Language, zone: ZoneInfo) -> Iterator[str]:
    if not today.has_lines:
        yield language.gettext(
            "No door sensor is known here yet. It makes itself known with its first passage."
        )
    elif today.passages_in is None:
        yield language.gettext(
            "No door sensor has told anything today: this is a gap, not zero. See the nodes below."
        )
    elif today.silences:
        yield language.gettext(
            "A door sensor was silent %(spans)s: more people may have come in.",
            spans=", ".join(_span(silence, language, zone) for silence in today.silences),
        )
    yield from stopped_notes(today, language, zone)


def _span(silence: Silence, language: Language, zone: ZoneInfo) -> str:
    return language.gettext(
        "from %(start)s to %(end)s",
        start=language.clock(silence.start_ms, zone),
        end=language.clock(silence.end_ms, zone),
    )


def _comparison(today: Today, language: Language, zone: ZoneInfo) -> str:
    usual, weekday = today.usual, language.weekday(today.day)
    if today.passages_in is None:
        return ""
    if usual.so_far is not None:
        entries = language.ngettext("%(count)s entry", "%(count)s entries", today.compared_in)
        return language.gettext(
            "%(entries)s at %(clock)s; a usual %(weekday)s: %(band)s by that time.",
            entries=entries,
            clock=language.clock(today.compared_at_ms, zone),
            weekday=weekday,
            band=_band(usual.so_far, language),
        )
    if usual.closed == DAYS:
        return language.gettext(
            "Nobody came in on the last %(days)s %(weekday)ss: a day that is usually closed.",
            days=DAYS,
            weekday=weekday,
        )
    return language.gettext(
        "No comparison yet: it takes %(least)s open and fully measured %(weekday)ss among the "
        "last %(days)s, and there are %(kept)s.",
        least=MIN_DAYS,
        weekday=weekday,
        days=DAYS,
        kept=usual.kept,
    )


def _basis(today: Today, language: Language) -> str:
    usual, weekday = today.usual, language.weekday(today.day)
    if usual.so_far is None or today.passages_in is None:
        return ""
    text = language.gettext(
        "From the lowest to the highest of %(kept)s %(weekday)ss at the same time of day; their "
        "median is %(median)s.",
        kept=usual.kept,
        weekday=weekday,
        median=language.number(usual.so_far.median),
    )
    left_out = []
    if usual.closed:
        left_out.append(
            language.ngettext("%(count)s closed day", "%(count)s closed days", usual.closed)
        )
    if usual.unmeasured:
        left_out.append(
            language.ngettext(
                "%(count)s day not fully measured",
                "%(count)s days not fully measured",
                usual.unmeasured,
            )
        )
    if left_out:
        text += " " + language.gettext(
            "Left out of the last %(days)s: %(left_out)s.",
            days=DAYS,
            left_out=", ".join(left_out),
        )
    return text


def _band(band: Band, language: Language) -> str:
    if band.low == band.high:
        return language.number(band.low)
    return language.gettext(
        "%(low)s to %(high)s", low=language.number(band.low), high=language.number(band.high)
    )


# -- people inside ----------------------------------------------------------------------------


def _margin(today: Today, language: Language) -> str:
    margin = today.inside.margin
    # A difference of nobody on usual days does not make a count exact.
    return "" if margin is None else f"±\u202f{language.number(max(1, margin))}"


def _inside_title(today: Today, language: Language, *, is_stopped: bool) -> str:
    if is_stopped and today.inside.people is not None:
        return language.gettext("People inside at the last count")
    return language.gettext("People inside now")


def _inside_note(today: Today, language: Language, zone: ZoneInfo) -> str:
    inside = today.inside
    close = language.clock(inside.close_ms, zone)
    if not today.has_lines:
        return language.gettext("Nothing to count with yet.")
    if inside.unknown_since_ms is not None:
        return language.gettext(
            "Unknown since %(since)s: a door sensor was silent, so people may have passed unseen. "
            "Counting starts again at %(close)s, or as soon as somebody recounts.",
            since=language.moment(inside.unknown_since_ms, zone, today.day),
            close=close,
        )
    if inside.margin is not None:
        return language.gettext(
            "Entries less exits since %(close)s. The margin is the widest gap between entries and "
            "exits on usual days, for as many passages as today.",
            close=close,
        )
    return language.gettext(
        "Entries less exits since %(close)s. Margin unknown: too few usual days.", close=close
    )


# -- hours ------------------------------------------------------------------------------------


def _hour_row(hour: Hour, today: Today, language: Language, zone: ZoneInfo) -> HourRow:
    is_running = hour.has_begun and not hour.is_over
    entries = hour.passages_in if hour.has_begun else None
    remarks = []
    if is_running:
        remarks.append(language.gettext("under way"))
    if hour.silent_ms and entries is None:
        remarks.append(language.gettext("sensor silent"))
    elif hour.silent_ms:
        duration = language.duration(hour.silent_ms)
        remarks.append(language.gettext("sensor silent for %(duration)s", duration=duration))
    elif not hour.has_begun:
        remarks.append(language.gettext("to come"))
    elif entries is None:
        not_measured, not_yet = (
            language.gettext("not measured"),
            language.gettext("not measured yet"),
        )
        remarks.append(not_measured if hour.is_over else not_yet)
    return HourRow(
        label=_hour_label(hour, today, language, zone),
        entries=entries,
        entries_text="–" if entries is None else language.number(entries),
        usual=hour.usual,
        usual_text=_band(hour.usual, language) if hour.usual else "–",
        remarks=remarks,
        is_silent=bool(hour.silent_ms),
        is_running=is_running,
    )


def _hour_label(hour: Hour, today: Today, language: Language, zone: ZoneInfo) -> str:
    label = language.hour(hour.start_ms, zone)
    if [each.clock_hour for each in today.hours].count(hour.clock_hour) == 1:
        return label
    # The night when clocks go back has this hour twice.
    local = datetime.fromtimestamp(hour.start_ms / 1000, UTC).astimezone(zone)
    return f"{label} ({local:%Z})"


def _hours_sentence(today: Today, rows: list[HourRow], language: Language) -> str:
    counted = [row for row in rows if row.entries]
    if counted:
        busiest = max(counted, key=lambda row: row.entries or 0)
        return language.ngettext(
            "Busiest hour so far: %(hour)s, with %(count)s entry.",
            "Busiest hour so far: %(hour)s, with %(count)s entries.",
            busiest.entries or 0,
            hour=busiest.label,
        )
    if not today.has_lines or today.passages_in is None:
        # Nobody counted is not nobody there.
        return language.gettext("Nothing has been measured today so far.")
    if rows:
        return language.gettext("Nobody has come in yet today.")
    return language.gettext(
        "Nobody has come in today, and the last %(weekday)ss give nothing to compare with: "
        "there is nothing to draw.",
        weekday=language.weekday(today.day),
    )
