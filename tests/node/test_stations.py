"""From pins to the outbox: which events a door and a row of buttons leave, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pasperdus_contract.fields import QUARTER_MS
from support.simulated_node import START_MS, START_WALL_MS, SimulatedNode, five_buttons

A, B = 17, 27


def door(tmp_path: Path, **options: Any) -> SimulatedNode:
    """A door whose beams are clear from the start and `ok` half a second later."""
    node = SimulatedNode(tmp_path, beams={"door": (A, B)}, **options)
    node.edges((0, A, 0), (0, B, 0), until=2000)
    return node


def walk_in(node: SimulatedNode, t_ms: int) -> None:
    node.edges(
        (t_ms, A, 1), (t_ms + 60, B, 1), (t_ms + 250, A, 0), (t_ms + 310, B, 0), until=t_ms + 900
    )


def without_times(event: dict[str, Any]) -> dict[str, Any]:
    return {key: event[key] for key in event if key not in ("seq", "wall", "uptime", "synced")}


def spans(node: SimulatedNode) -> list[tuple[int, int, int]]:
    """Return what coverage tells: from, to and the time in good health, in ms after the start."""
    return [
        (event["from"] - START_MS, event["to"] - START_MS, event["ok_ms"])
        for event in node.events("coverage")
    ]


# -- a door -----------------------------------------------------------------------------------


def test_a_passage_carries_the_time_of_its_end_on_both_clocks(tmp_path: Path) -> None:
    node = door(tmp_path)
    walk_in(node, 3000)

    *_, answer = node.run()

    (passage,) = node.events("passage")
    assert without_times(passage) == {
        "kind": "passage",
        "line": "door",
        "direction": "in",
        "flags": [],
    }
    assert 3000 <= passage["uptime"] - START_MS <= 3310
    assert passage["wall"] - START_WALL_MS == passage["uptime"] - START_MS
    assert passage["synced"] is True
    assert answer["totals"] == {"door.in": 1}
    assert answer["health"] == {"door": "ok"}


def test_a_clock_that_is_not_synchronised_says_so_in_every_event(tmp_path: Path) -> None:
    node = door(tmp_path, synced=False)
    walk_in(node, 3000)
    node.run()

    assert {event["synced"] for event in node.events()} == {False}


def test_who_turns_back_is_uncounted_and_an_insect_is_only_a_total(tmp_path: Path) -> None:
    node = door(tmp_path)
    node.edges((3000, A, 1), (3400, A, 0), until=4000)
    node.edges((5000, A, 1), (5005, B, 1), (5025, A, 0), (5030, B, 0), until=6000)

    *_, answer = node.run()

    (uncounted,) = node.events("uncounted")
    assert without_times(uncounted) == {"kind": "uncounted", "line": "door", "why": "back"}
    assert node.events("passage") == []
    assert answer["totals"] == {"door.back": 1, "door.glitch": 1}


def test_a_blocked_beam_ends_the_coverage_until_it_is_clear_again(tmp_path: Path) -> None:
    node = door(tmp_path)
    node.edges((10_000, A, 1), until=60_000)
    node.edges((100_000, A, 0), until=110_000)

    *_, blocked, cleared = node.run()

    assert blocked["health"] == {"door": "blocked_A"}
    assert cleared["health"] == {"door": "ok"}
    assert [event["state"] for event in node.events("health")] == ["ok", "blocked_A", "ok"]
    assert spans(node) == [
        (0, 500, 0),
        (500, 40_000, 39_500),
        (40_000, 100_500, 0),
        (100_500, 110_000, 9_500),
    ]


def test_coverage_is_told_at_each_quarter_hour_and_at_the_stop(tmp_path: Path) -> None:
    node = door(tmp_path)
    node.ask(until=START_MS + 2 * QUARTER_MS + 5_000)
    node.run()

    told = [(event["from"], event["to"], event["ok_ms"]) for event in node.events("coverage")][1:]
    start = told[0][0]
    assert told == [
        (start, START_MS + QUARTER_MS, START_MS + QUARTER_MS - start),
        (START_MS + QUARTER_MS, START_MS + 2 * QUARTER_MS, QUARTER_MS),
        (START_MS + 2 * QUARTER_MS, START_MS + 2 * QUARTER_MS + 5_000, 5_000),
    ]


def test_beams_out_of_service_count_nothing_and_are_not_covered(tmp_path: Path) -> None:
    node = door(tmp_path)
    node.ask(until=START_MS + 5_000)
    node.ask(out_of_service={"door": True})
    walk_in(node, 6_000)
    node.ask(until=START_MS + 20_000)
    node.ask(out_of_service={"door": False})
    walk_in(node, 30_000)

    answers = node.run()

    assert answers[3]["health"] == {"door": "off"}
    assert answers[-1]["totals"] == {"door.in": 1}
    assert len(node.events("passage")) == 1
    assert (5_000, 20_500, 0) in spans(node), "and half a second to see that both are clear"


def test_a_sensor_that_is_not_there_cannot_be_put_out_of_service(tmp_path: Path) -> None:
    node = door(tmp_path)
    node.ask(out_of_service={"window": True})

    *_, answer = node.run()

    assert "there are no beams 'window'" in answer["error"]


# -- buttons ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("button", "pin"), [*enumerate((5, 6, 13, 19, 26), start=1)])
def test_the_first_button_is_the_worst_score(tmp_path: Path, button: int, pin: int) -> None:
    node = SimulatedNode(tmp_path, buttons={"accueil": five_buttons()})
    node.edges((1000, pin, 0), (1080, pin, 1), until=2000)

    (answer,) = node.run()

    (rating,) = node.events("rating")
    assert without_times(rating) == {
        "kind": "rating",
        "question": "accueil",
        "value": button,
        "scale": 5,
        "flags": [],
    }
    assert rating["uptime"] == START_MS + 1000, "when the press began"
    assert rating["wall"] == START_WALL_MS + 1000
    assert answer["lit"] == {"accueil": [button]}
    assert answer["totals"] == {f"accueil.{button}": 1}


def test_the_fifth_press_in_a_minute_is_kept_with_a_flag(tmp_path: Path) -> None:
    node = SimulatedNode(tmp_path, buttons={"accueil": five_buttons()})
    for n in range(6):
        node.edges((1000 + 3000 * n, 26, 0), (1080 + 3000 * n, 26, 1))
    node.ask(until=START_MS + 30_000)

    *_, answer = node.run()

    flags = [event["flags"] for event in node.events("rating")]
    assert flags == [[], [], [], [], ["burst"], ["burst"]]
    assert answer["totals"] == {"accueil.5": 6}


def test_a_hand_on_two_buttons_is_a_total_and_no_rating(tmp_path: Path) -> None:
    node = SimulatedNode(tmp_path, buttons={"accueil": five_buttons()})
    node.edges((1000, 5, 0), (1020, 6, 0), (1300, 5, 1), (1300, 6, 1), until=4000)

    (answer,) = node.run()

    assert node.events("rating") == []
    assert answer["totals"] == {"accueil.chord": 1}
    assert answer["lit"] == {"accueil": []}


def test_a_stuck_button_is_told_and_its_box_is_not_covered_meanwhile(tmp_path: Path) -> None:
    node = SimulatedNode(tmp_path, buttons={"accueil": five_buttons()})
    node.edges((1000, 13, 0), until=20_000)
    node.edges((21_000, 13, 1), until=30_000)

    stuck, fine = node.run()

    assert stuck["health"] == {"accueil": "stuck"}
    assert fine["health"] == {"accueil": "ok"}
    told = [(event["state"], event["detail"]) for event in node.events("health")]
    assert told == [("stuck", "button 3"), ("ok", "button 3")]
    assert len(node.events("rating")) == 1, "the press itself was one"
    spans = [
        (e["from"] - START_MS, e["to"] - START_MS, e["ok_ms"]) for e in node.events("coverage")
    ]
    assert spans == [(0, 11_000, 11_000), (11_000, 22_000, 0), (22_000, 30_000, 8_000)]


def test_two_sensors_of_one_node_keep_their_events_apart(tmp_path: Path) -> None:
    node = SimulatedNode(tmp_path, beams={"door": (A, B)}, buttons={"accueil": five_buttons()})
    node.edges((0, A, 0), (0, B, 0), until=2000)
    walk_in(node, 3000)
    node.edges((6000, 26, 0), (6080, 26, 1), until=7000)

    *_, answer = node.run()

    assert answer["totals"] == {"door.in": 1, "accueil.5": 1}
    assert {event["sensor"] for event in node.events("coverage")} == {"door", "accueil"}
    seqs = [event["seq"] for event in node.events()]
    assert seqs == list(range(1, len(seqs) + 1))
