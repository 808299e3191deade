"""How long people waited and were served, from the steps of their macarons (pure).

Somebody who left had waited at least that long, and a macaron that nobody closed is no short wait:
such waits are *censored*, and medians are taken over all of them (Kaplan and Meier). Leaving
them out would make every reception look quicker than it is. The rules are in docs/waiting.md.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import inf, log, sqrt
from typing import Final, Literal, NamedTuple

from pasperdus_collector.buckets import flags
from pasperdus_collector.time_correction import Quality
from pasperdus_contract.visits import RANK

Action = Literal["wait", "call", "recall", "serve", "done", "left", "transfer", "park"]
Outcome = Literal["called", "left", "unclosed"]
WaitValues = tuple[
    float, float, float, int, float, float, float, int, int, int, int, int
]  # fields of series.published.WAITS, in its order

MIN_CALLED = 5  # a median of fewer people tells more about them than about the reception
UNSURE_SHARE = 0.2  # of waits whose length is not known: above it, who they were may decide
LONGEST_MS = 36_000_000  # 10 h: whoever ends a macaron later is clearing yesterday's
TRUSTED: Final[frozenset[str]] = frozenset({"exact", "corrected"})
MINUTE_MS = 60_000
Z = 1.959963984540054  # normal quantile of a two-sided 95 % interval
ROUNDING = 1e-9  # far below the share of one person
_HALF = log(2)  # the cumulative hazard at which one half are left

_CALLS = frozenset({"call", "recall", "serve"})
_SERVES = frozenset({"serve"})


class Step(NamedTuple):
    """What happened to a macaron; a tuple, because months of them are read at once.

    ``at`` is in milliseconds since 1970 UTC, None when unknown.
    """

    at: int | None
    action: Action
    service: str | None
    quality: Quality


class Wait(NamedTuple):
    """One wait of a visit; a visit has another one after each transfer.

    ``waited_ms`` is the time until the call, or at least that long when nobody called; None when
    the clocks do not tell. ``served_ms`` is None without a call; ``is_served`` tells whether the
    service ended, else it took at least that long.
    """

    service: str | None
    outcome: Outcome
    waited_ms: int | None
    served_ms: int | None = None
    is_served: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Median:
    """A median with its 95 % interval, in milliseconds; ``high`` may be infinite."""

    value: float
    low: float
    high: float


def waits_of_visit(steps: Iterable[Step]) -> list[Wait]:
    """Return the waits of one visit, whose steps may come in any order and more than once.

    One wait of unknown length when the steps do not begin with a ``wait``, or when any of them
    is from a clock that cannot be trusted.
    """
    known = list(steps)
    for step in known:
        if step[3] not in TRUSTED:
            return [_untimed(known)]
    ordered = sorted(known, key=_in_order)
    if not ordered or ordered[0].action != "wait":
        return [_untimed(known)]
    last_at = _at(ordered[0]) + LONGEST_MS
    waits: list[Wait] = []
    one: list[Step] = []  # steps of the wait at hand, and of the service that follows it
    service: str | None = None
    is_called = False
    for step in ordered:
        if _at(step) > last_at:
            break
        if is_called and step.action in ("transfer", "wait"):
            waits.append(_wait(one, service, ended=step))
            service = waits[-1].service  # who goes back into the queue waits for the same
            one, is_called = [step], False
            continue
        one.append(step)
        if step.action in ("done", "left"):
            waits.append(_wait(one, service, ended=step))
            return waits
        is_called = is_called or step.action in _CALLS
    waits.append(_wait(one, service, ended=None))
    return waits


def wait_values(waits: Sequence[Wait]) -> WaitValues:
    """Return the published values of the waits of one bucket.

    Times are medians in minutes with a 95 % interval. They are valid from :data:`MIN_CALLED`
    called (served) people on, provided that half of all are known to have been called (served).
    """
    called = sum(wait.outcome == "called" for wait in waits)
    left = sum(wait.outcome == "left" for wait in waits)
    unclosed = len(waits) - called - left
    told = flags.FEW if called < MIN_CALLED else 0
    if unclosed > UNSURE_SHARE * len(waits):
        told |= flags.UNSURE
    waited = _minutes(
        [ms for _, outcome, ms, _, _ in waits if ms is not None and outcome == "called"],
        [ms for _, outcome, ms, _, _ in waits if ms is not None and outcome != "called"],
    )
    served = _minutes(
        [ms for _, _, _, ms, is_served in waits if ms is not None and is_served],
        [ms for _, _, _, ms, is_served in waits if ms is not None and not is_served],
    )
    return (*waited, *served, called, left, unclosed, told)


def median(ended: Iterable[int], censored: Iterable[int]) -> Median | None:
    """Return the Kaplan-Meier median of durations in milliseconds.

    ``censored`` ones lasted at least so long. None where fewer than half are known to have ended.
    Where exactly half last longer than one ending and nobody ends before the next one, the median
    lies in the middle between the two, as it does without censoring. The interval is that of
    Brookmeyer and Crowley (Biometrics 38, 1982) with Greenwood's variance on the scale of
    log(-log S); it is ``inf`` at its upper end where the data do not tell.
    """
    curve: list[_Ending] = []
    high = inf
    for ending in _curve(sorted(ended), sorted(censored)):
        curve.append(ending)
        if ending.below_half >= ending.reach:
            high = ending.at
            break  # the rest of the curve changes nothing
    value = _first_half(curve)
    if value is None:
        return None
    low = next(ending.at for ending in curve if ending.below_half >= -ending.reach)
    return Median(value=value, low=low, high=high)


class _Ending(NamedTuple):
    """A time at which some ended, and the share of all that lasts longer.

    On the scale log(-log S), the share lies ``below_half`` under one half; its interval reaches
    ``reach`` to both sides.
    """

    at: int
    share: float
    below_half: float
    reach: float


def _untimed(steps: Sequence[Step]) -> Wait:
    services = (step.service for step in steps if step.action == "wait" and step.service)
    return Wait(next(services, None), "unclosed", None)


def _at(step: Step) -> int:
    if step.at is None:
        raise AssertionError(f"a step of quality {step.quality} has no time: {step}")
    return step.at


def _in_order(step: Step) -> tuple[int, int]:
    return _at(step), RANK[step.action]


def _wait(steps: Sequence[Step], before: str | None, *, ended: Step | None) -> Wait:
    """Tell one wait, from the step that opened it to the one that ``ended`` it, if any did.

    ``before`` is the service of the wait before it, for one that names none.
    """
    began_at = _at(steps[0])
    # Who is sent elsewhere before anybody called goes on waiting, but for that.
    service: str | None = None
    for step in steps:
        if step.service and (service is None or step.action == "transfer"):
            service = step.service
    service = service or before
    called_at = next((step.at for step in steps if step.action in _CALLS), None)
    if called_at is not None:
        served_ms, is_served = _served(steps, ended)
        return Wait(service, "called", called_at - began_at, served_ms, is_served)
    if ended is None:
        return Wait(service, "unclosed", _at(steps[-1]) - began_at)
    if ended.action == "left":
        return Wait(service, "left", _at(ended) - began_at)
    # Done without a call: they were served, but nobody knows from when on.
    return Wait(service, "unclosed", None)


def _served(steps: Sequence[Step], ended: Step | None) -> tuple[int | None, bool]:
    """Return for how long somebody was served, without the time set aside, and if it ended."""
    if ended is not None and ended.action == "left":
        return None, False
    starts = _SERVES if any(step.action == "serve" for step in steps) else _CALLS
    served_ms = 0
    since: int | None = None
    for step in steps:
        if step.action in starts and since is None:
            since = step.at
        elif step.action == "park" and since is not None:
            served_ms += _at(step) - since
            since = None
    last = steps[-1] if ended is None else ended
    if since is not None:
        served_ms += _at(last) - since
    return served_ms, ended is not None


def _minutes(ended: list[int], censored: list[int]) -> tuple[float, float, float, int]:
    """Return median, low, high and validity; the longest time stands for an unknown high."""
    middle = median(ended, censored) if len(ended) >= MIN_CALLED else None
    if middle is None:
        return 0.0, 0.0, 0.0, 0
    high = middle.high if middle.high < inf else max(chain(ended, censored))
    return middle.value / MINUTE_MS, middle.low / MINUTE_MS, high / MINUTE_MS, 1


def _curve(ended: list[int], censored: list[int]) -> Iterator[_Ending]:
    """Yield the steps of the Kaplan-Meier curve; both lists are sorted."""
    share, variance = 1.0, 0.0
    before = 0
    while before < len(ended):
        at = ended[before]
        until = bisect_right(ended, at, before)
        now = until - before
        at_risk = len(ended) - before + len(censored) - bisect_left(censored, at)
        if now == at_risk:  # nobody is left, and the scale ends
            yield _Ending(at, 0.0, 0.0, inf)
            return
        share *= 1 - now / at_risk
        variance += now / (at_risk * (at_risk - now))  # Greenwood's sum
        hazard = -log(share)
        yield _Ending(at, share, log(hazard / _HALF), Z * sqrt(variance) / hazard)
        before = until


def _first_half(curve: Iterable[_Ending]) -> float | None:
    flat_from: int | None = None
    for ending in curve:
        if flat_from is not None:
            return (flat_from + ending.at) / 2
        if abs(ending.share - 0.5) < ROUNDING:
            flat_from = ending.at
        elif ending.share < 0.5:
            return ending.at
    return flat_from  # exactly half have ended, and nothing is known of the others' end
