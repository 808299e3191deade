"""What Grafana shows of an InfluxDB filled by the projection is what the API answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from statistics import mean
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pasperdus_collector.ledger import reading
from pasperdus_collector.series import Measure, Point, SeriesQuery
from pasperdus_collector.series.embedded import EmbeddedRows
from pasperdus_collector.series.reader import SeriesReader
from support.conformance import COLLECTOR, HOME, NOW
from support.copying import Copied
from support.grafana import ALL, View, dashboards, series, table

PARIS = ZoneInfo("Europe/Paris")
FROM = int(datetime(2026, 3, 9, tzinfo=PARIS).timestamp() * 1000)
TO = int(datetime(2026, 4, 13, tzinfo=PARIS).timestamp() * 1000)
BOARDS = dashboards()
CHOSEN: dict[str, str | list[str]] = {
    "collector": COLLECTOR,
    "site": HOME,
    "question": "accueil",
    "scale": "5",
    "zone": ["counter-1", "entrance-1"],
}
Read = Callable[[Point], float | None]


@dataclass(frozen=True, slots=True)
class Filled(Copied):
    """What panels show of one site, and what the API answers of it."""

    def shown(self, file: str, title: str, query: int = 0) -> dict[str, dict[int, Any]]:
        """Return the series that a query of a panel draws, as values by time."""
        target = self._target(file, title, query)
        answer = self.influx.query(_view(file).sent(target["query"]))
        return {name: dict(points) for name, points in series(target, answer).items()}

    def table(self, file: str, title: str, query: int = 0) -> list[dict[str, Any]]:
        """Return the rows that a query of a panel shows."""
        target = self._target(file, title, query)
        return table(self.influx.query(_view(file).sent(target["query"])))

    def answered(
        self, measure: Measure, bucket: Any, read: Read, **narrowed: Any
    ) -> dict[int, Any]:
        """Return what the API's reader answers of the ledger, where it is known."""
        points = self._points(measure, bucket, **narrowed)
        known = ((point.start_ms, read(point)) for point in points if point.value is not None)
        return {at: figure for at, figure in known if figure is not None}

    def coverage(self, bucket: Any, **narrowed: Any) -> dict[int, float]:
        """Return the coverage that the API's reader answers, of every bucket."""
        points = self._points("passages_in", bucket, **narrowed)
        return {point.start_ms: point.coverage for point in points}

    def _points(self, measure: Measure, bucket: Any, **narrowed: Any) -> list[Point]:
        query = SeriesQuery(
            site=HOME, measure=measure, bucket=bucket, start_ms=FROM, end_ms=TO, **narrowed
        )
        with reading(self.filling.path) as db:
            rows = EmbeddedRows(db, now_ms=NOW, collector=COLLECTOR)
            return SeriesReader(rows, now_ms=NOW).read(query).points

    def _target(self, file: str, title: str, query: int) -> dict[str, Any]:
        (panel,) = (each for each in BOARDS[file]["panels"] if each["title"] == title)
        target: dict[str, Any] = panel["targets"][query]
        return target


@pytest.fixture
def filled(copied: Copied) -> Filled:
    return Filled(copied.filling, copied.influx)


def _view(file: str) -> View:
    names = {each["name"] for each in BOARDS[file]["templating"]["list"]}
    chosen = {name: choice for name, choice in CHOSEN.items() if name in names}
    if file == "en/fleet.json":
        chosen = dict.fromkeys(chosen, ALL)
    return View(model=BOARDS[file], from_ms=FROM, to_ms=TO - 1, chosen=chosen)


def value(point: Point) -> Any:
    return point.value


def low(point: Point) -> float | None:
    return point.low


def high(point: Point) -> float | None:
    return point.high


def raw(point: Point) -> float | None:
    return point.raw


def corrected(point: Point) -> float | None:
    return point.corrected


