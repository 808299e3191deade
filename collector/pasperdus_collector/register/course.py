"""What happens in the course of a trial: it is adapted, ended, rolled back, and decided upon."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pasperdus_collector.errors import QueryError, fault
from pasperdus_collector.register import rules, store
from pasperdus_collector.register.log import Signed, add_entry, differences
from pasperdus_collector.register.plan import (
    concerned_prototypes,
    current_prototype,
    log_period,
    save_prototype,
)
from pasperdus_collector.register.records import Decision, Period, Prototype, Verdict
from pasperdus_collector.register.rules import utc
from pasperdus_collector.registry import site_id_of

NAME_MAX = 40  # characters, by the contract


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """Which prototype is meant, and which version of it somebody believes to change."""

    site: str
    prototype: str
    version: int


def adapt(
    db: sqlite3.Connection,
    believed: Believed,
    *,
    at_ms: int,
    title: str | None,
    changed: str,
    signed: Signed,
) -> None:
    """End the running period at ``at_ms`` and begin the next step there."""
    before = believed_prototype(db, believed, signed)
    if before.design == "randomised":
        raise QueryError(
            f"prototype {before.prototype!r} is randomised: weeks before and after an adaptation "
            "would be compared as one thing; end it and register the adapted one",
            fault("", "adapts-drawn-weeks"),
        )
    own = own_periods(db, before)
    running = _running(before, own, at_ms)
    later = [each for each in own if each.start_ms > at_ms]
    if later:
        raise QueryError(
            f"at: period {later[0].period!r} begins later, {utc(later[0].start_ms)}; adapt that "
            "one, or move it first",
            fault("at", "period-begins-later", name=later[0].title, start_ms=later[0].start_ms),
        )
    step = max(each.step for each in own) + 1
    taken = {each.period for each in store.read_periods(db, before.site)}
    following = replace(
        running,
        period=free_name(before.prototype, str(step), taken),
        title=title or running.title,
        step=step,
        changed=changed,
        start_ms=at_ms,
        version=1,
    )
    _end_period(db, before, running, at_ms, signed)
    rules.check_span(following)
    store.add_period(db, following)
    log_period(db, None, following, signed, concerned=[before], is_course=True)
    _save(db, before, before, signed)


def end(db: sqlite3.Connection, believed: Believed, *, at_ms: int, signed: Signed) -> None:
    """End the running period at ``at_ms``; what was to begin later is taken back."""
    before = believed_prototype(db, believed, signed)
    own = own_periods(db, before)
    running = _running(before, own, at_ms)
    after = _stop(db, before, own, running, at_ms, signed)
    _save(db, before, after, signed)


def roll_back(
    db: sqlite3.Connection,
    believed: Believed,
    *,
    at_ms: int,
    returns_to_baseline: bool | None,
    title: str | None,
    signed: Signed,
) -> None:
    """Take a prototype back at ``at_ms``, running or ended.

    Unless told otherwise a new baseline period begins there and joins what it is compared with
    (A-B-A); a randomised trial has its weeks off instead, and gets none. That period has no end
    here: comparisons count it up to one that is declared (``comparison/schedule.py``).
    """
    before = believed_prototype(db, believed, signed)
    if before.rolled_back_at_ms is not None:
        raise QueryError(
            f"prototype {before.prototype!r} was rolled back {utc(before.rolled_back_at_ms)} "
            "already; register another period to try it again",
            fault("", "rolled-back-already", at_ms=before.rolled_back_at_ms),
        )
    is_randomised = before.design == "randomised"
    if returns_to_baseline and is_randomised:
        raise QueryError(
            "returns_to_baseline: a randomised trial compares weeks drawn with one another; leave "
            "it out",
            fault("returns_to_baseline", "drawn-weeks-have-their-own"),
        )
    own = own_periods(db, before)
    tried = [each for each in own if each.kind == "prototype"]
    has_ended = bool(tried) and all(each.end_ms is not None for each in tried)
    is_over = has_ended and at_ms >= max(each.end_ms or 0 for each in tried)
    after = before
    if not is_over:
        running = _running(before, own, at_ms)
        after = _stop(db, before, own, running, at_ms, signed)
    after = replace(after, rolled_back_at_ms=at_ms)
    if returns_to_baseline is not False and not is_randomised:
        after = _return_to_baseline(db, after, at_ms, title, signed)
    rules.check_periods(after, store.read_periods(db, before.site))
    _save(db, before, after, signed)


def decide(
    db: sqlite3.Connection, believed: Believed, *, decided: Verdict, why: str | None, signed: Signed
) -> None:
    """Keep what the team made of a trial; a later decision takes the place of the one before."""
    before = believed_prototype(db, believed, signed)
    if before.started_at_ms is None:
        raise QueryError(
            f"prototype {before.prototype!r} has not begun: there is nothing to decide yet; "
            "wait for its first period to begin, or register one (POST periods)",
            fault("", "nothing-to-decide"),
        )
    decision = Decision(decided=decided, why=why, by=signed.by, at_ms=signed.at_ms)
    save_prototype(db, before, replace(before, decision=decision), signed)


# -- shared with the drawing of weeks --------------------------------------------------------------


def believed_prototype(db: sqlite3.Connection, believed: Believed, signed: Signed) -> Prototype:
    """Return the prototype that is meant, where nobody changed it meanwhile."""
    return current_prototype(
        db,
        believed.site,
        believed.prototype,
        version=believed.version,
        now_ms=signed.at_ms,
    )


def own_periods(db: sqlite3.Connection, prototype: Prototype) -> list[Period]:
    """Return a prototype's periods in the order of their starts."""
    return [
        each
        for each in store.read_periods(db, prototype.site)
        if each.prototype == prototype.prototype
    ]


