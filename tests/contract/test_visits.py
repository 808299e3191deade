"""What steps amount to: the same in every order of arrival, on the board and on a terminal."""

from __future__ import annotations

import random
from functools import reduce
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from pasperdus_collector.buckets import waiting
from pasperdus_contract import events
from pasperdus_contract.board import BoardVisit
from pasperdus_contract.visits import (
    RANK,
    Action,
    Call,
    State,
    Step,
    Visit,
    apply,
    fold,
    in_order,
)

NINE = 1_772_438_400_000
VISIT = "0123456789abcdef"
EPOCHS = {"desk-1": "a" * 32, "desk-2": "b" * 32}

Told = tuple[int, Action, str]
"""A second, an action, and the node that recorded it."""

tolds = st.tuples(
    st.integers(0, 30), st.sampled_from(get_args(Action)), st.sampled_from(["desk-1", "desk-2"])
)


def steps(*told: Told, service: str | None = None) -> list[Step]:
    return [
        Step(NINE + second * 1000, True, action, VISIT, "red-moon", service, node, EPOCHS[node], n)
        for n, (second, action, node) in enumerate(told, start=1)
    ]


def state(*told: Told) -> str | None:
    visit = fold(steps(*told))
    return None if visit is None else visit.state


def test_the_words_are_those_of_the_events_of_the_board_and_of_the_figures() -> None:
    assert set(get_args(Action)) == set(RANK)
    assert (
        set(get_args(Action))
        == set(get_args(events.Token.model_fields["action"].annotation))
        == set(get_args(waiting.Action))
    )
    assert {*get_args(BoardVisit.model_fields["state"].annotation), "closed"} == set(
        get_args(State)
    )


def test_a_visit_goes_through_its_states() -> None:
    told: list[Told] = []
    for second, (action, expected) in enumerate(
        [
            ("wait", "waiting"), ("park", "parked"), ("call", "called"), ("recall", "called"),
            ("serve", "serving"), ("recall", "serving"), ("park", "parked"), ("recall", "called"),
            ("transfer", "waiting"), ("serve", "serving"), ("wait", "waiting"), ("left", "closed"),
            ("call", "closed"),
        ]
    ):  # fmt: skip
        told.append((second, action, "desk-1"))  # type: ignore[arg-type]  # mypy joins literals to str
        assert state(*told) == expected


def test_without_a_wait_there_is_no_visit() -> None:
    assert fold([]) is None
    assert state((1, "call", "desk-1"), (2, "done", "desk-1")) is None


def test_of_two_calls_the_earlier_counts_and_then_the_lesser_key() -> None:
    wait: Told = (0, "wait", "desk-1")
    earlier = fold(steps(wait, (9, "call", "desk-1"), (8, "call", "desk-2")))
    same = fold(steps(wait, (9, "call", "desk-2"), (9, "call", "desk-1")))

    assert earlier is not None
    assert earlier.call == Call(NINE + 8000, "desk-2", EPOCHS["desk-2"], 3)
    assert same is not None
    assert same.call == Call(NINE + 9000, "desk-1", EPOCHS["desk-1"], 3)


def test_a_transfer_after_the_call_begins_another_wait_and_one_before_it_does_not() -> None:
    wait, *_ = steps((0, "wait", "desk-1"), service="passports")
    call, transfer = (
        step._replace(at=NINE + at, service=service)
        for step, at, service in zip(
            steps((0, "call", "desk-1"), (0, "transfer", "desk-1")),
            (5000, 6000),
            (None, "housing"),
            strict=True,
        )
    )
    before, after = fold([wait, transfer]), fold([wait, call, transfer])

    assert before is not None
    assert (before.since, before.service, before.call) == (NINE, "housing", None)
    assert after is not None
    assert (after.since, after.service, after.call) == (NINE + 6000, "housing", None)


def test_one_step_of_a_wrong_clock_and_no_minutes_may_be_told() -> None:
    wait, call = steps((0, "wait", "desk-1"), (5, "call", "desk-1"))
    for told in ([wait._replace(is_timed=False), call], [wait, call._replace(is_timed=False)]):
        visit = fold(told)
        assert visit is not None
        assert not visit.is_timed


