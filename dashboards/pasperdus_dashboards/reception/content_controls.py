"""The controls of each kind of content, with the limits that screens set (pure)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from babel import Locale

from pasperdus_collector.calendar.opening import WEEKDAYS
from pasperdus_collector.reception.content import Kind, Need, Service
from pasperdus_contract import board
from pasperdus_dashboards.reception.controls import Choice, Control, Part, Row, most_of
from pasperdus_service.languages import Language

PHONE_MOST = 24
_MONDAY = date(2026, 11, 23)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What else the site has written, to choose from."""

    services: tuple[Service, ...] = ()
    needs: tuple[Need, ...] = ()


def parts(kind: Kind, language: Language, offered: Offered) -> list[Part]:
    """Return the form of a kind, its own fields first, then when and where it is shown."""
    own = _OWN[kind](language, offered)
    return [*own, _shown(language)]


def _service(language: Language, _offered: Offered) -> list[Part]:
    _ = language.gettext
    return [
        Part(
            title="",
            rows=(
                _both("title", _("Name"), board.Title, language, lacks=_("Name the service.")),
                _both("place", _("Place"), board.Title, language),
            ),
        )
    ]


def _desk(language: Language, offered: Offered) -> list[Part]:
    _ = language.gettext
    services = tuple(
        Choice(value=each.name, label=_in(language, each.title)) for each in offered.services
    )
    of_service = Control(
        name="service",
        label=_("Service"),
        look="one",
        choices=(Choice(value="", label=_("None: it has a title of its own")), *services),
        hint=_("The desk borrows its title and place where you leave those empty."),
    )
    return [
        Part(
            title=_("Which desk"),
            rows=(
                *([(of_service,)] if services else []),
                _both(
                    "title",
                    _("Title"),
                    board.Title,
                    language,
                    lacks=_("Give a title, or choose a service.")
                    if services
                    else _("Give a title."),
                    or_else=("service",) if services else (),
                ),
                _both("place", _("Place"), board.Title, language),
            ),
        ),
        Part(
            title=_("When it is held"),
            rows=(
                (
                    Control(
                        name="weekdays",
                        label=_("Every week on"),
                        look="several",
                        choices=tuple(
                            Choice(
                                value=name,
                                label=language.capital(
                                    language.weekday(_MONDAY + timedelta(days=n))
                                ),
                            )
                            for n, name in enumerate(WEEKDAYS)
                        ),
                        lacks=_("Tick a day, or give a date."),
                        or_else=("dates",),
                    ),
                ),
                (
                    Control(
                        name="opens",
                        label=_("Opens at"),
                        look="clock",
                        is_needed=True,
                        lacks=_("Give the opening time."),
                    ),
                    Control(
                        name="closes",
                        label=_("Closes at"),
                        look="clock",
                        is_needed=True,
                        lacks=_("Give the closing time."),
                    ),
                ),
                (
                    Control(
                        name="dates",
                        label=_("Also on these dates"),
                        look="text",
                        hint=_("One after the other, such as 02/12/2026 16/12/2026."),
                    ),
                    Control(
                        name="cancelled",
                        label=_("Cancelled on these dates"),
                        look="text",
                        hint=_("It stays on the screens, marked as cancelled."),
                    ),
                ),
                (
                    Control(
                        name="held_when_closed",
                        label=_("Held also when the building is closed"),
                        look="yes",
                        hint=_("Otherwise closed days and public holidays cancel it."),
                    ),
                ),
            ),
        ),
    ]


def _notice(language: Language, _offered: Offered) -> list[Part]:
    _ = language.gettext
    return [
        Part(
            title="",
            rows=(
                _both("title", _("Title"), board.Heading, language, lacks=_("Give a title.")),
                _both("text", _("Text"), board.Paragraph, language, is_long=True),
            ),
        )
    ]


def _answer(language: Language, _offered: Offered) -> list[Part]:
    _ = language.gettext
    return [
        Part(
            title="",
            rows=(
                _both(
                    "said",
                    _("You said"),
                    board.Heading,
                    language,
                    lacks=_("Write what visitors said."),
                ),
                _both(
                    "done",
                    _("We did"),
                    board.Paragraph,
                    language,
                    lacks=_("Write what was done about it."),
                    is_long=True,
                ),
            ),
        )
    ]


def _need(language: Language, _offered: Offered) -> list[Part]:
    _ = language.gettext
    title = _both(
        "title",
        _("What somebody needs"),
        board.Title,
        language,
        lacks=_("Write what somebody needs."),
    )
    return [Part(title="", rows=(title,))]


def _contact(language: Language, offered: Offered) -> list[Part]:
    _ = language.gettext
    return [
        Part(
            title=_("Who"),
            rows=(
                (
                    Control(
                        name="title",
                        label=_("Name of the organisation"),
                        most=most_of(board.Title),
                        is_needed=True,
                        lacks=_("Name the organisation."),
                        hint=_("An office that receives people, never a person."),
                    ),
                ),
                *([(_helps_with(language, offered),)] if offered.needs else []),
            ),
        ),
        Part(
            title=_("How to reach it"),
            rows=(
                (
                    Control(name="address", label=_("Address"), most=most_of(board.Heading)),
                    Control(name="phone", label=_("Telephone"), look="phone", most=PHONE_MOST),
                ),
                _both("hours", _("Opening hours"), board.Heading, language),
                _both("detail", _("Good to know"), board.Detail, language, is_long=True),
            ),
        ),
    ]


