"""Counts corrected by a person's count beside the sensor's."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasperdus_collector.buckets.correction import correct, half_width


def test_a_count_is_multiplied_by_what_a_person_counted_over_what_the_sensor_did() -> None:
    # 105 people where the sensor counted 100: five more in every hundred, six to be careful.
    found = correct(400, by_sensor=100, by_hand=105)

    assert found.value == pytest.approx(420)
    assert found.factor_error == pytest.approx(400 * (6 * 1.05) ** 0.5 / 100)
    assert found.chance_variance == pytest.approx(400 * 6 * 1.05 / 100)
    assert half_width(found.factor_error, found.chance_variance) == pytest.approx(22.0, abs=0.01)


def test_a_sensor_that_agreed_is_not_called_exact() -> None:
    found = correct(100, by_sensor=100, by_hand=100)

    assert found.value == 100
    assert half_width(found.factor_error, found.chance_variance) == pytest.approx(1.96 * 2**0.5)


def test_a_longer_count_by_hand_makes_a_surer_factor() -> None:
    short = correct(1000, by_sensor=50, by_hand=52)
    long = correct(1000, by_sensor=500, by_hand=520)

    assert short.value == long.value
    assert long.factor_error < short.factor_error / 2


def test_nobody_counted_gives_no_factor() -> None:
    with pytest.raises(ValueError, match="counted 0"):
        correct(10, by_sensor=0, by_hand=3)


@given(
    st.lists(st.integers(0, 500), min_size=1, max_size=20),
    st.integers(1, 500),
    st.integers(0, 500),
)
def test_the_error_of_a_sum_is_that_of_its_parts_added_up(
    counts: list[int], by_sensor: int, by_hand: int
) -> None:
    parts = [correct(count, by_sensor=by_sensor, by_hand=by_hand) for count in counts]
    whole = correct(sum(counts), by_sensor=by_sensor, by_hand=by_hand)

    assert sum(part.value for part in parts) == pytest.approx(whole.value)
    assert sum(part.factor_error for part in parts) == pytest.approx(whole.factor_error)
    assert sum(part.chance_variance for part in parts) == pytest.approx(whole.chance_variance)


@pytest.mark.parametrize(
    ("missed", "doubled"), [(0.005, 0.0), (0.01, 0.0), (0.05, 0.0), (0.3, 0.0), (0.0, 0.03)]
)
@pytest.mark.parametrize("quarters", [1, 40])
def test_the_true_count_lies_in_its_interval(missed: float, doubled: float, quarters: int) -> None:
    seed = 20260302
    rng = random.Random(seed)

    def counted(people: int) -> int:
        return sum((rng.random() >= missed) + (rng.random() < doubled) for _ in range(people))

    runs, held = 400, 0
    for _ in range(runs):
        sensor = counted(200)
        parts = [correct(counted(30), by_sensor=sensor, by_hand=200) for _ in range(quarters)]
        value = sum(part.value for part in parts)
        width = half_width(
            sum(part.factor_error for part in parts), sum(part.chance_variance for part in parts)
        )
        held += abs(value - 30 * quarters) <= width
    assert held / runs >= 0.92, f"{held} of {runs}, seed {seed}"
