"""The tokens of a site: dealt each morning, half a hand for whoever comes later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from pasperdus_collector.reception.hands import (
    HEARD_WITHIN_MS,
    deal_today,
    hands,
    is_to_be_dealt,
    terminals,
)
from pasperdus_contract.tokens import TOKENS, deal
from pasperdus_contract.topics import Channel
from support.reception import Reception, reception, wall

DAY = date(2026, 3, 3)
SITE_ID = 1


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Reception]:
    with reception(tmp_path / "ledger.db") as place:
        yield place


def at(clock: str, day: date = DAY) -> int:
    return wall(day, clock)


def terminal(place: Reception, node: str, at_ms: int, screen: str | None = "agent") -> None:
    said: dict[str, Any] = {} if screen is None else {"screen": screen}
    place.heartbeat(node, at_ms, **said)


def dealt(place: Reception, at_ms: int) -> bool:
    """Deal as the screens' thread does: only when it is said to be due."""
    is_due = is_to_be_dealt(place.ledger.db, SITE_ID, at_ms)
    with place.ledger.transaction():
        assert deal_today(place.ledger.db, SITE_ID, at_ms) is is_due
    assert not is_to_be_dealt(place.ledger.db, SITE_ID, at_ms)  # else it would never rest
    return is_due


def held(place: Reception, *tokens: str, clock: str = "09:00") -> None:
    place.tell(
        "desk-1",
        [
            {
                "kind": "token",
                "visit": f"{n:016x}",
                "token": token,
                "action": "wait",
                "at": at(clock),
            }
            for n, token in enumerate(tokens)
        ],
    )


def test_every_terminal_gets_its_share_and_every_token_is_dealt_once(place: Reception) -> None:
    for node in ("desk-2", "desk-1", "desk-3"):
        terminal(place, node, at("08:00"))

    assert dealt(place, at("08:01"))

    found = hands(place.ledger.db, SITE_ID, DAY)
    assert found == deal("default", DAY, ["desk-1", "desk-2", "desk-3"])
    assert sorted(chain(*found.values())) == sorted(TOKENS)
    assert not dealt(place, at("23:59"))


def test_a_new_service_day_deals_anew_and_forgets_the_day_before(place: Reception) -> None:
    tomorrow = DAY + timedelta(days=1)
    terminal(place, "desk-1", at("08:00"))
    terminal(place, "desk-2", at("08:00"))
    dealt(place, at("08:01"))
    assert not dealt(place, at("03:59", tomorrow))

    assert dealt(place, at("04:00", tomorrow))

    assert hands(place.ledger.db, SITE_ID, tomorrow) == deal(
        "default", tomorrow, ["desk-1", "desk-2"]
    )
    assert hands(place.ledger.db, SITE_ID, DAY) == {}


def test_a_newcomer_gets_half_of_the_fullest_hand_and_no_token_that_somebody_holds(
    place: Reception,
) -> None:
    terminal(place, "desk-1", at("08:00"))
    dealt(place, at("08:01"))
    before = hands(place.ledger.db, SITE_ID, DAY)["desk-1"]
    held(place, *before[:20])

    terminal(place, "desk-2", at("09:30"))
    assert dealt(place, at("09:30"))

    after = hands(place.ledger.db, SITE_ID, DAY)
    assert len(after["desk-2"]) == 2
    assert set(after["desk-2"]) <= set(before[20:])
    assert sorted(chain(*after.values())) == sorted(before)


def test_a_newcomer_for_whom_nothing_was_free_asks_again(place: Reception) -> None:
    terminal(place, "desk-1", at("08:00"))
    dealt(place, at("08:01"))
    held(place, *TOKENS)
    terminal(place, "desk-2", at("09:30"))
    assert dealt(place, at("09:30"))
    assert hands(place.ledger.db, SITE_ID, DAY)["desk-2"] == []
    assert not dealt(place, at("09:31"))

    place.tell(
        "desk-1",
        [
            {
                "kind": "token",
                "visit": f"{n:016x}",
                "token": TOKENS[n],
                "action": "done",
                "at": at("10:00"),
            }
            for n in range(6)
        ],
    )
    assert dealt(place, at("10:01"))

    assert len(hands(place.ledger.db, SITE_ID, DAY)["desk-2"]) == 3


