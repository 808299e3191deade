"""Nothing that can be touched, and nothing that could be asked for, puts words into a record."""

from dataclasses import fields
from typing import get_args

import hypothesis.strategies as st
from hypothesis import given, settings

from pasperdus_contract.tokens import TOKENS
from pasperdus_node.terminal import actions, records
from pasperdus_node.terminal.actions import (
    Act,
    Action,
    Back,
    Change,
    ChooseService,
    Count,
    Feel,
    Give,
    Go,
    KeepCount,
    Open,
    Page,
    Speak,
    Switch,
    Take,
    Turn,
    Undo,
)
from pasperdus_node.terminal.hearing import hear_slips
from pasperdus_node.terminal.queue import steps_of, visits_now
from pasperdus_node.terminal.state import Terminal
from support.at_work import AtWork
from support.boards import board, called, now, slips, visit_id, waiting
from support.walking import is_free_of_text, walk

NOON = now("12:00")
BOARD = board([waiting(1), called(2), called(3, state="serving"), called(4, state="parked")])
SLIPS = slips(2)

texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from([*TOKENS, *(visit_id(n) for n in range(6)), "titres", "phone", "slip-0"]),
)
steps = st.sampled_from(["wait", "call", "recall", "serve", "done", "left", "transfer", "park"])
anything: st.SearchStrategy[Action] = st.one_of(
    st.builds(Go, st.sampled_from(Page)),
    st.builds(Open, texts),
    st.builds(Back),
    st.builds(Turn, st.sampled_from([-1, 1])),
    st.builds(Give, texts),
    st.builds(Act, texts, steps, st.none() | texts),
    st.builds(ChooseService, st.none() | texts),
    st.builds(Count, texts, st.none() | texts),
    st.builds(Feel, st.sampled_from([1, 2, 3, 4, 5])),
    st.builds(Take, texts),
    st.builds(Change, st.integers()),
    st.builds(KeepCount),
    st.builds(Undo),
    st.builds(Speak, texts),
    st.builds(Switch, st.sampled_from(["language", "training", "options", "blank", "week"])),
)


def start() -> AtWork:
    desk = AtWork()
    desk.hear(BOARD, NOON)
    desk.terminal = hear_slips(desk.terminal, SLIPS)
    return desk


@settings(print_blob=True, deadline=None)
@given(st.lists(anything, max_size=12))
def test_no_history_of_actions_whatever_they_hold_records_a_word(history: list[Action]) -> None:
    desk = start()
    for action in history:
        for record in desk.do(action, NOON):
            assert is_free_of_text(record, BOARD, {slip.id for slip in SLIPS.slips})


def test_every_control_of_a_morning_records_names_and_keys_only() -> None:
    def offered(terminal: Terminal) -> list[Action]:
        shown = visits_now(terminal)
        return [
            *(Go(page) for page in Page),
            *(Switch(what) for what in ("training", "options", "blank")),
            *(ChooseService(each.service) for each in BOARD.services),
            *(Open(visit.visit) for visit in shown),
            *(Act(v.visit, s, "titres") for v in shown for s in steps_of(v)),
            *(Give(token) for token in TOKENS),
            *(Count(tally.what) for tally in BOARD.tallies),
            *(Take(slip.id) for slip in terminal.slips),
            *(Change(by) for by in (-1, 1)),
            *(Feel(value) for value in (1, 5)),
            KeepCount(),
            Back(),
            Undo(),
        ]

    found = [record for _, _, said in walk(start().terminal, offered, NOON) for record in said]

    assert all(is_free_of_text(record, BOARD, {s.id for s in SLIPS.slips}) for record in found)
    assert {type(record) for record in found} == set(get_args(records.Record))


def test_every_action_is_among_those_that_are_tried() -> None:
    known = set(get_args(actions.Action))
    tried = (Go, Open, Back, Turn, Give, Act, ChooseService, Count, Feel, Take, Change, KeepCount)

    assert known == {*tried, Undo, Speak, Switch}


def test_no_record_has_a_place_for_words() -> None:
    places = {field.name for kind in get_args(records.Record) for field in fields(kind)}

    assert places == {
        *("visit", "token", "action", "service", "what", "category", "value", "people", "slip"),
        *("epoch", "seq"),
    }
