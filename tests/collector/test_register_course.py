"""The course of a trial over HTTP: adapted, ended, rolled back, decided, drawn, calibrated."""

from __future__ import annotations

from typing import Any

import pytest

from pasperdus_collector.buckets.calibrations import Entry, add_calibration
from support.collecting import NODE
from support.registering import (
    LECTERN,
    PERIODS,
    PROTOTYPES,
    SIGNED,
    TRIED,
    RegisterDesk,
    at,
    detail,
    done,
)

ONE = f"{PROTOTYPES}/lectern"


# -- the course of a trial ------------------------------------------------------------------------


def test_an_adaptation_ends_the_running_period_and_begins_the_next_step(
    register: RegisterDesk,
) -> None:
    register.add_trial()
    register.now_ms = at("2026-05-04T10:00")
    change = {"at": "2026-05-04T00:00:00+02:00", "changed": "Plus haut, avec une tablette."}

    done(register.act("adaptations", change))

    periods = register.periods()
    assert periods["lectern-1"]["end"] == periods["lectern-2"]["start"] == "2026-05-03T22:00:00Z"
    assert (periods["lectern-2"]["step"], periods["lectern-2"]["end"]) == (2, None)
    assert periods["lectern-2"]["changed"] == "Plus haut, avec une tablette."
    ended, began = register.log()[-2:]
    assert ended["changes"]["end"] == {"before": None, "after": "2026-05-03T22:00:00Z"}
    assert began["subject"] == "period lectern-2"
    assert not ended["after_start"]
    assert not began["after_start"]
    again = register.act("adaptations", {**change, "at": "2026-05-01T00:00:00Z"})
    assert "at: period 'lectern-2' begins later" in detail(again, 400)
    never = register.act("adaptations", {**change, "at": "2026-04-01T00:00:00Z"})
    assert "has no period that runs 2026-04-01T00:00:00Z" in detail(never, 400)


def test_a_rollback_returns_to_the_baseline_and_makes_it_a_b_a(register: RegisterDesk) -> None:
    register.add_trial()
    register.now_ms = at("2026-05-20T10:00")

    told = done(register.act("rollback", {"at": "2026-05-18T00:00:00+02:00"}))

    assert told["rolled_back_at"] == "2026-05-17T22:00:00Z"
    assert told["baseline"] == ["avant", "avant-2"]
    periods = register.periods()
    assert periods["lectern-1"]["end"] == "2026-05-17T22:00:00Z"
    returned = periods["avant-2"]
    assert (returned["kind"], returned["title"], returned["end"]) == ("baseline", "Guichet", None)
    again = register.act("rollback", {"at": "2026-05-19T00:00:00+02:00"})
    assert "was rolled back 2026-05-17T22:00:00Z already" in detail(again, 400)
    assert [each["after_start"] for each in register.log()].count(True) == 0


def test_a_rollback_may_come_after_the_end_and_without_a_return(register: RegisterDesk) -> None:
    register.add_trial()
    register.now_ms = at("2026-06-10T10:00")
    done(register.act("end", {"at": "2026-06-01T00:00:00+02:00"}))

    body = {"at": "2026-06-08T00:00:00+02:00", "returns_to_baseline": False}
    told = done(register.act("rollback", body))

    assert told["baseline"] == ["avant"]
    assert register.periods()["lectern-1"]["end"] == "2026-05-31T22:00:00Z"


def test_an_end_takes_back_what_was_to_follow(register: RegisterDesk) -> None:
    register.add_trial()
    done(register.patch(f"{PERIODS}/lectern-1", {**SIGNED, "end": "2026-05-04T00:00:00Z"}))
    register.add(PERIODS, TRIED, period="lectern-b", start="2026-05-11T00:00:00Z")
    register.now_ms = at("2026-04-20T10:00")

    done(register.act("end", {"at": "2026-04-20T00:00:00Z"}))

    assert list(register.periods()) == ["avant", "lectern-1"]
    gone = register.log()[-1]
    assert gone["subject"] == "period lectern-b"
    assert gone["changes"]["start"] == {"before": "2026-05-11T00:00:00Z", "after": None}
    assert "has no period that runs" in detail(
        register.act("end", {"at": "2026-04-21T00:00:00Z"}), 400
    )


def test_what_another_prototype_is_compared_with_is_not_taken_back(register: RegisterDesk) -> None:
    register.add_trial()
    done(register.patch(f"{PERIODS}/lectern-1", {**SIGNED, "end": "2026-05-04T00:00:00Z"}))
    register.add(PERIODS, TRIED, period="lectern-b", start="2026-05-11T00:00:00Z")
    register.add(PROTOTYPES, LECTERN, prototype="flags", baseline=["lectern-b"])

    refused = register.act("end", {"at": "2026-04-20T00:00:00Z"})

    assert "prototype 'flags' is compared with it" in detail(refused, 400)
    assert register.periods()["lectern-1"]["end"] == "2026-05-04T00:00:00Z"


def test_a_decision_is_kept_and_a_later_one_logged(register: RegisterDesk) -> None:
    register.add_trial()
    early = register.act("decision", {"decided": "keep"})
    assert "has not begun: there is nothing to decide" in detail(early, 400)
    register.now_ms = at("2026-06-10T10:00")

    done(register.act("decision", {"decided": "keep"}))
    told = done(register.act("decision", {"decided": "drop", "why": "trop bruyant"}))

    assert told["decision"] == {
        "decided": "drop",
        "why": "trop bruyant",
        "by": SIGNED["by"],
        "at": "2026-06-10T10:00:00Z",
    }
    assert register.log()[-1]["changes"]["decision"]["before"]["decided"] == "keep"
    assert "is not one of keep, discuss, drop" in detail(
        register.act("decision", {"decided": "hold"}), 400
    )


