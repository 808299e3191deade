"""A site's day so far, in words and rows; figures are never judged, only set beside each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pasperdus_collector.api.today import Hour, Published, Ratings, Silence, Today, open_hours
from pasperdus_collector.release import K
from pasperdus_collector.series.usual import DAYS, MIN_DAYS, Band
from pasperdus_contract.events import SATISFIED_FROM
from pasperdus_dashboards.languages import Language
from pasperdus_dashboards.node_words import NodeCard, node_card

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
class ScoreRow:
    """One score of a question, worst first."""

    score: int
    count: int
    count_text: str
    share: float
    share_text: str
    is_satisfied: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingsView:
    """One question; without ``rows`` nothing has been published lately."""

    question: str
    scale: int
    when: str
    rows: list[ScoreRow]
    share_text: str
    total_text: str
    satisfied_means: str


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
    inside: str
    inside_margin: str
    inside_note: str
    hours: list[HourRow]
    hours_sentence: str
    ratings: list[RatingsView]
    release_rule: str
    nodes: list[NodeCard]
    announcement: str

    @property
    def troubled(self) -> list[NodeCard]:
        """The nodes that need somebody."""
        return [card for card in self.nodes if not card.is_fine]


def day_view(today: Today, language: Language) -> DayView:
    """Put a day into words."""
    zone = ZoneInfo(today.site.time_zone)
    shown = open_hours(today.hours, at_least=LEAST_HOURS)
    hours = [_hour_row(hour, today, language, zone) for hour in shown]
    comparison = _comparison(today, language, zone)
    entries_notes = list(_entries_notes(today, language, zone))
    inside_note = _inside_note(today, language, zone)
    return DayView(
        today=today,
        zone=zone,
        date=language.day(today.day),
        clock=language.clock(today.at_ms, zone),
        entries=_figure(today.passages_in, language),
        entries_notes=entries_notes,
        comparison=comparison,
        basis=_basis(today, language),
        inside=_figure(today.inside.people, language),
        inside_margin=_margin(today, language),
        inside_note=inside_note,
        hours=hours,
        hours_sentence=_hours_sentence(today, hours, language),
        ratings=[_ratings_view(each, language, zone) for each in today.ratings],
        release_rule=_release_rule(language),
        nodes=[
            node_card(node, language, zone=zone, day=today.day, at_ms=today.at_ms)
            for node in today.nodes
        ],
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
    return f"±\u202f{language.number(margin)}" if margin else ""


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
    if inside.margin:
        return language.gettext(
            "Entries less exits since %(close)s. The margin is the widest gap between entries and "
            "exits on usual days, for as many passages as today.",
            close=close,
        )
    return language.gettext("Entries less exits since %(close)s.", close=close)


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
        remarks.append(language.gettext("not measured yet"))
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
    if not rows:
        return language.gettext(
            "Nobody has come in today, and the last %(weekday)ss give nothing to compare with: "
            "there is nothing to draw.",
            weekday=language.weekday(today.day),
        )
    counted = [row for row in rows if row.entries]
    if counted:
        busiest = max(counted, key=lambda row: row.entries or 0)
        sentence = language.ngettext(
            "Busiest hour so far: %(hour)s, with %(count)s entry.",
            "Busiest hour so far: %(hour)s, with %(count)s entries.",
            busiest.entries or 0,
            hour=busiest.label,
        )
    else:
        sentence = language.gettext("Nobody has come in yet today.")
    return sentence


# -- ratings ----------------------------------------------------------------------------------


def _ratings_view(ratings: Ratings, language: Language, zone: ZoneInfo) -> RatingsView:
    published = ratings.today or ratings.latest
    satisfied_from = SATISFIED_FROM[ratings.scale]
    counts = published.counts if published else []
    total = sum(counts)
    satisfied = sum(counts[satisfied_from - 1 :])
    rows = [
        ScoreRow(
            score=score,
            count=count,
            count_text=language.number(count),
            share=count / total,
            share_text=language.percent(count / total),
            is_satisfied=score >= satisfied_from,
        )
        for score, count in enumerate(counts, start=1)
    ]
    return RatingsView(
        question=ratings.question,
        scale=ratings.scale,
        when=_when(ratings, published, language, zone),
        rows=rows,
        share_text=language.percent(satisfied / total) if total else "",
        total_text=language.ngettext("%(count)s rating", "%(count)s ratings", total),
        satisfied_means=_satisfied_means(ratings.scale, satisfied_from, language),
    )


def _when(ratings: Ratings, published: Published | None, language: Language, zone: ZoneInfo) -> str:
    if published is None:
        return language.gettext("No rating published in the last four weeks.")
    if ratings.today is not None and published.through_ms is not None:
        return language.gettext(
            "Published today, up to %(clock)s.", clock=language.clock(published.through_ms, zone)
        )
    day = datetime.fromtimestamp(published.day_start_ms / 1000, UTC).astimezone(zone).date()
    return language.gettext(
        "None published yet today. The latest are of %(day)s.", day=language.day(day)
    )


def _satisfied_means(scale: int, satisfied_from: int, language: Language) -> str:
    if satisfied_from == scale:
        return language.gettext("Satisfied: score %(best)s of %(best)s.", best=scale)
    return language.gettext(
        "Satisfied: score %(least)s or %(best)s of %(best)s.", least=satisfied_from, best=scale
    )


def _release_rule(language: Language) -> str:
    return language.gettext(
        "So that nobody can be singled out, ratings appear in groups of at least %(least)s, by "
        "whole finished hours: a figure that does not move does not mean that nobody answered.",
        least=K,
    )
