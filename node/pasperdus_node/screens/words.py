"""Names and sentences that several screens share: tokens, states, what a tap did (pure).

French agrees adjectives with the shape, so each token has its own message, and sentences after a
token's name are built on nouns.
"""

from datetime import datetime
from pathlib import Path

from pasperdus_contract.board import (
    BothDetails,
    BothHeadings,
    BothParagraphs,
    BothTitles,
)
from pasperdus_contract.visits import State
from pasperdus_node.screens.look import Look
from pasperdus_node.terminal.queue import service_day
from pasperdus_node.terminal.state import Terminal, Toast, ToastKind
from pasperdus_service import languages as shared
from pasperdus_service.languages import Language
from pasperdus_service.typography import french

CATALOGUES = Path(__file__).parents[1] / "locale"
UNKNOWN = "?"
"""Minutes that no clock can tell."""


def noted(message: str) -> str:
    """Mark a message for the catalogue; it is translated where it is shown."""
    return message


_TOKENS = {
    "blue-circle": noted("Blue circle"),
    "yellow-circle": noted("Yellow circle"),
    "red-circle": noted("Red circle"),
    "green-circle": noted("Green circle"),
    "blue-square": noted("Blue square"),
    "yellow-square": noted("Yellow square"),
    "red-square": noted("Red square"),
    "green-square": noted("Green square"),
    "blue-triangle": noted("Blue triangle"),
    "yellow-triangle": noted("Yellow triangle"),
    "red-triangle": noted("Red triangle"),
    "green-triangle": noted("Green triangle"),
    "blue-star": noted("Blue star"),
    "yellow-star": noted("Yellow star"),
    "red-star": noted("Red star"),
    "green-star": noted("Green star"),
    "blue-moon": noted("Blue moon"),
    "yellow-moon": noted("Yellow moon"),
    "red-moon": noted("Red moon"),
    "green-moon": noted("Green moon"),
    "blue-drop": noted("Blue drop"),
    "yellow-drop": noted("Yellow drop"),
    "red-drop": noted("Red drop"),
    "green-drop": noted("Green drop"),
}
_STATES: dict[State, str] = {
    "waiting": noted("Waits"),
    "called": noted("Called"),
    "serving": noted("Served"),
    "parked": noted("Aside"),
}

# What a tap did, or why it did nothing: nouns after the token's name, which agree with every shape.
_DONE: dict[ToastKind, str] = {
    "given": noted("%(token)s: the wait begins"),
    "called": noted("%(token)s: called"),
    "recalled": noted("%(token)s: called again"),
    "serving": noted("%(token)s: being served"),
    "parked": noted("%(token)s: set aside"),
    "requeued": noted("%(token)s: back in the queue"),
    "left": noted("%(token)s: has left"),
    "done": noted("%(token)s: finished"),
    "felt": noted("Thank you, this is kept."),
    "taken": noted("Message taken: it is gone."),
    "undone": noted("Taken back."),
    "in_use": noted("%(token)s: in use already"),
    "not_in_hand": noted("%(token)s: handed out by another terminal today"),
    "no_board": noted("No tokens yet: nothing was received."),
    "no_longer": noted("Things have changed: please look again."),
    "felt_before": noted("Today’s answer is kept already."),
    "too_late": noted("Too late: this can no longer be taken back."),
    "not_kept": noted("This could not be kept: please tap again."),
    "ended": noted("%(token)s: already closed by another terminal"),
    "held_twice": noted("%(token)s, held twice: take one back."),
}


def languages() -> dict[str, Language]:
    """Return the screens' languages by code, the default one first."""
    return shared.languages(CATALOGUES)


def token_name(words: Language, token: str) -> str:
    """Return ``Triangle bleu``; a token that this version cannot draw keeps its own name."""
    return words.gettext(_TOKENS[token]) if token in _TOKENS else token


def state_name(words: Language, state: State) -> str:
    """Return the state of a visit in one word, as it stands under a token."""
    return words.gettext(_STATES[state])


def in_language(
    words: Language, both: BothTitles | BothHeadings | BothParagraphs | BothDetails
) -> str:
    """Return what the site wrote in the language at hand; French stands in for it."""
    return (both.en if words.code == "en" else None) or french(both.fr)


