"""Waits and services from the steps of macarons, and their medians with censoring."""

from __future__ import annotations

import itertools
import random
import statistics
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from pasperdus_collector.buckets import flags
from pasperdus_collector.buckets.waiting import (
    LONGEST_MS,
    MIN_CALLED,
    Action,
    Step,
    Wait,
    WaitValues,
    median,
    wait_values,
    waits_of_visit,
)
from pasperdus_collector.series.published import WAITS
from pasperdus_collector.time_correction import Quality

MINUTE = 60_000
NINE = 1_772_442_000_000  # 2026-03-02T09:00:00Z

# Weeks in remission of 42 children with leukaemia (Freireich et al., Blood 21, 1963; Gehan,
# Biometrika 52, 1965): with 6-mercaptopurine, relapsed and censored; with placebo all relapsed.
TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
TREATED_CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def step(
    minute: float, action: Action, service: str | None = None, quality: Quality = "exact"
) -> Step:
    return Step(NINE + round(minute * MINUTE), action, service, quality)


def told(*steps: Step) -> list[tuple[str | None, str, float | None, float | None, bool]]:
    """Return service, outcome, minutes waited, minutes served, is_served of each wait."""
    return [
        (
            wait.service,
            wait.outcome,
            None if wait.waited_ms is None else wait.waited_ms / MINUTE,
            None if wait.served_ms is None else wait.served_ms / MINUTE,
            wait.is_served,
        )
        for wait in waits_of_visit(steps)
    ]


def called(minutes: float, served: float | None = None) -> Wait:
    served_ms = None if served is None else round(served * MINUTE)
    return Wait(None, "called", round(minutes * MINUTE), served_ms, served is not None)


def left(minutes: float) -> Wait:
    return Wait(None, "left", round(minutes * MINUTE))


def unclosed(minutes: float | None = 0.0) -> Wait:
    return Wait(None, "unclosed", None if minutes is None else round(minutes * MINUTE))


def named(values: WaitValues) -> dict[str, float]:
    return dict(zip(WAITS.fields, values, strict=True))


# -- one visit ----------------------------------------------------------------------------------


def test_a_wait_ends_with_the_call_and_the_service_runs_from_serve_to_done() -> None:
    steps = (step(0, "wait", "passports"), step(12, "call"), step(13, "serve"), step(20, "done"))

    assert told(*steps) == [("passports", "called", 12, 7, True)]
    assert told(*steps[:2], steps[3]) == [("passports", "called", 12, 8, True)]
    assert told(steps[0], *steps[2:]) == [("passports", "called", 13, 7, True)]


def test_the_order_of_arrival_does_not_matter_and_the_earliest_call_wins() -> None:
    steps = (
        step(0, "wait"),
        step(9, "call"),
        step(10, "call"),
        step(11, "serve"),
        step(20, "done"),
    )

    for arrival in itertools.permutations(steps):
        assert told(*arrival, steps[2], steps[4]) == [(None, "called", 9, 9, True)]


def test_steps_of_one_millisecond_are_taken_in_the_order_in_which_a_macaron_lives() -> None:
    assert told(step(0, "done"), step(0, "serve"), step(0, "call"), step(0, "wait")) == [
        (None, "called", 0, 0, True)
    ]


def test_who_left_waited_at_least_that_long() -> None:
    assert told(step(0, "wait"), step(25, "left")) == [(None, "left", 25, None, False)]


def test_who_left_after_the_call_was_called_and_never_served() -> None:
    steps = (step(0, "wait"), step(10, "call"), step(12, "recall"), step(14, "left"))

    assert told(*steps) == [(None, "called", 10, None, False)]


def test_a_macaron_that_nobody_closes_waited_at_least_until_its_last_step() -> None:
    assert told(step(0, "wait")) == [(None, "unclosed", 0, None, False)]
    assert told(step(0, "wait"), step(8, "park")) == [(None, "unclosed", 8, None, False)]
    assert told(step(0, "wait"), step(8, "call"), step(9, "serve")) == [
        (None, "called", 8, 0, False)
    ]


