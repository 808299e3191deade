"""Counts corrected by a person's count beside the sensor's (pure); see docs/occupancy.md."""

from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from pasperdus_collector.buckets.occupancy import Z_95


@dataclass(frozen=True, slots=True)
class Calibration:
    """One line counted by its sensor and, over the same time, by a person.

    In force from ``from_quarter`` until the next one of the line.
    """

    from_quarter: int
    by_sensor_in: int
    by_hand_in: int
    by_sensor_out: int
    by_hand_out: int


class Corrected(NamedTuple):
    """A corrected count and the two parts of its error, which add up in different ways."""

    value: float
    factor_error: float
    """Standard error by not knowing the factor well: adds up as it is, the factor being the same
    in every bucket."""

    chance_variance: float
    """Variance by chance, of who was missed just then: adds up."""


def correct(count: int, *, by_sensor: int, by_hand: int) -> Corrected:
    """Return a sensor's ``count`` times the factor ``by_hand / by_sensor``.

    Each person was missed (or doubled) by chance, as often as in the calibration; one more than it
    showed, since none shown proves none. This is a lower bound of the error: misses and doubles may
    have cancelled. Raises :class:`ValueError` where the sensor had counted nobody, which is refused
    where calibrations are entered.
    """
    if by_sensor < 1:
        raise ValueError(f"a sensor that counted {by_sensor} cannot be corrected by a factor")
    factor = by_hand / by_sensor
    faults = (abs(by_hand - by_sensor) + 1) * max(factor, 1.0)
    return Corrected(
        value=count * factor,
        factor_error=count * sqrt(faults) / by_sensor,
        chance_variance=count * faults / by_sensor,
    )


def half_width(factor_error: float, chance_variance: float) -> float:
    """Return half of a 95 % interval."""
    return Z_95 * sqrt(factor_error**2 + chance_variance)
