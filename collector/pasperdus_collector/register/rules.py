"""What a prototype and its periods must be to make sense together (pure).

Each check raises :class:`QueryError` that says what, where and what to do.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import isfinite

from pasperdus_collector.analysis.outcomes import OUTCOMES, TALLIES, Outcome, outcome_of
from pasperdus_collector.calendar.grid import LAST_MS
from pasperdus_collector.errors import QueryError, fault
from pasperdus_collector.register.records import Period, Prototype

SHORTEST_MS = 60_000
"""Of a period: two that are shorter may be one in what is published, by the second."""

MOST_PERIODS = 200  # of one prototype: 52 pairs of weeks, and room
MOST_EXCLUSIONS = 100
MOST_CIRCUMSTANCES = 200
LONGEST_EXCLUSION_DAYS = 366
OF_RATINGS = ("satisfied", "index")
_GREATEST_DELTA = {"share": 1.0, "index": 100.0, "log_ratio": 1.0}
"""Beyond this another unit was meant, such as 5 points of a share for 0.05."""

_WHAT = re.compile(r"[a-z0-9-]{1,40}")  # the contract's form of names


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """What a site must know for a trial: questions and scales of its boxes; all sites' names."""

    boxes: frozenset[tuple[str, int]]
    sites: frozenset[str]


def default_delta(outcome: str) -> float:
    """Return the smallest change that matters of an outcome, unless somebody says otherwise."""
    return outcome_of(outcome).default_delta


def check_delta(outcome: Outcome, delta: float) -> None:
    """Raise :class:`QueryError` for what is no change of an outcome, in its unit."""
    greatest = _GREATEST_DELTA.get(outcome.unit)
    if not (delta > 0 and isfinite(delta)) or (greatest is not None and delta > greatest):
        points = " for 5 points" if outcome.unit == "share" else ""
        raise QueryError(
            f"delta: {delta:g} is not a change of {outcome.name} (unit {outcome.unit}); write "
            f"one above 0{'' if greatest is None else f' and up to {greatest:g}'}, such as "
            f"{outcome.default_delta:g}{points}",
            fault(
                "delta",
                "delta-out-of-range",
                unit=outcome.unit,
                most=greatest,
                usual=outcome.default_delta,
            ),
        )


def has_other_unit(outcome: str, other: str) -> bool:
    """Return whether a delta of one outcome says nothing of the other."""
    return outcome_of(outcome).unit != outcome_of(other).unit


def with_question(prototype: Prototype, facts: SiteFacts) -> Prototype:
    """Return it with its question and scale filled in where the site has no other.

    Both stay None where the site knows no box yet, or where the outcome needs none.
    """
    question, scale = prototype.question, prototype.scale
    if question is None and scale is not None:
        raise QueryError(
            f"scale: {scale} is of no question; give question too",
            fault("scale", "scale-without-question"),
        )
    matching = {box for box in facts.boxes if question is None or box[0] == question}
    matching = {box for box in matching if scale is None or box[1] == scale}
    if len(matching) == 1:
        ((question, scale),) = matching
        return replace(prototype, question=question, scale=scale)
    known = ", ".join(f"{name!r} on {of}" for name, of in sorted(facts.boxes)) or "none yet"
    if question is not None:
        asked = f"question {question!r}" + ("" if scale is None else f" on a scale of {scale}")
        if not matching:
            raise QueryError(
                f"{asked} is not one of site {prototype.site!r}; known are {known} (a box is known "
                "from its first rating)",
                fault("question", "no-such-question", known=_asked(facts)),
            )
        raise QueryError(
            f"{asked} is asked on several scales; give scale too, of {known}",
            fault("scale", "several-scales", known=_asked(facts)),
        )
    if matching and prototype.outcome in OF_RATINGS:
        raise QueryError(
            f"question: site {prototype.site!r} has several, and {prototype.outcome} is of one; "
            f"give question and scale, of {known}",
            fault("question", "several-questions", known=_asked(facts)),
        )
    return prototype


def check_prototype(prototype: Prototype, facts: SiteFacts) -> None:
    """Check what is laid down, without a look at the periods."""
    _check_outcome(prototype)
    believable("planned_start", prototype.planned_start_ms)
    if prototype.planned_end_ms is not None:
        believable("planned_end", prototype.planned_end_ms)
        if prototype.planned_end_ms <= prototype.planned_start_ms:
            raise QueryError(
                f"planned_end: {utc(prototype.planned_end_ms)} is not after planned_start, "
                f"{utc(prototype.planned_start_ms)}; write a later one",
                fault("planned_end", "not-after-start"),
            )
    control = prototype.control_site
    if control is None and prototype.design == "control":
        raise QueryError(
            "control_site: design control compares with a site where nothing changes; name that "
            "site, or choose before_after",
            fault("control_site", "control-site-missing"),
        )
    if control == prototype.site:
        raise QueryError(
            f"control_site: {control!r} is the prototype's own site; name one where "
            "nothing changes",
            fault("control_site", "control-site-own"),
        )
    if control is not None and control not in facts.sites:
        raise QueryError(
            f"control_site: there is no site {control!r}; known are "
            f"{', '.join(sorted(facts.sites - {prototype.site})) or 'no others'}",
            fault("control_site", "no-such-site", name=control),
        )
    _check_lists(prototype)


