"""What stands beside each figure of an arm: how much it rests on."""

import numpy as np

from pasperdus_collector.analysis.dispersion import deff
from pasperdus_collector.analysis.inputs import Arm, Floats
from pasperdus_collector.analysis.jackknife import by_cluster
from pasperdus_collector.analysis.ordinal import index
from pasperdus_collector.analysis.proportions import wilson
from pasperdus_collector.analysis.response import by_week
from pasperdus_collector.analysis.result import ArmFacts, HourCell, Week
from pasperdus_collector.analysis.standardised import worth_of_satisfied
from pasperdus_collector.analysis.strata import SLOT_HOURS, SLOTS, WEEKDAYS, cell_of


def arm_facts(arm: Arm, scale: int, *, alpha: float) -> ArmFacts:
    """Return how much an arm rests on; shares are None where there is no rating."""
    by_score = arm.blocks.counts.sum(axis=0)
    ratings = int(by_score.sum())
    satisfied = int(by_score @ worth_of_satisfied(scale)) if scale else 0
    _, weekly = by_cluster(arm.blocks.week, arm.blocks.counts)
    spread = (
        deff(weekly @ worth_of_satisfied(scale), weekly.sum(axis=1)) if len(weekly) > 1 else None
    )
    answered = by_week(arm, scale)[1].sum(axis=0) if scale else np.zeros(3)
    return ArmFacts(
        title=arm.title,
        ranges=tuple((each.start_ms, each.end_ms) for each in arm.ranges),
        full_weeks=arm.full_weeks,
        weeks=len(arm.weeks),
        ratings=ratings,
        satisfied=satisfied,
        straddling=arm.straddling,
        by_score=tuple(int(count) for count in by_score[:scale]),
        share=satisfied / ratings if ratings else None,
        share_interval=wilson(satisfied, ratings, deff=spread or 1.0, alpha=alpha)
        if ratings
        else None,
        index=index(by_score[:scale]) if ratings and scale > 1 else None,
        deff=spread,
        independent=None if spread is None else ratings / max(1.0, spread),
        entries=float(np.nansum(arm.hours.entries)),
        exits=float(np.nansum(arm.hours.exits)),
        response_rate=float(answered[0] / answered[2]) if answered[2] > 0 else None,
        box_coverage=covered(arm.hours.box_coverage, arm.hours.open_share),
        door_coverage=covered(arm.hours.door_coverage, arm.hours.open_share),
    )


def covered(coverage: Floats, open_share: Floats) -> float:
    """Return the share of the open hours that a sensor covered; 0 where nothing was open."""
    opened = float(open_share.sum())
    return float((open_share * coverage).sum() / opened) if opened > 0 else 0.0


def weekly_rows(arm: Arm, name: str, scale: int) -> list[Week]:
    """Return an arm's weeks in order, for the chart; ``name`` is baseline or prototype."""
    worth = worth_of_satisfied(scale) if scale else np.zeros(5)
    rows = []
    for facts in arm.weeks:
        counts = arm.blocks.counts[arm.blocks.week == facts.week].sum(axis=0)
        of_week = arm.hours.week == facts.week
        rows.append(
            Week(
                week=facts.week,
                arm="baseline" if name == "baseline" else "prototype",
                is_full=facts.is_full,
                ratings=int(counts.sum()),
                satisfied=int(counts @ worth),
                entries=float(np.nansum(arm.hours.entries[of_week])),
                exits=float(np.nansum(arm.hours.exits[of_week])),
                coverage=covered(arm.hours.box_coverage[of_week], arm.hours.open_share[of_week]),
            )
        )
    return rows


def hour_cells(arm: Arm, name: str, scale: int) -> list[HourCell]:
    """Return the cells of weekday x three hours that somebody came or rated in, for the chart."""
    cells = WEEKDAYS * SLOTS
    worth = worth_of_satisfied(scale) if scale else np.zeros(5)
    ratings, satisfied, entries = np.zeros(cells), np.zeros(cells), np.zeros(cells)
    of_block = cell_of(arm.blocks.day, arm.blocks.hour)
    np.add.at(ratings, of_block, arm.blocks.counts.sum(axis=1))
    np.add.at(satisfied, of_block, arm.blocks.counts @ worth)
    np.add.at(entries, cell_of(arm.hours.day, arm.hours.hour), np.nan_to_num(arm.hours.entries))
    return [
        HourCell(
            arm="baseline" if name == "baseline" else "prototype",
            weekday=cell // SLOTS,
            first_hour=cell % SLOTS * SLOT_HOURS,
            ratings=int(ratings[cell]),
            satisfied=int(satisfied[cell]),
            entries=float(entries[cell]),
        )
        for cell in range(cells)
        if ratings[cell] or entries[cell]
    ]
