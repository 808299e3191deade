"""People inside a site at this moment, for its board: cheap enough to ask at every commit."""

import time

from pasperdus_collector.api.queries import Queries
from pasperdus_contract.board import Inside

MARGIN_S = 300.0  # how long a margin is good for: it grows with the day's passages, slowly


class InsideNow:
    """Asks for the people each time, for the margin of error now and then."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._margins: dict[str, tuple[float, int | None]] = {}

    def read(self, site: str) -> Inside | None:
        """Return the people inside; None where nobody can know."""
        people = self._queries.live(site).occupancy
        if people is None:
            return None
        # A recount may say fewer than left since: nobody is inside a negative number of times.
        return Inside(people=max(0, round(people)), error=self._margin(site))

    def _margin(self, site: str) -> int | None:
        known = self._margins.get(site)
        now_s = time.monotonic()
        if known is None or now_s >= known[0] + MARGIN_S:
            known = now_s, self._queries.today(site).inside.margin
            self._margins[site] = known
        return known[1]
