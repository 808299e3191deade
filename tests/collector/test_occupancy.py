"""How many are inside: the pure rule, quarter by quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from pasperdus_collector.series.occupancy import Quarter, Recount, occupancy

NO_RECOUNT: Mapping[int, Recount] = {}


def inside(
    nets: Sequence[int],
    *,
    closes: Sequence[int] = (0,),
    gaps: Sequence[int] = (),
    recounts: Mapping[int, Recount] = NO_RECOUNT,
) -> list[int | None]:
    quarters = (Quarter(n, net, n in gaps) for n, net in enumerate(nets))
    return [people for _, people in occupancy(quarters, frozenset(closes), recounts)]


def test_entries_less_exits_since_the_close() -> None:
    assert inside([3, 2, -1, 0]) == [3, 5, 4, 4]


def test_nobody_knows_before_the_first_close() -> None:
    assert inside([3, 2, 1], closes=[2]) == [None, None, 1]


def test_the_nightly_close_forgets_the_drift() -> None:
    assert inside([3, 0, 2], closes=[0, 2]) == [3, 3, 2]


def test_after_a_gap_nobody_knows_until_the_close() -> None:
    assert inside([3, 1, 1, 4], closes=[0, 3], gaps=[1]) == [3, None, None, 4]


def test_a_gap_in_the_quarter_of_the_close_leaves_it_unknown() -> None:
    assert inside([3, 1], closes=[0], gaps=[0]) == [None, None]


def test_a_recount_ends_not_knowing_and_counts_what_crossed_after_it() -> None:
    recounts = {2: Recount(occupancy=10, net_after=2)}

    assert inside([3, 1, 7, 1], gaps=[1, 2], recounts=recounts) == [3, None, 12, 13]


def test_below_zero_is_clipped() -> None:
    assert inside([1, -5, 2]) == [1, 0, 2]
    assert inside([0], recounts={0: Recount(occupancy=1, net_after=-3)}) == [0]


@given(st.lists(st.integers(-9, 9), max_size=40), st.sets(st.integers(0, 39)))
def test_it_is_never_negative_and_never_known_in_a_gap(nets: list[int], gaps: set[int]) -> None:
    found = inside(nets, gaps=sorted(gaps))

    assert len(found) == len(nets)
    assert all(people is None or people >= 0 for people in found)
    first_gap = min(gaps, default=len(nets))
    assert all(people is not None for people in found[:first_gap])
    assert all(people is None for people in found[first_gap:])
