"""Counts corrected by a person's count beside the sensor's (pure); see docs/occupancy.md."""

from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from pasperdus_collector.buckets.occupancy import Z_95


@dataclass(frozen=True, slots=True)
class Calibration:
    """One line counted by a person (``seen``) and by its sensor (``counted``) at the same time.

    In force from ``from_quarter`` until the next one of the line.
    """

    from_quarter: int
    counted_ins: int
    seen_ins: int
    counted_outs: int
    seen_outs: int


class Corrected(NamedTuple):
    """A corrected count and the two parts of its error, which add up in different ways."""

    value: float
    factor_error: float
    """Standard error by not knowing the factor well: adds up as it is, the factor being the same
    in every bucket."""

    chance_variance: float
    """Variance by chance, of who was missed just then: adds up."""


def correct(count: int, *, counted: int, seen: int) -> Corrected:
    """Return a sensor's ``count`` times the factor ``seen / counted``.

    Each person was missed (or doubled) by chance, as often as in the calibration; one more than it
    showed, since none shown proves none. This is a lower bound of the error: misses and doubles may
    have cancelled. Raises :class:`ValueError` where the sensor had counted nobody, which is refused
    where calibrations are entered.
    """
    if counted < 1:
        raise ValueError(f"a sensor that counted {counted} cannot be corrected by a factor")
    factor = seen / counted
    faults = (abs(seen - counted) + 1) * max(factor, 1.0)
    return Corrected(
        value=count * factor,
        factor_error=count * sqrt(faults) / counted,
        chance_variance=count * faults / counted,
    )


def half_width(factor_error: float, chance_variance: float) -> float:
    """Return half of a 95 % interval."""
    return Z_95 * sqrt(factor_error**2 + chance_variance)