def _helps_with(language: Language, offered: Offered) -> Control:
    return Control(
        name="needs",
        label=language.gettext("Helps with (one to four)"),
        look="several",
        is_needed=True,
        lacks=language.gettext("Tick one need at least."),
        choices=tuple(
            Choice(value=each.name, label=_in(language, each.title)) for each in offered.needs
        ),
    )


def _phrase(language: Language, _offered: Offered) -> list[Part]:
    _ = language.gettext
    usual, others = board.PHRASE_LANGUAGES[:2], board.PHRASE_LANGUAGES[2:]
    arrows = (
        Choice(value="", label=_("No arrow")),
        Choice(value="left", label=_("← to the left")),
        Choice(value="right", label=_("→ to the right")),
        Choice(value="up", label=_("↑ straight on, or up")),
        Choice(value="down", label=_("↓ down")),
    )
    return [
        Part(
            title="",
            rows=(
                tuple(
                    _in_language(
                        code,
                        language,
                        lacks=_("Write the sentence in French.") if code == "fr" else "",
                    )
                    for code in usual
                ),
                (Control(name="arrow", label=_("Arrow"), look="one", choices=arrows),),
            ),
        ),
        Part(
            title=_("In other languages"),
            rows=tuple(_pairs(_in_language(code, language) for code in others)),
            is_folded=True,
        ),
    ]


def _tally(language: Language, _offered: Offered) -> list[Part]:
    _ = language.gettext
    rows = tuple(
        _both(
            f"categories.{n}.title",
            _("Category %(number)s", number=language.number(n + 1)),
            board.Title,
            language,
        )
        for n in range(board.MAX_CATEGORIES)
    )
    return [
        Part(
            title="",
            rows=(
                _both(
                    "title",
                    _("What is counted"),
                    board.Title,
                    language,
                    lacks=_("Say what is counted."),
                ),
                (
                    Control(
                        name="is_shown",
                        label=_("Shown on the terminals"),
                        look="yes",
                        hint=_("Four fit at a time. What was counted so far stays in any case."),
                    ),
                ),
            ),
        ),
        Part(title=_("Told apart as (say what, never who)"), rows=rows, is_folded=True),
    ]


def _shown(language: Language) -> Part:
    _ = language.gettext
    return Part(
        title=_("When it is shown"),
        rows=(
            (
                Control(
                    name="valid_from",
                    label=_("First day"),
                    look="day",
                    hint=_("Empty: from now on."),
                ),
                Control(
                    name="valid_to",
                    label=_("Last day, included"),
                    look="day",
                    hint=_("Empty: until you remove it."),
                ),
            ),
            (
                Control(
                    name="position",
                    label=_("Order"),
                    look="number",
                    hint=_("The smallest number comes first. Empty: last."),
                ),
            ),
        ),
    )


_OWN: dict[Kind, Callable[[Language, Offered], list[Part]]] = {
    "service": _service,
    "desk": _desk,
    "notice": _notice,
    "answer": _answer,
    "need": _need,
    "contact": _contact,
    "phrase": _phrase,
    "tally": _tally,
}


def _both(
    name: str,
    label: str,
    text: object,
    language: Language,
    *,
    lacks: str = "",
    or_else: tuple[str, ...] = (),
    is_long: bool = False,
) -> Row:
    """Return a text in both languages; the French one stands in where there is no other.

    It is needed where words say that it ``lacks``, unless another field will do (``or_else``).
    """
    return tuple(
        Control(
            name=f"{name}.{code}",
            label=_told_in(label, code, language),
            look="text" if is_long else "line",
            most=most_of(text),
            is_needed=bool(lacks) and not or_else and code == "fr",
            lacks=lacks if code == "fr" else "",
            or_else=or_else if code == "fr" else (),
        )
        for code in ("fr", "en")
    )


def _in_language(code: str, language: Language, *, lacks: str = "") -> Control:
    return Control(
        name=f"texts.{code}",
        label=_told_in(language.gettext("Sentence"), code, language),
        most=most_of(board.Phrase),
        is_needed=bool(lacks),
        lacks=lacks,
    )


def _told_in(label: str, code: str, language: Language) -> str:
    name = Locale(code).get_language_name(language.locale) or code
    return language.gettext("%(what)s, in %(language)s", what=label, language=name)


def _in(language: Language, title: board.BothTitles) -> str:
    return (title.en if language.code == "en" else None) or title.fr


def _pairs(controls: Iterable[Control]) -> Iterable[Row]:
    told = list(controls)
    return (tuple(told[n : n + 2]) for n in range(0, len(told), 2))
