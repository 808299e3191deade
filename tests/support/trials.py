"""A whole trial in a real ledger, in about a second: registered, counted, rated and released.

``Site.weeks`` has a letter for each week: A without the prototype, B with it, ``-`` for weeks of
nobody's. Rows are those that ingest leaves (quarter-hours, coverage, tallies, waits); release
blocks are closed, days built and the trial registered by the collector's own code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np

from pasperdus_collector.buckets.days import close_days
from pasperdus_collector.calendar.grid import midnight
from pasperdus_collector.calendar.masks import describe
from pasperdus_collector.calendar.opening import SiteCalendar
from pasperdus_collector.ledger import Ledger
from pasperdus_collector.register.log import Signed
from pasperdus_collector.register.plan import register_period, register_prototype
from pasperdus_collector.register.records import Period, Prototype
from pasperdus_collector.release import release
from pasperdus_collector.site_calendar import write_calendar
from pasperdus_contract.fields import QUARTER_MS

FIRST_MONDAY = date(2026, 1, 5)
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
HOURS = [["09:00", "12:00"], ["13:30", "17:00"]]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
CALENDAR = {"hours": dict.fromkeys(WEEKDAYS, HOURS), "school_zone": "C"}
PROTOTYPE, BASELINE = "pupitre", "avant"
_STAY_MINUTES = 20.0
_CUTS = {2: (0.0,), 3: (1.2, 0.0), 4: (1.1, 0.0, -1.3), 5: (1.9, 0.9, 0.0, -1.3)}
# Logits of a score above 1, 2, …, relative to that of a satisfied one.


@dataclass(frozen=True, kw_only=True)
class Site:
    """A site, and how it fares; effects are by letter and added to the share satisfied.

    ``week_sd`` and ``day_sd`` let the logit of the share wander. ``box_breaks`` are days (from the
    first Monday) on which the rating box was off. ``bursts`` is the share of days on which somebody
    presses the worst button a dozen times.
    """

    site: str = "mairie"
    title: str = "Mairie"
    time_zone: str = "Europe/Paris"
    first_day: date = FIRST_MONDAY
    weeks: str = "AAAAAAAABBBBBBBB"
    visitors_a_day: float = 300.0
    ratings_a_day: float = 75.0
    share: float = 0.75
    effects: Mapping[str, float] = field(default_factory=dict)
    traffic: Mapping[str, float] = field(default_factory=dict)
    answers: Mapping[str, float] = field(default_factory=dict)
    """By letter, how many times as many people answer."""

    week_sd: float = 0.15
    day_sd: float = 0.15
    question: str = "accueil"
    scale: int = 5
    questions: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """Other questions and scales, by letter."""

    calendar: Mapping[str, Any] = field(default_factory=lambda: dict(CALENDAR))
    box_breaks: frozenset[int] = frozenset()
    bursts: float = 0.0
    periods: Mapping[str, str] = field(
        default_factory=lambda: {"A": "Sans pupitre", "B": "Avec pupitre"}
    )
    """Their titles, by letter."""

    tallies_a_day: float = 4.0
    waits_a_day: int = 12
    seed: int = 1

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def at(self, week: int, day: int = 0) -> int:
        """Return the midnight with which a day of a week (from 0) begins, in milliseconds."""
        return midnight(self.first_day + timedelta(days=7 * week + day), self.zone) * QUARTER_MS

    @property
    def end_ms(self) -> int:
        return self.at(len(self.weeks))


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A trial in a ledger: its sites, and an instant two days after its end."""

    path: Path
    site: Site
    control: Site | None
    now_ms: int


