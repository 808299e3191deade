"""What people write for the screens of a site: the form of each kind, and its limits (pure).

Texts have the types of the board, so whatever fits here fits the screens. Unknown fields are
refused: a word that nobody will ever see is a mistake.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.types import Strict

from pasperdus_collector.calendar.holidays import FIRST_YEAR, LAST_YEAR
from pasperdus_collector.calendar.opening import WEEKDAYS
from pasperdus_collector.errors import FieldError, fault
from pasperdus_contract import board
from pasperdus_contract.board import Clock, Phone
from pasperdus_contract.fields import Name

Kind = Literal["service", "desk", "notice", "answer", "need", "contact", "phrase", "tally"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MAX_POSITION = 9_999
MAX_DATES = 60  # of one desk: two years of a desk held every fortnight
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _written_as_date(sent: object) -> object:
    """Take a number for no date: pydantic would count days or seconds from 1970."""
    if isinstance(sent, date) or (isinstance(sent, str) and _DATE.fullmatch(sent)):
        return sent
    raise FieldError(
        f"{str(sent)[:40]!r} is not a date; write one like 2026-03-02",
        fault("", "not-a-day", sent=str(sent)[:40]),
    )


def _of_known_years(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise FieldError(
            f"{day} is not between {FIRST_YEAR} and {LAST_YEAR}",
            fault("", "year-out-of-range", first=FIRST_YEAR, last=LAST_YEAR),
        )


SiteDay = Annotated[date, BeforeValidator(_written_as_date)]
"""A date on the site's calendar, such as ``2026-11-23``."""
Dates = Annotated[tuple[SiteDay, ...], Field(max_length=MAX_DATES)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Titles(board.BothTitles, extra="forbid"):
    """A title in both languages."""


class Headings(board.BothHeadings, extra="forbid"):
    """A heading in both languages."""


class Paragraphs(board.BothParagraphs, extra="forbid"):
    """A paragraph in both languages."""


class Details(board.BothDetails, extra="forbid"):
    """A contact's detail in both languages."""


class Content(_Form):
    """What every kind has: its name, the days on which it is valid, and its place in the order.

    ``valid_from`` and ``valid_to`` are the first and the last day, both included; None leaves that
    side open. Among equals in position, names decide. Without a position it comes last.
    """

    kind: ClassVar[Kind]
    name: Name
    valid_from: SiteDay | None = None
    valid_to: SiteDay | None = None
    position: Annotated[int, Strict(), Field(ge=0, le=MAX_POSITION)] | None = None

    @field_validator("valid_from", "valid_to")
    @classmethod
    def _is_in_a_known_year(cls, day: date | None) -> date | None:
        if day is not None:
            _of_known_years(day)
        return day

    @field_validator("valid_to")
    @classmethod
    def _ends_after_it_begins(cls, last: date | None, info: ValidationInfo) -> date | None:
        first = info.data.get("valid_from")
        if first is not None and last is not None and last < first:
            raise FieldError(
                f"{last} is before valid_from, {first}; it is the last day, included",
                fault("", "last-before-first"),
            )
        return last

    def is_valid_on(self, day: date) -> bool:
        """Return whether a day is among those of this content."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    @property
    def order(self) -> tuple[int, str]:
        """What contents of a kind are sorted by."""
        return (MAX_POSITION if self.position is None else self.position, self.name)


class Service(Content):
    """Something that visitors come for; tokens are handed out for it."""

    kind: ClassVar[Kind] = "service"
    title: Titles
    place: Titles | None = None


class Desk(Content):
    """A duty desk: held every week on some days, on dates of its own, or both.

    Where it has no title or place, those of its ``service`` stand in. A day on which the site's
    calendar is closed cancels it, unless it is ``held_when_closed``.
    """

    kind: ClassVar[Kind] = "desk"
    service: Name | None = None
    title: Titles | None = None
    place: Titles | None = None
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=len(WEEKDAYS))] = ()
    dates: Dates = ()
    opens: Clock
    closes: Clock
    cancelled: Dates = ()
    held_when_closed: StrictBool = False

    @field_validator("weekdays")
    @classmethod
    def _from_monday_on(cls, told: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
        return tuple(sorted(set(told), key=WEEKDAYS.index))

    @field_validator("dates", "cancelled")
    @classmethod
    def _each_once_in_order(cls, told: tuple[date, ...]) -> tuple[date, ...]:
        for day in told:
            _of_known_years(day)
        return tuple(sorted(set(told)))

    @field_validator("closes")
    @classmethod
    def _closes_after_it_opens(cls, closes: str, info: ValidationInfo) -> str:
        opens = info.data.get("opens")
        if opens is not None and closes <= opens:
            raise FieldError(
                f"{closes} is not after opens, {opens}; a desk opens and closes once",
                fault("", "closes-before-it-opens"),
            )
        return closes

    @field_validator("cancelled")
    @classmethod
    def _cancels_what_would_be_held(
        cls, told: tuple[date, ...], info: ValidationInfo
    ) -> tuple[date, ...]:
        """A date that is one day off would send people to a desk that nobody holds."""
        weekdays, dates = info.data.get("weekdays"), info.data.get("dates")
        if weekdays is None or dates is None:
            return told  # what is wrong with those is told already
        for day in told:
            if WEEKDAYS[day.weekday()] not in weekdays and day not in dates:
                raise FieldError(
                    f"{day} is a {WEEKDAYS[day.weekday()]}, on which this desk is not held; "
                    "name a day of its weekdays or dates",
                    fault("", "not-held-that-day", weekday=day),
                )
        return told

    @model_validator(mode="after")
    def _has_a_title_and_a_day(self) -> Self:
        if self.service is None and self.title is None:
            raise FieldError(
                "a desk has a title of its own or that of a service; give one of them",
                fault("title", "desk-without-title"),
            )
        if not self.weekdays and not self.dates:
            raise FieldError(
                "a desk is held on weekdays, on dates, or both; give at least one",
                fault("weekdays", "desk-without-days"),
            )
        return self

    def is_held_on(self, day: date) -> bool:
        """Return whether its rule names a valid day, cancelled or not."""
        return self.is_valid_on(day) and (
            WEEKDAYS[day.weekday()] in self.weekdays or day in self.dates
        )


class Notice(Content):
    """One thing that visitors should know."""

    kind: ClassVar[Kind] = "notice"
    title: Headings
    text: Paragraphs | None = None


class Answer(Content):
    """« Vous avez dit / nous avons fait »."""

    kind: ClassVar[Kind] = "answer"
    said: Headings
    done: Paragraphs


class Need(Content):
    """What somebody may need; contacts are found by it."""

    kind: ClassVar[Kind] = "need"
    title: Titles


class Contact(Content):
    """A local actor, for one or several needs."""

    kind: ClassVar[Kind] = "contact"
    needs: Annotated[tuple[Name, ...], Field(min_length=1, max_length=4)]
    title: board.Title
    address: board.Heading | None = None
    phone: Phone | None = None
    hours: Headings | None = None
    detail: Details | None = None

    @field_validator("needs")
    @classmethod
    def _each_once(cls, told: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(told))


class Phrase(Content):
    """A direction or an address to show a visitor, by language; French is always there."""

    kind: ClassVar[Kind] = "phrase"
    texts: dict[str, board.Phrase]
    arrow: Literal["left", "right", "up", "down"] | None = None

    @field_validator("texts", mode="before")
    @classmethod
    def _are_in_languages_that_screens_draw(cls, told: object) -> object:
        """Tell a language that cannot be drawn before each of its letters."""
        if not isinstance(told, Mapping):
            return told  # what is wrong with it is told next
        known = ", ".join(board.PHRASE_LANGUAGES)
        for code in told:
            if code not in board.PHRASE_LANGUAGES:
                raise FieldError(
                    f"the screens have no letters for {code!r}; they have {known}",
                    fault(str(code), "no-letters"),
                )
        if "fr" not in told:
            raise FieldError("fr is missing; give it, and any of " + known, fault("fr", "missing"))
        return {code: told[code] for code in board.PHRASE_LANGUAGES if code in told}


class Category(_Form):
    """What a tally is about."""

    category: Name
    title: Titles


class Tally(Content):
    """Something that agents count by hand; ``name`` is what its events call it.

    One that is there by default is hidden with ``is_shown`` false.
    """

    kind: ClassVar[Kind] = "tally"
    title: Titles
    categories: Annotated[tuple[Category, ...], Field(max_length=board.MAX_CATEGORIES)] = ()
    is_shown: StrictBool = True

    @field_validator("categories")
    @classmethod
    def _have_names_of_their_own(cls, told: tuple[Category, ...]) -> tuple[Category, ...]:
        names = [each.category for each in told]
        for name in names:
            if names.count(name) > 1:
                raise FieldError(
                    f"{name!r} is there twice; give each category its own name",
                    fault("", "named-twice"),
                )
        return told


FORMS: Mapping[Kind, type[Content]] = {
    form.kind: form for form in (Service, Desk, Notice, Answer, Need, Contact, Phrase, Tally)
}

DEFAULT_TALLIES: tuple[Tally, ...] = tuple(
    Tally(name=name, position=n, title=Titles(fr=french, en=english))
    for n, (name, french, english) in enumerate(
        (
            ("repeated-question", "Question répétée", "Repeated question"),
            ("misorientation", "Mauvaise orientation", "Wrong directions"),
            ("phone", "Appel téléphonique", "Phone call"),
            ("incident", "Incident", "Incident"),
        )
    )
)
"""What agents can count before the site wrote anything: one of the same name replaces each."""
