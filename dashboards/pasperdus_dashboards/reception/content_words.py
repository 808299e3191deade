"""Contents in words, as lists show them: what is written, until when, in which state (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from pasperdus_collector.calendar.opening import WEEKDAYS
from pasperdus_collector.reception.content import (
    Contact,
    Content,
    Desk,
    Kind,
    Phrase,
    Tally,
)
from pasperdus_collector.reception.content_limits import MOST_SHOWN
from pasperdus_collector.reception.content_store import BY_DEFAULT, Stored
from pasperdus_dashboards.reception.days import whole_day
from pasperdus_dashboards.reception.kinds import SLUGS
from pasperdus_dashboards.reception.previews import Names, Preview, preview_of
from pasperdus_dashboards.reception.week_words import told
from pasperdus_dashboards.shell.navigation import RECEPTION
from pasperdus_service.languages import Language

_MONDAY = date(2026, 11, 23)
MOST_OVER = 30
"""Of those that are over, on the page at once: the last ones; others follow when these go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """A content in a list; ``facts`` are short lines of what screens do not show of it."""

    kind: Kind
    name: str
    version: int
    is_default: bool
    title: str
    preview: Preview
    when: str
    facts: tuple[str, ...]
    state: Literal["now", "later", "over", "hidden"]
    path: str
    ends: date | None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The contents of a kind by state, and how many of those that fit are shown today."""

    kind: Kind
    shown: tuple[ItemView, ...]
    later: tuple[ItemView, ...]
    over: tuple[ItemView, ...]
    over_count: int
    room: str
    groups: tuple[tuple[str, tuple[ItemView, ...]], ...] = ()
    """Those shown that are found by need, under each of their needs."""

    @property
    def is_empty(self) -> bool:
        """Whether nobody wrote any."""
        return not (self.shown or self.later or self.over)


def listed(
    kind: Kind, stored: Iterable[Stored], *, today: date, language: Language, names: Names
) -> Listed:
    """Return the contents of one kind as a page lists them."""
    views = [
        item_view(each, today=today, language=language, names=names)
        for each in stored
        if each.content.kind == kind
    ]
    shown = tuple(each for each in views if each.state == "now")
    over = sorted(
        (each for each in views if each.state in ("over", "hidden")),
        key=lambda each: each.ends or date.max,
        reverse=True,
    )
    return Listed(
        kind=kind,
        shown=shown,
        later=tuple(each for each in views if each.state == "later"),
        over=tuple(over[:MOST_OVER]),
        over_count=len(over),
        room=""
        if kind == "desk"
        else language.gettext(
            "%(count)s of at most %(most)s today",
            count=language.number(len(shown)),
            most=language.number(MOST_SHOWN[kind]),
        ),
        groups=tuple(_by_need(shown, language, names)),
    )


def _by_need(
    shown: Iterable[ItemView], language: Language, names: Names
) -> Iterable[tuple[str, tuple[ItemView, ...]]]:
    found = list(shown)
    for need in names.needs.values():
        helping = tuple(each for each in found if need.name in each.needs)
        if helping:
            yield told(need.title, language), helping


def item_view(stored: Stored, *, today: date, language: Language, names: Names) -> ItemView:
    """Return one content as a list shows it."""
    content = stored.content
    preview = preview_of(content, language, names)
    return ItemView(
        kind=content.kind,
        name=content.name,
        version=stored.version,
        is_default=stored.version == BY_DEFAULT,
        title=preview.title,
        preview=preview,
        when=_when(content, today, language),
        facts=tuple(_facts(content, today, language, names)),
        state=_state(content, today),
        path=f"{RECEPTION}/{SLUGS[content.kind]}/{content.name}",
        ends=content.valid_to,
        needs=content.needs if isinstance(content, Contact) else (),
    )


def _state(content: Content, today: date) -> Literal["now", "later", "over", "hidden"]:
    if content.valid_to is not None and content.valid_to < today:
        return "over"
    if content.valid_from is not None and content.valid_from > today:
        return "later"
    if isinstance(content, Tally) and not content.is_shown:
        return "hidden"
    if isinstance(content, Desk) and not content.weekdays and max(content.dates) < today:
        return "over"
    return "now"


def _when(content: Content, today: date, language: Language) -> str:
    """Return when it is shown; empty where that is always."""
    first, last = content.valid_from, content.valid_to
    begins = "" if first is None else whole_day(first, language, today=today)
    ends = "" if last is None else whole_day(last, language, today=today)
    if not ends:
        return language.gettext("From %(day)s on", day=begins) if begins else ""
    if first is not None and first == last:
        return language.gettext("On %(day)s only", day=ends)
    if first is None or first <= today:
        return language.gettext("Until %(day)s", day=ends)
    return language.gettext("From %(first)s to %(last)s", first=begins, last=ends)


def _facts(content: Content, today: date, language: Language, names: Names) -> Iterable[str]:
    match content:
        case Desk():
            if content.weekdays:
                yield _weekdays(content, language)
            for day in _next(content.dates, today):
                yield language.gettext("On %(day)s", day=whole_day(day, language, today=today))
            for day in _next(content.cancelled, today):
                yield language.gettext(
                    "Cancelled on %(day)s", day=whole_day(day, language, today=today)
                )
        case Contact():
            yield ", ".join(
                told(names.needs[name].title, language)
                for name in content.needs
                if name in names.needs
            )
        case Phrase() if len(content.texts) > 1:
            yield language.ngettext("%(count)s language", "%(count)s languages", len(content.texts))
        case Tally() if not content.is_shown:
            yield language.gettext("Hidden")
        case _:
            pass


def _weekdays(desk: Desk, language: Language) -> str:
    days = (_MONDAY + timedelta(days=WEEKDAYS.index(name)) for name in desk.weekdays)
    return language.capital(", ".join(language.weekday(day) for day in days))


def _next(days: Iterable[date], today: date) -> list[date]:
    """Return the next few of some dates: a list is no calendar."""
    return [day for day in days if day >= today][:3]