def simulate(
    path: Path,
    site: Site,
    *,
    control: Site | None = None,
    design: Literal["randomised", "control", "before_after"] | None = None,
    is_registered: bool = True,
    **planned: Any,
) -> Trial:
    """Fill a new ledger at ``path``; ``planned`` are other fields of the prototype.

    Runs of the letter A are the baseline, ``avant`` (``avant-2``, …), runs of B the prototype
    ``pupitre``, with periods ``essai`` (``essai-2``, …).
    """
    now_ms = site.end_ms + 2 * DAY_MS
    with closing(Ledger(path, quarantine_max=100, now_ms=lambda: now_ms)) as ledger:
        for number, each in enumerate(filter(None, (site, control))):
            fill(ledger, each, first_epoch=1 + 10 * number)
        settle(ledger, now_ms)
        if is_registered:
            chosen = design or ("control" if control else "before_after")
            with ledger.transaction():
                register(ledger, site, design=chosen, control=control, **planned)
    return Trial(path=path, site=site, control=control, now_ms=now_ms)


def settle(ledger: Ledger, now_ms: int) -> None:
    """Close the release blocks that are due, and build all days that are over."""
    is_behind = True
    while is_behind:
        with ledger.transaction():
            is_behind = release(ledger.db, now_ms) > 0
    is_behind = True
    while is_behind:
        with ledger.transaction():
            is_behind = close_days(ledger.db, now_ms, limit=500)


def register(
    ledger: Ledger,
    site: Site,
    *,
    design: str = "before_after",
    control: Site | None = None,
    at_ms: int | None = None,
    **planned: Any,
) -> None:
    """Register the trial and its periods: on the day before it begins, unless told when."""
    told_ms = site.at(0) - DAY_MS if at_ms is None else at_ms
    signed = Signed(by="équipe", why="" if at_ms is None else "après coup", at_ms=told_ms)
    runs = list(_runs(site.weeks))
    tried = [(first, end) for letter, first, end in runs if letter == "B"]
    is_drawn = design == "randomised"
    fields: dict[str, Any] = {
        "site": site.site,
        "prototype": PROTOTYPE,
        "title": "Pupitre d'accueil",
        "hypothesis": "Un pupitre à l'entrée oriente mieux",
        "changed": "Un pupitre à l'entrée",
        "design": design,
        "outcome": "satisfied",
        "question": site.question,
        "scale": site.scale,
        "delta": 0.05,
        "planned_start_ms": site.at(0 if is_drawn else tried[0][0]),
        "planned_end_ms": site.at(len(site.weeks) if is_drawn else tried[-1][1]),
        "control_site": None if control is None else control.site,
        "baseline": (),
        "exclusions": (),
        "circumstances": (),
        "seed": 7 if is_drawn else None,
        "decision": None,
        "rolled_back_at_ms": None,
        "started_at_ms": None,
        "version": 1,
    }
    late = {
        name: planned.pop(name) for name in ("decision", "rolled_back_at_ms") if name in planned
    }
    register_prototype(ledger.db, Prototype(**fields | planned), signed)
    if is_drawn:
        runs = [(letter, n, n + 1) for n, letter in enumerate(site.weeks)]
    numbers: defaultdict[str, int] = defaultdict(int)
    for letter, first, end in runs:
        if letter not in "AB":
            continue
        numbers[letter] += 1
        name = "essai" if letter == "B" else BASELINE
        register_period(
            ledger.db,
            Period(
                site=site.site,
                period=name if numbers[letter] == 1 else f"{name}-{numbers[letter]}",
                prototype=PROTOTYPE,
                kind="prototype" if letter == "B" else "baseline",
                title=site.periods[letter],
                step=1,
                changed="",
                start_ms=site.at(first),
                end_ms=site.at(end),
                pair=first // 2 + 1 if is_drawn else None,
                version=1,
            ),
            signed,
        )
    for name, value in late.items():
        column = {"rolled_back_at_ms": "rolled_back_at"}.get(name, name)
        ledger.db.execute(
            f"UPDATE prototypes SET {column} = ? WHERE name = ?",  # noqa: S608 (two literals)
            (value, PROTOTYPE),
        )


