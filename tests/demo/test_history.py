from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from pasperdus_contract import events
from pasperdus_contract.codec import GoodEvent, decode_batch, decode_events, encode_batch
from pasperdus_contract.codec import encode_event as encode
from pasperdus_contract.fields import Moment
from pasperdus_demo.past import ENTRANCE, TERMINAL, WAITING_ROOM, Past
from pasperdus_demo.town import Crossing, inside_at, today_at

UNTIL_MS = round(datetime(2026, 11, 20, 9, 45, 12, tzinfo=UTC).timestamp() * 1000)
PAST = Past(town=today_at(UNTIL_MS, 7), until_ms=UNTIL_MS)

Told = dict[str, list[events.AnyEvent]]


@pytest.fixture(scope="module")
def told() -> Told:
    """Every node's events, in the order in which they are sent."""
    by_node: Told = {ENTRANCE: [], WAITING_ROOM: [], TERMINAL: []}
    for _, day in PAST.days():
        for node, drafts in day.items():
            known = len(by_node[node])
            by_node[node] += [draft(seq=known + n) for n, draft in enumerate(drafts, start=1)]
    return by_node


def test_every_event_is_good_by_the_contract(told: Told) -> None:
    moment = Moment(boot="b", wall=UNTIL_MS, uptime=1, synced=True)
    for node, recorded in told.items():
        for begin in range(0, len(recorded), 400):
            part = recorded[begin : begin + 400]
            payload = encode_batch(
                node=node,
                epoch="0" * 32,
                first=1,
                head=len(recorded),
                boot="b",
                sent=moment,
                bodies=[encode(event) for event in part],
            )
            checked = decode_events(decode_batch(payload))
            assert [each.event for each in checked if isinstance(each, GoodEvent)] == part


def test_nothing_is_later_than_the_start_of_the_live_nodes(told: Told) -> None:
    for recorded in told.values():
        assert max(event.wall for event in recorded) <= UNTIL_MS
        assert {event.wall - event.uptime for event in recorded} == {PAST.started_ms}


@pytest.mark.parametrize(
    ("node", "sensor"), [(ENTRANCE, "door"), (WAITING_ROOM, "room-door"), (WAITING_ROOM, "accueil")]
)
def test_coverage_is_whole_except_in_the_outage(told: Told, node: str, sensor: str) -> None:
    spans = sorted(
        (event.from_, event.to, event.ok_ms)
        for event in told[node]
        if isinstance(event, events.Coverage) and event.sensor == sensor
    )
    outage = PAST.town.outage

    assert all(before[1] == after[0] for before, after in pairwise(spans))
    assert spans[-1][1] == UNTIL_MS - PAST.started_ms
    assert spans[-1][1] - spans[0][0] >= timedelta(days=273) / timedelta(milliseconds=1)
    dead_ms = sum(to - from_ - ok_ms for from_, to, ok_ms in spans)
    assert dead_ms == (outage.to_ms - outage.from_ms if sensor == "door" else 0)


def test_the_dead_line_counts_nobody_and_says_why(told: Told) -> None:
    outage = PAST.town.outage
    silent = [
        event
        for event in told[ENTRANCE]
        if isinstance(event, events.Passage | events.Uncounted) and outage.holds(event.wall)
    ]
    states = {e.wall: e.state for e in told[ENTRANCE] if isinstance(e, events.Health)}
    inside = [e for e in told[WAITING_ROOM] if outage.holds(e.wall) and e.kind == "passage"]

    assert silent == []
    assert states == {outage.from_ms: "blocked_A", outage.to_ms: "ok"}
    assert inside  # the waiting room went on counting


def test_today_so_far_and_the_people_inside_make_up_the_whole_day(told: Told) -> None:
    """What history has of today plus what live takes over: everybody once."""
    day = PAST.town.day(PAST.town.today)
    inside = inside_at(day, UNTIL_MS)
    counted = Counter(
        event.direction
        for event in told[ENTRANCE]
        if isinstance(event, events.Passage) and event.wall >= day.visits[0].arrived_ms
    )
    missed = Counter(
        step.direction
        for visit in day.visits
        for step in visit.steps
        if isinstance(step, Crossing)
        and (step.line, step.seen) == ("door", "missed")
        and step.at_ms <= UNTIL_MS
    )

    assert len(inside) > 3
    assert counted["in"] + missed["in"] - counted["out"] - missed["out"] == len(inside)


def test_the_same_end_and_seed_give_the_same_events(told: Told) -> None:
    again = Past(town=today_at(UNTIL_MS, 7), until_ms=UNTIL_MS)
    _, newest = next(again.days())

    drafts = newest[ENTRANCE]
    assert [draft(seq=n) for n, draft in enumerate(drafts, start=1)] == told[ENTRANCE][
        : len(drafts)
    ]
