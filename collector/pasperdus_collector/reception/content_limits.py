"""How much a site may write: what every board from today on can hold (pure).

Past contents count for nothing and future ones on their own days. The fullest board is looked for
on all days to come, not only the next ones: whoever writes in November what is for June is told in
November. Days are swept once, from one on which something begins or ends to the next: what is
written is checked within the writing thread, and the more there is, the longer all others wait.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from pasperdus_collector.calendar.opening import WEEKDAYS, SiteCalendar
from pasperdus_collector.errors import QueryError, fault
from pasperdus_collector.reception.content import (
    DEFAULT_TALLIES,
    Answer,
    Contact,
    Content,
    Desk,
    Kind,
    Need,
    Notice,
    Phrase,
    Service,
    Tally,
)
from pasperdus_collector.reception.showing import (
    DESK_DAYS,
    desk_part,
    of_form,
    part,
    with_default_tallies,
)
from pasperdus_contract import board
from pasperdus_contract.codec import encode
from pasperdus_contract.fields import WireModel

LIVING_BYTES = 12_500
"""Of a board, what its own fields, 24 terminals and 24 visits take: as many as there are tokens."""
MAX_CONTENT_BYTES = board.MAX_BOARD_BYTES - LIVING_BYTES
MAX_KEPT = 200
"""Of a kind in a site, past and future ones included: enough for years, and soon read."""
MAX_SITE_DATES = 3_000
"""Of all desks of a site, cancelled ones included: fifty desks with as many as each may have."""

MOST_SHOWN: dict[Kind, int] = {
    "service": board.MAX_SERVICES,
    "desk": board.MAX_DESKS,
    "notice": board.MAX_NOTICES,
    "answer": board.MAX_ANSWERS,
    "need": board.MAX_NEEDS,
    "contact": board.MAX_CONTACTS,
    "phrase": board.MAX_PHRASES,
    "tally": board.MAX_TALLIES,
}
_WEEK = tuple(timedelta(days=n) for n in range(DESK_DAYS))  # that a board tells of
_SHOWN_AS: dict[type[Content], type[WireModel]] = {
    Service: board.BoardService,
    Notice: board.BoardNotice,
    Answer: board.BoardAnswer,
    Need: board.BoardNeed,
    Contact: board.BoardContact,
    Phrase: board.BoardPhrase,
    Tally: board.BoardTally,
}


def check_boards(contents: Sequence[Content], today: date) -> None:
    """Make sure that every board from ``today`` on can hold what is valid on its day.

    Raises :class:`QueryError`, which names kind, day and limit.
    """
    _check_dates(of_form(contents, Desk))
    sizes = _sizes(contents, today)
    changes: defaultdict[date, list[tuple[Kind, int, int]]] = defaultdict(list)
    for content in with_default_tallies(contents):
        size = sizes[content.kind, content.name]
        for first, shown in _changes(content, today):
            changes[first].append((content.kind, shown, shown * size))
    counts: Counter[Kind] = Counter()
    taken: Counter[Kind] = Counter()
    for first in sorted(changes):
        for kind, shown, size in changes[first]:
            counts[kind] += shown
            taken[kind] += size
        _check(first, counts, taken)


def _check_dates(desks: Sequence[Desk]) -> None:
    dates = sum(len(desk.dates) + len(desk.cancelled) for desk in desks)
    if dates > MAX_SITE_DATES:
        raise QueryError(
            f"desk: the desks of this site would have {dates} dates and cancelled dates together, "
            f"at most {MAX_SITE_DATES} are kept; remove those that are over, or hold desks on "
            "weekdays",
            fault("dates", "too-many-dates", count=dates, most=MAX_SITE_DATES),
        )


def _check(first: date, counts: Counter[Kind], taken: Counter[Kind]) -> None:
    for kind, most in MOST_SHOWN.items():
        if counts[kind] > most:
            when = f"in the {DESK_DAYS} days from {first}" if kind == "desk" else f"on {first}"
            way = "hide" if kind == "tally" else "end or remove"
            raise QueryError(
                f"{kind}: {counts[kind]} would be shown {when}, at most {most} fit the screens; "
                f"{way} another one first",
                fault("", "too-many-shown", kind=kind, count=counts[kind], most=most, day=first),
            )
    total = sum(taken.values())
    if total > MAX_CONTENT_BYTES:
        ((kind, most_taken),) = taken.most_common(1)
        raise QueryError(
            f"the board of {first} would take {total} bytes of contents, at most "
            f"{MAX_CONTENT_BYTES} reach the screens with everything else; most are of kind {kind} "
            f"({most_taken} bytes): shorten texts, or end or remove some",
            fault("", "board-too-big", day=first, kind=kind),
        )


def _sizes(contents: Sequence[Content], today: date) -> dict[tuple[Kind, str], int]:
    """Return the bytes that each content takes whenever it is shown, with the comma after it."""
    services = {each.name: each for each in of_form(contents, Service)}
    calendar = SiteCalendar()  # tells nothing: "false", of no cancelled desk, is the longer word
    sizes: dict[tuple[Kind, str], int] = {}
    for content in (*contents, *DEFAULT_TALLIES):
        shown: WireModel = (
            desk_part(content, today, services, calendar)
            if isinstance(content, Desk)
            else part(content, _SHOWN_AS[type(content)])
        )
        sizes.setdefault((content.kind, content.name), len(encode(shown)) + 1)
    return sizes


def _changes(content: Content, today: date) -> Iterator[tuple[date, int]]:
    """Yield from which board on, today's first, a content is shown how many times more or fewer."""
    if isinstance(content, Tally) and not content.is_shown:
        return
    begins = today if content.valid_from is None else content.valid_from
    ends = date.max if content.valid_to is None else content.valid_to  # the last day, included
    if isinstance(content, Desk):
        yield from _desk_changes(content, begins, ends, today)
    elif ends >= today:
        yield max(begins, today), 1
        if ends < date.max:
            yield ends + timedelta(days=1), -1


def _desk_changes(desk: Desk, begins: date, ends: date, today: date) -> Iterator[tuple[date, int]]:
    """Yield the changes of a desk, which boards show once for each day of their week.

    Between its first and its last weeks nothing changes about its weekdays; each of its dates is
    told by the boards of a week.
    """
    weekdays = {WEEKDAYS.index(weekday) for weekday in desk.weekdays}
    if weekdays and ends >= today:
        edges = [*_around(begins, today), *([] if ends == date.max else _around(ends, today))]
        firsts = sorted({today, *edges})
        told = [
            sum(_is_held(first + day, weekdays, begins, ends) for day in _WEEK) for first in firsts
        ]
        yield firsts[0], told[0]
        for (_, first), (before, after) in zip(pairwise(firsts), pairwise(told), strict=True):
            yield first, after - before
    for day in desk.dates:
        if day >= today and begins <= day <= ends and day.weekday() not in weekdays:
            yield max(day - _WEEK[-1], today), 1
            yield day + timedelta(days=1), -1


def _around(edge: date, today: date) -> list[date]:
    """Return the first days of the boards that an edge of validity makes differ from others."""
    days = (edge + timedelta(days=n) for n in range(1 - DESK_DAYS, 2))
    return [day for day in days if day >= today]


def _is_held(day: date, weekdays: set[int], begins: date, ends: date) -> bool:
    return begins <= day <= ends and day.weekday() in weekdays
