"""Whatever leaves of ratings is made of whole release blocks: pages, API, export and comparisons.

Two such sums differ by whole blocks then, so that no question and no two questions single out fewer
than eleven people. Blocks here are such that any sum betrays of which ones it is.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pasperdus_collector.api.queries import Queries
from pasperdus_collector.calendar.masks import MASKS
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.register.records import Exclusion, Period
from pasperdus_collector.register.store import add_period, add_prototype, read_prototype
from pasperdus_contract.events import SATISFIED_FROM
from support.asking import client_of
from support.known_blocks import (
    BLOCKS,
    BY_BIT,
    LATE,
    UNRELEASED,
    K,
    blocks_in,
    blocks_in_total,
    leave_unreleased,
    rate,
    raw_sums,
)
from support.trials import (
    CALENDAR,
    DAY_MS,
    HOUR_MS,
    PROTOTYPE,
    Site,
    fill,
    register,
    settle,
)
from support.web import Client
from support.writing import Desk

pytestmark = pytest.mark.slow
SITE = Site(
    weeks="AABB",
    visitors_a_day=30,
    ratings_a_day=0,
    calendar={
        **CALENDAR,
        "closures": [{"first_day": "2026-01-15", "last_day": "2026-01-15", "label": "travaux"}],
    },
)
NOW_MS = SITE.end_ms + 2 * DAY_MS
EXCLUSION = Exclusion(
    first_day=date(2026, 1, 21), last_day=date(2026, 1, 21), reason="panne", decided_at_ms=0
)
SHIFTS = ((0, 0), (HOUR_MS, 0), (0, -HOUR_MS), (DAY_MS, 0), (0, -DAY_MS), (-2 * DAY_MS, DAY_MS))
"""By how much the start and the end of a period are moved."""

QUESTIONS = (("accueil", 5), ("attente", 3))
PUBLISHED = frozenset(BY_BIT)


@dataclass
class Place:
    """A collector's web application over the known blocks, with a clock to turn."""

    path: Path
    desk: Desk
    queries: Queries
    client: Client
    now_ms: int = NOW_MS

    def ask(self, path: str, **params: Any) -> Any:
        found = self.client.get(path, params=params)
        assert found.status_code == 200, f"{found.url}: {found.text}"
        return found


def make(directory: Path, *, seed: int, is_late: bool = True) -> Place:
    """Fill a ledger with the known blocks; ``seed`` moves ratings about within them."""
    path = directory / "ledger.db"
    with closing(Ledger(path, quarantine_max=10, now_ms=lambda: NOW_MS)) as ledger:
        fill(ledger, SITE)
        rate(ledger, SITE, BLOCKS, epoch=100, seed=seed)
        settle(ledger, NOW_MS)
        if is_late:
            rate(ledger, SITE, LATE, epoch=101, seed=seed)
            leave_unreleased(ledger, SITE, epoch=102, seed=seed)
            settle(ledger, NOW_MS)
        with ledger.transaction():
            register(ledger, SITE, exclusions=(EXCLUSION,))
            _move_periods(ledger)
    desk = Desk(path)
    queries = Queries(path, desk.writer, now_ms=lambda: made.now_ms)
    made = Place(path, desk, queries, client_of(desk, queries))
    return made


def _move_periods(ledger: Ledger) -> None:
    """Register the same two periods again and again, moved by hours and days."""
    trial = read_prototype(ledger.db, SITE.site, PROTOTYPE)
    for n, (start, end) in enumerate(SHIFTS):
        add_prototype(ledger.db, replace(trial, prototype=f"essai-{n}", baseline=("avant",)))
        for kind, first, last in (("baseline", 0, 2), ("prototype", 2, 4)):
            is_baseline = kind == "baseline"
            add_period(
                ledger.db,
                Period(
                    site=SITE.site,
                    period=f"avant-{n}" if is_baseline else f"pendant-{n}",
                    prototype=None if is_baseline else f"essai-{n}",
                    kind="baseline" if is_baseline else "prototype",
                    title=kind,
                    step=1,
                    changed="",
                    start_ms=SITE.at(first) + start,
                    # Baselines end where the earliest prototype may begin.
                    end_ms=SITE.at(last) + (min(end, 0) - 2 * DAY_MS if is_baseline else end),
                    pair=None,
                    version=1,
                ),
            )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = make(tmp_path_factory.mktemp("known"), seed=0)
    yield made
    made.desk.stop()


@pytest.fixture(autouse=True)
def _now(place: Place) -> None:
    place.now_ms = NOW_MS


