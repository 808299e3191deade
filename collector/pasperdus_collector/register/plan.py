"""Laying a trial down, and changing what was laid down: checked, versioned and logged."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pasperdus_collector.errors import PreconditionError, QueryError, fault
from pasperdus_collector.register import rules, store
from pasperdus_collector.register.log import Signed, add_entry, differences
from pasperdus_collector.register.records import Period, Prototype
from pasperdus_collector.registry import site_id_of

LOCKED = frozenset(
    {
        *("hypothesis", "design", "outcome", "question", "scale", "delta", "planned_start_ms"),
        *("planned_end_ms", "control_site", "baseline", "exclusions"),
    }
)
"""What is locked once a trial began: it can be changed, and every report says so."""

LATE_MS = 86_400_000
"""A period that is registered later than this after its start was not laid down before it."""

_ASKED = frozenset({"outcome", "question", "scale"})
_LOCKED_OF_PERIODS = frozenset({"start_ms", "end_ms"})


def site_facts(db: sqlite3.Connection, site: str) -> rules.SiteFacts:
    """Return what the rules must know of a site. Raises :class:`NotFoundError`."""
    return rules.SiteFacts(
        boxes=frozenset(
            db.execute(
                "SELECT question, scale FROM boxes JOIN nodes ON nodes.id = node_id "
                "JOIN zones ON zones.id = zone_id WHERE site_id = ?",
                (site_id_of(db, site),),
            ).fetchall()
        ),
        sites=frozenset(name for (name,) in db.execute("SELECT name FROM sites")),
    )


def register_prototype(db: sqlite3.Connection, wanted: Prototype, signed: Signed) -> None:
    """Add a prototype within the caller's transaction.

    Raises :class:`QueryError` for what makes no sense, :class:`PreconditionError` where its name is
    taken.
    """
    facts = site_facts(db, wanted.site)
    taken = {each.prototype for each in store.read_prototypes(db, wanted.site)}
    if wanted.prototype in taken:
        raise PreconditionError(
            f"site {wanted.site!r} has a prototype {wanted.prototype!r} already; PATCH it to "
            "change it, or give another name",
            fault("prototype", "name-taken", name=wanted.prototype),
        )
    rules.check_prototype(wanted, facts)
    prototype = replace(rules.with_question(wanted, facts), version=1)
    rules.check_periods(prototype, store.read_periods(db, wanted.site))
    store.add_prototype(db, prototype)
    log_prototype(db, None, prototype, signed)


def change_prototype(
    db: sqlite3.Connection,
    site: str,
    name: str,
    changes: Mapping[str, Any],
    *,
    version: int,
    signed: Signed,
) -> None:
    """Change these fields of a prototype; a delta of another unit falls back to its default.

    Raises :class:`NotFoundError`, :class:`QueryError`, and :class:`PreconditionError` where
    somebody changed it since ``version``.
    """
    before = current_prototype(db, site, name, version=version, now_ms=signed.at_ms)
    if "question" in changes and "scale" not in changes:
        changes = {**changes, "scale": None}  # that of the former question says nothing
    after = replace(before, **changes)
    if "delta" not in changes and rules.has_other_unit(before.outcome, after.outcome):
        after = replace(after, delta=rules.default_delta(after.outcome))
    facts = site_facts(db, site)
    rules.check_prototype(after, facts)
    if not _ASKED.isdisjoint(changes):
        after = rules.with_question(after, facts)
    rules.check_periods(after, store.read_periods(db, site))
    save_prototype(db, before, after, signed)


def register_period(db: sqlite3.Connection, period: Period, signed: Signed) -> None:
    """Add a period; a baseline of a prototype's own joins what that is compared with.

    Raises as :func:`register_prototype`.
    """
    taken = {each.period for each in store.read_periods(db, period.site)}
    if period.period in taken:
        raise PreconditionError(
            f"site {period.site!r} has a period {period.period!r} already; PATCH it to change it, "
            "or give another name",
            fault("period", "name-taken", name=period.period),
        )
    rules.check_span(period)
    if period.prototype is None:
        store.add_period(db, period)
        log_period(db, None, period, signed, concerned=())
        return
    owner = store.read_prototype(db, period.site, period.prototype, now_ms=signed.at_ms)
    own = [each for each in store.read_periods(db, owner.site) if each.prototype == owner.prototype]
    if period.kind == "prototype":
        _check_step(period, own)
    store.add_period(db, period)
    after = owner
    if period.kind == "baseline":
        after = replace(owner, baseline=(*owner.baseline, period.period))
    rules.check_periods(after, store.read_periods(db, owner.site))
    log_period(db, None, period, signed, concerned=[owner])
    save_prototype(db, owner, after, signed, is_touched=True)


def change_period(
    db: sqlite3.Connection,
    site: str,
    name: str,
    changes: Mapping[str, Any],
    *,
    version: int,
    signed: Signed,
) -> None:
    """Change a period's title, text, start or end. Raises as :func:`change_prototype`."""
    before = store.read_period(db, site, name)
    if version != before.version:
        raise PreconditionError(
            f"period {name!r} is at version {before.version}, not {version}; read it again first",
            fault("", "changed-meanwhile"),
        )
    after = replace(before, **changes, version=before.version + 1)
    changed = differences(before, after)
    if not changed:
        return
    if before.pair is not None and _LOCKED_OF_PERIODS & changed.keys():
        raise QueryError(
            f"start and end of period {name!r} were drawn; leave days out by exclusions of "
            f"prototype {before.prototype!r} instead",
            fault("start" if "start_ms" in changed else "end", "drawn-for-good"),
        )
    rules.check_span(after)
    concerned = concerned_prototypes(db, before, now_ms=signed.at_ms)
    store.write_period(db, after)
    periods = store.read_periods(db, site)
    for prototype in concerned:
        rules.check_periods(prototype, periods)
    log_period(db, before, after, signed, concerned=concerned)
    for prototype in concerned:
        save_prototype(db, prototype, prototype, signed, is_touched=True)


