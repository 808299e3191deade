"""When the sensors of a site's lines were silent, with exact times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from pasperdus_collector.buckets.line_gaps import LineGap
from pasperdus_service.languages import Language

DAY_MS = 86_400_000
SHOWN = 12  # the latest; the others are a click away


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """One gap of one line, written out."""

    node: str
    line: str
    start: str
    end: str
    silent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapsView:
    """The gaps of the last fourteen days, the latest first."""

    sentence: str
    latest: list[GapRow]
    earlier: list[GapRow]


def gaps_view(
    gaps: Sequence[LineGap], language: Language, *, zone: ZoneInfo, today: date, has_lines: bool
) -> GapsView:
    """Return the gaps in words."""
    rows = [
        _row(gap, language, zone, today)
        for gap in sorted(gaps, key=lambda gap: gap.start_ms, reverse=True)
    ]
    return GapsView(
        sentence=_sentence(gaps, language, has_lines=has_lines),
        latest=rows[:SHOWN],
        earlier=rows[SHOWN:],
    )


def _sentence(gaps: Sequence[LineGap], language: Language, *, has_lines: bool) -> str:
    if not has_lines:
        return language.gettext(
            "No line is known here yet: a line makes itself known with its first passage."
        )
    if not gaps:
        return language.gettext("No sensor was silent for more than a minute in the last 14 days.")
    lines = {(gap.node, gap.line) for gap in gaps}
    silent_ms = sum(gap.silent_ms for gap in gaps)
    return language.ngettext(
        "%(count)s line was silent for %(duration)s in all during the last 14 days: the counts of "
        "those times are gaps, not zeros.",
        "%(count)s lines were silent for %(duration)s in all during the last 14 days: the counts "
        "of those times are gaps, not zeros.",
        len(lines),
        duration=silence(silent_ms, language),
    )


def silence(ms: int, language: Language) -> str:
    """Return a duration; from two days on in whole days."""
    days = ms / DAY_MS
    if days < 2:
        return language.duration(ms)
    return language.ngettext("%(count)s day", "%(count)s days", round(days))


def _row(gap: LineGap, language: Language, zone: ZoneInfo, today: date) -> GapRow:
    starts_on, ends_on = _day(gap.start_ms, zone), _day(gap.end_ms, zone)
    end = language.clock(gap.end_ms, zone)
    return GapRow(
        node=gap.node,
        line=gap.line,
        start=f"{_told(starts_on, language, today)}, {language.clock(gap.start_ms, zone)}",
        end=end if ends_on == starts_on else f"{_told(ends_on, language, today)}, {end}",
        silent=silence(gap.silent_ms, language),
    )


def _told(day: date, language: Language, today: date) -> str:
    if day == today:
        return language.gettext("today")
    return f"{language.short_weekday(day)} {day.day} {language.month(day)}"


def _day(at_ms: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).date()