def test_a_transfer_ends_the_service_and_begins_a_wait_for_the_other_one() -> None:
    steps = (
        *(step(0, "wait", "welcome"), step(5, "call"), step(8, "transfer", "passports")),
        *(step(28, "call"), step(30, "serve"), step(45, "done")),
    )

    assert told(*steps) == [
        ("welcome", "called", 5, 3, True),
        ("passports", "called", 20, 15, True),
    ]
    assert told(*steps[:3])[1] == ("passports", "unclosed", 0, None, False)


def test_who_goes_back_into_the_queue_waits_for_the_same_service() -> None:
    steps = [
        step(0, "wait", "urbanisme"),
        step(10, "call"),
        step(12, "wait"),
        step(20, "call"),
        step(30, "done"),
    ]

    assert told(*steps) == [
        ("urbanisme", "called", 10, 2, True),
        ("urbanisme", "called", 8, 10, True),
    ]


def test_who_is_sent_elsewhere_before_the_call_goes_on_waiting_for_the_other_service() -> None:
    steps = (step(0, "wait", "welcome"), step(5, "transfer", "passports"), step(28, "call"))

    assert told(*steps) == [("passports", "called", 28, 0, False)]


def test_being_set_aside_does_not_stop_the_wait_but_is_no_service() -> None:
    waiting = (step(0, "wait"), step(5, "park"), step(30, "recall"), step(40, "done"))
    serving = (
        *(step(0, "wait"), step(5, "call"), step(6, "serve"), step(10, "park")),
        *(step(40, "recall"), step(41, "serve"), step(50, "done")),
    )

    assert told(*waiting) == [(None, "called", 30, 10, True)]
    assert told(*serving) == [(None, "called", 5, 4 + 9, True)]


def test_no_time_is_computed_from_a_clock_that_cannot_be_trusted() -> None:
    for at, quality in ((NINE + 5 * MINUTE, "bounded"), (None, "unknown")):
        untrusted = Step(at, "call", None, quality)  # type: ignore[arg-type]  # of a literal tuple
        steps = (step(0, "wait", "passports"), untrusted, step(30, "done"))

        assert told(*steps) == [("passports", "unclosed", None, None, False)]
    corrected = (step(0, "wait"), step(5, "call", quality="corrected"), step(30, "done"))
    assert told(*corrected) == [(None, "called", 5, 25, True)]


def test_no_wait_is_computed_without_its_beginning_or_without_the_call() -> None:
    assert told(step(5, "call"), step(9, "done")) == [(None, "unclosed", None, None, False)]
    assert told(step(-1, "call"), step(0, "wait"), step(9, "done")) == [
        (None, "unclosed", None, None, False)
    ]
    assert told(step(0, "wait"), step(30, "done")) == [(None, "unclosed", None, None, False)]


def test_a_macaron_cleared_the_next_morning_was_never_closed() -> None:
    cleared: tuple[Action, ...] = ("left", "call", "done")
    for action in cleared:
        late = Step(NINE + LONGEST_MS + 1, action, None, "exact")

        assert told(step(0, "wait"), step(3, "park"), late) == [(None, "unclosed", 3, None, False)]


# -- medians ------------------------------------------------------------------------------------


def test_medians_and_intervals_are_the_published_ones() -> None:
    """Medians as textbooks have them; intervals as lifelines 0.30 gives them (log-log)."""
    treated = median(TREATED, TREATED_CENSORED)
    placebo = median(PLACEBO, [])

    assert treated is not None
    assert (treated.value, treated.low, treated.high) == (23, 13, inf)
    assert placebo is not None
    assert (placebo.value, placebo.low, placebo.high) == (8, 4, 11)


