"""What can be compared: each outcome's unit, which way is better, and the smallest change that
matters unless the register says otherwise.

An outcome is a string: one of :data:`OUTCOMES`, or ``tallies:<what>`` for what agents tally. This
module needs no library, so that the register can ask it without loading any.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pasperdus_collector.errors import QueryError, fault

Unit = Literal["share", "index", "log_ratio", "minutes", "persons", "per_100_entries"]
TALLIES = "tallies:"
OF_RATINGS = ("satisfied", "index")
OF_DOORS = ("passages_in", "stay_minutes", "occupancy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``better`` is the sign of a change for the better; 0 where neither way is."""

    name: str
    unit: Unit
    better: Literal[-1, 0, 1]
    default_delta: float
    """In its unit: 0.05 is 5 points of a share, 0.1 a tenth of a count."""


OUTCOMES: dict[str, Outcome] = {
    each.name: each
    for each in (
        Outcome(name="satisfied", unit="share", better=1, default_delta=0.05),
        Outcome(name="index", unit="index", better=1, default_delta=5.0),
        # More visitors are neither better nor worse: who asked for them must say.
        Outcome(name="passages_in", unit="log_ratio", better=0, default_delta=0.1),
        Outcome(name="occupancy", unit="persons", better=0, default_delta=2.0),
        # A longer stay may be a longer wait or a better welcome.
        Outcome(name="stay_minutes", unit="minutes", better=0, default_delta=5.0),
        Outcome(name="wait_minutes", unit="minutes", better=-1, default_delta=2.0),
        Outcome(name="service_minutes", unit="minutes", better=0, default_delta=2.0),
    )
}
_TALLY = Outcome(name=TALLIES, unit="per_100_entries", better=-1, default_delta=2.0)


def outcome_of(name: str, *, whats: Iterable[str] | None = None) -> Outcome:
    """Return an outcome by its name; ``whats`` are the tallies of the site, where these are known.

    Raises :class:`QueryError` for a name that there is not.
    """
    if name in OUTCOMES:
        return OUTCOMES[name]
    what = name.removeprefix(TALLIES)
    if name.startswith(TALLIES) and what and (whats is None or what in set(whats)):
        return Outcome(
            name=name,
            unit=_TALLY.unit,
            better=_TALLY.better,
            default_delta=_TALLY.default_delta,
        )
    tallied = "" if whats is None else "".join(f", {TALLIES}{each}" for each in sorted(set(whats)))
    raise QueryError(
        f"outcome {name!r} is not one that can be compared; choose {', '.join(OUTCOMES)}"
        f"{tallied or f' or {TALLIES} and what is tallied'}",
        fault("outcome", "no-such-outcome", name=name),
    )
