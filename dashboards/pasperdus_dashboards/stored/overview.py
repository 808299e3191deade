"""What is stored, as the rows of a table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pasperdus_collector.api.stored import Counted
from pasperdus_collector.stored.inventory import Part, Stock
from pasperdus_contract.fields import MAX_WALL_MS
from pasperdus_dashboards.stored.kept_words import about, event_kinds, groups, kept_for, words
from pasperdus_dashboards.stored.sizes import size_text
from pasperdus_service.languages import Language

_LATEST_MS = MAX_WALL_MS - 2 * 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of thing; empty texts are not known, or there is nothing."""

    code: str
    name: str
    says: str
    rows: str
    span: str
    size: str
    kept_for: str
    about: str
    """Whom it may concern; empty for nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows under one title."""

    title: str
    rows: list[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The whole table, and what is said above it."""

    counted: str
    total: str
    free: str
    events: str
    since: str
    groups: list[Group]
    kinds: list[Row]
    has_sizes: bool


def overview(counted: Counted, language: Language, zone: ZoneInfo) -> Overview:
    """Return the rows of an inventory; times are told in ``zone``."""
    inventory = counted.inventory
    stocks = {stock.kept.kept: stock for stock in inventory.stocks}
    events = stocks["events"]
    today = datetime.fromtimestamp(counted.at_ms / 1000, UTC).astimezone(zone).date()
    return Overview(
        counted=language.moment(counted.at_ms, zone, today),
        total=size_text(inventory.size, language),
        free=size_text(inventory.free, language) if inventory.free else "",
        events=language.ngettext("%(count)s raw event", "%(count)s raw events", events.rows),
        since=day_text(events.first_ms, language, zone),
        groups=[
            Group(title=title, rows=list(_rows((stocks[code] for code in told), language, zone)))
            for title, codes in groups(language)
            if (told := [code for code in codes if code in stocks])
        ],
        kinds=[_kind(part, language, zone) for part in events.parts],
        has_sizes=events.size is not None,
    )


def days_text(first_ms: int | None, last_ms: int | None, language: Language, zone: ZoneInfo) -> str:
    """Return the local days of two instants, or the one that they share; nothing for None."""
    first, last = day_text(first_ms, language, zone), day_text(last_ms, language, zone)
    if first == last:
        return first
    return language.gettext("%(first)s to %(last)s", first=first, last=last)


def day_text(at_ms: int | None, language: Language, zone: ZoneInfo) -> str:
    """Return the local day of an instant (ms since 1970 UTC); nothing for None."""
    if at_ms is None:
        return ""
    # A wrong clock may have said the year 9999, which not every zone can show.
    at = datetime.fromtimestamp(min(at_ms, _LATEST_MS) / 1000, UTC)
    return language.short_day(at.astimezone(zone).date())


def _rows(stocks: Iterable[Stock], language: Language, zone: ZoneInfo) -> Iterable[Row]:
    told = words(language)
    for stock in stocks:
        code = stock.kept.kept
        yield Row(
            code=code,
            name=told[code].name,
            says=told[code].says,
            rows=language.number(stock.rows) if stock.rows else "",
            span=days_text(stock.first_ms, stock.last_ms, language, zone),
            size=size_text(stock.size, language) if stock.size and stock.rows else "",
            kept_for=kept_for(stock.kept.retention, language),
            about="" if stock.kept.category == "none" else about(stock.kept, language),
        )


def _kind(part: Part, language: Language, zone: ZoneInfo) -> Row:
    return Row(
        code=part.name,
        name=event_kinds(language).get(part.name, part.name),
        says="",
        rows="" if part.rows is None else language.number(part.rows),
        span=days_text(part.first_ms, part.last_ms, language, zone),
        size="",
        kept_for="",
        about="",
    )
