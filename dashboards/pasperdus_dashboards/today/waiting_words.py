"""The queue of macarons, in words."""

from dataclasses import dataclass

from pasperdus_collector.api.waiting_now import MedianWait, Waiting
from pasperdus_service.languages import Language

_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """What the page says about who waits."""

    waiting: str
    sentence: str
    note: str


def waiting_view(waiting: Waiting, language: Language) -> WaitingView:
    """Put the queue into words."""
    return WaitingView(
        waiting=language.number(waiting.people),
        sentence=_sentence(waiting, language),
        note=_note(waiting.median, language),
    )


def _sentence(waiting: Waiting, language: Language) -> str:
    if not waiting.people:
        return language.gettext("Nobody is waiting.")
    if waiting.longest_ms is None:
        return language.gettext("Since when is unknown: the terminal's clock is not right.")
    if waiting.longest_ms < _MINUTE_MS:
        return language.gettext("For less than a minute.")
    return language.gettext(
        "The longest for %(duration)s.", duration=language.duration(waiting.longest_ms)
    )


def _note(median: MedianWait | None, language: Language) -> str:
    if median is None:
        return language.gettext("The median wait of today is told from five calls on.")
    return language.gettext(
        "Half of today's visitors were called within %(median)s (95 %% interval: %(low)s to "
        "%(high)s).",
        median=language.duration(round(median.minutes * _MINUTE_MS)),
        low=language.duration(round(median.low * _MINUTE_MS)),
        high=language.duration(round(median.high * _MINUTE_MS)),
    )
