"""Whether inputs can be what was measured: a file may have been changed by hand (pure)."""

from collections.abc import Iterator
from dataclasses import fields
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from pasperdus_collector.analysis.inputs import Arm, Inputs
from pasperdus_collector.analysis.outcomes import outcome_of
from pasperdus_contract.events import SATISFIED_FROM

LAST_DAY = 1_100_000  # of the calendar, in the year 3012
_HOURS = 24
_SHARES = ("open_share", "door_coverage", "box_coverage", "coverage")
_AMOUNTS = ("entries", "exits", "open_hours", "n", "error")


def check(inputs: Inputs) -> None:
    """Raise :class:`ValueError`, which says what and where, for what nobody can have measured."""
    if inputs.scale not in (0, *SATISFIED_FROM):
        raise ValueError(f"scale {inputs.scale} is none of ratings")
    if not (isfinite(inputs.plan.delta) and inputs.plan.delta > 0):
        raise ValueError(f"plan.delta {inputs.plan.delta} is no change that matters")
    outcome_of(inputs.plan.outcome)
    try:
        ZoneInfo(inputs.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"time_zone {inputs.time_zone!r} is not known") from None
    arms = [("baseline", inputs.baseline), ("prototype", inputs.prototype)]
    arms += [(f"control.{n}", arm) for n, arm in enumerate(inputs.control or ())]
    for name, arm in arms:
        for place, table in _tables(name, arm):
            _check_table(place, table)
        counts, bursts = arm.blocks.counts, arm.blocks.bursts
        if (bursts > counts).any() or (counts[:, inputs.scale :] > 0).any():
            raise ValueError(f"{name}.blocks: more bursts than ratings, or scores above the scale")


def _tables(name: str, arm: Arm) -> Iterator[tuple[str, Any]]:
    yield from ((f"{name}.{each}", getattr(arm, each)) for each in ("blocks", "hours", "days"))
    yield from ((f"{name}.figures.{what}", table) for what, table in arm.figures.items())


def _check_table(place: str, table: Any) -> None:
    columns = {
        each.name: getattr(table, each.name)
        for each in fields(table)
        if isinstance(getattr(table, each.name), np.ndarray)
    }
    columns |= {f"tallies.{what}": each for what, each in getattr(table, "tallies", {}).items()}
    if len({len(each) for each in columns.values()}) > 1:
        raise ValueError(f"{place}: its columns differ in length")
    for name, column in columns.items():
        _check_column(f"{place}.{name}", name, column)


def _check_column(place: str, name: str, column: Any) -> None:
    if name in ("counts", "bursts") and column.ndim == 2 and column.shape[1] != 5:
        raise ValueError(f"{place}: five scores a row are wanted")
    if column.dtype == np.float64 and np.isinf(column).any():
        raise ValueError(f"{place}: a figure is infinite")
    known = column[~np.isnan(column)] if column.dtype == np.float64 else column
    low, high = -np.inf, np.inf
    if name in ("day", "week"):
        low, high = 1, LAST_DAY
    elif name == "hour":
        low, high = 0, _HOURS - 1
    elif name in _SHARES:
        low, high = 0, 1
    elif name in (*_AMOUNTS, "counts", "bursts") or name.startswith("tallies."):
        low = 0
    if known.size and (known.min() < low or known.max() > high):
        raise ValueError(f"{place}: a figure is not between {low} and {high}")