# -- on and off -----------------------------------------------------------------------------------


DRAW = {"first_week": "2026-10-19", "pairs": 6, "seed": 42}


def test_weeks_are_drawn_in_pairs_at_local_midnights_and_anyone_can_redo_it(
    register: RegisterDesk,
) -> None:
    register.add(PROTOTYPES, LECTERN, design="randomised")

    told = done(register.act("schedule", DRAW))

    # printf '42:1' | sha256sum and so on: the last digits are 0 7 1 d 0 d
    drawn = [False, True, True, False, True, False, True, False, False, True, True, False]
    periods = list(register.periods().values())
    assert [each["kind"] == "prototype" for each in periods] == drawn
    assert [each["pair"] for each in periods] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    assert periods[0]["start"] == "2026-10-18T22:00:00Z"
    assert periods[0]["end"] == periods[1]["start"] == "2026-10-25T23:00:00Z"  # clocks went back
    assert told["baseline"] == [each["period"] for each in periods if each["kind"] == "baseline"]
    assert (told["seed"], told["planned_end"]) == (42, "2027-01-10T23:00:00Z")
    entry = register.log()[-1]
    assert entry["changes"]["seed"] == {"before": None, "after": 42}
    assert len(entry["changes"]["weeks"]["after"]) == 12


def test_weeks_may_be_drawn_again_until_they_begin_and_both_draws_are_logged(
    register: RegisterDesk,
) -> None:
    register.add(PROTOTYPES, LECTERN, design="randomised")
    seed = done(register.act("schedule", {k: v for k, v in DRAW.items() if k != "seed"}))["seed"]
    assert isinstance(seed, int)

    done(register.act("schedule", {**DRAW, "pairs": 7}))

    assert len(register.periods()) == 14
    assert register.log()[-1]["changes"]["seed"] == {"before": seed, "after": 42}
    register.now_ms = at("2026-10-20T10:00")
    # The first week drawn is off: the trial runs all the same.
    assert register.prototype()["started_at"] == "2026-10-18T22:00:00Z"
    again = register.act("schedule", {**DRAW, "first_week": "2027-03-01"})
    assert "its weeks are drawn for good" in detail(again, 400)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"first_week": "2026-10-20"}, "first_week: 2026-10-20 is no Monday; write 2026-10-19"),
        ({"first_week": "2026-03-16"}, "first_week: 2026-03-16 began already"),
        ({"pairs": 5}, "six pairs of weeks give at best p = 0.031"),
        ({"pairs": 53}, "pairs: 53 is not between 6 and 52"),
        ({"seed": -1}, "seed: -1 is not at least 0"),
    ],
)
def test_weeks_that_cannot_answer_are_not_drawn(
    register: RegisterDesk, changed: dict[str, Any], says: str
) -> None:
    register.add(PROTOTYPES, LECTERN, design="randomised")

    assert says in detail(register.act("schedule", {**DRAW, **changed}), 400)
    assert register.periods() == {}


def test_a_randomised_trial_has_only_weeks_that_were_drawn(register: RegisterDesk) -> None:
    register.add(PROTOTYPES, LECTERN, design="randomised")
    by_hand = register.client.post(PERIODS, json=TRIED)
    assert "was not drawn, and design randomised compares weeks drawn" in detail(by_hand, 400)
    done(register.act("schedule", DRAW))
    week = f"{PERIODS}/lectern-01-off"

    moved = register.patch(week, {**SIGNED, "end": "2026-10-23T00:00:00Z"})
    assert "start and end of period 'lectern-01-off' were drawn" in detail(moved, 400)
    adapted = register.act("adaptations", {"at": "2026-11-20T00:00:00Z", "changed": "x"})
    assert "is randomised: weeks before and after an adaptation" in detail(adapted, 400)
    register.now_ms = at("2026-11-20T10:00")
    told = done(register.act("rollback", {"at": "2026-11-20T00:00:00Z"}))
    assert len(register.periods()) == 5  # the others never began
    assert len(told["baseline"]) == 2


def test_only_a_randomised_design_is_drawn(register: RegisterDesk) -> None:
    register.add_trial()

    assert "has design before_after" in detail(register.act("schedule", DRAW), 400)
    turned = register.patch(ONE, {**SIGNED, "design": "randomised"})
    assert "was not drawn" in detail(turned, 400)


# -- calibrations ---------------------------------------------------------------------------------


def test_calibrations_in_force_at_the_start_and_now_are_told(register: RegisterDesk) -> None:
    def count(from_ms: int, by_hand_in: int) -> None:
        entry = Entry(
            node=NODE,
            line="door",
            from_ms=from_ms,
            by_sensor_in=100,
            by_hand_in=by_hand_in,
            by_sensor_out=100,
            by_hand_out=100,
        )
        register.desk.run(lambda ledger: add_calibration(ledger.db, 1, entry, entered_at_ms=0))

    register.add_trial()
    count(at("2026-03-10T10:00"), 105)
    count(at("2026-05-10T10:00"), 111)
    register.now_ms = at("2026-05-01T10:00")
    (same,) = register.prototype()["calibrations"]
    register.now_ms = at("2026-05-11T10:00")
    (other,) = register.prototype()["calibrations"]

    assert (same["at_start"]["by_hand_in"], same["now"]["by_hand_in"]) == (105, 105)
    assert not same["has_changed"]
    assert (other["at_start"]["by_hand_in"], other["now"]["by_hand_in"]) == (105, 111)
    assert other["has_changed"]