def instant(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat().replace("+00:00", "Z")


def ranges() -> Iterator[dict[str, str]]:
    """Yield stretches that begin and end at odd hours, days, and the edges of weeks."""
    edges = [
        SITE.at(0) - DAY_MS,
        SITE.at(0, 0) + 10 * HOUR_MS,
        SITE.at(0, 2) + 10 * HOUR_MS + HOUR_MS // 2,
        SITE.at(1, 2) + 9 * HOUR_MS,
        SITE.at(2),
        SITE.at(4) + DAY_MS,
    ]
    for start, end in itertools.combinations(edges, 2):
        yield {"from": instant(start), "to": instant(end)}


def spans_and_masks() -> Iterator[dict[str, str]]:
    """Yield every stretch with and without the mask ``open``, and two with all other masks."""
    spans = list(ranges())
    for span in spans:
        yield span
        yield {**span, "masks": "open"}
    for count in range(1, len(MASKS) + 1):
        for chosen in itertools.combinations(MASKS, count):
            if chosen != ("open",):
                for span in (spans[3], spans[4]):
                    yield {**span, "masks": ",".join(chosen)}


def union(sets: Sequence[frozenset[int]]) -> frozenset[int]:
    """Return all blocks of one answer: none may be in two of its figures."""
    whole = frozenset().union(*sets)
    assert sum(map(len, sets)) == len(whole)
    return whole


# -- the check itself -----------------------------------------------------------------------------


def test_the_blocks_are_those_that_were_meant(place: Place) -> None:
    with reading(place.path) as db:
        columns = ", ".join(f"s{n} + burst{n}" for n in range(1, 6))
        sql = f"SELECT question, scale, {columns} FROM blocks"  # noqa: S608 (numbered columns)
        released = set(db.execute(sql))
        ((waiting,),) = db.execute("SELECT count(*) FROM unreleased").fetchall()
    assert released == {(each.question, each.scale, *each.counts) for each in BY_BIT.values()}
    assert waiting == UNRELEASED


def test_the_check_sees_ratings_as_they_came(place: Place) -> None:
    """Were raw rows used in any answer, some sum would be a part of a block."""
    with reading(place.path) as db:
        raw = list(raw_sums(db))

    seen = 0
    for scale, counts in raw:
        try:
            blocks_in(counts, scale)
        except AssertionError:
            seen += 1
    assert seen >= 10
    for one, other in itertools.combinations(BLOCKS[:8], 2):
        whole = [a + b for a, b in zip(one.counts, other.counts, strict=True)]
        if one.scale == other.scale:
            assert blocks_in(whole, one.scale) == {one.bit, other.bit}
        whole[0] -= 1
        with pytest.raises(AssertionError):
            blocks_in(whole, one.scale)


# -- series, export, blocks -----------------------------------------------------------------------


@pytest.mark.parametrize("bucket", ["1h", "1d", "1w", "1mo"])
def test_every_series_of_ratings(place: Place, bucket: str) -> None:
    found: set[frozenset[int]] = set()
    for n, ((question, scale), span) in enumerate(itertools.product(QUESTIONS, spans_and_masks())):
        asked = {"site": "mairie", "bucket": bucket, "question": question, "scale": scale, **span}
        ratings = place.ask("/api/v1/series", measure="ratings", **asked).json()["points"]
        told = [each["value"] for each in ratings]
        found.add(union([blocks_in(counts, scale) for counts in told if counts]))
        if n % 3 == 0:
            for measure, made in (("satisfied", _share), ("index", _index)):
                points = place.ask("/api/v1/series", measure=measure, **asked).json()["points"]
                assert [each["value"] for each in points] == [
                    made(counts, scale) if counts and sum(counts) else None for counts in told
                ]
    assert frozenset().union(*found) == PUBLISHED
    _check_differences(found)


def _share(counts: Sequence[int], scale: int) -> float:
    return round(sum(counts[SATISFIED_FROM[scale] - 1 :]) / sum(counts), 4)


def _index(counts: Sequence[int], scale: int) -> float:
    worth = sum(100 * n * count for n, count in enumerate(counts))
    return round(worth / ((scale - 1) * sum(counts)), 2)


def test_every_list_of_blocks(place: Place) -> None:
    found: set[frozenset[int]] = set()
    for span in ranges():
        told = place.ask("/api/v1/blocks", site="mairie", **span).json()["blocks"]
        of_each = [blocks_in(each["value"], each["scale"]) for each in told]
        assert {len(each) for each in of_each} <= {1}
        assert all(set(each) == {"question", "scale", "from", "to", "value"} for each in told)
        found.add(union(of_each))
    assert PUBLISHED in found
    _check_differences(found)


@pytest.mark.parametrize("bucket", ["1h", "1d", "1w", "1mo"])
def test_every_export(place: Place, bucket: str) -> None:
    found: set[frozenset[int]] = set()
    for n, span in enumerate(spans_and_masks()):
        asked = {"site": "mairie", "bucket": bucket, "measures": "ratings", **span}
        lines = place.ask("/api/v1/export.jsonl", **asked).text.splitlines()
        rows = [json.loads(line) for line in lines[1:]]
        keys = {each["key"]: each["scale"] for each in json.loads(lines[0])["series"]}
        assert len(keys) == len(QUESTIONS)
        of_rows = [
            blocks_in(row[key]["value"], scale)
            for row in rows
            for key, scale in keys.items()
            if row[key]["value"] is not None
        ]
        found.add(union(of_rows))
        if n % 3 == 0:
            table = csv.reader(io.StringIO(place.ask("/api/v1/export.csv", **asked).text))
            assert union(list(_of_csv(table))) == union(of_rows)
    assert PUBLISHED in found
    _check_differences(found)


def _of_csv(table: Iterator[list[str]]) -> Iterator[frozenset[int]]:
    """Yield the blocks of each row and question; columns of one question stand side by side."""
    heads = next(table)
    columns = {
        scale: [n for n, head in enumerate(heads) if question in head and "score" in head]
        for question, scale in QUESTIONS
    }
    assert [len(columns[scale]) for _, scale in QUESTIONS] == [5, 3], heads
    for row in table:
        for scale, places in columns.items():
            counts = [row[n] for n in places]
            if all(counts):
                yield blocks_in([int(each) for each in counts], scale)


# -- pages ----------------------------------------------------------------------------------------


def test_every_page_on_every_day(place: Place) -> None:
    days: set[frozenset[int]] = set()
    weeks: set[frozenset[int]] = set()
    for week, day, hour in itertools.product(range(5), range(7), (8, 11, 17)):
        place.now_ms = SITE.at(week, day) + hour * HOUR_MS
        shown = []
        for asked in place.queries.today("mairie").ratings:
            for published in (asked.today, asked.latest):
                if published is not None:
                    shown.append(published.counts)
                    days.add(blocks_in(published.counts, asked.scale))
        past = [
            (each.ratings, each.satisfied) for each in place.queries.past("mairie") if each.ratings
        ]
        weeks.update(blocks_in_total(*each) for each in past)
        if hour == 17:
            for path in ("/aujourdhui", "/aujourdhui/en-direct"):
                page = place.ask(path, site="mairie", lang="fr").text
                totals = {int(re.sub(r"\D", "", each)) for each in re.findall(_RATINGS, page)}
                # A page shows what was asked for it above, and the rule of eleven.
                assert totals <= {*map(sum, shown), *(count for count, _ in past), K}
        if week:  # the chart of weeks that are over
            chart = place.ask("/aujourdhui/semaines.json", site="mairie", lang="fr").json()
            assert '"ratings"' not in json.dumps(chart)
    assert len(days) > len(BY_BIT) // 2
    _check_differences(days)
    _check_differences(weeks)


_RATINGS = r"(\d[\d\u202f\u00a0]*)[\s\u00a0\u202f]+avis"


# -- comparisons ----------------------------------------------------------------------------------


def test_every_comparison_of_periods_moved_by_hours_and_days(place: Place) -> None:
    arms: set[frozenset[int]] = set()
    moved = range(len(SHIFTS))
    for n, m in {*((n, 0) for n in moved), *((0, m) for m in moved), *((n, n) for n in moved)}:
        arms |= _blocks_of(
            place.ask(
                "/api/v1/compare",
                site="mairie",
                baseline=f"avant-{n}",
                prototype=f"essai-{m}",
                inputs="true",
            ).json()
        )
    assert len(arms) > len(SHIFTS)
    _check_differences(arms)


def test_every_reading_of_a_trial_that_runs(place: Place) -> None:
    arms: set[frozenset[int]] = set()
    for week, day in itertools.product(range(5), (0, 3)):
        place.now_ms = SITE.at(week, day) + 11 * HOUR_MS
        arms |= _blocks_of(
            place.ask("/api/v1/compare", site="mairie", prototype=PROTOTYPE, inputs="true").json()
        )
    assert {frozenset({0, 1, 4, 7, 8, 12}), frozenset({2, 3, 11})} <= arms
    _check_differences(arms)


def _blocks_of(told: Any) -> set[frozenset[int]]:
    """Return the blocks of every sum in a comparison."""
    answer, details, inputs = told["answer"], told["details"], told["inputs"]["inputs"]
    sums: set[frozenset[int]] = set()
    for name, key in (("baseline", "baseline"), ("tried", "prototype")):
        facts, arm = answer[name], inputs[key]
        scale = answer["scale"]
        whole = blocks_in(facts["by_score"], scale)
        assert blocks_in_total(facts["ratings"], facts["satisfied"]) == whole
        of_blocks = [blocks_in(each, scale) for each in arm["blocks"]["counts"]]
        assert union(of_blocks) == whole
        for counts, bursts in zip(arm["blocks"]["counts"], arm["blocks"]["bursts"], strict=True):
            apart = sum(bursts), sum(counts) - sum(bursts)
            assert all(each == 0 or each >= K for each in apart)
        for table in (details["weeks"], details["cells"]):
            of_parts = [
                blocks_in_total(each["ratings"], each["satisfied"])
                for each in table
                if each["arm"] == key
            ]
            assert union(of_parts) == whole
            sums.update(of_parts)
        of_strata = [
            blocks_in_total(each[f"{key}_ratings"], each[f"{key}_satisfied"])
            for each in details["strata"]
        ]
        assert union(of_strata) <= whole
        # Of ratings that reach over only their number is told: that of whole blocks all the same.
        outside = [each.ratings for bit, each in BY_BIT.items() if bit not in whole]
        assert facts["straddling"] in {
            sum(chosen) for count in range(4) for chosen in itertools.combinations(outside, count)
        }
        sums |= {whole, *of_blocks, *of_strata}
    return sums


def _check_differences(found: set[frozenset[int]]) -> None:
    """Take every sum from every other: what is left over is none or eleven people or more."""
    for one, other in itertools.permutations(found, 2):
        left = sum(BY_BIT[bit].ratings for bit in one - other)
        assert left == 0 or left >= K


# -- a function of blocks only --------------------------------------------------------------------


def test_what_came_late_adds_whole_blocks_to_every_answer(place: Place, tmp_path: Path) -> None:
    before = make(tmp_path, seed=0, is_late=False)
    asked = {"site": "mairie", "prototype": PROTOTYPE}
    span = {"from": instant(SITE.at(0)), "to": instant(SITE.at(4))}
    try:
        was, became = (
            {
                name: [
                    bit
                    for each in one.ask("/api/v1/blocks", site="mairie", **span).json()["blocks"]
                    for bit in blocks_in(each["value"], each["scale"])
                ]
                for name in ("blocks",)
            }
            | {"compare": one.ask("/api/v1/compare", **asked).json()["answer"]["baseline"]}
            for one in (before, place)
        )
    finally:
        before.desk.stop()

    assert set(became["blocks"]) - set(was["blocks"]) == {12}
    grown = blocks_in(became["compare"]["by_score"], 5) - blocks_in(was["compare"]["by_score"], 5)
    assert grown == {12}


def test_an_answer_is_a_function_of_blocks_only(place: Place, tmp_path: Path) -> None:
    """The same blocks made of other presses, in other hours, give the same bytes."""
    other = make(tmp_path, seed=20260105)
    try:
        with reading(place.path) as db, reading(other.path) as other_db:
            columns = "first_hour, last_hour, " + ", ".join(
                f"{kind}{n}" for kind in ("s", "burst") for n in range(1, 6)
            )
            sql = f"SELECT question, scale, {columns} FROM blocks ORDER BY 1, 2, 3, 4, 5"  # noqa: S608
            raw, other_raw = set(raw_sums(db)), set(raw_sums(other_db))
            assert other_db.execute(sql).fetchall() == db.execute(sql).fetchall()
        assert other_raw != raw

        for params in (
            {"prototype": PROTOTYPE},
            {"prototype": PROTOTYPE, "inputs": "true"},
            {"prototype": PROTOTYPE, "part": "answer"},
            {"prototype": "essai-4", "baseline": "avant-1", "inputs": "true"},
        ):
            mine = place.ask("/api/v1/compare", site="mairie", **params)
            theirs = other.ask("/api/v1/compare", site="mairie", **params)
            assert theirs.content == mine.content
            assert theirs.headers["ETag"] == mine.headers["ETag"]
    finally:
        other.desk.stop()
