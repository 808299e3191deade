"""What of a site's contents a board shows on one day (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from pasperdus_collector.calendar.opening import SiteCalendar
from pasperdus_collector.reception.compose import Shown
from pasperdus_collector.reception.content import (
    DEFAULT_TALLIES,
    Answer,
    Contact,
    Content,
    Desk,
    Need,
    Notice,
    Phrase,
    Service,
    Tally,
)
from pasperdus_contract.board import (
    BoardAnswer,
    BoardContact,
    BoardDesk,
    BoardNeed,
    BoardNotice,
    BoardPhrase,
    BoardService,
    BoardTally,
    BothTitles,
)
from pasperdus_contract.fields import WireModel

DESK_DAYS = 7  # that a board tells duty desks of, today's first
C = TypeVar("C", bound=Content)
W = TypeVar("W", bound=WireModel)
# Of the kinds that others on the board, or events, refer to: what the board calls their name.
_NAMED = {
    **{kind: kind for kind in ("service", "need", "contact", "phrase")},
    "tally": "what",
}


def on(contents: Iterable[C], day: date) -> list[C]:
    """Return the contents that are valid on a day of the site, in their order."""
    return sorted((each for each in contents if each.is_valid_on(day)), key=lambda each: each.order)


def days_from(first: date) -> list[date]:
    """Return the days of which a board of ``first`` tells the desks."""
    return [first + timedelta(days=n) for n in range(DESK_DAYS)]


def desks_of(
    contents: Sequence[Content], days: Iterable[date], calendar: SiteCalendar
) -> list[BoardDesk]:
    """Return the duty desks of some days by day and hour, cancelled ones marked as such.

    A service lends its title and place also on days on which it is not valid itself.
    """
    services = {each.name: each for each in of_form(contents, Service)}
    return [
        desk_part(desk, day, services, calendar)
        for day in days
        for desk in sorted(of_form(contents, Desk), key=lambda each: (each.opens, each.order))
        if desk.is_held_on(day)
    ]


def with_default_tallies(contents: Iterable[Content]) -> list[Content]:
    """Return the contents with the tallies that are there even when the site wrote none."""
    told = list(contents)
    own = {each.name for each in of_form(told, Tally)}
    return [*told, *(each for each in DEFAULT_TALLIES if each.name not in own)]


def tallies_on(contents: Iterable[Content], day: date) -> list[Tally]:
    """Return what agents can count on a day, the defaults included, those hidden left out."""
    return [
        each for each in on(of_form(with_default_tallies(contents), Tally), day) if each.is_shown
    ]


def shown(contents: Sequence[Content], day: date, calendar: SiteCalendar) -> Shown:
    """Return everything that a board of ``day`` shows of a site's contents."""
    return Shown(
        services=_parts(contents, Service, day, BoardService),
        desks=desks_of(contents, days_from(day), calendar),
        notices=_parts(contents, Notice, day, BoardNotice),
        answers=_parts(contents, Answer, day, BoardAnswer),
        needs=_parts(contents, Need, day, BoardNeed),
        contacts=_parts(contents, Contact, day, BoardContact),
        phrases=_parts(contents, Phrase, day, BoardPhrase),
        tallies=[part(each, BoardTally) for each in tallies_on(contents, day)],
    )


def part(content: Content, model: type[W]) -> W:
    """Return a content as the board has it: what only its editors need is left out."""
    told = content.model_dump(mode="json", exclude={*Content.model_fields, "is_shown"})
    named = _NAMED.get(content.kind)
    return model.model_validate(told if named is None else {named: content.name, **told})


def desk_part(
    desk: Desk, day: date, services: Mapping[str, Service], calendar: SiteCalendar
) -> BoardDesk:
    """Return a desk as the board has it on a day on which it is held."""
    service = None if desk.service is None else services.get(desk.service)
    title = desk.title or (service.title if service is not None else None)
    if title is None:
        raise AssertionError(f"desk {desk.name} has neither a title nor a service that is there")
    place = desk.place or (service.place if service is not None else None)
    is_closed = not desk.held_when_closed and calendar.hours_on(day) == ()
    return BoardDesk(
        day=day.isoformat(),
        opens=desk.opens,
        closes=desk.closes,
        title=BothTitles(fr=title.fr, en=title.en),
        place=None if place is None else BothTitles(fr=place.fr, en=place.en),
        is_cancelled=day in desk.cancelled or is_closed,
    )


def of_form(contents: Iterable[Content], form: type[C]) -> list[C]:
    """Return the contents of one kind."""
    return [each for each in contents if isinstance(each, form)]


def _parts(contents: Iterable[Content], form: type[Content], day: date, model: type[W]) -> list[W]:
    return [part(each, model) for each in on(of_form(contents, form), day)]