def refuse_to_remove(
    db: sqlite3.Connection, prototype: Prototype, periods: Iterable[Period], *, at_ms: int
) -> None:
    """Raise :class:`QueryError` where another prototype is compared with one of these periods."""
    for period in periods:
        for other in concerned_prototypes(db, period, now_ms=at_ms):
            if other.prototype != prototype.prototype:
                raise QueryError(
                    f"period {period.period!r} would be taken back, and prototype "
                    f"{other.prototype!r} is compared with it; PATCH the baseline of that one "
                    "first",
                    fault("", "compared-with-another", name=period.title, by=other.title),
                )


def free_name(stem: str, suffix: str, taken: set[str]) -> str:
    """Return ``stem-suffix`` within the contract's length, or with a number where that is taken."""
    for n in range(1, len(taken) + 2):
        ending = f"-{suffix}" if n == 1 else f"-{suffix}-{n}"
        name = stem[: NAME_MAX - len(ending)] + ending
        if name not in taken:
            return name
    raise AssertionError("more names are free than are taken")


# -- parts ----------------------------------------------------------------------------------------


def _save(db: sqlite3.Connection, before: Prototype, after: Prototype, signed: Signed) -> None:
    """Write what came of it: a baseline that changes with its periods is no late change."""
    store.write_prototype(db, replace(after, version=before.version + 1))
    changes = differences(before, after)
    if changes:
        add_entry(
            db,
            site_id=site_id_of(db, before.site),
            prototype_id=store.prototype_id_of(db, before.site, before.prototype),
            subject=f"prototype {before.prototype}",
            signed=signed,
            changes=changes,
            after_start=False,
        )


def _running(prototype: Prototype, own: Iterable[Period], at_ms: int) -> Period:
    """Return the period that is tried at an instant; of weeks drawn, also one that is off."""
    tried = [each for each in own if each.kind == "prototype" or each.pair is not None]
    for each in tried:
        if each.start_ms < at_ms and (each.end_ms is None or at_ms < each.end_ms):
            return each
    told = ", ".join(
        f"{each.period!r} from {utc(each.start_ms)} to "
        f"{'now on' if each.end_ms is None else utc(each.end_ms)}"
        for each in tried[-3:]
    )
    raise QueryError(
        f"at: prototype {prototype.prototype!r} has no period that runs {utc(at_ms)}; its last are "
        f"{told or 'none yet'}; write an instant within one",
        fault("at", "no-period-then", at_ms=at_ms),
    )


def _end_period(
    db: sqlite3.Connection, prototype: Prototype, period: Period, at_ms: int, signed: Signed
) -> None:
    ended = replace(period, end_ms=at_ms, version=period.version + 1)
    rules.check_span(ended)
    store.write_period(db, ended)
    log_period(db, period, ended, signed, concerned=[prototype], is_course=True)


def _stop(
    db: sqlite3.Connection,
    prototype: Prototype,
    own: Sequence[Period],
    running: Period,
    at_ms: int,
    signed: Signed,
) -> Prototype:
    """End a period, take back those of its trial that were to follow, return the prototype."""
    _end_period(db, prototype, running, at_ms, signed)
    later = [
        each
        for each in own
        if each.start_ms >= at_ms and (each.kind == "prototype" or each.pair is not None)
    ]
    refuse_to_remove(db, prototype, later, at_ms=signed.at_ms)
    gone = {each.period for each in later}
    after = replace(
        prototype, baseline=tuple(name for name in prototype.baseline if name not in gone)
    )
    store.write_prototype(db, after)
    for each in later:
        log_period(db, each, None, signed, concerned=[prototype], is_course=True)
        store.remove_period(db, each.site, each.period)
    return after


def _return_to_baseline(
    db: sqlite3.Connection,
    prototype: Prototype,
    at_ms: int,
    title: str | None,
    signed: Signed,
) -> Prototype:
    periods = store.read_periods(db, prototype.site)
    by_name = {each.period: each for each in periods}
    first = by_name[prototype.baseline[0]] if prototype.baseline else None
    stem = prototype.prototype if first is None else first.period
    count = len(prototype.baseline) + 1
    returned = Period(
        site=prototype.site,
        period=free_name(stem, str(count), set(by_name)),
        prototype=prototype.prototype,
        kind="baseline",
        title=title or (prototype.title if first is None else first.title),
        step=1,
        changed="",
        start_ms=at_ms,
        end_ms=None,
        pair=None,
        version=1,
    )
    rules.check_span(returned)
    store.add_period(db, returned)
    log_period(db, None, returned, signed, concerned=[prototype], is_course=True)
    return replace(prototype, baseline=(*prototype.baseline, returned.period))
