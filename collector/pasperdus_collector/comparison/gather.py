"""Gathers all that a comparison is computed from, out of one view of the ledger."""

import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np

from pasperdus_collector.analysis.inputs import (
    Arm,
    Calibrated,
    Circumstance,
    Inputs,
    Plan,
    monday,
)
from pasperdus_collector.analysis.outcomes import outcome_of
from pasperdus_collector.calendar.grid import local_date
from pasperdus_collector.comparison.counted import CountedSite
from pasperdus_collector.comparison.measured import Asked, measured
from pasperdus_collector.comparison.names import Chosen, compared_with
from pasperdus_collector.comparison.prepared import Prepared, prepare
from pasperdus_collector.comparison.schedule import ArmTime, Schedule
from pasperdus_collector.errors import QueryError, fault
from pasperdus_collector.series.released import ReleasedBlock, read_blocks
from pasperdus_contract.fields import QUARTER_MS

_UNITS_OF_RATINGS = ("share", "index")


def gather(
    db: sqlite3.Connection,
    site: str,
    baseline: str | None,
    prototype: str,
    *,
    now_ms: int,
    collector: str,
) -> Inputs:
    """Return both arms and the plan; ``db`` must be within one read transaction.

    ``baseline`` and ``prototype`` are names of periods, with commas between, or of a prototype;
    without ``baseline`` it is that prototype's own. The answer is that of the hour of ``now_ms``.
    Raises :class:`~pasperdus_collector.errors.NotFoundError` for names that are not there,
    :class:`QueryError` for what cannot be compared.
    """
    return measure(
        prepare(db, site, baseline, prototype, now_ms=now_ms, collector=collector),
    )


def measure(prepared: Prepared) -> Inputs:
    """Read what was measured in the time that a comparison is about."""
    place, chosen, when = prepared.place, prepared.chosen, prepared.when
    blocks = _blocks(place, when, prepared.hour_ms)
    asked, other = _question(chosen, when, blocks)
    both, opened = measured(place, (when.baseline, when.tried), asked, blocks)
    trial = chosen.prototype
    return Inputs(
        site=place.card.site,
        site_title=place.card.title,
        time_zone=place.card.time_zone,
        question=None if asked is None else asked[0],
        scale=0 if asked is None else asked[1],
        plan=Plan(
            prototype=trial.prototype,
            title=trial.title,
            design=trial.design,
            outcome=trial.outcome,
            delta=trial.delta,
            status=when.status,
            planned_start_ms=trial.planned_start_ms,
            planned_end_ms=trial.planned_end_ms,
            planned_weeks=when.planned_weeks,
            prototypes=compared_with(chosen, prepared.prototypes, prepared.periods),
            seed=trial.seed,
            late_changes=prepared.late_changes,
            circumstances=_circumstances(chosen, when),
            override=None
            if trial.decision is None
            else (trial.decision.decided, trial.decision.why or ""),
            changed=_changed(chosen),
            hypothesis=trial.hypothesis,
            is_declared=chosen.is_declared,
        ),
        baseline=both[0],
        prototype=both[1],
        now_ms=prepared.hour_ms,
        data_end_ms=when.data_end_ms,
        other_question=other,
        hours_are_told=opened.is_told,
        excludes_staff=place.card.excludes_staff,
        pairs=_pairs(chosen, both, place),
        control=_control(prepared, asked),
        control_title="" if prepared.control is None else prepared.control.card.title,
        calibrations=_calibrations(place),
    )


# -- one site -------------------------------------------------------------------------------------


def _blocks(place: CountedSite, when: Schedule, hour_ms: int) -> list[ReleasedBlock]:
    """Return the blocks that any arm may touch: some may reach back before its first hour."""
    starts = [
        int(time.due.starts[0]) for time in (when.baseline, when.tried) if len(time.due.starts)
    ]
    if not starts:
        return []
    return list(read_blocks(place.db, place.card.site, start_ms=min(starts), end_ms=hour_ms))


# -- what was asked -------------------------------------------------------------------------------


