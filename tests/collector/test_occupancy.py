"""How many are inside: the pure rule, quarter by quarter of one service day."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasperdus_collector.buckets.flags import CLIPPED, GAP, PROVISIONAL, UNBRIDGED
from pasperdus_collector.buckets.occupancy import Presence, Quarter, Recount, presence
from support.visiting import QUARTERS, Door, visits

FIRST = 2_000_000
NO_RECOUNT: Mapping[int, Recount] = {}


def inside(
    crossings: Sequence[tuple[int, int]],
    *,
    gaps: Sequence[int] = (),
    recounts: Mapping[int, Recount] = NO_RECOUNT,
    starts_empty: bool = True,
    is_over: bool = False,
) -> list[Presence]:
    """Return who was inside by (entries, exits); gaps and recounts by their place among them."""
    return presence(
        [Quarter(FIRST + n, ins, outs, n in gaps) for n, (ins, outs) in enumerate(crossings)],
        {FIRST + n: recount for n, recount in recounts.items()},
        starts_empty=starts_empty,
        is_over=is_over,
    )


def people(found: Sequence[Presence]) -> list[float | None]:
    return [each.people for each in found]


# -- while the day runs -------------------------------------------------------------------------


def test_while_the_day_runs_it_is_entries_less_exits_since_the_close() -> None:
    found = inside([(3, 0), (4, 2), (0, 1), (0, 0)])

    assert people(found) == [3, 5, 4, 4]
    assert [each.flags for each in found] == [PROVISIONAL] * 4
    assert [each.error for each in found] == [0.0] * 4


def test_below_zero_it_is_clipped_and_says_so_while_raw_tells_what_was_counted() -> None:
    found = inside([(1, 0), (0, 5), (2, 0), (3, 0)])

    assert people(found) == [1, 0, 2, 5]
    assert [each.raw for each in found] == [1, 0, 0, 1]
    assert [bool(each.flags & CLIPPED) for each in found] == [False, True, False, False]


def test_nobody_knows_before_the_first_close_unless_somebody_looked() -> None:
    found = inside([(3, 0), (2, 0)], starts_empty=False)
    looked = inside([(3, 0), (2, 0)], starts_empty=False, recounts={0: Recount(7, 1, 0)})

    assert people(found) == [None, None]
    assert [each.flags for each in found] == [GAP, GAP]
    assert people(looked) == [8, 10]
    assert [each.area for each in looked] == [None, 15 * 9]


# -- once it is over: the bridge ----------------------------------------------------------------


def test_counts_that_agree_at_the_close_stand_as_they_are() -> None:
    found = inside([(4, 0), (2, 1), (0, 5)], is_over=True)

    assert people(found) == [4, 5, 0]
    assert [each.flags for each in found] == [0, 0, 0]


def test_what_is_left_at_the_close_is_spread_over_the_crossings() -> None:
    # Four exits of twelve crossings were missed by the close.
    found = inside([(4, 0), (4, 0), (0, 0), (0, 4)], is_over=True)

    assert people(found) == pytest.approx([4 - 4 * 4 / 12, 8 - 4 * 8 / 12, 8 - 4 * 8 / 12, 0])
    assert [each.raw for each in found] == [4, 8, 8, 4]
    assert [each.missed_outs for each in found] == [0, 0, 0, 4]
    assert [each.missed_ins for each in found] == [0] * 4


def test_missed_entries_are_spread_too_and_never_below_zero() -> None:
    found = inside([(0, 6), (2, 0), (4, 4)], is_over=True)

    assert people(found) == pytest.approx([0, 0, 0])
    assert found[0].flags & CLIPPED  # -6 + 4 * 6 / 16
    assert not found[2].flags
    assert found[2].missed_ins == 4


def test_a_fraction_below_zero_is_the_bridge_at_work_and_not_worth_a_word() -> None:
    # 1 - 1 - 1 * 2 / 5: nobody was there, and the miss of later is spread over it too.
    found = inside([(1, 1), (2, 1)], is_over=True)

    assert people(found) == [0, 0]
    assert [each.flags for each in found] == [0, 0]


def test_the_error_is_widest_midway_and_nothing_at_the_anchors() -> None:
    found = inside([(4, 0), (4, 0), (0, 4), (0, 0)], is_over=True)

    # Four misses proved and one that may hide, each before this moment or after: binomial.
    assert found[0].error == pytest.approx(1.96 * (5 * 1 / 3 * 2 / 3) ** 0.5)
    assert found[2].error == found[3].error == 0.0


def test_a_recount_restarts_the_bridge() -> None:
    # At the recount two of eight are missing; from there to the close nothing is.
    recount = Recount(people=6, ins_after=1, outs_after=0)
    found = inside([(4, 0), (5, 0), (0, 7)], recounts={1: recount}, is_over=True)

    assert people(found) == pytest.approx([4 - 2 * 4 / 8, 7, 0])
    assert [each.missed_outs for each in found] == [0, 2, 0]
    assert [each.raw for each in found] == [4, 7, 0]


def test_a_recount_while_the_day_runs_bridges_only_what_came_before_it() -> None:
    found = inside([(4, 0), (4, 0), (3, 0)], recounts={1: Recount(4, 0, 0)})

    assert people(found) == [2, 4, 7]
    assert [each.flags for each in found] == [0, PROVISIONAL, PROVISIONAL]


def test_people_whom_nobody_saw_enter_are_inside_from_the_recount_on() -> None:
    found = inside([(0, 0), (0, 0), (1, 0)], recounts={1: Recount(2, 0, 0)})

    assert people(found) == [0, 2, 3]
    assert [each.flags for each in found] == [UNBRIDGED, PROVISIONAL, PROVISIONAL]
    assert found[1].missed_ins == 2
    # Each may have entered at any moment of the half hour before, all of them together.
    assert found[1].area_variance == pytest.approx(2**2 * 30**2 / 3)


def test_misses_at_unknown_crossings_make_the_area_unsure() -> None:
    steady = inside([(2, 0), (1, 1), (0, 0), (2, 2)], is_over=True)
    together = inside([(0, 0), (5, 3), (0, 0), (0, 0)], is_over=True)

    assert together[-1].area_variance == pytest.approx(2 * 15**2 / 12)  # within one quarter-hour
    crossings = [0, 0, 1, 1, 3, 3, 3, 3]
    mean = sum(crossings) / 8
    spread = 15**2 * sum((at - mean) ** 2 for at in crossings) / 8
    assert steady[-1].area_variance == pytest.approx(2 * (spread + 15**2 / 12))


def test_person_minutes_are_the_mean_of_both_ends() -> None:
    found = inside([(4, 0), (0, 2), (0, 2)], is_over=True)

    assert [each.area for each in found] == [30, 45, 15]
    assert [each.raw_area for each in found] == [30, 45, 15]


# -- gaps ---------------------------------------------------------------------------------------


def test_after_a_gap_nobody_knows_and_before_it_nothing_can_be_bridged() -> None:
    running = inside([(3, 0), (1, 0), (1, 0)], gaps=[1])
    over = inside([(3, 0), (1, 0), (1, 0)], gaps=[1], is_over=True)

    assert people(running) == people(over) == [3, None, None]
    assert [each.flags for each in running] == [PROVISIONAL, GAP, GAP]
    assert [each.flags for each in over] == [UNBRIDGED, GAP, GAP]
    assert [each.area for each in over] == [22.5, None, None]


def test_a_gap_in_the_quarter_of_the_close_leaves_it_unknown() -> None:
    assert people(inside([(3, 0), (1, 0)], gaps=[0])) == [None, None]


def test_a_recount_ends_a_gap_even_one_in_its_own_quarter() -> None:
    recounts = {2: Recount(people=10, ins_after=3, outs_after=1)}

    found = inside([(3, 0), (1, 0), (7, 1), (1, 0)], gaps=[1, 2], recounts=recounts)

    assert people(found) == [3, None, 12, 13]
    assert found[2].flags & GAP
    assert found[2].area is None
    assert found[3].area == 15 * 12.5


def test_person_minutes_of_a_quarter_with_a_gap_are_unknown_though_both_its_ends_are_known() -> (
    None
):
    found = inside([(3, 0), (1, 0)], gaps=[1], recounts={1: Recount(4, 0, 0)})

    assert people(found) == [3, 4]
    assert [each.area for each in found] == [22.5, None]


def test_a_gap_after_a_recount_does_not_undo_the_bridge_before_it() -> None:
    recounts = {1: Recount(4, 0, 0)}

    found = inside([(4, 0), (4, 0), (1, 0)], gaps=[2], recounts=recounts, is_over=True)

    assert people(found) == [2, 4, None]
    assert [each.flags for each in found] == [0, UNBRIDGED, GAP]


# -- whatever comes -----------------------------------------------------------------------------


@st.composite
def _days(draw: st.DrawFn) -> tuple[list[tuple[int, int]], set[int], dict[int, Recount]]:
    small = st.integers(0, 9)
    crossings = draw(st.lists(st.tuples(small, small), min_size=1, max_size=30))
    places = st.integers(0, len(crossings) - 1)
    recounts = {
        place: Recount(
            draw(small),
            draw(st.integers(0, crossings[place][0])),
            draw(st.integers(0, crossings[place][1])),
        )
        for place in draw(st.sets(places, max_size=3))
    }
    return crossings, draw(st.sets(places, max_size=2)), recounts


@given(_days(), st.booleans(), st.booleans())
def test_it_is_never_negative_and_unknown_exactly_from_a_gap_to_an_anchor(
    day: tuple[list[tuple[int, int]], set[int], dict[int, Recount]],
    starts_empty: bool,
    is_over: bool,
) -> None:
    crossings, gaps, recounts = day

    found = inside(
        crossings, gaps=sorted(gaps), recounts=recounts, starts_empty=starts_empty, is_over=is_over
    )

    knows = starts_empty
    for n, each in enumerate(found):
        knows = n in recounts or (knows and n not in gaps)
        assert (each.people is not None) == (each.raw is not None) == knows
        assert each.people is None or (each.people >= 0 and each.error >= 0)
        assert bool(each.flags & GAP) == (not knows or n in gaps)
        assert each.area is None or each.area >= 0
        assert each.area_variance >= 0
    if is_over and knows and len(crossings) - 1 not in gaps:
        assert found[-1].people == 0


@pytest.mark.parametrize(
    "door",
    [Door(misses_out=0.03), Door(misses_in=0.03), Door(misses_in=0.01, misses_out=0.01)],
    ids=str,
)
def test_in_simulated_days_the_true_number_lies_in_its_interval(door: Door) -> None:
    seed = 20260302
    rng = random.Random(seed)
    held = asked = 0
    for _ in range(200):
        day = visits(rng, visitors=450, mean_stay_minutes=32)
        found = inside(door.counts(rng, day), is_over=True)
        for n in range(30, QUARTERS, 10):
            truth = day.inside_at_end_of(n)
            estimate = found[n].people
            assert estimate is not None
            if truth or estimate >= 0.5:  # the empty night proves nothing
                asked += 1
                # The estimate has fractions of people; the truth has none.
                held += abs(truth - estimate) <= found[n].error + 0.5
    assert held / asked >= 0.9, f"{held} of {asked}, seed {seed}"