# board, panel, query, series; measure, bucket, which figure of a point, what else narrows
COMPARED: list[tuple[Any, ...]] = [
    ("today", "Entries and exits per hour", 0, "Entries", "passages_in", "1h", value, {}),
    ("today", "Entries and exits per hour", 1, "Exits", "passages_out", "1h", value, {}),
    ("today", "Present", 0, "Present", "occupancy", "15m", value, {}),
    ("today", "Occupancy", 0, "Present", "occupancy", "15m", value, {}),
    ("today", "Occupancy", 1, "Lower bound", "occupancy", "15m", low, {}),
    ("today", "Occupancy", 1, "Upper bound", "occupancy", "15m", high, {}),
    ("week", "Passages per day", 0, "Entries", "passages_in", "1d", value, {}),
    ("week", "Passages per day", 1, "Exits", "passages_out", "1d", value, {}),
    (
        "week",
        "Corrected entries per day",
        0,
        "Corrected entries",
        "passages_in",
        "1d",
        corrected,
        {},
    ),
    ("week", "Corrected entries per day", 0, "Lower bound", "passages_in", "1d", low, {}),
    ("week", "Corrected entries per day", 0, "Upper bound", "passages_in", "1d", high, {}),
    ("week", "Entries per week", 0, "Entries", "passages_in", "1w", value, {}),
    ("week", "Entries by weekday", 0, "Entries", "passages_in", "1d", value, {}),
    ("week", "Stay per week", 0, "Stay", "stay_minutes", "1w", value, {}),
    ("week", "Stay per week", 0, "Lower bound", "stay_minutes", "1w", low, {}),
    ("week", "Stay per week", 0, "Upper bound", "stay_minutes", "1w", high, {}),
    ("week", "Stay per week", 0, "As counted", "stay_minutes", "1w", raw, {}),
    *(
        (
            "week",
            "Entries by zone and day",
            0,
            zone,
            "passages_in",
            "1d",
            value,
            {"zone": zone},
        )
        for zone in CHOSEN["zone"]
    ),
    *(
        (board, title, 0, name, measure, "1w", value, {"question": "accueil", "scale": 5})
        for board, title, name, measure in (
            ("week", "Share of satisfied ratings per week", "Satisfied ratings", "satisfied"),
            ("week", "Index per week", "Index", "index"),
            ("prototypes", "Share of satisfied ratings per week", "Satisfied ratings", "satisfied"),
        )
    ),
    ("prototypes", "Entries per week", 0, "Entries", "passages_in", "1w", value, {}),
    ("prototypes", "Stay per week", 0, "Stay", "stay_minutes", "1w", value, {}),
    ("fleet", "Entries by day and site", 0, f"{COLLECTOR}/{HOME}", "passages_in", "1d", value, {}),
]


@pytest.mark.parametrize(
    "compared", COMPARED, ids=[f"{each[0]}-{each[1]}-{each[3]}" for each in COMPARED]
)
def test_a_series_is_the_one_that_the_api_answers(filled: Filled, compared: Any) -> None:
    board, title, query, name, measure, bucket, read, narrowed = compared

    shown = filled.shown(f"en/{board}.json", title, query)[name]

    answered = filled.answered(measure, bucket, read, **narrowed)
    assert shown.keys() == answered.keys()
    assert answered, "nothing is known of it: this compares nothing"
    for at, figure in answered.items():
        # The API rounds, and its lower bounds end at zero, as the axis here does.
        assert max(0.0, shown[at]) == pytest.approx(figure, abs=0.0051)


@pytest.mark.parametrize(
    ("board", "title", "bucket"),
    [("today", "Released ratings per hour", "1h"), ("week", "Ratings per week", "1w")],
)
def test_ratings_by_value_are_those_of_the_api(
    filled: Filled, board: str, title: str, bucket: str
) -> None:
    shown = filled.shown(f"en/{board}.json", title)

    answered = filled.answered("ratings", bucket, value, question="accueil", scale=5)
    assert any(sum(counts) for counts in answered.values())
    for place in range(5):
        assert shown[f"Value {place + 1}"] == {at: each[place] for at, each in answered.items()}


