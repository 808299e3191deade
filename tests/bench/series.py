"""Times the questions that series are there for, beside the same asked of the raw events."""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar, get_args

from bench.filling import DiskError, fill
from bench.questions import RAW, WAYS, Days, local_time, published_days, whole_days
from bench.years import Years
from pasperdus_collector.buckets.days import close_days, rebuild_site
from pasperdus_collector.buckets.touched import touch
from pasperdus_collector.calendar.grid import BucketSize
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.pulse_release import release_pulses
from pasperdus_collector.series import Measure, Series, SeriesQuery
from pasperdus_collector.series.embedded import EmbeddedSeries
from pasperdus_contract.fields import QUARTER_MS

NINE_MONTHS_DAYS = 274
ONE_SITE_MS, ALL_SITES_MS = 20.0, 200.0  # wanted: nine months of one, five years of fifty
LONG_S = 15.0  # what takes longer is not repeated
RAW_OF_ALL_SITES: tuple[Measure, ...] = ("passages_in", "satisfied")
DAYS_TOGETHER = 400
ROUNDING = 0.0051  # people inside are told in hundredths, rounded from ten-thousandths
_DAY_MS = 86_400_000

T = TypeVar("T")


@dataclass(slots=True)
class Timing:
    """Seconds of one question: with nothing of the file in memory, and then again and again."""

    cold_s: float
    warm_s: list[float] = field(default_factory=list)
    processor_s: list[float] = field(default_factory=list)
    """Of these the time that this process had a processor: a busy machine gives it less."""

    @property
    def median_s(self) -> float:
        """The usual run."""
        return statistics.median(self.warm_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A ledger with years of events in it."""

    path: Path
    years: Years

    @property
    def now_ms(self) -> int:
        """An hour after the last event: every day but the last is over."""
        return self.years.end_ms + 3_600_000

    def site(self, number: int) -> str:
        """Return a site's name, counted from 0."""
        return f"site-{number + 1:04d}"

    def read(self, queries: Sequence[SeriesQuery]) -> list[Series]:
        """Answer questions as a request to the collector would: a connection, then all of them."""
        with reading(self.path) as db:
            series = EmbeddedSeries(db, now_ms=self.now_ms)
            return [series.read(query) for query in queries]

    def raw(
        self, measure: Measure, way: str, site_id: int | None, start_ms: int
    ) -> dict[int, Days]:
        """Answer the same from the raw events."""
        with local_time(self.years.time_zone), reading(self.path) as db:
            return RAW[measure].days(db, way, site_id, start_ms, self.years.end_ms)

    def queries(
        self, measure: Measure, start_ms: int, sites: int, bucket: BucketSize = "1d"
    ) -> list[SeriesQuery]:
        """Ask a measure of the first ``sites`` sites, up to the end."""
        return [
            SeriesQuery(
                site=self.site(number),
                measure=measure,
                bucket=bucket,
                start_ms=start_ms,
                end_ms=self.years.end_ms,
            )
            for number in range(sites)
        ]


def main(arguments: Sequence[str]) -> int:
    """Fill a ledger, unless it is there, and print how long its questions take."""
    parser = argparse.ArgumentParser(prog="script/bench series")
    parser.add_argument("--events", type=int, default=50_000_000)
    parser.add_argument("--sites", type=int, default=50)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=7, help="warm runs of a short question")
    parser.add_argument(
        "--directory", type=Path, help="where the ledger stays, to be used again; default: nowhere"
    )
    options = parser.parse_args(arguments)
    try:
        years = Years(events=options.events, sites=options.sites, years=options.years)
    except ValueError as error:
        parser.error(str(error))
    with tempfile.TemporaryDirectory(prefix="pasperdus-bench-") as scratch:
        directory = options.directory or Path(scratch)
        name = f"ledger-{years.events}-{years.sites}-{years.years}.db"
        filled = Filled(path=directory / name, years=years)
        try:
            _prepare(filled)
        except DiskError as error:
            parser.error(str(error))
        _ask_one_site(filled, options.rounds)
        _ask_all_sites(filled, options.rounds)
        _change(filled, options.rounds)
    return 0