def check_periods(prototype: Prototype, periods: Sequence[Period]) -> None:
    """Check a prototype's periods and its baseline; ``periods`` are those of its site."""
    by_name = {each.period: each for each in periods}
    own = [each for each in periods if each.prototype == prototype.prototype]
    if len(own) > MOST_PERIODS:
        raise QueryError(
            f"prototype {prototype.prototype!r} would have {len(own)} periods; at most "
            f"{MOST_PERIODS} are kept, so register another prototype",
            fault("", "too-many-periods", count=len(own), most=MOST_PERIODS),
        )
    if len(set(prototype.baseline)) < len(prototype.baseline):
        raise QueryError(
            "baseline: names a period twice; name each once", fault("baseline", "named-twice")
        )
    for name in prototype.baseline:
        if name not in by_name:
            raise QueryError(
                f"baseline: site {prototype.site!r} has no period {name!r}; register it first "
                "(POST periods)",
                fault("baseline", "no-such-period", name=name),
            )
        each = by_name[name]
        if each.prototype == prototype.prototype and each.kind == "prototype":
            raise QueryError(
                f"baseline: period {name!r} is when {prototype.prototype!r} was tried; name "
                "periods without it",
                fault("baseline", "tried-then", name=each.title),
            )
    involved = {each.period: each for each in own}
    involved |= {name: by_name[name] for name in prototype.baseline}
    _check_order(prototype, involved.values())
    if prototype.design == "randomised":
        _check_drawn(prototype, own)


def check_span(period: Period) -> None:
    """Check a period's own start and end."""
    believable("start", period.start_ms)
    if period.end_ms is None:
        return
    believable("end", period.end_ms)
    if period.end_ms <= period.start_ms:
        raise QueryError(
            f"end: {utc(period.end_ms)} is not after start, {utc(period.start_ms)}; a period is "
            "[start, end), so write a later end",
            fault("end", "not-after-start"),
        )
    if period.end_ms - period.start_ms < SHORTEST_MS:
        raise QueryError(
            f"end: {utc(period.end_ms)} is less than a minute after start; write a later end",
            fault("end", "shorter-than-a-minute"),
        )


def believable(name: str, at_ms: int) -> None:
    """Raise :class:`QueryError` for an instant that no calendar here reaches."""
    if not 0 <= at_ms < LAST_MS:
        raise QueryError(
            f"{name}: {utc(at_ms)} is not in the years 1970 to 2999",
            fault(name, "year-out-of-range", first=1970, last=2999),
        )


def utc(at_ms: int) -> str:
    """Return ``2026-03-02T00:00:00Z``."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)
    precision = "milliseconds" if at_ms % 1000 else "seconds"
    return at.isoformat(timespec=precision).replace("+00:00", "Z")


def _asked(facts: SiteFacts) -> tuple[str, ...]:
    return tuple(sorted({question for question, _ in facts.boxes}))


def _check_outcome(prototype: Prototype) -> None:
    name = prototype.outcome
    what = name.removeprefix(TALLIES)
    if name not in OUTCOMES and what != name and not _WHAT.fullmatch(what):
        raise QueryError(
            f"outcome: {name!r} names no tally; write {TALLIES} and its name, such as "
            f"{TALLIES}repeated-question",
            fault("outcome", "no-such-outcome", name=name),
        )
    check_delta(outcome_of(name), prototype.delta)


def _check_lists(prototype: Prototype) -> None:
    for name, found, most in (
        ("exclusions", prototype.exclusions, MOST_EXCLUSIONS),
        ("circumstances", prototype.circumstances, MOST_CIRCUMSTANCES),
    ):
        if len(found) > most:
            raise QueryError(
                f"{name}: {len(found)} are too many; give at most {most}",
                fault(name, "too-many", count=len(found), most=most),
            )
    for n, each in enumerate(prototype.exclusions):
        days = (each.last_day - each.first_day).days + 1
        if not 1 <= days <= LONGEST_EXCLUSION_DAYS:
            raise QueryError(
                f"exclusions.{n}: {each.first_day} to {each.last_day} are {days} days; write the "
                f"first and the last day, both left out, at most {LONGEST_EXCLUSION_DAYS}",
                fault(f"exclusions.{n}.last_day", "exclusion-length", most=LONGEST_EXCLUSION_DAYS),
            )
    for n, circumstance in enumerate(prototype.circumstances):
        believable(f"circumstances.{n}.at", circumstance.at_ms)


def _check_order(prototype: Prototype, periods: Iterable[Period]) -> None:
    in_order = sorted(periods, key=lambda each: (each.start_ms, each.period))
    for earlier, later in pairwise(in_order):
        if earlier.end_ms is None or earlier.end_ms > later.start_ms:
            ends = "has no end" if earlier.end_ms is None else f"ends {utc(earlier.end_ms)}"
            raise QueryError(
                f"periods of prototype {prototype.prototype!r} overlap: {earlier.period!r} {ends}, "
                f"and {later.period!r} begins {utc(later.start_ms)}; end the first at or before "
                "the start of the second",
                fault(
                    "",
                    "periods-overlap",
                    earlier=earlier.title,
                    later=later.title,
                    end_ms=earlier.end_ms,
                    start_ms=later.start_ms,
                )
                if earlier.end_ms is not None
                else fault(
                    "",
                    "period-without-end",
                    earlier=earlier.title,
                    later=later.title,
                    start_ms=later.start_ms,
                ),
            )


def _check_drawn(prototype: Prototype, own: Iterable[Period]) -> None:
    own = list(own)
    by_hand = [each.period for each in own if each.pair is None]
    off = {each.period for each in own if each.kind == "baseline"}
    if by_hand or not set(prototype.baseline) <= off:
        strange = by_hand[0] if by_hand else next(n for n in prototype.baseline if n not in off)
        raise QueryError(
            f"period {strange!r} was not drawn, and design randomised compares weeks drawn with "
            f"one another; POST prototypes/{prototype.prototype}/schedule instead, or choose "
            "before_after",
            fault("design", "period-not-drawn", name=strange),
        )
