import pytest

from pasperdus_contract.events import MAX_OCCUPANCY
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
    name,
)
from pasperdus_node.terminal.hearing import hear_slips, not_kept, pass_time
from pasperdus_node.terminal.performing import perform
from pasperdus_node.terminal.queue import hand, visits_now
from pasperdus_node.terminal.records import (
    Counted,
    Felt,
    Recounted,
    SlipTaken,
    TakenBack,
    TokenStep,
)
from pasperdus_node.terminal.state import Terminal
from support.at_work import AtWork
from support.boards import DAY, NODE, OTHER, SITE, bare_board, board, called, now, slips, waiting

NOON = now("12:00")


@pytest.fixture
def desk() -> AtWork:
    desk = AtWork()
    desk.hear(board(), NOON)
    return desk


def toast(desk: AtWork) -> str | None:
    return None if desk.terminal.toast is None else desk.terminal.toast.kind


def test_a_token_of_todays_hand_is_given_for_the_service_that_is_chosen(desk: AtWork) -> None:
    token = hand(desk.terminal, NOON)[0]
    desk.do(ChooseService("titres"), NOON)

    (record,) = desk.do(Give(token), NOON)

    (visit,) = visits_now(desk.terminal)
    assert record == TokenStep(visit=visit.visit, token=token, action="wait", service="titres")
    assert (visit.token, visit.state, visit.service) == (token, "waiting", "titres")
    assert toast(desk) == "given"


def test_a_service_that_is_offered_no_more_is_not_recorded(desk: AtWork) -> None:
    desk.do(ChooseService("titres"), NOON)
    desk.hear(bare_board(), NOON)

    (record,) = desk.do(Give(hand(desk.terminal, NOON)[0]), NOON)

    assert isinstance(record, TokenStep)
    assert record.service is None


def test_a_token_in_somebodys_hands_is_not_given_again(desk: AtWork) -> None:
    token = hand(desk.terminal, NOON)[0]
    desk.do(Give(token), NOON)

    assert desk.do(Give(token), NOON) == ()
    assert toast(desk) == "in_use"
    assert len(visits_now(desk.terminal)) == 1


def test_a_token_of_another_terminal_is_not_given(desk: AtWork) -> None:
    theirs = next(t.hand[0] for t in board().terminals if t.node == OTHER)

    assert desk.do(Give(theirs), NOON) == ()
    assert toast(desk) == "not_in_hand"


def test_nothing_is_given_before_a_board_has_dealt_to_this_terminal() -> None:
    desk = AtWork()
    assert desk.do(Give("blue-star"), NOON) == ()
    assert toast(desk) == "no_board"

    desk.hear(bare_board(terminals=[]), NOON)
    assert desk.do(Give("blue-star"), NOON) == ()
    assert toast(desk) == "no_board"


def test_a_step_that_makes_no_sense_any_more_does_nothing_but_say_so(desk: AtWork) -> None:
    desk.hear(board([waiting(1), called(2)]), NOON)
    for step in (
        Act(waiting(1)["visit"], "serve"),
        Act(waiting(1)["visit"], "transfer", "no-such-service"),
        Act(called(2)["visit"], "call"),
        Act("f" * 16, "done"),
    ):
        before = visits_now(desk.terminal)
        assert desk.do(step, NOON) == ()
        assert toast(desk) == "no_longer"
        assert visits_now(desk.terminal) == before


def test_a_step_closes_the_sheet_of_its_visit_and_the_list_keeps_its_part(desk: AtWork) -> None:
    desk.hear(board([called(2)]), NOON)
    visit = called(2)["visit"]
    for move in (Go(Page.TOKENS), Turn(1), Open(visit)):
        desk.do(move, NOON)
    assert (desk.terminal.view.items, desk.terminal.view.part) == ((visit,), 0)

    desk.do(Act(visit, "serve"), NOON)

    view = desk.terminal.view
    assert (view.page, view.items, view.part) == (Page.TOKENS, (), 1)


def test_what_could_not_be_kept_has_no_effect(desk: AtWork) -> None:
    token = hand(desk.terminal, NOON)[0]
    outcome = perform(desk.terminal, Give(token), NOON, fresh_visit="0" * 16)

    after = not_kept(outcome.terminal, NOON)

    assert visits_now(after) == ()
    assert after.toast is not None
    assert (after.toast.kind, after.toast.undoes) == ("not_kept", None)


def test_tallies_of_the_board_are_counted_and_no_others(desk: AtWork) -> None:
    assert desk.do(Count("phone"), NOON) == (Counted(what="phone"),)
    assert desk.do(Count("repeated-question", "toilettes"), NOON) == (
        Counted(what="repeated-question", category="toilettes"),
    )
    assert desk.do(Count("phone", "toilettes"), NOON) == ()
    assert desk.do(Count("weather"), NOON) == ()


def test_the_day_is_given_a_face_once_and_again_after_it_was_taken_back(desk: AtWork) -> None:
    assert desk.do(Feel(4), NOON) == (Felt(value=4),)
    assert desk.do(Feel(2), NOON) == ()
    assert toast(desk) == "felt_before"
    later = now("13:00")
    assert desk.do(Undo(), later) == ()
    assert desk.terminal.felt_on == DAY

    desk.terminal = Terminal(node=NODE, site=SITE, kept=desk.terminal.kept, day=DAY)
    desk.do(Feel(4), later)
    desk.do(Undo(), later)
    assert desk.do(Feel(2), later) == (Felt(value=2),)


