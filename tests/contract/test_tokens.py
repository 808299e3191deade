"""Tokens: one order a day that everybody can work out alone, and hands that never share one."""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import date, timedelta
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from pasperdus_contract.tokens import COLOURS, SHAPES, TOKENS, deal, deck, join, parts

TUESDAY = date(2026, 3, 3)
names = st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True)
holders = st.lists(names, min_size=1, max_size=24, unique=True)
days = st.dates(date(2020, 1, 1), date(2099, 12, 31))


def test_there_are_24_tokens_each_a_colour_and_a_shape_and_nothing_else_is_one() -> None:
    assert len(set(TOKENS)) == 24
    assert {parts(token) for token in TOKENS} == {
        (colour, shape) for colour in COLOURS for shape in SHAPES
    }
    for other in ("", "blue", "-", "blue-", "star-blue", "blue-star-", "pink-star", "Blue-star"):
        assert parts(other) is None


def test_the_order_of_a_day_is_the_same_in_every_process_and_release() -> None:
    """A terminal without a network deals by itself: hash seeds and versions must not matter."""
    order = deck("mairie", TUESDAY)
    program = (
        "from datetime import date; from pasperdus_contract.tokens import deck; "
        "print(*deck('mairie', date(2026, 3, 3)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.split() == order
    assert order[:4] == ["green-moon", "yellow-circle", "red-triangle", "blue-drop"]


@given(names, days)
def test_days_and_sites_have_orders_of_their_own(site: str, day: date) -> None:
    assert sorted(deck(site, day)) == sorted(TOKENS)
    assert deck(site, day) != deck(site, day + timedelta(days=1))
    assert deck(site, day) != deck(f"{site}x", day)


@given(names, days, holders, st.randoms(use_true_random=False))
def test_all_tokens_are_dealt_once_and_evenly_whoever_is_named_first(
    site: str, day: date, named: list[str], shuffler: random.Random
) -> None:
    shuffled = [*named, *named]
    shuffler.shuffle(shuffled)

    hands = deal(site, day, named)

    assert deal(site, day, shuffled) == hands
    assert sorted(chain(*hands.values())) == sorted(TOKENS)
    assert max(map(len, hands.values())) - min(map(len, hands.values())) <= 1


def test_without_a_terminal_nobody_is_dealt_anything() -> None:
    assert deal("mairie", TUESDAY, []) == {}
    assert join({}, "desk-1", in_use=frozenset()) == {"desk-1": []}


@given(holders, st.lists(names, max_size=4), st.sets(st.sampled_from(TOKENS)))
def test_whoever_joins_takes_only_free_tokens_and_no_token_is_in_two_hands(
    named: list[str], newcomers: list[str], in_use: set[str]
) -> None:
    before = deal("mairie", TUESDAY, named)
    hands = {holder: list(hand) for holder, hand in before.items()}
    for newcomer in newcomers:
        hands = join(hands, newcomer, in_use=in_use)

    assert set(hands) == {*named, *newcomers}
    assert sorted(chain(*hands.values())) == sorted(TOKENS)
    for holder, hand in before.items():
        assert set(hand) & in_use <= set(hands[holder])
        assert [token for token in hand if token in hands[holder]] == hands[holder]


@given(holders, st.sets(st.sampled_from(TOKENS), max_size=12))
def test_a_newcomer_gets_half_of_what_the_fullest_hand_has_free(
    named: list[str], in_use: set[str]
) -> None:
    before = deal("mairie", TUESDAY, named)
    free = {holder: len(set(hand) - in_use) for holder, hand in before.items()}

    after = join(before, "the-newcomer", in_use=in_use)

    assert len(after["the-newcomer"]) == max(free.values()) // 2
    assert before == deal("mairie", TUESDAY, named)  # what was given is left as it was


def test_a_terminal_that_is_there_already_gets_nothing_more() -> None:
    hands = deal("mairie", TUESDAY, ["desk-1", "desk-2"])

    assert join(hands, "desk-1", in_use=frozenset()) == hands