def test_several_newcomers_share_without_taking_a_token_twice(place: Reception) -> None:
    terminal(place, "desk-1", at("08:00"))
    dealt(place, at("08:01"))
    for n in range(2, 6):
        terminal(place, f"desk-{n}", at("09:00"))
    dealt(place, at("09:00"))

    found = hands(place.ledger.db, SITE_ID, DAY)

    assert sorted(chain(*found.values())) == sorted(TOKENS)
    assert min(map(len, found.values())) >= 3


def test_without_a_terminal_there_is_nothing_to_deal_and_the_first_one_gets_all(
    place: Reception,
) -> None:
    terminal(place, "hall", at("08:00"), screen="public")
    terminal(place, "porte", at("08:00"), screen=None)
    assert not dealt(place, at("08:01"))

    terminal(place, "desk-1", at("10:00"))
    dealt(place, at("10:00"))

    assert {node: len(hand) for node, hand in hands(place.ledger.db, SITE_ID, DAY).items()} == {
        "desk-1": 24
    }


def test_a_terminal_that_was_silent_for_two_weeks_is_dealt_nothing_until_it_is_heard(
    place: Reception,
) -> None:
    terminal(place, "desk-1", at("08:00"))
    terminal(place, "desk-2", at("08:00"))
    later = at("08:00") + HEARD_WITHIN_MS
    terminal(place, "desk-1", later)

    assert [node for node, _ in terminals(place.ledger.db, SITE_ID, later)] == ["desk-1", "desk-2"]
    assert terminals(place.ledger.db, SITE_ID, later + 1) == [("desk-1", "desk-1")]
    terminal(place, "desk-2", later + 2)
    assert len(terminals(place.ledger.db, SITE_ID, later + 2)) == 2


def test_what_shows_the_hall_from_now_on_gives_back_what_nobody_holds(place: Reception) -> None:
    for node in ("desk-1", "desk-2", "desk-3"):
        terminal(place, node, at("08:00"))
    dealt(place, at("08:01"))
    before = hands(place.ledger.db, SITE_ID, DAY)
    held(place, *before["desk-1"][:3])

    terminal(place, "desk-1", at("09:30"), screen="public")
    assert dealt(place, at("09:30"))

    after = hands(place.ledger.db, SITE_ID, DAY)
    assert {node: len(hand) for node, hand in after.items()} == {
        "desk-1": 3, "desk-2": 11, "desk-3": 10,
    }  # fmt: skip
    assert after["desk-1"] == before["desk-1"][:3]
    assert sorted(chain(*after.values())) == sorted(TOKENS)


def test_a_terminal_is_called_as_its_zone_and_by_its_name_where_zones_do_not_tell_them_apart(
    place: Reception,
) -> None:
    for node in ("desk-1", "desk-2", "desk-3"):
        terminal(place, node, at("08:00"))
    place.ledger.db.execute("UPDATE zones SET title = iif(name = 'desk-3', 'Guichet', 'Hall')")

    assert terminals(place.ledger.db, SITE_ID, at("08:01")) == [
        ("desk-1", "desk-1"), ("desk-2", "desk-2"), ("desk-3", "Guichet"),
    ]  # fmt: skip


def test_a_status_that_says_agent_makes_a_terminal_and_one_that_does_not_unmakes_it(
    place: Reception,
) -> None:
    said: dict[str, Any] = {"schema": 1, "state": "online", "epoch": "0" * 32, "version": "0.1.0"}

    def say(**changes: Any) -> list[tuple[str, str]]:
        place._take("desk-1", Channel.STATUS, {**said, **changes}, at("08:00"))
        return terminals(place.ledger.db, SITE_ID, at("08:01"))

    assert say(screen="agent") == [("desk-1", "desk-1")]
    assert say(screen="agent", state="offline") == [("desk-1", "desk-1")]
    assert say() == []
