"""The board of a site: everything that any screen of it may show, and nothing private.

The collector composes it, publishes it retained and small, and every screen keeps the last one. The
limits of each text are what the screens can show: tests draw the longest ones.
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic.types import Strict
from pydantic_core import PydanticCustomError

from pasperdus_contract.events import MAX_OCCUPANCY
from pasperdus_contract.fields import MAX_WALL_MS, Count, Epoch, Flag, Name, Seq, WallMs, WireModel
from pasperdus_contract.messages import Envelope

MAX_VISITS = 32  # 24 tokens, and some that two terminals without a network both gave
MAX_TERMINALS = 24
MAX_SERVICES = 8
MAX_DESKS = 60  # of seven days
MAX_NOTICES = 8
MAX_ANSWERS = 6
MAX_NEEDS = 12
MAX_CONTACTS = 60
MAX_PHRASES = 16
MAX_TALLIES = 4
MAX_CATEGORIES = 6  # of each tally
MAX_BOARD_BYTES = 60_000  # below the wire's limit, so that a busy morning still fits
MAX_SHOWN_MS = MAX_WALL_MS - 2 * 86_400_000  # such a time can be shown in every zone
FIRST_YEAR, LAST_YEAR = 1970, 9998  # of dates that have a day before and one after them

PHRASE_LANGUAGES = (
    *("fr", "en", "es", "pt", "it", "de", "nl", "pl", "ro", "sq", "tr", "vi"),
    *("ru", "uk", "el"),
)
"""Languages of a card for a visitor: those whose letters the screens' typeface has."""

# Latin with everything that French and its neighbours need, Vietnamese, Greek, Cyrillic; spaces,
# dashes, quotation marks and the euro. No emoji, no control characters.
CHARACTERS = (
    r"\u0020-\u007e\u00a0-\u017f\u0218-\u021b\u01a0\u01a1\u01af\u01b0\u0384-\u038a\u038c"
    r"\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f\u0490\u0491\u1ea0-\u1ef9\u2009\u2013\u2014\u2018"
    r"\u2019\u201c-\u201e\u2022\u2026\u202f\u20ac"
)
_PATTERN = rf"^[{CHARACTERS}]+$"


def _text(max_length: int) -> StringConstraints:
    return StringConstraints(
        min_length=1, max_length=max_length, pattern=_PATTERN, strip_whitespace=True
    )


Title = Annotated[str, _text(40)]
"""A service, a desk, a contact, a place: one or two lines of a list."""
Heading = Annotated[str, _text(60)]
"""What a notice says in one breath."""
Paragraph = Annotated[str, _text(180)]
"""What stands under a heading."""
Detail = Annotated[str, _text(240)]
"""What a contact's own page says."""
Phrase = Annotated[str, _text(90)]
"""A direction or an address, in letters that a visitor reads at arm's length."""
Phone = Annotated[str, StringConstraints(pattern=r"^[0-9+ ().\u202f\u00a0-]{2,24}$")]

Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A time of day at the site, such as ``09:30``."""


def _is_a_date(text: str) -> str:
    try:
        is_known = FIRST_YEAR <= date.fromisoformat(text).year <= LAST_YEAR
    except ValueError:
        is_known = False
    if not is_known:
        raise PydanticCustomError(
            "day",
            "{text} is no date of the years {first} to {last}",
            {"text": text, "first": FIRST_YEAR, "last": LAST_YEAR},
        )
    return text


Day = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    AfterValidator(_is_a_date),
]
"""A date at the site that the calendar has, such as ``2026-11-23``."""
SiteTitle = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_PATTERN)]
"""What people call a site or a terminal; screens cut what is too long for them."""


class BothTitles(WireModel):
    """A title in both languages; French stands in where there is no English."""

    fr: Title
    en: Title | None = None


class BothHeadings(WireModel):
    """A heading in both languages."""

    fr: Heading
    en: Heading | None = None


class BothParagraphs(WireModel):
    """A paragraph in both languages."""

    fr: Paragraph
    en: Paragraph | None = None


class BothDetails(WireModel):
    """The detail of a contact in both languages."""

    fr: Detail
    en: Detail | None = None


class BoardCall(WireModel):
    """The call that counts; ``at`` (ms since 1970 UTC) is told only of a visit that is timed."""

    at: WallMs
    node: Name
    epoch: Epoch
    seq: Seq


class BoardVisit(WireModel):
    """A macaron in somebody's hands; ``since`` is when its wait at hand began."""

    visit: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    token: Name
    state: Literal["waiting", "called", "serving", "parked"]
    service: Name | None = None
    since: WallMs
    is_timed: Flag
    call: BoardCall | None = None


class BoardTerminal(WireModel):
    """A terminal of the site: the tokens that it hands out today, and what was heard of it.

    ``heard`` is the highest ``seq`` of its token and undo events that this board knows, 0 before
    the first; numbers of an outbox that was replaced say nothing about the present one.
    """

    node: Name
    title: SiteTitle
    hand: Annotated[list[Name], Field(max_length=24)]
    heard: Count = 0