def test_sums_are_those_of_the_api(filled: Filled) -> None:
    entered = filled.answered("passages_in", "15m", value)
    rated = filled.answered("ratings", "1h", value, question="accueil", scale=5)

    assert filled.shown("en/today.json", "Entries today")["Entries"] == {
        FROM: sum(entered.values())
    }
    assert filled.shown("en/today.json", "Entries so far")["Entries"] == dict(
        zip(entered, accumulate(entered.values()), strict=True)
    )
    assert filled.shown("en/today.json", "Released ratings")["Released ratings"] == {
        FROM: sum(map(sum, rated.values()))
    }


def test_tallies_are_those_of_the_api(filled: Filled) -> None:
    shown = filled.shown("en/week.json", "Agents' tallies per week")

    for what in ("phone", "repeated-question"):
        answered = filled.answered("tallies", "1w", value, zone="counter-1", what=what)
        noted = {at: tallies for at, tallies in answered.items() if tallies}
        assert shown[f"{what} (counter-1)"] == noted
        assert noted


@pytest.mark.parametrize(
    ("title", "column", "measure"),
    [
        ("Waits", "Median wait", "wait_minutes"),
        ("Time at the desk", "Median time", "service_minutes"),
    ],
)
def test_times_by_service_are_those_of_the_api(
    filled: Filled, title: str, column: str, measure: Measure
) -> None:
    rows = filled.table("en/today.json", title)

    services = {row["Service"] for row in rows}
    assert services == {"etat-civil", "urbanisme", "caisse"}
    for service in services:
        of_it = [row for row in rows if row["Service"] == service]
        shown = {
            row["time"]: (row[column], row["Lower bound"], row["Upper bound"]) for row in of_it
        }
        answered = {
            name: filled.answered(measure, "1d", read, service=service)
            for name, read in (("median", value), ("low", low), ("high", high))
        }
        assert shown.keys() == answered["median"].keys()
        for at, times in shown.items():
            expected = [answered[name][at] for name in ("median", "low", "high")]
            assert list(times) == pytest.approx(expected, abs=0.0051)


def test_coverage_is_that_of_the_api_and_what_is_missing_is_not_covered(filled: Filled) -> None:
    by_line = filled.shown("en/today.json", "Coverage by line")["entrance-1/door"]
    by_hour = filled.shown("en/fleet.json", "Coverage by hour and site")[f"{COLLECTOR}/{HOME}"]
    day = filled.shown("en/today.json", "Coverage")["Coverage"]
    fleet = filled.table("en/fleet.json", "Sites", 1)

    for shown, answered in (
        (by_line, filled.coverage("15m", line="entrance-1/door")),
        (by_hour, filled.coverage("1h")),
    ):
        assert {at: answered[at] for at in shown} == pytest.approx(shown)
        assert set(shown) >= {at for at, share in answered.items() if share}
    assert day == {FROM: pytest.approx(mean(filled.coverage("15m").values()))}
    (of_home,) = (row["Coverage"] for row in fleet if row["site"] == HOME)
    assert of_home == pytest.approx(mean(filled.coverage("1h").values()))


def test_the_fleet_has_both_sites_with_the_sums_of_the_api(filled: Filled) -> None:
    entered, covered, rated, last, day = (
        {(row["collector"], row["site"]): row for row in filled.table("en/fleet.json", "Sites", n)}
        for n in range(5)
    )

    assert entered.keys() == last.keys() == day.keys() == covered.keys()
    home = (COLLECTOR, HOME)
    days = filled.answered("passages_in", "1d", value)
    hours = filled.answered("passages_in", "1h", value)
    assert entered[home]["Entries"] == sum(days.values())
    assert day[home]["time"] == max(days)
    assert last[home]["time"] == max(hours)
    ratings = [
        filled.answered("ratings", "1d", value, question=question, scale=scale)
        for question, scale in (("accueil", 5), ("sortie", 3))
    ]
    assert rated[home]["Ratings"] == sum(sum(map(sum, each.values())) for each in ratings)
