"""Coverage tiles time: no instant is told twice, none is left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasperdus_contract.fields import QUARTER_MS
from pasperdus_node.coverage import LONGEST_MS, CoverageMeter, Covered, next_quarter_ms


def test_what_was_fine_and_what_was_not_are_told_apart() -> None:
    meter = CoverageMeter(t_ms=1000, is_ok=False)

    told = [
        *meter.change(1500, is_ok=True),
        *meter.change(1700, is_ok=True),
        *meter.close(2000),
        *meter.change(2600, is_ok=False),
        *meter.close(3000),
        *meter.close(3000),
    ]

    assert told == [
        Covered(from_ms=1000, to_ms=1500, ok_ms=0),
        Covered(from_ms=1500, to_ms=2000, ok_ms=500),
        Covered(from_ms=2000, to_ms=2600, ok_ms=600),
        Covered(from_ms=2600, to_ms=3000, ok_ms=0),
    ]


steps = st.lists(st.tuples(st.integers(0, 3 * LONGEST_MS), st.sampled_from("ocf")), max_size=12)


@given(st.integers(0, 10**9), st.booleans(), steps)
def test_intervals_tile_time_whatever_happens(
    start_ms: int, is_ok: bool, steps: list[tuple[int, str]]
) -> None:
    meter = CoverageMeter(t_ms=start_ms, is_ok=is_ok)
    told: list[Covered] = []
    now_ms, fine_ms = start_ms, 0
    for pause_ms, step in steps:
        now_ms += pause_ms
        fine_ms += pause_ms if is_ok else 0
        if step == "c":
            told += meter.close(now_ms)
        else:
            is_ok = step == "o"
            told += meter.change(now_ms, is_ok=is_ok)
    told += meter.close(now_ms)

    assert sum(covered.ok_ms for covered in told) == fine_ms
    joints = [start_ms, *(covered.to_ms for covered in told)]
    assert [covered.from_ms for covered in told] == joints[:-1]
    assert joints[-1] == now_ms
    assert all(0 < covered.to_ms - covered.from_ms <= LONGEST_MS for covered in told)
    assert all(covered.ok_ms in (0, covered.to_ms - covered.from_ms) for covered in told)


@pytest.mark.parametrize(
    ("wall_ms", "wait_ms"),
    [
        (0, QUARTER_MS),
        (1, QUARTER_MS - 1),
        (QUARTER_MS - 1, 1),
        (QUARTER_MS, QUARTER_MS),
        (1_772_438_400_123, QUARTER_MS - 123),
    ],
)
def test_the_next_quarter_is_that_of_the_wall_clock(wall_ms: int, wait_ms: int) -> None:
    assert next_quarter_ms(wall_ms=wall_ms, uptime_ms=777) == 777 + wait_ms
