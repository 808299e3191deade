"""Dating one event from the clocks of its boot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasperdus_collector.time_correction import (
    ANCHOR_EVERY_MS,
    SAME_OFFSET_MS,
    Anchor,
    Dated,
    date_event,
    is_worth_keeping,
    latest_in_same_boot,
    nearest,
)
from pasperdus_contract.fields import MAX_WALL_MS

offsets = st.integers(-(10**12), 10**12)
anchor_lists = st.lists(
    st.builds(Anchor, st.integers(0, 10**9), offsets),
    max_size=8,
    unique_by=lambda anchor: anchor.uptime,
).map(lambda anchors: sorted(anchors, key=lambda anchor: anchor.uptime))


def dated(
    *, wall: int = 0, uptime: int = 0, is_synced: bool = False,
    anchors: tuple[Anchor, ...] = (), latest: int | None = None,
) -> Dated:  # fmt: skip
    return date_event(wall=wall, uptime=uptime, is_synced=is_synced, anchors=anchors, latest=latest)


def test_a_synchronised_clock_is_believed_whatever_the_anchors_say() -> None:
    believed = dated(wall=2**41, is_synced=True, anchors=(Anchor(0, 5),), latest=3)

    assert believed == Dated(2**41, "exact")


def test_an_unsynchronised_event_is_placed_by_an_anchor_of_its_boot() -> None:
    assert dated(wall=77, uptime=500, anchors=(Anchor(900, 10_000),)) == Dated(10_500, "corrected")


def test_the_nearest_anchor_wins_and_a_tie_goes_to_the_earlier() -> None:
    anchors = (Anchor(100, 1000), Anchor(200, 2000))

    assert [dated(uptime=at, anchors=anchors).at for at in (0, 149, 150, 151, 999)] == [
        1000,
        1149,
        1150,
        2151,
        2999,
    ]


def test_without_an_anchor_an_event_is_put_at_its_latest_possible_time() -> None:
    assert dated(latest=123_456) == Dated(123_456, "bounded")


def test_without_anchor_and_bound_its_time_is_unknown() -> None:
    assert dated() == Dated(None, "unknown")


@pytest.mark.parametrize("offset", [-501, MAX_WALL_MS - 499])
def test_a_time_outside_the_calendar_is_unknown(offset: int) -> None:
    assert dated(uptime=500, anchors=(Anchor(0, offset),)) == Dated(None, "unknown")


def test_a_receipt_bounds_what_was_recorded_before_the_message_was_sent() -> None:
    assert latest_in_same_boot(received_at=10_000, sent_uptime=700, uptime=300) == 9_600
    assert latest_in_same_boot(received_at=10_000, sent_uptime=300, uptime=300) == 10_000
    assert latest_in_same_boot(received_at=10_000, sent_uptime=300, uptime=301) is None


def test_an_anchor_is_kept_when_it_says_something_new_or_the_last_one_is_an_hour_old() -> None:
    there = [Anchor(10**7, 500)]

    assert not is_worth_keeping(there, Anchor(10**7 + 5, 500 + SAME_OFFSET_MS))
    assert is_worth_keeping(there, Anchor(10**7 + 5, 500 + SAME_OFFSET_MS + 1))
    assert is_worth_keeping(there, Anchor(10**7 - ANCHOR_EVERY_MS - 1, 500))
    assert is_worth_keeping([], Anchor(0, 0))


@given(anchors=anchor_lists, uptime=st.integers(0, 10**9))
def test_no_anchor_is_nearer_than_the_nearest(anchors: list[Anchor], uptime: int) -> None:
    found = nearest(anchors, uptime)

    distances = [abs(anchor.uptime - uptime) for anchor in anchors]
    assert (None if found is None else abs(found.uptime - uptime)) == min(distances, default=None)