# -- shared with what happens in the course of a trial ---------------------------------------------


def current_prototype(
    db: sqlite3.Connection, site: str, name: str, *, version: int, now_ms: int
) -> Prototype:
    """Return a prototype that nobody changed since ``version``.

    Raises :class:`NotFoundError` and :class:`PreconditionError`.
    """
    found = store.read_prototype(db, site, name, now_ms=now_ms)
    if version != found.version:
        raise PreconditionError(
            f"prototype {name!r} is at version {found.version}, not {version}; read it again first",
            fault("", "changed-meanwhile"),
        )
    return found


def concerned_prototypes(db: sqlite3.Connection, period: Period, *, now_ms: int) -> list[Prototype]:
    """Return the prototype whose period it is, and those that are compared with it."""
    return [
        each
        for each in store.read_prototypes(db, period.site, now_ms=now_ms)
        if each.prototype == period.prototype or period.period in each.baseline
    ]


def save_prototype(
    db: sqlite3.Connection,
    before: Prototype,
    after: Prototype,
    signed: Signed,
    *,
    is_touched: bool = False,
) -> None:
    """Write a prototype and log what changed; ``is_touched``: one of its periods did, at least."""
    if is_touched or differences(before, after):
        store.write_prototype(db, replace(after, version=before.version + 1))
    log_prototype(db, before, after, signed)


def log_prototype(
    db: sqlite3.Connection, before: Prototype | None, after: Prototype, signed: Signed
) -> None:
    """Log what changed of a prototype. Raises :class:`QueryError` where a reason is missing."""
    changes = differences(before, after)
    is_late = after.started_at_ms is not None and not LOCKED.isdisjoint(changes)
    if not changes:
        return
    _demand_reason(is_late, signed)
    add_entry(
        db,
        site_id=site_id_of(db, after.site),
        prototype_id=store.prototype_id_of(db, after.site, after.prototype),
        subject=f"prototype {after.prototype}",
        signed=signed,
        changes=changes,
        after_start=is_late,
    )


def log_period(
    db: sqlite3.Connection,
    before: Period | None,
    after: Period | None,
    signed: Signed,
    *,
    concerned: Iterable[Prototype],
    is_course: bool = False,
) -> None:
    """Log what changed of a period, once for each prototype concerned.

    ``is_course``: it is what happens in the course of a trial, such as an adaptation, and no change
    of what was laid down. Raises :class:`QueryError` where a reason is missing.
    """
    period = after or before
    if period is None:
        raise AssertionError("neither before nor after: there is no period to log")
    changes = differences(before, after)
    is_backdated = (
        after is not None
        and after.kind == "prototype"
        and "start_ms" in changes
        and after.start_ms < signed.at_ms - LATE_MS
    )
    is_of_plan = not is_course and not _LOCKED_OF_PERIODS.isdisjoint(changes)
    prototypes: list[Prototype | None] = [*concerned]
    for prototype in prototypes or [None]:
        has_started = prototype is not None and prototype.started_at_ms is not None
        is_late = is_of_plan and (has_started or is_backdated)
        _demand_reason(is_late, signed)
        add_entry(
            db,
            site_id=site_id_of(db, period.site),
            prototype_id=None
            if prototype is None
            else store.prototype_id_of(db, period.site, prototype.prototype),
            subject=f"period {period.period}",
            signed=signed,
            changes=changes,
            after_start=is_late,
        )


def _check_step(period: Period, own: Iterable[Period]) -> None:
    latest = max((each.step for each in own if each.kind == "prototype"), default=0)
    if period.step not in (latest, latest + 1) or period.step == 0:
        raise QueryError(
            f"step: {period.step} does not follow; prototype {period.prototype!r} is at step "
            f"{latest}, so write {max(latest, 1)} for the same thing again, or {latest + 1}",
            fault("step", "step-does-not-follow", again=max(latest, 1), following=latest + 1),
        )


def _demand_reason(is_late: bool, signed: Signed) -> None:  # noqa: FBT001 (the one question)
    if is_late and not signed.why:
        raise QueryError(
            "why: the trial has begun, and this changes what was laid down; say why, since every "
            "report will show it",
            fault("why", "reason-missing"),
        )
