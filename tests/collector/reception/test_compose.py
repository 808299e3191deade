"""One board: small, told apart by its version, and silent about who the visitors are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pasperdus_collector.reception.compose import Gathered, Shown, Terminal, compose
from pasperdus_contract.board import MAX_VISITS, Board, BoardNotice, BothHeadings, Inside
from pasperdus_contract.codec import decode, encode
from pasperdus_contract.tokens import TOKENS
from pasperdus_contract.visits import Call, State, Visit

NOW = 1_795_430_400_000
EPOCH = "9f86d081884c7d659a2feaa0c55ad015"
WAITING = Visit(
    visit="0123456789abcdef",
    token="blue-star",
    state="waiting",
    service=None,
    since=NOW - 60_000,
    is_timed=True,
)
FOUND = Gathered(
    site="mairie",
    title="Mairie",
    time_zone="Europe/Paris",
    day=date(2026, 11, 23),
    now_ms=NOW,
    asks_pulse=False,
    visits=[WAITING],
    terminals=[Terminal(node="terminal-1", title="Accueil")],
    hands={"terminal-1": list(TOKENS)},
    heard={"terminal-1": 41},
    inside=Inside(people=12, error=2),
    shown=Shown(),
)


def test_a_board_that_only_grew_older_has_the_same_version() -> None:
    before, after = compose(FOUND), compose(replace(FOUND, now_ms=NOW + 60_000))

    assert before.version == after.version
    assert after.composed_at - before.composed_at == 60_000


def test_whatever_a_screen_would_show_otherwise_changes_the_version() -> None:
    notice = BoardNotice(title=BothHeadings(fr="Fermé demain"))
    others = [
        replace(FOUND, visits=[]),
        replace(FOUND, visits=[replace(WAITING, state="parked")]),
        replace(FOUND, inside=None),
        replace(FOUND, day=date(2026, 11, 24)),
        replace(FOUND, heard={"terminal-1": 42}),
        replace(FOUND, hands={}),
        replace(FOUND, asks_pulse=True),
        replace(FOUND, shown=Shown(notices=[notice])),
    ]

    versions = {compose(each).version for each in [FOUND, *others]}

    assert len(versions) == len(others) + 1


def test_a_board_is_read_back_as_it_was_composed() -> None:
    called = replace(WAITING, state="called", call=Call(NOW, "terminal-1", EPOCH, 7))
    board = compose(replace(FOUND, visits=[called]))

    assert decode(Board, encode(board)) == board
    assert board.visits[0].call is not None
    assert board.visits[0].call.node == "terminal-1"


def test_tokens_that_no_screen_can_draw_are_left_out_and_take_nobodys_place() -> None:
    strange = [
        replace(WAITING, visit=f"{n:016x}", token="orange-star", since=NOW - 90_000)
        for n in range(MAX_VISITS)
    ]

    assert [
        visit.token for visit in compose(replace(FOUND, visits=[*strange, WAITING])).visits
    ] == ["blue-star"]


def test_titles_of_before_such_were_refused_lose_what_no_screen_can_draw() -> None:
    terminals = [Terminal(node="terminal-1", title="🙁")]

    board = compose(replace(FOUND, title="Mairie\0 🙁annexe", terminals=terminals))

    assert (board.title, board.terminals[0].title) == ("Mairie annexe", "terminal-1")
    assert decode(Board, encode(board)) == board


def test_of_too_many_visits_those_who_are_called_stay() -> None:
    queue = [replace(WAITING, visit=f"{n:016x}", since=NOW + n) for n in range(MAX_VISITS + 5)]
    states: tuple[State, ...] = ("called", "serving")
    called = [
        replace(WAITING, visit=f"{100 + n:016x}", state=state, call=Call(NOW, "t", EPOCH, 1))
        for n, state in enumerate(states)
    ]

    board = compose(replace(FOUND, visits=[*queue, *called]))

    shown = [*queue[: MAX_VISITS - 2], *called]
    assert [each.visit for each in board.visits] == [visit.visit for visit in shown]


@given(count=st.integers(MAX_VISITS + 1, MAX_VISITS + 60))
def test_of_too_many_visits_those_at_the_head_of_the_queue_are_shown(count: int) -> None:
    visits = [replace(WAITING, visit=f"{n:016x}", since=NOW + n) for n in range(count)]

    board = compose(replace(FOUND, visits=visits))

    assert [each.visit for each in board.visits] == [v.visit for v in visits[:MAX_VISITS]]
