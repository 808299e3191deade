"""The kinds of content as people speak of them: sections, addresses and headings (pure)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pasperdus_collector.reception.content import Kind
from pasperdus_service.languages import Language

SLUGS: Mapping[Kind, str] = {
    "desk": "permanence",
    "service": "service",
    "notice": "annonce",
    "answer": "reponse",
    "need": "besoin",
    "contact": "contact",
    "phrase": "phrase",
    "tally": "comptage",
}
"""What the address of one content of a kind begins with."""
SECTIONS: Mapping[str, tuple[Kind, ...]] = {
    "permanences": ("desk", "service"),
    "annonces": ("notice", "answer"),
    "annuaire": ("contact", "need"),
    "terminal": ("phrase", "tally"),
}
"""The pages of contents, each with its kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindWords:
    """What a kind is called where it is listed, added and changed; what it is for."""

    heading: str
    intro: str
    add: str
    change: str
    empty: str


def section_of(kind: Kind) -> str:
    """Return the section that lists a kind."""
    return next(slug for slug, kinds in SECTIONS.items() if kind in kinds)


def kind_words(kind: Kind, language: Language) -> KindWords:
    """Return how a kind is spoken of."""
    return _WORDS[kind](language)


def _service(language: Language) -> KindWords:
    _ = language.gettext
    return KindWords(
        heading=_("Services"),
        intro=_(
            "What visitors come for. Agents hand out macarons for them, waits are told by them."
        ),
        add=_("Add a service"),
        change=_("Change a service"),
        empty=_("No service is written yet: macarons are handed out without saying what for."),
    )


def _desk(language: Language) -> KindWords:
    _ = language.gettext
    return KindWords(
        heading=_("Duty desks"),
        intro=_("Who is present, when and where: on the board and on the screens, for seven days."),
        add=_("Add a duty desk"),
        change=_("Change a duty desk"),
        empty=_("No duty desk is written yet: the board is empty."),
    )


def _notice(language: Language) -> KindWords:
    _ = language.gettext
    return KindWords(
        heading=_("Notices"),
        intro=_("One thing that visitors should know; the waiting room shows one at a time."),
        add=_("Add a notice"),
        change=_("Change a notice"),
        empty=_("No notice: the screen shows duty desks and called macarons only."),
    )


def _answer(language: Language) -> KindWords:
    _ = language.gettext
    return KindWords(
        heading=_("You said, we did"),
        intro=_("What visitors asked for, and what came of it: shown in the waiting room."),
        add=_("Add an answer"),
        change=_("Change an answer"),
        empty=_("No answer to visitors yet."),
    )


def _need(language: Language) -> KindWords:
    _ = language.gettext
    return KindWords(
        heading=_("Needs"),
        intro=_("What somebody may need; agents find local actors by it."),
        add=_("Add a need"),
        change=_("Change a need"),
        empty=_("No need is written yet. Begin here: each local actor belongs to one or more."),
    )


def _contact(language: Language) -> KindWords:
    _ = language.gettext
    return KindWords(
        heading=_("Local actors"),
        intro=_("Where agents send people who need something else, with what each publishes."),
        add=_("Add a local actor"),
        change=_("Change a local actor"),
        empty=_("The directory is empty."),
    )


def _phrase(language: Language) -> KindWords:
    _ = language.gettext
    return KindWords(
        heading=_("Cards to show"),
        intro=_("A direction or an address that agents show in large letters, in many languages."),
        add=_("Add a card"),
        change=_("Change a card"),
        empty=_("No card yet: directions are given by word of mouth."),
    )


def _tally(language: Language) -> KindWords:
    _ = language.gettext
    return KindWords(
        heading=_("Tallies"),
        intro=_("What agents count with one tap: no more than four are shown."),
        add=_("Add a tally"),
        change=_("Change a tally"),
        empty=_("No tally yet: agents count nothing."),
    )


_WORDS: Mapping[Kind, Callable[[Language], KindWords]] = {
    "service": _service,
    "desk": _desk,
    "notice": _notice,
    "answer": _answer,
    "need": _need,
    "contact": _contact,
    "phrase": _phrase,
    "tally": _tally,
}


def kind_called(slug: str) -> Kind | None:
    """Return the kind whose addresses begin with a word; None where none does."""
    return next((kind for kind, each in SLUGS.items() if each == slug), None)
