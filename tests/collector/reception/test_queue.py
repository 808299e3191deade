"""Who waits at a site now, and how far each terminal was heard."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pasperdus_collector.reception.queue import heard, open_visits
from pasperdus_contract.topics import Channel
from pasperdus_contract.visits import Step, Visit, fold
from support.reception import PARIS, Reception, epoch_of, reception, wall

DAY = date(2026, 3, 3)  # a Tuesday
SITE_ID = 1
MINUTE = 60_000


def at(clock: str, day: date = DAY) -> int:
    return wall(day, clock)


def step(visit: int, clock: str, action: str = "wait", **fields: Any) -> dict[str, Any]:
    told = {"kind": "token", "visit": f"{visit:016x}", "token": "blue-moon", "action": action}
    return {**told, "at": at(clock), **fields}


def undo(node: str, seq: int, clock: str) -> dict[str, Any]:
    return {"kind": "undo", "undone": {"epoch": epoch_of(node), "seq": seq}, "at": at(clock)}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Reception]:
    with reception(tmp_path / "ledger.db") as place:
        yield place


def queue(place: Reception, clock: str, day: date = DAY) -> list[Visit]:
    return open_visits(place.ledger.db, SITE_ID, now_ms=at(clock, day), zone=PARIS)


def told(place: Reception, clock: str, day: date = DAY) -> list[tuple[int, str]]:
    return [(int(visit.visit, 16), visit.state) for visit in queue(place, clock, day)]


def test_who_waits_comes_before_who_is_called_each_by_when_their_wait_began(
    place: Reception,
) -> None:
    place.tell("desk-1", [step(n, f"09:0{n}") for n in (4, 2, 5, 1, 3)])
    place.tell(
        "desk-2",
        [
            step(2, "09:10", "call"),
            step(1, "09:11", "call"),
            step(1, "09:12", "serve"),
            step(3, "09:13", "park"),
            step(4, "09:14", "done"),
        ],
    )

    assert told(place, "09:20") == [(3, "parked"), (5, "waiting"), (1, "serving"), (2, "called")]


def test_a_visit_has_its_token_service_and_the_call_that_counts(place: Reception) -> None:
    place.tell("desk-1", [step(1, "09:00", service="passports"), step(1, "09:07", "call")])
    place.tell("desk-2", [step(1, "09:06", "call")])

    (visit,) = queue(place, "09:10")

    assert (visit.token, visit.service, visit.since) == ("blue-moon", "passports", at("09:00"))
    assert visit.is_timed
    assert visit.call is not None
    assert (visit.call.at, visit.call.node, visit.call.seq) == (at("09:06"), "desk-2", 1)


def test_nobody_who_came_before_four_in_the_morning_is_on_the_board_after_it(
    place: Reception,
) -> None:
    place.tell("desk-1", [step(1, "09:00")])
    assert told(place, "23:59") == [(1, "waiting")]
    tomorrow = DAY + timedelta(days=1)
    place.tell("desk-1", [{**step(2, "09:00"), "at": at("03:59", tomorrow)}])

    assert told(place, "03:59", tomorrow) == [(1, "waiting"), (2, "waiting")]
    assert told(place, "04:00", tomorrow) == []


def test_yesterdays_steps_that_arrive_today_show_nobody(place: Reception) -> None:
    yesterday = [step(1, "16:00"), step(1, "16:05", "call"), step(2, "16:30")]
    tomorrow = DAY + timedelta(days=1)
    # One batch, sent with the last of its events: all of it is received then.
    place.tell("desk-1", [*yesterday, {**step(3, "09:00"), "at": at("09:00", tomorrow)}])

    assert told(place, "09:01", tomorrow) == [(3, "waiting")]


def test_a_visit_of_a_clock_that_nobody_can_trust_is_shown_without_minutes(
    place: Reception,
) -> None:
    place.tell("desk-1", [step(1, "09:00"), step(2, "09:00")])
    place.ledger.db.execute(
        "UPDATE token_steps SET quality = iif(seq = 1, 'bounded', 'unknown'), "
        "at = iif(seq = 1, at, NULL)"
    )
    noted_at = at("09:00")

    assert [(visit.since, visit.is_timed) for visit in queue(place, "09:10")] == [
        (noted_at, False),
        (noted_at, False),
    ]


def untimed(
    place: Reception,
    *steps: dict[str, Any],
    booted: int,
    sent_at: int,
    sent_booted: int | None = None,
) -> None:
    """Deliver steps of a node that never learnt the time; of a boot before, where it began anew."""
    sender = booted if sent_booted is None else sent_booted
    events = [
        {**step, "seq": n, "wall": 0, "uptime": step["at"] - booted, "synced": False}
        for n, step in enumerate(steps, start=1)
    ]
    for event in events:
        del event["at"]
    batch = {
        "schema": 1, "node": "desk-1", "epoch": epoch_of("desk-1"), "first": 1, "head": len(events),
        "boot": f"boot-{booted}", "events": events,
        "sent": {"boot": f"boot-{sender}", "wall": 0, "uptime": sent_at - sender, "synced": False},
    }  # fmt: skip
    place._take("desk-1", Channel.EVENTS, batch, sent_at)


def beat(place: Reception, booted: int, at_ms: int) -> None:
    """Let a node that does not know the time be heard in a boot, before it recorded anything."""
    sent = {"boot": f"boot-{booted}", "wall": 0, "uptime": at_ms - booted, "synced": False}
    place.heartbeat("desk-1", at_ms, sent=sent)


def test_steps_of_a_boot_that_was_never_heard_may_be_yesterdays_and_show_nobody(
    place: Reception,
) -> None:
    """A terminal without a network all day, which is switched on again in the morning."""
    booted = at("08:00", DAY - timedelta(days=1))
    told_then = [step(n, "00:00") | {"at": booted + n * 3_600_000} for n in (1, 2)]
    untimed(place, *told_then, booted=booted, sent_booted=at("07:55"), sent_at=at("08:00"))

    assert told(place, "08:05") == []


def test_steps_of_a_boot_that_goes_on_since_yesterday_are_of_the_day_that_it_tells(
    place: Reception,
) -> None:
    booted = at("08:00", DAY - timedelta(days=1))
    yesterdays = step(1, "00:00") | {"at": booted + 3_600_000}
    untimed(place, yesterdays, step(2, "08:30"), booted=booted, sent_at=at("09:00"))

    assert told(place, "09:05") == [(2, "waiting")]
    assert not queue(place, "09:05")[0].is_timed


def test_whoever_came_before_a_power_cut_is_in_the_queue_in_the_order_of_the_taps(
    place: Reception,
) -> None:
    """All their steps have one bound: when the next boot began."""
    booted, again = at("08:00"), at("10:00")
    beat(place, booted, at("08:01"))
    came = [step(n, f"09:0{clock}") for clock, n in enumerate((7, 5, 6))]
    put_back = [step(5, "09:03", "call"), step(5, "09:04", "wait")]
    parked = [step(6, "09:05", "call"), step(6, "09:06", "park")]
    steps = [*came, *put_back, *parked]
    untimed(place, *steps, booted=booted, sent_booted=again, sent_at=at("10:01"))

    assert told(place, "10:05") == [(7, "waiting"), (6, "parked"), (5, "waiting")]
    assert len({visit.since for visit in queue(place, "10:05")}) == 1


def test_a_visit_that_was_begun_in_trusted_time_stays_whatever_else_was_recorded(
    place: Reception,
) -> None:
    place.tell("desk-2", [step(1, "09:30")])
    booted = at("08:00")
    call = step(1, "09:40", "call")
    untimed(place, call, booted=booted, sent_booted=at("10:00"), sent_at=at("10:01"))

    assert told(place, "10:05") == [(1, "called")]


def test_a_call_that_clocks_date_before_the_wait_still_calls(place: Reception) -> None:
    place.tell("desk-1", [step(1, "09:00")])
    place.tell("desk-2", [step(1, "08:59", "call")])

    (visit,) = queue(place, "09:01")

    assert (visit.state, visit.is_timed) == ("called", False)


def test_what_was_taken_back_is_gone_from_the_queue_at_once(place: Reception) -> None:
    place.tell("desk-1", [step(1, "09:00"), step(2, "09:01"), step(2, "09:02", "call")])
    place.tell("desk-1", [undo("desk-1", seq, "09:03") for seq in (3, 1)])

    assert told(place, "09:04") == [(2, "waiting")]


@pytest.mark.parametrize("seed", range(3))
def test_the_queue_is_every_visit_folded_by_itself(place: Reception, seed: int) -> None:
    rng = random.Random(seed)
    actions = (*("wait", "call", "recall", "serve", "park", "transfer") * 3, "left", "done")
    steps: dict[str, list[Step]] = {}
    for node in ("desk-1", "desk-2"):
        told = [
            step(rng.randrange(40), f"{9 + n // 60:02d}:{n % 60:02d}", rng.choice(actions))
            for n in range(100)
        ]
        place.tell(node, told)
        for seq, each in enumerate(told, start=1):
            key = (None, node, epoch_of(node), seq)
            steps.setdefault(each["visit"], []).append(
                Step(each["at"], True, each["action"], each["visit"], each["token"], *key)
            )

    folded = [visit for each in steps.values() if (visit := fold(each)) is not None]
    found = queue(place, "18:00")

    assert {visit.visit: visit for visit in found} == {
        visit.visit: visit for visit in folded if visit.state != "closed"
    }
    assert 5 < len(found) < len(folded)


def test_steps_of_another_site_are_not_told(place: Reception) -> None:
    place.tell("desk-1", [step(1, "09:00")])

    assert open_visits(place.ledger.db, 2, now_ms=at("09:01"), zone=PARIS) == []
    assert heard(place.ledger.db, 2) == {}


def test_a_terminal_was_heard_as_far_as_its_highest_token_or_undo_event(place: Reception) -> None:
    place.tell("desk-1", [step(1, "09:00"), {"kind": "tally", "what": "phone", "at": at("09:01")}])
    place.tell("desk-2", [{"kind": "tally", "what": "phone", "at": at("09:01")}])
    assert heard(place.ledger.db, SITE_ID) == {"desk-1": 1}

    place.tell("desk-1", [undo("desk-2", 1, "09:02")])  # no effect, and heard none the less

    assert heard(place.ledger.db, SITE_ID) == {"desk-1": 3}


def test_after_its_card_was_replaced_a_terminal_is_heard_from_the_beginning(
    place: Reception,
) -> None:
    """Its numbers begin at 1 again: what the old card had says nothing about them."""
    place.tell("desk-1", [step(n, "09:00") for n in range(30)])
    place.heartbeat("desk-1", at("09:01"))
    assert heard(place.ledger.db, SITE_ID) == {"desk-1": 30}

    place.heartbeat("desk-1", at("09:10"), epoch="0" * 32, first=None, head=None)
    assert heard(place.ledger.db, SITE_ID) == {}


def test_after_a_restart_a_terminal_is_heard_as_far_as_before(place: Reception) -> None:
    place.tell("desk-1", [step(1, "09:00"), step(2, "09:01")])
    place.heartbeat("desk-1", at("09:01"))
    place.status("desk-1", at("09:10"), epoch="0" * 32)
    assert heard(place.ledger.db, SITE_ID) == {"desk-1": 2}

    closed = [{"epoch": epoch_of("desk-1"), "first": 1, "head": 2}]
    place.heartbeat("desk-1", at("09:10"), epoch="0" * 32, first=None, head=None, closed=closed)

    assert heard(place.ledger.db, SITE_ID) == {"desk-1": 2}


def test_what_was_heard_never_becomes_less(place: Reception) -> None:
    place.tell("desk-1", [step(1, "09:00"), step(2, "09:01")])
    place.heads["desk-1"] = 40
    place.tell("desk-1", [step(3, "09:02")])
    place.heads["desk-1"] = 10
    place.tell("desk-1", [step(4, "09:03")])

    assert heard(place.ledger.db, SITE_ID) == {"desk-1": 41}