def test_a_call_dated_before_the_wait_calls_none_the_less_and_tells_no_minutes() -> None:
    visit = fold(steps((5, "wait", "desk-1"), (4, "call", "desk-2")))

    assert visit is not None
    assert (visit.state, visit.is_timed) == ("called", False)


@given(st.lists(tolds, max_size=9), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(told: list[Told], shuffler: random.Random) -> None:
    recorded = steps(*told)
    arrived = list(recorded)
    shuffler.shuffle(arrived)

    assert fold(arrived) == fold(recorded)


@given(st.lists(tolds, max_size=9))
def test_steps_of_one_node_at_one_time_stay_in_the_order_in_which_it_recorded_them(
    told: list[Told],
) -> None:
    """As everything that was recorded before a power cut, by a clock that nobody can trust."""
    recorded = steps(*((second % 2, action, node) for second, action, node in told))
    ordered = in_order(recorded)

    assert sorted(ordered) == sorted(recorded)
    assert [step.at for step in ordered] == sorted(step.at for step in recorded)
    for at in (NINE, NINE + 1000):
        for node in EPOCHS:
            seqs = [step.seq for step in ordered if (step.at, step.node) == (at, node)]
            assert seqs == sorted(seqs)


def test_who_was_put_back_or_set_aside_at_an_unknown_time_is_so_also_over_a_restart() -> None:
    actions: list[Action] = ["wait", "call", "wait"]
    untimed = [
        step._replace(is_timed=False) for step in steps(*((0, a, "desk-1") for a in actions))
    ]
    restarted = [*untimed[:2], untimed[2]._replace(epoch="0" * 32)]
    parked = [*untimed[:2], untimed[2]._replace(action="park")]

    assert [visit and visit.state for visit in map(fold, (untimed, restarted, parked))] == [
        "waiting", "waiting", "parked",
    ]  # fmt: skip


def test_of_two_nodes_at_one_time_the_one_that_calls_comes_after_the_one_that_gives() -> None:
    assert state((0, "call", "desk-1"), (0, "wait", "desk-2")) == "called"
    visit = fold(steps((0, "call", "desk-1"), (0, "wait", "desk-2")))
    assert visit is not None
    assert visit.is_timed


@given(st.lists(tolds, max_size=9), st.integers(0, 9))
def test_later_steps_on_top_of_the_board_are_what_the_board_will_say(
    told: list[Told], heard: int
) -> None:
    """A terminal applies its own newer steps to the visit that the board has."""
    first, *rest = in_order(steps((0, "wait", "desk-1"), *told))
    if first.action != "wait":
        return
    board, own = [first, *rest[:heard]], rest[heard:]

    assert reduce(apply, own, fold(board)) == fold([*board, *own])


@given(st.lists(tolds, max_size=9, unique_by=lambda told: told[0]))
def test_a_visit_is_called_left_or_over_where_the_figures_say_so(told: list[Told]) -> None:
    """At distinct times, after the wait, within the hours that figures believe in."""
    recorded = steps((-1, "wait", "desk-1"), *told)
    visit = fold(recorded)
    *_, wait = waiting.waits_of_visit(
        waiting.Step(step.at, step.action, step.service, "exact") for step in recorded
    )

    assert visit is not None
    assert visit.is_timed
    assert (wait.outcome == "called") is (visit.call is not None)
    ended_by = _end(recorded)
    assert (visit.state == "closed") is (ended_by is not None)
    assert (wait.outcome == "left") is (visit.call is None and ended_by == "left")
    assert wait.is_served is (visit.call is not None and ended_by == "done")
    began = [each for each in recorded if each.at == visit.since]
    assert {each.action for each in began} <= {"wait", "transfer"}


def _end(recorded: list[Step]) -> Action | None:
    """Return what ended a visit, from its steps alone."""
    ends = (step.action for step in sorted(recorded) if step.action in ("done", "left"))
    return next(ends, None)


def test_a_visit_is_what_the_board_can_hold() -> None:
    visit = fold(steps((0, "wait", "desk-1"), (1, "call", "desk-1")))

    assert isinstance(visit, Visit)
    assert visit.call is not None
    BoardVisit.model_validate(
        {
            **{name: getattr(visit, name) for name in ("visit", "token", "state", "service")},
            "since": visit.since,
            "is_timed": visit.is_timed,
            "call": visit.call._asdict(),
        }
    )
