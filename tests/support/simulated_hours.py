"""Simulated hours of a reception's door, negative binomial, of days that are all ordinary."""

from __future__ import annotations

import numpy as np

from pasperdus_collector.analysis.inputs import HourTable

MONDAY = 739_313 - (739_313 - 1) % 7
OPEN = np.arange(8, 17)
SHAPE = np.array([0.5, 1.0, 1.5, 1.4, 0.6, 0.8, 1.2, 1.1, 0.9])


def ordinary_hours(
    weeks: int = 10, *, an_hour: float = 30.0, dispersion: float = 0.01, seed: int
) -> HourTable:
    """Return hours of days from Monday to Friday; ``dispersion`` is that of an hour by itself."""
    generator = np.random.default_rng(seed)
    days = (MONDAY + 7 * np.arange(weeks)[:, None] + np.arange(5)).ravel()
    mean = an_hour * np.tile(SHAPE, len(days))
    moods = generator.gamma(1 / dispersion, dispersion, len(mean)) if dispersion else 1.0
    entries = generator.poisson(mean * moods).astype(np.float64)
    whole = np.ones(len(entries))
    return HourTable(
        day=days.repeat(len(OPEN)),
        hour=np.tile(OPEN, len(days)),
        entries=entries,
        exits=entries,
        open_share=whole,
        door_coverage=whole,
        box_coverage=whole,
    )
