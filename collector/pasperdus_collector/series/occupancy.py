"""How many are inside: entries less exits since the nightly close, or since a recount (pure).

After a gap (more than 60 s without a working sensor) the number is unknown until the next close
or recount. Below zero, somebody's entry was missed: the number is clipped at zero.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

CLOSE_HOUR = 4
GAP_MS = 60_000


@dataclass(frozen=True, slots=True)
class Quarter:
    """One quarter-hour of a whole site, all its outer lines together."""

    quarter: int
    net: int
    is_gap: bool


@dataclass(frozen=True, slots=True)
class Recount:
    """An agent counted ``occupancy`` people; ``net_after`` crossed in its quarter afterwards."""

    occupancy: int
    net_after: int


def occupancy(
    quarters: Iterable[Quarter], closes: frozenset[int], recounts: Mapping[int, Recount]
) -> Iterator[tuple[int, int | None]]:
    """Yield ``(quarter, people inside at its end)``, None while unknown.

    ``quarters`` are consecutive; ``closes`` are those that begin at the nightly close, when nobody
    is left inside; ``recounts`` holds the last one of a quarter.
    """
    inside: int | None = None
    for each in quarters:
        if each.quarter in closes:
            inside = 0
        recount = recounts.get(each.quarter)
        if recount is not None:
            inside = max(0, recount.occupancy + recount.net_after)
        elif each.is_gap:
            inside = None
        elif inside is not None:
            inside = max(0, inside + each.net)
        yield each.quarter, inside
