"""What one event adds to the quarter-hours."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pasperdus_collector.buckets.increments import spread_coverage
from support.collecting import DAY, QUARTER


@given(st.integers(-DAY, 4 * 10**12), st.integers(1, DAY), st.fractions(0, 1))
def test_coverage_spreads_evenly_and_no_millisecond_is_lost(
    start: int, span: int, share: Fraction
) -> None:
    ok_ms = int(span * share)

    parts = list(spread_coverage(start, start + span, ok_ms))

    assert sum(told for _, told, _ in parts) == span
    assert sum(ok for _, _, ok in parts) == ok_ms
    for quarter, told, ok in parts:
        inside = min(start + span, (quarter + 1) * QUARTER) - max(start, quarter * QUARTER)
        assert told == inside > 0
        assert abs(ok - Fraction(ok_ms * told, span)) < 1
        assert 0 <= ok <= told


def test_coverage_of_no_time_adds_nothing() -> None:
    assert list(spread_coverage(5, 5, 0)) == []