def build_days(filled: Filled) -> int:
    """Build every day that is due; return how many there were."""
    with closing(Ledger(filled.path, quarantine_max=1_000)) as ledger:
        with ledger.transaction():
            for (site_id,) in ledger.db.execute(
                "SELECT id FROM sites WHERE id NOT IN (SELECT site_id FROM occupancy_days) "
                "AND id NOT IN (SELECT site_id FROM open_days)"
            ).fetchall():
                rebuild_site(ledger.db, site_id)
            release_pulses(ledger.db, filled.now_ms)
        return _build_due(ledger, filled.now_ms)


def check_equal(filled: Filled, measure: Measure, found: Series, raw: Days) -> int:
    """Return on how many days both answers were compared; raise where they differ."""
    time_zone = filled.years.time_zone
    published = published_days(found, time_zone)
    if measure == "occupancy":  # after a gap nobody knows who is inside; plain SQL cannot tell
        known = whole_days(found, time_zone)
        published = {day: value for day, value in published.items() if day in known}
        raw = {day: value for day, value in raw.items() if day in known}
    allowed = ROUNDING if measure == "occupancy" else 0.0
    different = [
        day
        for day in sorted(published.keys() | raw.keys())
        if abs(published.get(day, 0) - raw.get(day, 0)) > allowed
    ]
    if different:
        day = different[0]
        raise AssertionError(
            f"{found.query.site}, {measure}, {day}: {published.get(day)} published, "
            f"{raw.get(day)} in the raw events"
        )
    return len(raw)


# -- the parts ------------------------------------------------------------------------------------


def _prepare(filled: Filled) -> None:
    years = filled.years
    if not filled.path.exists():
        began_s = time.perf_counter()
        unfinished = filled.path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        events = fill(unfinished, years, announce=True)
        unfinished.rename(filled.path)
        print(f"{events:,} events written in {time.perf_counter() - began_s:.0f} s")
    began_s = time.perf_counter()
    days = build_days(filled)
    if days:
        took_s = time.perf_counter() - began_s
        print(f"{days:,} days of sites built in {took_s:.0f} s: {took_s / days * 1e3:.2f} ms each")
    with reading(filled.path) as db:
        (events,) = db.execute("SELECT sum(stored) FROM nodes").fetchone()
    size_gb = filled.path.stat().st_size / 1e9
    print(
        f"ledger: {events:,} events, {years.sites} sites, {years.years} years, {size_gb:.2f} GB "
        f"({years.visitors_a_day:.0f} visitors an open day)"
    )


def _ask_one_site(filled: Filled, rounds: int) -> None:
    start_ms = filled.years.end_ms - NINE_MONTHS_DAYS * _DAY_MS
    print(f"\nNine months of one site by day (wanted: under {ONE_SITE_MS:.0f} ms)")
    measure: Measure
    for measure in get_args(Measure):
        queries = filled.queries(measure, start_ms, 1)
        timing, found = _timed(filled, rounds, partial(filled.read, queries))
        _tell(measure, timing, wanted_ms=ONE_SITE_MS)
        if measure in RAW:
            _ask_raw(filled, rounds, measure, timing, found, 1, found[0].points[0].start_ms)
    for measure in ("passages_in", "occupancy"):
        queries = filled.queries(measure, start_ms, 1, "15m")
        timing, found = _timed(filled, rounds, partial(filled.read, queries))
        _tell(f"{measure} by quarter-hour, {len(found[0].points):,} points", timing)


def _ask_all_sites(filled: Filled, rounds: int) -> None:
    years = filled.years
    print(
        f"\n{years.years} years of {years.sites} sites by day "
        f"(wanted: under {ALL_SITES_MS:.0f} ms for 5 years of 50)"
    )
    measure: Measure
    for measure in get_args(Measure):
        queries = filled.queries(measure, years.start_ms, years.sites)
        timing, found = _timed(filled, rounds, partial(filled.read, queries))
        _tell(measure, timing, wanted_ms=ALL_SITES_MS)
        if measure in RAW_OF_ALL_SITES:
            _ask_raw(filled, rounds, measure, timing, found, None, years.start_ms)


