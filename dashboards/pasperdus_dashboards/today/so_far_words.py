"""The day's entries as they add up, as the rows of their chart and its table, in one language."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pasperdus_collector.api.day_quarters import SoFar
from pasperdus_collector.api.today import Today
from pasperdus_collector.calendar.grid import start_of_day_ms
from pasperdus_collector.series.usual import Band
from pasperdus_contract.fields import QUARTER_MS
from pasperdus_dashboards.charts.cumulative import NowMark, SumRow
from pasperdus_service.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One full hour of the table, as it is written."""

    until: str
    entries: str
    usual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFarView:
    """The rows of the chart, and the point that stands for now; None while nothing is known."""

    rows: list[SumRow]
    table: list[TableRow]
    now: NowMark | None
    sentence: str

    @property
    def draws_at_least(self) -> bool:
        """Whether a part of the line is one of at least so many."""
        return any(row.is_at_least and row.entries is not None for row in self.rows)

    @property
    def draws_usual(self) -> bool:
        """Whether the chart shows a usual day."""
        return any(row.median is not None for row in self.rows)


def so_far_view(today: Today, language: Language) -> SoFarView:
    """Return the day so far; without rows where there is nothing to draw."""
    zone = ZoneInfo(today.site.time_zone)
    start_ms = start_of_day_ms(today.at_ms, zone)
    rows = list(_rows(today, start_ms, zone, language))
    return SoFarView(
        rows=rows,
        table=[
            _table_row(each, today, zone, language)
            for each in today.so_far
            if _is_full_hour(each.end_ms, zone)
        ],
        now=_now(today, start_ms, zone, language) if rows else None,
        sentence=_sentence(today, language),
    )


def _sentence(today: Today, language: Language) -> str:
    last = today.so_far[-1].usual if today.so_far else None
    if last is None:
        return language.gettext("Nothing to compare with yet.")
    return language.gettext(
        "By the end of a usual %(weekday)s: %(band)s entries. The band goes from the lowest to the "
        "highest of the usual days; a day outside of it is no alarm.",
        weekday=language.weekday(today.day),
        band=_band(last, language),
    )


def _table_row(each: SoFar, today: Today, zone: ZoneInfo, language: Language) -> TableRow:
    if each.end_ms > today.at_ms:
        entries = "–"
    elif each.passages_in is None:
        entries = language.gettext("unknown")
    else:
        number = language.number(each.passages_in)
        entries = f"{language.gettext('at least')} {number}" if each.is_at_least else number
    return TableRow(
        until=language.clock(each.end_ms, zone),
        entries=entries,
        usual="–" if each.usual is None else _band(each.usual, language),
    )


def _rows(today: Today, start_ms: int, zone: ZoneInfo, language: Language) -> Iterator[SumRow]:
    for each in today.so_far:
        usual = each.usual
        yield SumRow(
            at=(each.end_ms - start_ms) // QUARTER_MS,
            label=language.hour(each.end_ms, zone) if _is_full_hour(each.end_ms, zone) else "",
            entries=each.passages_in,
            is_at_least=each.is_at_least,
            low=None if usual is None else usual.low,
            median=None if usual is None else usual.median,
            high=None if usual is None else usual.high,
            written=_written(each, today, zone, language),
        )


def _written(each: SoFar, today: Today, zone: ZoneInfo, language: Language) -> str:
    lines = [language.clock(each.end_ms, zone)]
    if each.passages_in is not None:
        lines.append(_entries(each.passages_in, language, is_at_least=each.is_at_least))
    elif each.end_ms <= today.at_ms:
        lines.append(language.gettext("unknown"))
    if each.usual is not None:
        usual = language.gettext("Usual %(weekday)s", weekday=language.weekday(today.day))
        lines.append(f"{language.capital(usual)} : {_band(each.usual, language)}")
    return "\n".join(lines)


def _now(today: Today, start_ms: int, zone: ZoneInfo, language: Language) -> NowMark | None:
    if today.passages_in is None or not today.so_far:
        return None
    first_ms, last_ms = today.so_far[0].end_ms - QUARTER_MS, today.so_far[-1].end_ms
    if not first_ms <= today.at_ms <= last_ms:
        return None
    is_at_least = any(each.is_at_least for each in today.so_far if each.end_ms <= today.at_ms)
    entries = _entries(today.passages_in, language, is_at_least=is_at_least)
    return NowMark(
        at=(today.at_ms - start_ms) / QUARTER_MS,
        entries=today.passages_in,
        written=f"{language.clock(today.at_ms, zone)} · {entries}",
    )


def _entries(count: int, language: Language, *, is_at_least: bool) -> str:
    entries = language.ngettext("%(count)s entry", "%(count)s entries", count)
    return f"{language.gettext('at least')} {entries}" if is_at_least else entries


def _band(band: Band, language: Language) -> str:
    if band.low == band.high:
        return language.number(band.low)
    return language.gettext(
        "%(low)s to %(high)s", low=language.number(band.low), high=language.number(band.high)
    )


def _is_full_hour(at_ms: int, zone: ZoneInfo) -> bool:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).minute == 0