def test_no_face_is_asked_where_too_few_agents_work(desk: AtWork) -> None:
    desk.hear(bare_board(), NOON)

    assert desk.do(Feel(4), NOON) == ()
    assert desk.terminal.felt_on is None


def test_a_slip_that_is_taken_is_gone_and_stays_away_when_it_is_sent_again(desk: AtWork) -> None:
    desk.terminal = hear_slips(desk.terminal, slips(2))
    desk.do(Open("slip-0"), NOON)

    assert desk.do(Take("slip-0"), NOON) == (SlipTaken(slip="slip-0"),)
    assert desk.do(Take("slip-0"), NOON) == ()

    assert desk.terminal.view.items == ()
    assert [slip.id for slip in hear_slips(desk.terminal, slips(2)).slips] == ["slip-1"]
    deleted = hear_slips(desk.terminal, slips(2).model_copy(update={"slips": []}))
    assert (deleted.slips, deleted.taken) == ((), frozenset())


def test_a_recount_begins_with_the_people_inside_and_stays_within_bounds(desk: AtWork) -> None:
    assert desk.do(KeepCount(), NOON) == ()
    desk.do(Go(Page.RECOUNT), NOON)
    seen = []
    for by in (-10, -10, 2 * MAX_OCCUPANCY):
        desk.do(Change(by), NOON)
        seen.append(desk.terminal.recount)
    assert seen == [2, 0, MAX_OCCUPANCY]  # of 12

    assert desk.do(KeepCount(), NOON) == (Recounted(people=MAX_OCCUPANCY),)
    assert desk.terminal.recount is None
    assert toast(desk) == "recounted"


def test_the_last_tap_is_taken_back_within_five_seconds(desk: AtWork) -> None:
    desk.hear(board([waiting(1)]), NOON)
    before = visits_now(desk.terminal)
    desk.do(Act(before[0].visit, "call"), NOON)
    (key,) = (own.key for own in desk.terminal.own)

    assert desk.do(Undo(), now("12:00:04")) == (TakenBack(epoch=key[0], seq=key[1]),)

    assert visits_now(desk.terminal) == before
    assert toast(desk) == "undone"
    assert desk.do(Undo(), now("12:00:04")) == ()  # one tap, and not the one before it
    assert toast(desk) == "too_late"


def test_a_tap_is_not_taken_back_after_five_seconds(desk: AtWork) -> None:
    desk.hear(board([waiting(1)]), NOON)
    desk.do(Act(waiting(1)["visit"], "call"), NOON)
    called_now = visits_now(desk.terminal)

    assert desk.do(Undo(), now("12:00:05")) == ()

    assert visits_now(desk.terminal) == called_now


def test_a_blank_screen_is_woken_by_any_touch_which_does_nothing_else(desk: AtWork) -> None:
    token = hand(desk.terminal, NOON)[0]
    seen = []
    for action in (Switch("blank"), Give(token)):
        assert desk.do(action, NOON) == ()
        seen.append(desk.terminal.is_blank)

    assert seen == [True, False]
    assert visits_now(desk.terminal) == ()


def test_back_leads_from_what_was_opened_to_its_list_and_from_a_list_home(desk: AtWork) -> None:
    for move in (Go(Page.DIRECTORY), Turn(1), Open("logement"), Turn(1), Open("point-justice")):
        desk.do(move, NOON)
    seen = []
    for _ in range(4):
        desk.do(Back(), NOON)
        seen.append((desk.terminal.view.page, desk.terminal.view.items, desk.terminal.view.part))

    assert seen == [
        (Page.DIRECTORY, ("logement",), 1),
        (Page.DIRECTORY, (), 1),
        (Page.HOME, (), 0),
        (Page.HOME, (), 0),
    ]
    desk.do(Go(Page.CARDS), NOON)
    desk.do(Back(), NOON)
    assert desk.terminal.view.page is Page.MORE


def test_a_list_that_shrank_turns_from_its_last_part(desk: AtWork) -> None:
    for _ in range(5):
        desk.do(Turn(1, parts=6), NOON)
    assert desk.terminal.view.part == 5

    desk.do(Turn(-1, parts=3), NOON)

    assert desk.terminal.view.part == 1
    for _ in range(4):
        desk.do(Turn(1, parts=3), NOON)
    assert desk.terminal.view.part == 2


def test_the_card_speaks_only_languages_that_can_be_drawn(desk: AtWork) -> None:
    desk.do(Speak("uk"), NOON)
    desk.do(Speak("ar"), NOON)

    assert desk.terminal.card_language == "uk"


def test_a_message_ends_by_itself(desk: AtWork) -> None:
    desk.do(Count("phone"), NOON)

    assert pass_time(desk.terminal, now("12:00:04")).toast is not None
    assert pass_time(desk.terminal, now("12:00:05")).toast is None


@pytest.mark.parametrize(
    ("action", "known_as"),
    [
        (Give("blue-star"), "give:blue-star"),
        (Act("0" * 16, "call"), f"act:{'0' * 16}:call:"),
        (Turn(1, parts=3), "turn:1"),
        (Undo(), "undo"),
    ],
)
def test_an_action_has_a_short_name(action: Action, known_as: str) -> None:
    assert name(action) == known_as