def fill(ledger: Ledger, site: Site, *, first_epoch: int = 1) -> None:
    """Write what a site's nodes told; blocks and days are left to :func:`settle`."""
    rng = np.random.default_rng(site.seed)
    with ledger.transaction():
        ledger.registry.create_site(name=site.site, title=site.title, time_zone=site.time_zone)
        write_calendar(ledger.db, site.site, SiteCalendar.from_json(site.calendar), version=None)
        filling = _Filling(ledger, site, rng, first_epoch)
        for number, letter in enumerate(site.weeks):
            filling.week(number, letter)
        filling.write()
        ledger.db.execute("UPDATE sites SET days_are_due = 1 WHERE name = ?", (site.site,))


def _runs(weeks: str) -> Iterator[tuple[str, int, int]]:
    at = 0
    for letter, run in groupby(weeks):
        length = len(list(run))
        yield letter, at, at + length
        at += length


class _Filling:
    """Rows of one site, gathered week by week and written together."""

    def __init__(self, ledger: Ledger, site: Site, rng: np.random.Generator, epoch: int) -> None:
        self._ledger, self._site, self._rng, self._epoch = ledger, site, rng, epoch
        self._calendar = SiteCalendar.from_json(site.calendar)
        (self._site_id,) = ledger.db.execute(
            "SELECT id FROM sites WHERE name = ?", (site.site,)
        ).fetchone()
        self._passages: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
        self._ratings: list[tuple[int, str, int, int, int]] = []
        self._tallies: list[tuple[int, int]] = []
        self._waits: list[tuple[Any, ...]] = []
        self._covered: list[int] = []
        self._box_covered: list[tuple[str, int]] = []

    def week(self, number: int, letter: str) -> None:
        site, rng = self._site, self._rng
        share = site.share + site.effects.get(letter, 0.0)
        logit = np.log(share / (1 - share)) + rng.normal(0, site.week_sd)
        asked = site.questions.get(letter, (site.question, site.scale))
        for day in range(7):
            begin, end = (site.at(number, each) // QUARTER_MS for each in (day, day + 1))
            self._covered += range(begin, end)
            if 7 * number + day not in site.box_breaks:
                self._box_covered += [(asked[0], quarter) for quarter in range(begin, end)]
            opened = describe(
                self._calendar, site.first_day + timedelta(days=7 * number + day), site.zone
            ).open
            if opened is None:
                raise AssertionError("a simulated site needs opening hours")
            if opened:
                stretches = [(each.opens_ms, each.closes_ms) for each in opened]
                is_rated = 7 * number + day not in site.box_breaks
                self._day(stretches, letter, asked, logit + rng.normal(0, site.day_sd), is_rated)

    def _day(
        self,
        stretches: list[tuple[int, int]],
        letter: str,
        asked: tuple[str, int],
        logit: float,
        is_rated: bool,
    ) -> None:
        site, rng = self._site, self._rng
        factor = site.traffic.get(letter, 1.0)
        lengths = np.array([end - start for start, end in stretches], dtype=np.float64)

        def times(mean: float) -> np.ndarray[Any, np.dtype[np.int64]]:
            which = rng.choice(len(lengths), rng.poisson(mean), p=lengths / lengths.sum())
            starts = np.array([start for start, _ in stretches])[which]
            return np.sort(starts + (rng.random(len(which)) * lengths[which]).astype(np.int64))

        comes = times(site.visitors_a_day * factor)
        goes = comes + (rng.gamma(4, _STAY_MINUTES / 4, len(comes)) * 60_000).astype(np.int64)
        for way, at in ((0, comes), (1, goes)):
            for quarter, count in zip(
                *np.unique(at // QUARTER_MS, return_counts=True), strict=True
            ):
                self._passages[int(quarter)][way] += int(count)
        if is_rated:
            question, scale = asked
            answering = factor * site.answers.get(letter, 1.0)
            for at in times(site.ratings_a_day * answering).tolist():
                above = 1 / (1 + np.exp(-(logit + np.array(_CUTS[scale]))))
                value = 1 + int((rng.random() < above).sum())
                self._ratings.append((at, question, scale, value, 0))
            if rng.random() < site.bursts:
                first = stretches[0][0] + HOUR_MS // 2
                self._ratings += [(first + n * 1_000, question, scale, 1, 1) for n in range(12)]
        self._tallies += [(int(at) // QUARTER_MS, 1) for at in times(site.tallies_a_day * factor)]
        for at in times(site.waits_a_day).tolist():
            waited, served = rng.gamma(3, 2.5, 2) * 60_000
            self._waits.append(
                (at, f"{len(self._waits):016x}", 0, None, "called", int(waited), int(served), 1)
            )

    def write(self) -> None:
        db, registry = self._ledger.db, self._ledger.registry
        node_id = {part: self._node(part) for part in ("porte", "borne", "pupitre")}
        line_id = registry.line(node_id["porte"], "porte")
        door = registry.sensor(node_id["porte"], "porte")
        db.executemany(
            "INSERT INTO passage_quarters (line_id, quarter, ins, outs) VALUES (?, ?, ?, ?)",
            [(line_id, quarter, *counts) for quarter, counts in sorted(self._passages.items())],
        )
        self._write_coverage(door, self._covered)
        for question in dict.fromkeys(question for question, _ in self._box_covered):
            quarters = [quarter for asked, quarter in self._box_covered if asked == question]
            self._write_coverage(registry.sensor(node_id["borne"], question), quarters)
        self._write_ratings(node_id["borne"])
        sums: defaultdict[int, int] = defaultdict(int)
        for quarter, count in self._tallies:
            sums[quarter] += count
        db.executemany(
            "INSERT INTO tally_quarters (node_id, what, category, quarter, tallies) "
            "VALUES (?, 'repeated-question', '', ?, ?)",
            [(node_id["pupitre"], quarter, count) for quarter, count in sorted(sums.items())],
        )
        db.executemany(
            "INSERT INTO token_waits (site_id, began_at, visit, n, service, outcome, waited_ms, "
            "served_ms, is_served) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(self._site_id, *row) for row in self._waits],
        )

    def _node(self, part: str) -> int:
        db, name = self._ledger.db, f"{self._site.site}-{part}"
        db.execute(
            "INSERT INTO zones (site_id, name, title) VALUES (?, ?, ?)", (self._site_id, part, part)
        )
        db.execute(
            "INSERT INTO nodes (name, zone_id, enrolled_at) "
            "SELECT ?, id, ? FROM zones WHERE site_id = ? AND name = ?",
            (name, self._site.at(0), self._site_id, part),
        )
        node_id = self._ledger.registry.node(name)
        if node_id is None:
            raise AssertionError(f"{name} was not enrolled")
        return node_id

    def _write_coverage(self, sensor_id: int, quarters: list[int]) -> None:
        self._ledger.db.executemany(
            "INSERT INTO coverage_quarters (sensor_id, quarter, told_ms, ok_ms) "
            "VALUES (?, ?, ?, ?)",
            [(sensor_id, quarter, QUARTER_MS, QUARTER_MS) for quarter in quarters],
        )

    def _write_ratings(self, node_id: int) -> None:
        db = self._ledger.db
        raw: defaultdict[tuple[int, int], list[int]] = defaultdict(lambda: [0] * 10)
        for at, question, scale, value, is_burst in self._ratings:
            box_id = self._ledger.registry.box(node_id, question, scale)
            raw[box_id, at // QUARTER_MS][value - 1 + 5 * is_burst] += 1
        columns = ", ".join(f"{kind}{n}" for kind in ("s", "burst") for n in range(1, 6))
        db.executemany(
            f"INSERT INTO rating_quarters (box_id, quarter, {columns}) "  # noqa: S608 (numbered)
            f"VALUES (?, ?{', ?' * 10})",
            [(*key, *counts) for key, counts in sorted(raw.items())],
        )
        db.executemany(
            "INSERT INTO unreleased (epoch_id, seq, site_id, question, scale, at, value, is_burst) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (self._epoch, seq, self._site_id, question, scale, at, value, is_burst)
                for seq, (at, question, scale, value, is_burst) in enumerate(sorted(self._ratings))
            ],
        )
