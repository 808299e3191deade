"""How much a site may write: what every board from today on can hold (pure).

Past contents count for nothing and future ones on their own days. The fullest board is looked for
on all days to come, not only the next ones: whoever writes in November what is for June is told in
November. It is enough to look at today and at the boards on which something begins: between two
beginnings boards only lose.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from pasperdus_collector.calendar.opening import SiteCalendar
from pasperdus_collector.errors import QueryError
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
    days_from,
    desk_part,
    of_form,
    on,
    part,
    tallies_on,
)
from pasperdus_contract import board
from pasperdus_contract.codec import encode
from pasperdus_contract.fields import WireModel

LIVING_BYTES = 12_500
"""Of a board, what its own fields, 24 terminals and 24 visits take: as many as there are tokens."""
MAX_CONTENT_BYTES = board.MAX_BOARD_BYTES - LIVING_BYTES
MAX_KEPT = 200
"""Of a kind in a site, past and future ones included: enough for years, and soon read."""

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
    desks = of_form(contents, Desk)
    others = [each for each in contents if not isinstance(each, Desk | Tally)]
    sizes = _sizes(contents, today)
    for first in _fullest_days(contents, today):
        counts: Counter[Kind] = Counter()
        taken: Counter[Kind] = Counter()
        for content in (*on(others, first), *tallies_on(contents, first)):
            counts[content.kind] += 1
            taken[content.kind] += sizes[content.kind, content.name]
        week = days_from(first)
        for desk in desks:
            held = sum(desk.is_held_on(day) for day in week)
            counts["desk"] += held
            taken["desk"] += held * sizes["desk", desk.name]
        _check(first, counts, taken)


def _check(first: date, counts: Counter[Kind], taken: Counter[Kind]) -> None:
    for kind, most in MOST_SHOWN.items():
        if counts[kind] > most:
            when = f"in the {DESK_DAYS} days from {first}" if kind == "desk" else f"on {first}"
            way = "hide" if kind == "tally" else "end or remove"
            raise QueryError(
                f"{kind}: {counts[kind]} would be shown {when}, at most {most} fit the screens; "
                f"{way} another one first"
            )
    total = sum(taken.values())
    if total > MAX_CONTENT_BYTES:
        ((kind, most_taken),) = taken.most_common(1)
        raise QueryError(
            f"the board of {first} would take {total} bytes of contents, at most "
            f"{MAX_CONTENT_BYTES} reach the screens with everything else; most are of kind {kind} "
            f"({most_taken} bytes): shorten texts, or end or remove some"
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


def _fullest_days(contents: Iterable[Content], today: date) -> list[date]:
    """Return the first days of boards among which the fullest one is, today's first.

    A board that is a day earlier has everything that a later one has, unless something begins
    within the week that the later one tells of.
    """
    begins = {today}
    for content in contents:
        if content.valid_from is not None:
            begins.add(content.valid_from)
        if isinstance(content, Desk):
            begins.update(content.dates)
    back = [timedelta(days=n) for n in range(DESK_DAYS)]
    return sorted({max(today, day - earlier) for day in begins if day >= today for earlier in back})