def test_leaving_out_censored_ones_would_shorten_the_median() -> None:
    naive = median(TREATED, [])

    assert naive is not None
    assert naive.value == 10  # of 23 weeks


def test_there_is_no_median_where_fewer_than_half_are_known_to_have_ended() -> None:
    assert median([1, 2, 3], [4, 4, 4, 4]) is None
    assert median([], [5, 6]) is None
    assert median([], []) is None


durations = st.lists(st.integers(0, 60), max_size=40)


@given(durations.filter(bool))
def test_without_censoring_it_is_the_ordinary_median(ended: list[int]) -> None:
    found = median(ended, [])

    assert found is not None
    assert found.value == statistics.median(ended)
    assert found.low <= found.value <= found.high


@given(durations, durations, st.integers(0, 60))
def test_one_who_left_more_never_shortens_the_median(
    ended: list[int], censored: list[int], more: int
) -> None:
    before, after = median(ended, censored), median(ended, [*censored, more])

    if after is not None:
        assert before is not None
        assert after.value >= before.value
        assert after.low <= after.value <= after.high


def test_the_interval_holds_the_true_median_nineteen_times_in_twenty() -> None:
    """Exponential waits of median 10 min; a third of the people lose patience."""
    seed = 20260302
    chance = random.Random(seed)
    held = trials = 0
    for _ in range(2_000):
        ended: list[int] = []
        censored: list[int] = []
        for _ in range(40):
            wait_ms = round(chance.expovariate(0.6931 / 600_000))
            patience_ms = round(chance.expovariate(0.6931 / 1_200_000))
            (ended if wait_ms <= patience_ms else censored).append(min(wait_ms, patience_ms))
        found = median(ended, censored)
        if found is not None:
            trials += 1
            held += found.low <= 600_000 <= found.high

    assert trials > 1_900
    assert 0.93 < held / trials < 0.98, f"seed {seed}: {held} of {trials}"


# -- published values ---------------------------------------------------------------------------


def test_values_come_in_the_order_of_the_published_fields() -> None:
    waits = [called(minutes, minutes + 10) for minutes in (1, 2, 3, 4, 5)]

    values = wait_values([*waits, left(6), unclosed(7)])

    assert tuple(map(type, values)) == tuple(WAITS.fields.values())
    assert list(named(values).items()) == [
        ("wait", 4.0),
        ("wait_low", 1.0),
        ("wait_high", 7.0),  # at least: the longest that was seen stands for it
        ("wait_valid", 1),
        ("service_time", 13.0),
        ("service_low", 11.0),
        ("service_high", 15.0),
        ("service_valid", 1),
        ("called", 5),
        ("left", 1),
        ("unclosed", 1),
        ("flags", 0),
    ]


def test_fewer_than_five_called_give_no_median_and_say_so() -> None:
    few = named(wait_values([called(5, 5)] * (MIN_CALLED - 1)))
    enough = named(wait_values([called(5, 5)] * MIN_CALLED))

    assert (few["wait_valid"], few["wait"], few["called"], few["flags"]) == (0, 0, 4, flags.FEW)
    assert (enough["wait_valid"], enough["wait"], enough["flags"]) == (1, 5, 0)


def test_services_need_five_that_ended() -> None:
    values = named(wait_values([*[called(5, 5)] * 4, called(5), called(5)]))

    assert (values["wait_valid"], values["service_valid"], values["flags"]) == (1, 0, 0)


def test_more_than_a_fifth_unclosed_is_flagged_as_unsure() -> None:
    assert named(wait_values([called(5)] * 8 + [unclosed()] * 2))["flags"] == 0
    assert named(wait_values([called(5)] * 8 + [unclosed(None)] * 3))["flags"] == flags.UNSURE


def test_where_most_left_there_is_no_median_though_many_were_called() -> None:
    values = named(wait_values([called(5)] * 6 + [left(30)] * 7))

    assert (values["wait_valid"], values["called"], values["left"]) == (0, 6, 7)