class Inside(WireModel):
    """People inside, give or take ``error`` where that is known."""

    people: Annotated[int, Strict(), Field(ge=0, le=MAX_OCCUPANCY)]
    error: Annotated[int, Strict(), Field(ge=0, le=MAX_OCCUPANCY)] | None = None


class BoardService(WireModel):
    """Something that visitors come for; macarons may be handed out for it."""

    service: Name
    title: BothTitles
    place: BothTitles | None = None


class BoardDesk(WireModel):
    """A duty desk on one day."""

    day: Day
    opens: Clock
    closes: Clock
    title: BothTitles
    place: BothTitles | None = None
    is_cancelled: Flag = False

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.opens >= self.closes:
            raise PydanticCustomError(
                "desk_hours",
                "closes: {closes} is not after {opens}",
                {"closes": self.closes, "opens": self.opens},
            )
        return self


class BoardNotice(WireModel):
    """One thing that visitors should know."""

    title: BothHeadings
    text: BothParagraphs | None = None


class BoardAnswer(WireModel):
    """« Vous avez dit / nous avons fait »."""

    said: BothHeadings
    done: BothParagraphs


class BoardNeed(WireModel):
    """What somebody may need; the directory is sorted by it."""

    need: Name
    title: BothTitles


class BoardContact(WireModel):
    """A local actor, for one or several needs."""

    contact: Name
    needs: Annotated[list[Name], Field(min_length=1, max_length=4)]
    title: Title
    address: Heading | None = None
    phone: Phone | None = None
    hours: BothHeadings | None = None
    detail: BothDetails | None = None


class BoardPhrase(WireModel):
    """A direction or an address to show a visitor, by language."""

    phrase: Name
    texts: dict[str, Phrase]
    arrow: Literal["left", "right", "up", "down"] | None = None

    @model_validator(mode="after")
    def _is_in_languages_that_we_can_draw(self) -> Self:
        unknown = [code for code in self.texts if code not in PHRASE_LANGUAGES]
        if unknown or "fr" not in self.texts:
            raise PydanticCustomError(
                "phrase_languages",
                "texts: {told}; write fr, and any of {known}",
                {
                    "told": f"unknown language {unknown[0]!r}" if unknown else "fr is missing",
                    "known": ", ".join(PHRASE_LANGUAGES[1:]),
                },
            )
        return self


class BoardCategory(WireModel):
    """What a tally is about, such as « où sont les toilettes »."""

    category: Name
    title: BothTitles


class BoardTally(WireModel):
    """Something that agents count by hand, with the categories that the site has for it."""

    what: Name
    title: BothTitles
    categories: Annotated[list[BoardCategory], Field(max_length=MAX_CATEGORIES)] = Field(
        default_factory=list
    )


class Board(Envelope):
    """What every screen of a site may show.

    ``version`` changes with the content and only with it; ``composed_at`` (ms since 1970 UTC, the
    collector's clock) grows each minute. ``day`` is the site's service day, from 04:00 to 04:00:
    tokens are dealt anew on each. ``asks_pulse`` is false where too few agents work to tell of it.
    """

    site: Name
    title: SiteTitle
    time_zone: Annotated[str, StringConstraints(max_length=60)]
    version: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    composed_at: Annotated[WallMs, Field(le=MAX_SHOWN_MS)]
    day: Day
    visits: Annotated[list[BoardVisit], Field(max_length=MAX_VISITS)] = Field(default_factory=list)
    terminals: Annotated[list[BoardTerminal], Field(max_length=MAX_TERMINALS)] = Field(
        default_factory=list
    )
    inside: Inside | None = None
    asks_pulse: Flag = False
    services: Annotated[list[BoardService], Field(max_length=MAX_SERVICES)] = Field(
        default_factory=list
    )
    desks: Annotated[list[BoardDesk], Field(max_length=MAX_DESKS)] = Field(default_factory=list)
    notices: Annotated[list[BoardNotice], Field(max_length=MAX_NOTICES)] = Field(
        default_factory=list
    )
    answers: Annotated[list[BoardAnswer], Field(max_length=MAX_ANSWERS)] = Field(
        default_factory=list
    )
    needs: Annotated[list[BoardNeed], Field(max_length=MAX_NEEDS)] = Field(default_factory=list)
    contacts: Annotated[list[BoardContact], Field(max_length=MAX_CONTACTS)] = Field(
        default_factory=list
    )
    phrases: Annotated[list[BoardPhrase], Field(max_length=MAX_PHRASES)] = Field(
        default_factory=list
    )
    tallies: Annotated[list[BoardTally], Field(max_length=MAX_TALLIES)] = Field(
        default_factory=list
    )