def _ask_raw(
    filled: Filled,
    rounds: int,
    measure: Measure,
    published: Timing,
    found: Sequence[Series],
    site_id: int | None,
    start_ms: int,
) -> None:
    """Ask the raw events in each way; compare with the faster one, and both answers.

    Of all sites and times there is one way only: to read everything in the order of the keys.
    """
    timings: dict[str, Timing] = {}
    for way in WAYS if site_id is not None else WAYS[-1:]:
        timings[way], answer = _timed(
            filled, rounds, partial(filled.raw, measure, way, site_id, start_ms)
        )
    way, fastest = min(timings.items(), key=lambda each: each[1].median_s)
    words = "asked otherwise: not the same figures"
    if RAW[measure].is_equal:
        days = sum(
            check_equal(filled, measure, series, answer.get(number, {}))
            for number, series in enumerate(found, start=1)
        )
        words = f"equal on {days:,} days"
    ratio = fastest.median_s / published.median_s
    print(
        f"    raw events, {way}: {_seconds(fastest.median_s)}, cold {_seconds(fastest.cold_s)}; "
        f"{ratio:,.0f} times as long ({words}); "
        + ", ".join(f"{way}: {_seconds(each.median_s)}" for way, each in timings.items())
    )


def _change(filled: Filled, rounds: int) -> None:
    print("\nBuilding anew")
    day_ms = filled.years.days[-40].start_ms + 12 * 3_600_000
    with closing(Ledger(filled.path, quarantine_max=1_000)) as ledger:
        took: list[float] = []
        for number in range(rounds):
            quarter = (day_ms - number * _DAY_MS) // QUARTER_MS
            began_s = time.perf_counter()
            with ledger.transaction():
                touch(ledger.db, 1, quarter, quarter + 1)
            took.append(time.perf_counter() - began_s)
        print(f"  one quarter-hour touched, with its commit: {_seconds(statistics.median(took))}")
        for time_zone in ("America/Cayenne", filled.years.time_zone):
            began_s = time.perf_counter()
            with ledger.transaction():
                ledger.registry.change_site(
                    filled.site(0), title=None, time_zone=time_zone, lines=[], version=None
                )
            told_s = time.perf_counter() - began_s
            days = _build_due(ledger, filled.now_ms)
            took_s = time.perf_counter() - began_s
            print(
                f"  one site moved to {time_zone}: {_seconds(took_s)} for {days:,} days, "
                f"{_seconds(told_s)} of it in the change itself"
            )


def _build_due(ledger: Ledger, now_ms: int) -> int:
    count = "SELECT count(*) FROM open_days"
    (before,) = ledger.db.execute(count).fetchone()
    is_behind = True
    while is_behind:
        with ledger.transaction():
            is_behind = close_days(ledger.db, now_ms, limit=DAYS_TOGETHER)
    (after,) = ledger.db.execute(count).fetchone()
    return int(before - after)


# -- timing ---------------------------------------------------------------------------------------


def _timed(filled: Filled, rounds: int, ask: Callable[[], T]) -> tuple[Timing, T]:
    """Ask once with the file out of memory, then ``rounds`` times; return the last answer too.

    What takes very long is asked only once.
    """
    _forget(filled.path)
    began_s, began_processor_s = time.perf_counter(), time.process_time()
    answer = ask()
    timing = Timing(time.perf_counter() - began_s)
    if timing.cold_s > LONG_S:
        timing.warm_s.append(timing.cold_s)
        timing.processor_s.append(time.process_time() - began_processor_s)
        return timing, answer
    for _ in range(rounds):
        began_s, began_processor_s = time.perf_counter(), time.process_time()
        answer = ask()
        timing.warm_s.append(time.perf_counter() - began_s)
        timing.processor_s.append(time.process_time() - began_processor_s)
    return timing, answer


def _tell(what: str, timing: Timing, *, wanted_ms: float | None = None) -> None:
    verdict = ""
    if wanted_ms is not None and timing.median_s * 1000 > wanted_ms:
        verdict = "  TOO SLOW"
    print(
        f"  {what}: {_seconds(timing.median_s)}, cold {_seconds(timing.cold_s)}, "
        f"{_seconds(statistics.median(timing.processor_s))} of a processor "
        f"({len(timing.warm_s)} runs){verdict}"
    )


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def _forget(path: Path) -> None:
    """Take a file out of the system's memory, so that the next reader waits for the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