def minutes_of(words: Language, minutes: int | None) -> str:
    """Return ``12 min`` or ``1 h 05``; ``?`` for a wait that cannot be told."""
    if minutes is None:
        return UNKNOWN
    return words.gettext("0 min") if minutes < 1 else words.duration(minutes * 60_000)


def age(look: Look, composed_at_ms: int, wall_ms: int | None) -> str:
    """Return ``données de 10 h 42``, or the day unless it is this service day.

    ``wall_ms`` is None where the time of day is not known: the day is told then, too.
    """
    if _is_today(look, composed_at_ms, wall_ms):
        clock = look.words.clock(composed_at_ms, look.zone)
        return look.words.gettext("data from %(clock)s", clock=clock)
    return look.words.gettext("data from %(month)s %(day)s", **_day(look, composed_at_ms))


def when(look: Look, at_ms: int, wall_ms: int | None) -> str:
    """Return ``à 10 h 42``, or the day unless it is this service day."""
    if _is_today(look, at_ms, wall_ms):
        return look.words.gettext("at %(clock)s", clock=look.words.clock(at_ms, look.zone))
    return look.words.gettext("on %(month)s %(day)s", **_day(look, at_ms))


def toast(look: Look, terminal: Terminal, toast: Toast) -> str:
    """Return what the last tap did, or why it did nothing."""
    words = look.words
    token = token_name(words, toast.token) if toast.token else ""
    if toast.kind in ("called", "recalled") and _is_unheard(terminal):
        return words.gettext("%(token)s: to be called aloud", token=token)
    if toast.kind in _DONE:
        return words.gettext(_DONE[toast.kind], token=token)
    if toast.kind == "transferred":
        service = _service(look, terminal, toast.what)
        if service is None:
            return words.gettext("%(token)s: sent on", token=token)
        return words.gettext("→ %(service)s", service=service)
    if toast.kind == "counted":
        what = _counted(look, terminal, toast)
        return words.gettext("+1 %(what)s", what=what) if what else words.gettext("Counted.")
    if toast.kind == "recounted":
        return words.ngettext(
            "Recount kept: %(count)s person", "Recount kept: %(count)s people", toast.people or 0
        )
    if toast.at_ms is None:
        return words.gettext("%(token)s: already called by %(by)s", token=token, by=toast.by)
    clock = words.clock(toast.at_ms, look.zone)
    return words.gettext(
        "%(token)s: already called at %(clock)s by %(by)s", token=token, clock=clock, by=toast.by
    )


def clock_of_day(look: Look, day: str, clock: str) -> str:
    """Return a time of day at the site, such as ``09:30``, as the language writes it."""
    at = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=look.zone)
    return look.words.clock(round(at.timestamp() * 1000), look.zone)


def service_name(look: Look, terminal: Terminal, service: str | None) -> str:
    """Return the title of a service; one that the board does not know keeps its own name."""
    return _service(look, terminal, service) or service or ""


def _is_unheard(terminal: Terminal) -> bool:
    """Tell whether a call reaches no public screen; one in training is not meant to."""
    return not terminal.is_connected and terminal.training is None


def _service(look: Look, terminal: Terminal, service: str | None) -> str | None:
    known = () if terminal.kept is None else terminal.kept.board.services
    titles = {one.service: in_language(look.words, one.title) for one in known}
    return titles.get(service or "")


def _counted(look: Look, terminal: Terminal, toast: Toast) -> str | None:
    """Return the title of what was counted; None when the site has removed it meanwhile."""
    known = () if terminal.kept is None else terminal.kept.board.tallies
    tally = next((tally for tally in known if tally.what == toast.what), None)
    if tally is None:
        return None
    titles = {one.category: one.title for one in tally.categories}
    return in_language(look.words, titles.get(toast.category or "", tally.title))


def _is_today(look: Look, at_ms: int, wall_ms: int | None) -> bool:
    return wall_ms is not None and (
        service_day(at_ms, look.zone) == service_day(wall_ms, look.zone)
    )


def _day(look: Look, at_ms: int) -> dict[str, object]:
    at = datetime.fromtimestamp(at_ms / 1000, look.zone)
    return {"day": at.day, "month": look.words.month(at)}
