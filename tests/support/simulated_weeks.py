"""Weeks at a reception, told through ingest as its nodes would: a door, a rating box, who is there.

Everything follows from the seed and the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from support.reception import Reception, wall

LINE, QUESTION = "porte", "accueil"
HOURS = (("09:00", "12:00"), ("13:30", "17:00"))
_OPEN_DAYS = 5
_DAYS = 7
_STAY_MS = 900_000
_HAPPY, _UNHAPPY = (5, 4, 4), (3, 3, 2, 1)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Its nodes, how many come and rate on an open day, and how their satisfaction wanders."""

    door: str = "entree"
    box: str = "borne"
    visitors_a_day: int = 110
    ratings_a_day: int = 70
    day_sd: float = 0.02
    seed: int = 3

    def tell_week(self, nodes: Reception, monday: date, *, share: float) -> None:
        """Tell one week, in which about ``share`` of the ratings are of satisfied people."""
        rng = Random(f"{self.seed}/{monday}")
        start, end = wall(monday, "00:00"), wall(monday + timedelta(days=_DAYS), "00:00")
        nodes.covered(self.door, LINE, start, end)
        nodes.covered(self.box, QUESTION, start, end)
        for number in range(_OPEN_DAYS):
            self._tell_day(nodes, monday + timedelta(days=number), share, rng)

    def _tell_day(self, nodes: Reception, day: date, share: float, rng: Random) -> None:
        stretches = [(wall(day, opens), wall(day, shuts)) for opens, shuts in HOURS]
        comings = sorted(
            rng.randrange(opens, shuts - _STAY_MS)
            for opens, shuts in rng.choices(stretches, k=self.visitors_a_day)
        )
        goings = sorted(at + rng.randrange(_STAY_MS // 2, _STAY_MS) for at in comings)
        nodes.passages(self.door, LINE, "in", comings)
        nodes.passages(self.door, LINE, "out", goings)
        chance = min(0.98, max(0.02, rng.gauss(share, self.day_sd)))
        rated = sorted(rng.sample(goings, min(self.ratings_a_day, len(goings))))
        scores = [rng.choice(_HAPPY if rng.random() < chance else _UNHAPPY) for _ in rated]
        nodes.ratings(self.box, zip(rated, scores, strict=True), question=QUESTION)
