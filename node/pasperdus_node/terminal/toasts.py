"""Messages under the title: one at a time, and no news cut short."""

from dataclasses import replace

from pasperdus_contract.visits import Action
from pasperdus_node.terminal.records import (
    Counted,
    Felt,
    Record,
    Recounted,
    SlipTaken,
    TakenBack,
    TokenStep,
)
from pasperdus_node.terminal.state import UNDO_MS, Now, Terminal, Toast, ToastKind

_NEWS = frozenset(("beaten", "ended", "held_twice"))
_OF_STEP: dict[Action, ToastKind] = {
    "wait": "requeued",
    "call": "called",
    "recall": "recalled",
    "serve": "serving",
    "done": "done",
    "left": "left",
    "transfer": "transferred",
    "park": "parked",
}


def say(terminal: Terminal, kind: ToastKind, now: Now, *, token: str | None = None) -> Terminal:
    """Show a message at once; news that it covers are shown again after it."""
    return show(terminal, Toast(kind=kind, until_ms=0, token=token), now)


def show(terminal: Terminal, toast: Toast, now: Now) -> Terminal:
    """Show a message of the agent's own doing at once."""
    covered = terminal.toast
    news = terminal.news
    if covered is not None and covered.kind in _NEWS and covered.until_ms > now.uptime_ms:
        news = (covered, *news)
    return replace(terminal, toast=_from(toast, now), news=news)


def announce(terminal: Terminal, toasts: tuple[Toast, ...], now: Now) -> Terminal:
    """Let news wait for their turn: not before what can be taken back, nor in training."""
    return next_toast(replace(terminal, news=(*terminal.news, *toasts)), now)


def next_toast(terminal: Terminal, now: Now) -> Terminal:
    """Take away a message that has stood long enough, and show the next."""
    if terminal.toast is not None and now.uptime_ms < terminal.toast.until_ms:
        return terminal
    if terminal.news and terminal.training is None and not terminal.is_blank:
        first, *others = terminal.news
        return replace(terminal, toast=_from(first, now), news=tuple(others))
    return terminal if terminal.toast is None else replace(terminal, toast=None)


def about(record: Record, key: tuple[str, int], *, begins: bool) -> Toast:
    """Return the message for what was recorded under a key."""
    toast = Toast(kind="undone", until_ms=0)
    match record:
        case TokenStep():
            kind: ToastKind = "given" if begins else _OF_STEP[record.action]
            return replace(toast, kind=kind, token=record.token, what=record.service, undoes=key)
        case Counted():
            return replace(
                toast, kind="counted", what=record.what, category=record.category, undoes=key
            )
        case Felt():
            return replace(toast, kind="felt", undoes=key)
        case Recounted():
            return replace(toast, kind="recounted", people=record.people)
        case SlipTaken():
            return replace(toast, kind="taken")
        case TakenBack():
            return toast


def _from(toast: Toast, now: Now) -> Toast:
    return replace(toast, until_ms=now.uptime_ms + UNDO_MS)
