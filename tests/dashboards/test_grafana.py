"""The Grafana dashboards: every query put to a real InfluxDB, and what Grafana would show of it."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from pasperdus_collector.series.published import Group
from support.grafana import ALL, View, dashboards, series, table, targets
from support.influx import DATABASE, Influx1
from support.known_series import PERIODS, PUBLISHED, at, lines

BOARDS = dashboards()
ENGLISH = {
    "aujourd-hui.json": "en/today.json",
    "semaine.json": "en/week.json",
    "prototypes.json": "en/prototypes.json",
    "parc.json": "en/fleet.json",
}
# What Grafana must show of it --------------------------------------------------------------------

RANGES = {
    "en/today.json": (at("2026-03-03T00:00"), at("2026-03-04T00:00") - 1),
    "en/week.json": (at("2026-02-02T00:00"), at("2026-03-16T00:00") - 1),
    "en/prototypes.json": (at("2026-01-05T00:00"), at("2026-03-16T00:00") - 1),
    "en/fleet.json": (at("2026-03-02T00:00"), at("2026-03-09T00:00") - 1),
}
ONE_SITE = {"collector": "mairie", "site": "accueil", "question": "accueil", "scale": "5"}
CHOSEN: dict[str, dict[str, str | list[str]]] = {
    "en/today.json": {**ONE_SITE},
    "en/week.json": {**ONE_SITE, "zone": ["hall", "etage"]},
    "en/prototypes.json": {**ONE_SITE},
    "en/fleet.json": {"collector": ALL, "site": ALL},
}
Q0900, Q0915, Q0945 = (at(f"2026-03-03T{time}") for time in ("09:00", "09:15", "09:45"))
H09, H10, H11 = (at(f"2026-03-03T{hour:02}:00") for hour in (9, 10, 11))
MON, TUE = at("2026-03-02"), at("2026-03-03")
WEEK1, WEEK2 = at("2026-02-23"), MON


def _of_week(hours: float) -> Any:
    """Return the share of a week that so many hours are."""
    return pytest.approx(hours / (7 * 24))


STAY = {
    "Stay": [(WEEK1, 31.5)],
    "Lower bound": [(WEEK1, 30.0)],
    "Upper bound": [(WEEK1, 33.0)],
    "As counted": [(WEEK1, 39.5)],
}
# Of each panel of the English set, what each of its queries shows: series, or rows of a table.
SHOWN: dict[str, dict[str, list[Any]]] = {
    "en/today.json": {
        "Entries today": [{"Entries": [(RANGES["en/today.json"][0], 12)]}],
        "Present": [{"Present": [(Q0900, 2.0), (Q0915, 5.0)]}],
        "Released ratings": [{"Released ratings": [(RANGES["en/today.json"][0], 12)]}],
        "Coverage": [{"Coverage": [(RANGES["en/today.json"][0], pytest.approx(2.5 / 96))]}],
        "Entries so far": [{"Entries": [(Q0900, 3), (Q0915, 8), (Q0945, 12)]}],
        "Entries and exits per hour": [
            {"Entries": [(H09, 12), (H11, 0)]},
            {"Exits": [(H09, 9), (H10, 7), (H11, 0)]},
        ],
        "Occupancy": [
            {
                "Present": [(Q0900, 2.0), (Q0915, 5.0)],
            },
            {  # of the second, no bounds are known
                "Lower bound": [(Q0900, 1.5)],
                "Upper bound": [(Q0900, 2.5)],
            },
        ],
        "Released ratings per hour": [
            {
                f"Value {value}": [(H11, ratings)]
                for value, ratings in enumerate((1, 0, 2, 4, 5), start=1)
            }
        ],
        "Waits": [
            [
                {
                    "time": TUE,
                    "Service": "etat-civil",
                    "Median wait": 7.5,
                    "Lower bound": 6,
                    "Upper bound": 9,
                    "Called": 20,
                    "Left": 2,
                }
            ]
        ],
        "Time at the desk": [
            [
                {
                    "time": TUE,
                    "Service": "titres",
                    "Median time": 4,
                    "Lower bound": 3,
                    "Upper bound": 5.5,
                }
            ]
        ],
        "Coverage by line": [
            {
                "entree-1/porte": [
                    (Q0900, 1.0),
                    (Q0915, 0.5),
                    (at("2026-03-03T09:30"), 0.0),  # a true zero: it is the coverage itself
                    (Q0945, 1.0),
                ]
            }
        ],
    },
    "en/week.json": {
        "Passages per day": [{"Entries": [(MON, 40), (TUE, 24)]}, {"Exits": [(MON, 39)]}],
        "Corrected entries per day": [
            {
                "Corrected entries": [(MON, 44.0)],
                "Lower bound": [(MON, 41.0)],
                "Upper bound": [(MON, 47.0)],
            }
        ],
        "Entries per week": [{"Entries": [(WEEK1, 210), (WEEK2, 64)]}],
        "Entries by weekday": [{"Entries": [(MON, 40), (TUE, 24)]}],
        "Entries by zone and day": [{"etage": [(MON, 15)], "hall": [(MON, 25)]}],
        "Stay per week": [STAY],
        "Share of satisfied ratings per week": [{"Satisfied ratings": [(WEEK1, 0.8)]}],
        "Index per week": [{"Index": [(WEEK1, 76.25)]}],
        "Ratings per week": [
            {
                f"Value {value}": [(WEEK1, ratings), (WEEK2, 0)]
                for value, ratings in enumerate((1, 1, 2, 8, 8), start=1)
            }
        ],
        "Agents' tallies per week": [
            {"incident (etage)": [(WEEK2, 1)], "phone (hall)": [(WEEK1, 6)]}
        ],
    },
    "en/prototypes.json": {
        "Share of satisfied ratings per week": [{"Satisfied ratings": [(WEEK1, 0.8)]}],
        "Entries per week": [{"Entries": [(WEEK1, 210), (WEEK2, 64)]}],
        "Stay per week": [STAY],
        "Periods": [
            [
                {
                    "time": at(start),
                    "Prototype": prototype,
                    "Title": title,
                    "Phase": phase,
                    "End": at(end),
                }
                for _, prototype, start, end, title, phase in PERIODS[1:3]
            ]
        ],
    },
    "en/fleet.json": {
        "Sites": [
            [
                {"time": MON, "collector": "mairie", "site": "accueil", "Entries": 64},
                {"time": MON, "collector": "mairie", "site": "annexe", "Entries": 100},
            ],
            [
                {"time": MON, "collector": "agglo", "site": "accueil", "Coverage": _of_week(0.25)},
                {
                    "time": MON,
                    "collector": "mairie",
                    "site": "accueil",
                    "Coverage": _of_week(1.625),
                },
            ],
            [{"time": MON, "collector": "mairie", "site": "accueil", "Ratings": 23}],
            [{"time": H11, "collector": "mairie", "site": "accueil", "known": 0}],
            [
                {"time": at("2025-12-01"), "collector": "agglo", "site": "ecole", "known": 9},
                {"time": TUE, "collector": "mairie", "site": "accueil", "known": 24},
                {"time": MON, "collector": "mairie", "site": "annexe", "known": 100},
            ],
        ],
        "Entries by day and site": [
            {"mairie/accueil": [(MON, 40), (TUE, 24)], "mairie/annexe": [(MON, 100)]}
        ],
        "Coverage by hour and site": [
            {"agglo/accueil": [(H09, 0.25)], "mairie/accueil": [(H09, 0.625), (H10, 1), (H11, 0)]}
        ],
    },
}
OFFERED = {
    "collector": ["agglo", "mairie"],
    "site": ["accueil", "annexe"],
    "zone": ["etage", "hall"],
    "question": ["accueil", "attente"],
    "scale": ["5"],
}


@pytest.fixture(scope="module")
def influx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influx1]:
    with Influx1(tmp_path_factory.mktemp("influx")) as server:
        address = f"{server.direct_url}/write?db={DATABASE}&precision=ms"
        request = urllib.request.Request(address, data="\n".join(lines()).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 204
        yield server


def _view(english: str, model: dict[str, Any]) -> View:
    from_ms, to_ms = RANGES[english]
    return View(model=model, from_ms=from_ms, to_ms=to_ms, chosen=CHOSEN[english])


PAIRS = [
    *((french, english) for french, english in ENGLISH.items()),
    *((english, english) for english in ENGLISH.values()),
]


@pytest.mark.parametrize(("file", "english"), PAIRS)
def test_every_query_of_every_panel_shows_the_known_values(
    influx: Influx1, file: str, english: str
) -> None:
    view = _view(english, BOARDS[file])
    shown: dict[str, list[Any]] = {}
    titles = {panel["id"]: panel["title"] for panel in BOARDS[english]["panels"]}

    for panel in BOARDS[file]["panels"]:
        for target in panel["targets"]:
            answer = influx.query(view.sent(target["query"]))
            shown.setdefault(titles[panel["id"]], []).append(
                table(answer) if target["resultFormat"] == "table" else series(target, answer)
            )

    if file == english:
        assert shown == SHOWN[english]
    else:  # the same numbers under other headings
        assert _bare(shown) == _bare(SHOWN[english])


def test_no_dashboard_is_left_out_of_these_tests() -> None:
    assert set(BOARDS) == {*ENGLISH, *ENGLISH.values()}
    assert SHOWN.keys() == set(ENGLISH.values())


@pytest.mark.parametrize(("file", "english"), PAIRS)
def test_every_variable_offers_what_there_is(influx: Influx1, file: str, english: str) -> None:
    view = _view(english, BOARDS[file])
    offered = {}
    for variable in BOARDS[file]["templating"]["list"]:
        if variable["type"] == "datasource":
            assert variable["query"] == "influxdb"
            continue
        answer = influx.query(view.sent(variable["query"]["query"]))
        offered[variable["name"]] = [row[1] for rows in answer for row in rows.values]

    expected = {name: OFFERED[name] for name in offered}
    if english == "en/fleet.json":
        expected["site"] = ["accueil", "annexe", "ecole"]
    assert offered == expected
    assert offered.keys() == CHOSEN[english].keys()


@pytest.mark.parametrize("file", ["prototypes.json", "en/prototypes.json"])
def test_periods_that_touch_the_range_are_marked_from_start_to_end(
    influx: Influx1, file: str
) -> None:
    view = _view("en/prototypes.json", BOARDS[file])
    (annotation,) = BOARDS[file]["annotations"]["list"]
    target = annotation["target"]

    answer = influx.query(view.sent(target["query"]))

    # Grafana names a column of an annotation by measurement and column, wants title and end by
    # exactly that name, and finds text and tags by a part of it.
    (marked,) = (
        [
            {f"{rows.name}.{name}": value for name, value in record.items()}
            for record in rows.records()
        ]
        for rows in answer
    )
    assert [
        (
            each["periods.time"],
            each[target["timeEndColumn"]],
            each[target["titleColumn"]],
            each[f"periods.{target['textColumn']}"],
            each[f"periods.{target['tagsColumn']}"],
        )
        for each in marked
    ] == [
        (at(start), at(end), title, phase, prototype)
        for _, prototype, start, end, title, phase in PERIODS[1:3]
    ]


def test_without_its_conditions_a_query_would_show_unknown_values_as_zeros(influx: Influx1) -> None:
    """The tests above can fail: each condition on validity keeps out a row that is there."""
    view = _view("en/week.json", BOARDS["en/week.json"])
    for title, target in targets(BOARDS["en/week.json"]):
        bare = re.sub(r' AND "(?:\w*valid|calibrated|ratings)" [=>] \d', "", target["query"])
        if bare == target["query"]:
            assert "tallies" in bare
            continue
        assert _count(influx, view.sent(bare)) > _count(influx, view.sent(target["query"])), title


@pytest.mark.parametrize("file", sorted(BOARDS))
def test_queries_name_published_fields_and_ask_whether_they_are_known(file: str) -> None:
    for _, target in targets(BOARDS[file]):
        if '"periods"' in target["query"]:
            continue
        found = re.search(
            r'SELECT ((?:(?!SELECT|FROM).)*) FROM "(\w+)" WHERE (.*)', target["query"]
        )
        assert found is not None, target["query"]
        group = PUBLISHED[found[2]]
        expressions = re.sub(r' AS "[^"]+"', "", found[1])
        fields = set(re.findall(r'"(\w+)"', expressions)) - {"service"}
        assert fields <= set(group.fields)
        for field in fields:
            assert _validity(group, field) in found[3], target["query"]


def _bare(shown: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return the values without the headings that are words."""
    return {
        title: [
            [list(row.values()) for row in each] if isinstance(each, list) else [*each.values()]
            for each in answers
        ]
        for title, answers in shown.items()
    }


def _count(influx: Influx1, query: str) -> int:
    return sum(len(rows.values) for rows in influx.query(query))


def _validity(group: Group, field: str) -> str:
    """Return the condition under which a field is known, as published.py has it."""
    if field in ("coverage", "called", "left", "tallies"):
        return ""
    if group.name == "passages":
        return '"calibrated" = 1' if "_" in field else f'"{field}_valid" = 1'
    if group.name == "waits":
        return '"wait_valid" = 1' if field.startswith("wait") else '"service_valid" = 1'
    return '"valid" = 1'
