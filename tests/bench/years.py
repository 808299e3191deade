"""Years of several reception sites as events (pure, seeded): what a filled ledger is made of.

Each site has a door that counts, a rating box, and a lectern from which macarons are handed out.
Visitors come in the opening hours, stay, and go; a few exits are missed. Each sensor tells its
coverage each quarter-hour, day and night. Now and then something stands in the beams, or the
door's node is off for a day.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import groupby
from random import Random
from zoneinfo import ZoneInfo

from pasperdus_contract.fields import QUARTER_MS
from pasperdus_demo.opening import is_public_holiday

LAST_DAY = date(2026, 2, 28)
QUESTION, SCALE = "accueil", 5
LINE = "door"
SERVICES = ("etat-civil", "logement", None)
TALLIES = ("repeated-question", "misorientation")
COVERED = 2  # sensors a site that tell coverage

_HOURS = {**dict.fromkeys(range(5), (time(8, 30), time(17, 30))), 5: (time(9), time(12))}
_MISSED_IN, _MISSED_OUT = 0.005, 0.02
_RATES, _TAKES_TOKEN, _IS_TALLIED = 0.15, 0.2, 0.03
_LEAVES_BEFORE_CALL, _NEVER_CLOSED = 0.05, 0.02  # of those with a token
_SCORES = (1, 2, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5)
_STAY_MINUTES, _STAY_SPREAD, _LONGEST_STAY_MS = 14.0, 0.55, 7_200_000
_BEAM_BLOCKED_DAYS, _DOOR_OFF_DAYS = 1 / 150, 1 / 400
_EVENTS_A_VISITOR = 2.0 - _MISSED_IN - _MISSED_OUT + _RATES + 2.93 * _TAKES_TOKEN + _IS_TALLIED
_DRAWN = 4_093  # stays and arrivals drawn in advance
_SHAPE = (9, 12, 13, 12, 11, 10, 8, 5, 3, 3, 4, 7, 9, 9, 8, 7, 5, 3)  # by half-hours


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalDay:
    """One day of the calendar, in milliseconds since 1970; closed where ``opens_ms`` is 0."""

    date: date
    start_ms: int
    end_ms: int
    opens_ms: int
    closes_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDay:
    """What happened at one site on one day, each list in order of time.

    ``door``, ``box`` and ``lectern`` hold ``(at, kind, detail)``, the detail as the kind wants it.
    """

    day: LocalDay
    door: list[tuple[int, str, str]]
    box: list[tuple[int, str, str]]
    lectern: list[tuple[int, str, str]]


@dataclass(frozen=True, kw_only=True)
class Years:
    """How much there is: about ``events`` events of ``sites`` sites over ``years`` years.

    Raises ``ValueError`` when coverage alone is more than ``events``.
    """

    events: int
    sites: int
    years: int
    time_zone: str = "Europe/Paris"
    seed: int = 1

    def __post_init__(self) -> None:
        if self.visitors_a_day < 1:
            needed = self._coverage + self._open_days * self.sites * math.ceil(_EVENTS_A_VISITOR)
            raise ValueError(
                f"{self.years} years of {self.sites} sites are at least {needed:,} events; "
                "ask for more events, or for fewer sites or years"
            )

    @cached_property
    def days(self) -> list[LocalDay]:
        """The days of the calendar, in order."""
        first = LAST_DAY.replace(year=LAST_DAY.year - self.years) + timedelta(days=1)
        count = (LAST_DAY - first).days + 1
        return [self._local_day(first + timedelta(days=n)) for n in range(count)]

    @property
    def start_ms(self) -> int:
        """Where the first day begins."""
        return self.days[0].start_ms

    @property
    def end_ms(self) -> int:
        """Where the last day ends."""
        return self.days[-1].end_ms

    @property
    def visitors_a_day(self) -> float:
        """The mean over the sites, of an open day."""
        left = self.events - self._coverage
        return left / (_EVENTS_A_VISITOR * self.sites * self._open_days)

    def months(self, site: int) -> Iterator[list[SiteDay]]:
        """Yield the days of one site (counted from 0), month by month."""
        rng = Random(f"{self.seed}/{site}")
        visitors = self.visitors_a_day * self._sizes[site]
        for _, days in groupby(self.days, key=lambda day: (day.date.year, day.date.month)):
            yield [self._site_day(rng, day, visitors) for day in days]

    # -- the calendar ---------------------------------------------------------------------------

    @cached_property
    def _coverage(self) -> int:
        return COVERED * self.sites * ((self.end_ms - self.start_ms) // QUARTER_MS)

    @cached_property
    def _open_days(self) -> int:
        return sum(day.opens_ms > 0 for day in self.days)

    def _local_day(self, day: date) -> LocalDay:
        hours = None if is_public_holiday(day) else _HOURS.get(day.weekday())
        return LocalDay(
            date=day,
            start_ms=self._wall_ms(day, time()),
            end_ms=self._wall_ms(day + timedelta(days=1), time()),
            opens_ms=self._wall_ms(day, hours[0]) if hours else 0,
            closes_ms=self._wall_ms(day, hours[1]) if hours else 0,
        )

    def _wall_ms(self, day: date, at: time) -> int:
        local = datetime.combine(day, at, tzinfo=ZoneInfo(self.time_zone))
        return round(local.astimezone(UTC).timestamp()) * 1000

    # -- the people -----------------------------------------------------------------------------

    @cached_property
    def _sizes(self) -> list[float]:
        """How large each site is, 1 on average."""
        rng = Random(f"{self.seed}/sizes")
        sizes = [rng.lognormvariate(0, 0.6) for _ in range(self.sites)]
        return [size * self.sites / sum(sizes) for size in sizes]

    @cached_property
    def _stays_ms(self) -> list[int]:
        rng = Random(f"{self.seed}/stays")
        drawn = (rng.lognormvariate(math.log(_STAY_MINUTES), _STAY_SPREAD) for _ in range(_DRAWN))
        return [min(round(minutes * 60_000), _LONGEST_STAY_MS) for minutes in drawn]

    @cached_property
    def _arrivals(self) -> list[float]:
        """When people come, as shares of the opening hours."""
        rng = Random(f"{self.seed}/arrivals")
        slots = rng.choices(range(len(_SHAPE)), _SHAPE, k=_DRAWN)
        return [(slot + rng.random()) / len(_SHAPE) for slot in slots]

    def _site_day(self, rng: Random, day: LocalDay, visitors: float) -> SiteDay:
        door: list[tuple[int, str, str]] = []
        box: list[tuple[int, str, str]] = []
        lectern: list[tuple[int, str, str]] = []
        if day.opens_ms:
            share = (day.closes_ms - day.opens_ms) / (9 * 3_600_000)
            expected = visitors * share * len(_HOURS) / (len(_HOURS) - 1 + 1 / 3)
            count = max(0, round(rng.gauss(expected, 1.2 * math.sqrt(expected))))
            for _ in range(count):
                self._visit(rng, day, door, box, lectern)
            lectern.append((day.closes_ms - 600_000, "pulse", str(rng.randint(2, 5))))
        self._tell_coverage(rng, day, door, box)
        for told in (door, box, lectern):
            told.sort()
        return SiteDay(day=day, door=door, box=box, lectern=lectern)

    def _visit(
        self,
        rng: Random,
        day: LocalDay,
        door: list[tuple[int, str, str]],
        box: list[tuple[int, str, str]],
        lectern: list[tuple[int, str, str]],
    ) -> None:
        draw = rng.random
        share = self._arrivals[int(draw() * _DRAWN)]
        come = day.opens_ms + int(share * (day.closes_ms - day.opens_ms)) + int(draw() * 60_000)
        stay = self._stays_ms[int(draw() * _DRAWN)]
        if draw() >= _MISSED_IN:
            door.append((come, "passage", "in"))
        if draw() >= _MISSED_OUT:
            door.append((come + stay, "passage", "out"))
        if draw() < _RATES:
            box.append((come + stay - 5_000, "rating", str(_SCORES[int(draw() * len(_SCORES))])))
        if draw() < _TAKES_TOKEN:
            self._wait(rng, come, stay, lectern)
        if draw() < _IS_TALLIED:
            what = TALLIES[int(draw() * len(TALLIES))]
            lectern.append((come + 15_000, "tally", what))

    @staticmethod
    def _wait(rng: Random, come: int, stay: int, lectern: list[tuple[int, str, str]]) -> None:
        """Take a macaron, be called at some time, be done a little before going out."""
        visit = f"{rng.getrandbits(64):016x}"
        service = SERVICES[int(rng.random() * len(SERVICES))]
        waits = come + 20_000 + stay // 20
        called = waits + int((0.2 + 0.5 * rng.random()) * stay)
        steps = [(waits, "wait")]
        if rng.random() < _LEAVES_BEFORE_CALL:
            steps.append((called, "left"))
        else:
            steps.append((called, "call"))
            if rng.random() >= _NEVER_CLOSED:
                steps.append((max(called + 1, come + stay - 30_000), "done"))
        lectern += [(at, "token", f"{visit} {action} {service or ''}") for at, action in steps]

    @staticmethod
    def _tell_coverage(
        rng: Random,
        day: LocalDay,
        door: list[tuple[int, str, str]],
        box: list[tuple[int, str, str]],
    ) -> None:
        """Add the quarter-hours' coverage, and take away what nobody could see."""
        quarters = range(day.start_ms, day.end_ms, QUARTER_MS)
        is_off = rng.random() < _DOOR_OFF_DAYS
        blocked_from = blocked_to = 0
        if rng.random() < _BEAM_BLOCKED_DAYS:
            blocked_from = day.start_ms + QUARTER_MS * rng.randrange(30, 60)
            blocked_to = blocked_from + QUARTER_MS * rng.randint(2, 8)
        if is_off:
            door.clear()
        elif blocked_to:
            door[:] = [told for told in door if not blocked_from <= told[0] < blocked_to]
        if not is_off:
            for start in quarters:
                is_blocked = blocked_from <= start < blocked_to
                door.append((start + QUARTER_MS, "coverage", "0" if is_blocked else "1"))
        box += [(start + QUARTER_MS, "coverage", "1") for start in quarters]
