"""What becomes of each event of a batch: rule by rule, then for any history at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pasperdus_collector.decision import CONFLICT, Decision, Known, decide
from pasperdus_contract.codec import BadEvent, GoodEvent, decode_batch, decode_events
from pasperdus_contract.ranges import compress
from support.wire import PASSAGE, RATING, batch_of, written

BAD_VALUE = "rating.value: 9 is not in 1..5"


def checked(*events: dict[str, Any]) -> list[GoodEvent | BadEvent]:
    return decode_events(decode_batch(written(batch_of(*events))))


def good(seq: int, direction: str = "in") -> dict[str, Any]:
    return {**PASSAGE, "seq": seq, "direction": direction}


def bad(seq: int, value: int = 9) -> dict[str, Any]:
    return {**RATING, "seq": seq, "value": value}


def after(known: Known, decision: Decision) -> Known:
    """Return what is known once a decision is written."""
    stored = [n for first, last in known.stored for n in range(first, last + 1)]
    quarantined = {seq: dict(reasons) for seq, reasons in known.quarantined.items()}
    for aside in decision.quarantine:
        quarantined.setdefault(aside.seq, {})[aside.digest] = aside.reason
    return Known(
        stored=compress([*stored, *(event.seq for event in decision.store)]),
        bodies={**known.bodies, **{event.seq: event.body for event in decision.store}},
        quarantined=quarantined,
        quarantine_room=known.quarantine_room - len(decision.quarantine),
    )


def test_a_new_valid_event_is_stored() -> None:
    decision = decide(checked(good(1), good(2), good(4)), Known())

    assert [event.seq for event in decision.store] == [1, 2, 4]
    assert decision.answer() == ([(1, 2), (4, 4)], [])
    assert (decision.received, decision.duplicates) == (3, 0)


def test_a_stored_event_sent_again_is_a_duplicate_answered_as_stored() -> None:
    known = after(Known(), decide(checked(good(1)), Known()))

    again = decide(checked(good(1)), known)

    assert not again.store
    assert again.duplicates == 1
    assert again.answer() == ([(1, 1)], [])


def test_defaults_and_the_order_of_keys_make_no_other_content() -> None:
    known = after(Known(), decide(checked(good(1)), Known()))
    spelled_out = {"flags": [], **dict(reversed(good(1).items()))}

    again = decide(checked(spelled_out), known)

    assert (again.duplicates, again.quarantine) == (1, [])


def test_an_invalid_event_is_quarantined_with_its_reason_and_its_neighbours_are_stored() -> None:
    decision = decide(checked(good(1), bad(2), good(3)), Known(quarantine_room=10))

    assert decision.answer() == ([(1, 1), (3, 3)], [(2, 2, BAD_VALUE)])
    assert [aside.body for aside in decision.quarantine] == [written(bad(2)).decode()]


def test_a_quarantined_event_sent_again_is_a_duplicate_answered_as_quarantined() -> None:
    known = after(Known(), decide(checked(bad(2)), Known()))

    again = decide(checked(bad(2)), known)

    assert (again.duplicates, again.quarantine) == (1, [])
    assert again.answer() == ([], [(2, 2, BAD_VALUE)])


def test_the_first_content_of_a_key_wins_and_the_other_is_a_conflict() -> None:
    known = after(Known(), decide(checked(good(1, "in")), Known()))

    other = decide(checked(good(1, "out")), known)

    assert not other.store
    assert other.answer() == ([], [(1, 1, CONFLICT)])
    assert decide(checked(good(1, "in")), after(known, other)).answer() == ([(1, 1)], [])


def test_an_invalid_event_under_a_stored_key_is_a_conflict() -> None:
    known = after(Known(), decide(checked(good(1)), Known()))

    assert decide(checked(bad(1)), known).answer() == ([], [(1, 1, CONFLICT)])


def test_a_valid_event_does_not_take_the_place_of_an_invalid_one() -> None:
    known = replace(after(Known(), decide(checked(bad(1)), Known())), quarantine_room=5)

    later = decide(checked(good(1), bad(1, 8)), known)

    assert not later.store
    assert [aside.reason for aside in later.quarantine] == [CONFLICT, CONFLICT]


def test_a_key_twice_in_one_batch_is_stored_once() -> None:
    decision = decide(checked(good(1), good(1), good(1, "out"), bad(1)), Known(quarantine_room=9))

    assert len(decision.store) == 1
    assert decision.duplicates == 1
    assert [aside.reason for aside in decision.quarantine] == [CONFLICT, CONFLICT]
    assert decision.answer() == ([(1, 1)], [(1, 1, CONFLICT)])


def test_a_full_quarantine_leaves_only_the_invalid_events_unanswered() -> None:
    decision = decide(checked(bad(1), good(2), bad(3), good(4)), Known(quarantine_room=1))

    assert decision.answer() == ([(2, 2), (4, 4)], [(1, 1, BAD_VALUE)])
    assert (decision.unanswered, decision.received) == (1, 3)


def test_a_full_quarantine_still_answers_for_what_it_holds() -> None:
    known = replace(after(Known(), decide(checked(bad(1)), Known())), quarantine_room=0)

    assert decide(checked(bad(1)), known).answer() == ([], [(1, 1, BAD_VALUE)])


def test_a_key_whose_row_was_deleted_is_a_duplicate_whatever_it_holds() -> None:
    decision = decide(checked(good(7, "out")), Known(stored=[(1, 9)]))

    assert (decision.duplicates, decision.store, decision.quarantine) == (1, [], [])
    assert decision.answer() == ([(7, 7)], [])


some_events = st.lists(
    st.one_of(
        st.builds(good, st.integers(1, 6), st.sampled_from(["in", "out"])),
        st.builds(bad, st.integers(1, 6), st.sampled_from([0, 9])),
    ),
    max_size=12,
)


@given(batches=st.lists(some_events, min_size=1, max_size=5), room=st.integers(0, 30))
def test_whatever_comes_is_answered_once_and_adds_up(
    batches: Sequence[Sequence[dict[str, Any]]], room: int
) -> None:
    known = Known(quarantine_room=room)
    first_content: dict[int, dict[str, Any]] = {}
    for events in batches:
        decision = decide(checked(*events), known)
        again = after(known, decision)

        assert decision.received + decision.unanswered == len(events)
        assert len(decision.quarantine) <= known.quarantine_room
        stored, quarantined = decision.answer()
        answered = {n for first, last in stored for n in range(first, last + 1)}
        answered |= {n for first, last, _ in quarantined for n in range(first, last + 1)}
        assert answered <= {each["seq"] for each in events}
        if decision.unanswered:
            return  # what nothing was kept of may come first without winning
        assert answered == {each["seq"] for each in events}
        for each in events:
            first_content.setdefault(each["seq"], each)
        for event in decision.store:
            assert written(first_content[event.seq]).decode() == event.body

        second = decide(checked(*events), again)
        assert (second.store, second.quarantine) == ([], [])
        assert second.duplicates == len(events)
        assert second.answer() == decision.answer()
        known = again