def _question(
    chosen: Chosen, when: Schedule, blocks: Sequence[ReleasedBlock]
) -> tuple[Asked | None, str | None]:
    """Return the question to compare, and what was asked where that differs between the arms."""
    there = [_asked_in(time, blocks) for time in (when.baseline, when.tried)]
    trial = chosen.prototype
    wanted = None if trial.question is None else (trial.question, trial.scale)
    if wanted is not None:
        there = [{each for each in arm if _is_wanted(each, wanted)} or arm for arm in there]
    in_both = sorted(there[0] & there[1])
    if len(in_both) > 1:
        if outcome_of(trial.outcome).unit in _UNITS_OF_RATINGS:
            offered = ", ".join(f"{question} (scale {scale})" for question, scale in in_both)
            raise QueryError(
                f"several questions were asked in both arms: {offered}; name one in the register "
                f"(question and scale of prototype {trial.prototype!r})",
                fault("question", "compares-several-questions", known=offered),
            )
        return in_both[0], None
    if in_both:
        return in_both[0], None
    if there[0] and there[1]:
        return min(there[0]), " / ".join(
            ", ".join(f"{question} (1-{scale})" for question, scale in sorted(arm)) for arm in there
        )
    return min(there[0] | there[1], default=_planned_question(chosen)), None


def _asked_in(time: ArmTime, blocks: Iterable[ReleasedBlock]) -> set[Asked]:
    each = list(blocks)
    starts = np.array([block.start_ms for block in each], dtype=np.int64)
    ends = np.array([block.end_ms for block in each], dtype=np.int64)
    return {
        (block.question, block.scale)
        for block, is_held in zip(each, time.kept.hold(starts, ends), strict=True)
        if is_held
    }


def _is_wanted(each: Asked, wanted: tuple[str, int | None]) -> bool:
    return each[0] == wanted[0] and wanted[1] in (None, each[1])


def _planned_question(chosen: Chosen) -> Asked | None:
    trial = chosen.prototype
    if trial.question is None or trial.scale is None:
        return None
    return trial.question, trial.scale


# -- the plan -------------------------------------------------------------------------------------


def _changed(chosen: Chosen) -> str:
    """Return what was changed: the prototype, and what later steps made of it."""
    steps = dict.fromkeys(each.changed for each in chosen.tried if each.step > 1 and each.changed)
    return " · ".join((chosen.prototype.changed, *steps))


def _circumstances(chosen: Chosen, when: Schedule) -> tuple[Circumstance, ...]:
    """Return what else changed from the first day that is compared to the last."""
    first_ms = min(each.start_ms for each in (*chosen.baseline, *chosen.tried))
    return tuple(
        Circumstance(at_ms=each.at_ms, kind=each.kind, text=each.text)
        for each in sorted(chosen.prototype.circumstances, key=lambda each: each.at_ms)
        if first_ms <= each.at_ms < when.data_end_ms
    )


def _pairs(chosen: Chosen, arms: Sequence[Arm], place: CountedSite) -> tuple[tuple[int, int], ...]:
    """Return the weeks that a schedule put together, those of which both have data."""
    off, on = (
        {
            each.pair: int(monday(np.array(local_date(each.start_ms, place.zone).toordinal())))
            for each in periods
            if each.pair is not None
        }
        for periods in (chosen.baseline, chosen.tried)
    )
    there = [{each.week for each in arm.weeks} for arm in arms]
    return tuple(
        (off[pair], on[pair])
        for pair in sorted(off.keys() & on.keys())
        if off[pair] in there[0] and on[pair] in there[1]
    )


def _calibrations(place: CountedSite) -> tuple[Calibrated, ...]:
    watched = place.watched
    return tuple(
        Calibrated(line=f"{line.node}/{line.line}", from_ms=each.from_quarter * QUARTER_MS)
        for line in watched.outer_lines
        for each in watched.calibrations.get(line.id, ())
    )


def _control(prepared: Prepared, asked: Asked | None) -> tuple[Arm, Arm] | None:
    """Return the same two periods of the site where nothing changed."""
    place, when = prepared.control, prepared.when
    if place is None:
        return None
    blocks = _blocks(place, when, prepared.hour_ms)
    arms, _ = measured(place, (when.baseline, when.tried), asked, blocks)
    return arms[0], arms[1]
