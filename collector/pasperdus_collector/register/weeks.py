"""Drawing the weeks of a randomised trial into the register."""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from pasperdus_collector.errors import QueryError, fault
from pasperdus_collector.register import rules, store
from pasperdus_collector.register.course import (
    Believed,
    believed_prototype,
    free_name,
    own_periods,
    refuse_to_remove,
)
from pasperdus_collector.register.log import Signed, add_entry, differences
from pasperdus_collector.register.plan import site_facts
from pasperdus_collector.register.records import Period
from pasperdus_collector.register.rules import utc
from pasperdus_collector.register.schedule import draw_weeks
from pasperdus_collector.registry import site_id_of


def draw_schedule(
    db: sqlite3.Connection,
    believed: Believed,
    *,
    first_week: date,
    pairs: int,
    seed: int,
    signed: Signed,
) -> None:
    """Draw the weeks of a randomised trial, in place of those drawn before.

    Its planned start and end become those of the weeks. Raises :class:`NotFoundError`,
    :class:`QueryError` and :class:`PreconditionError`.
    """
    before = believed_prototype(db, believed, signed)
    if before.design != "randomised":
        raise QueryError(
            f"prototype {before.prototype!r} has design {before.design}; weeks are drawn for "
            "randomised, so PATCH its design first",
            fault("", "draws-not-randomised"),
        )
    if before.started_at_ms is not None:
        raise QueryError(
            f"prototype {before.prototype!r} began {utc(before.started_at_ms)}: its weeks are "
            "drawn for good; end it and register another prototype",
            fault("", "drawn-for-good"),
        )
    weeks = draw_weeks(
        first_week=first_week, pairs=pairs, seed=seed, zone=_time_zone(db, before.site)
    )
    if weeks[0].start_ms <= signed.at_ms:
        raise QueryError(
            f"first_week: {first_week} began already; weeks are drawn before anybody knows what "
            "they will be like, so write a Monday to come",
            fault("first_week", "week-began", day=first_week),
        )
    former = own_periods(db, before)
    refuse_to_remove(db, before, former, at_ms=signed.at_ms)
    store.write_prototype(db, replace(before, baseline=()))
    for each in former:
        store.remove_period(db, before.site, each.period)
    drawn: list[Period] = []
    taken = {each.period for each in store.read_periods(db, before.site)}
    for week in weeks:
        suffix = f"{week.pair:02d}-{'on' if week.is_on else 'off'}"
        period = Period(
            site=before.site,
            period=free_name(before.prototype, suffix, taken),
            prototype=before.prototype,
            kind="prototype" if week.is_on else "baseline",
            title=before.title,
            step=1,
            changed=before.changed if week.is_on else "",
            start_ms=week.start_ms,
            end_ms=week.end_ms,
            pair=week.pair,
            version=1,
        )
        taken.add(period.period)
        store.add_period(db, period)
        drawn.append(period)
    after = replace(
        before,
        seed=seed,
        planned_start_ms=weeks[0].start_ms,
        planned_end_ms=weeks[-1].end_ms,
        baseline=tuple(each.period for each in drawn if each.kind == "baseline"),
        version=before.version + 1,
    )
    rules.check_prototype(after, site_facts(db, before.site))
    rules.check_periods(after, store.read_periods(db, before.site))
    store.write_prototype(db, after)
    # One entry for all: the weeks follow from the seed and the first of them.
    add_entry(
        db,
        site_id=site_id_of(db, before.site),
        prototype_id=store.prototype_id_of(db, before.site, before.prototype),
        subject=f"prototype {before.prototype}",
        signed=signed,
        changes={**differences(before, after), "weeks": (_told(former), _told(drawn))},
        after_start=False,
    )


def _told(periods: Iterable[Period]) -> list[dict[str, object]]:
    return [
        {
            "period": each.period,
            "pair": each.pair,
            "kind": each.kind,
            "start_ms": each.start_ms,
            "end_ms": each.end_ms,
        }
        for each in periods
    ]


def _time_zone(db: sqlite3.Connection, site: str) -> ZoneInfo:
    (name,) = db.execute("SELECT time_zone FROM sites WHERE name = ?", (site,)).fetchone()
    return ZoneInfo(name)
