from pasperdus_node.terminal.actions import (
    Act,
    Action,
    Change,
    Count,
    Feel,
    Give,
    Go,
    KeepCount,
    Page,
    Switch,
    Take,
    Undo,
)
from pasperdus_node.terminal.hearing import hear_slips
from pasperdus_node.terminal.queue import hand, visits_now
from support.at_work import AtWork
from support.boards import board, called, now, slips, waiting

NOON = now("12:00")
SWITCH = Switch("training")


def in_training(*visits: dict[str, object]) -> AtWork:
    desk = AtWork()
    desk.hear(board(visits), NOON)
    desk.terminal = hear_slips(desk.terminal, slips(2))
    desk.do(SWITCH, NOON)
    return desk


def toast(desk: AtWork) -> str | None:
    return None if desk.terminal.toast is None else desk.terminal.toast.kind


def test_training_begins_with_the_visits_at_hand_and_records_nothing() -> None:
    desk = in_training(waiting(1), called(2))
    held = {visit.token for visit in visits_now(desk.terminal)}
    token = next(token for token in hand(desk.terminal, NOON) if token not in held)
    actions: list[tuple[Action, str]] = [
        (Give(token), "given"),
        (Act(waiting(1)["visit"], "call"), "called"),
        (Act(called(2)["visit"], "done"), "done"),
        (Count("phone"), "counted"),
        (Feel(4), "felt"),
        (Feel(4), "felt_before"),
        (Take("slip-0"), "taken"),
        (Go(Page.RECOUNT), "taken"),
        (Change(3), "taken"),
        (KeepCount(), "recounted"),
    ]
    for action, said in actions:
        assert desk.do(action, NOON) == ()
        assert toast(desk) == said

    assert [(v.token, v.state) for v in visits_now(desk.terminal)] == [
        (waiting(1)["token"], "called"),
        (token, "waiting"),
    ]
    assert [slip.id for slip in desk.terminal.slips] == ["slip-1"]
    assert desk.outbox == {}


def test_the_end_of_training_brings_back_how_things_really_are() -> None:
    desk = in_training(waiting(1))
    desk.do(Act(waiting(1)["visit"], "left"), NOON)
    desk.do(Take("slip-0"), NOON)
    desk.do(Feel(4), NOON)
    assert visits_now(desk.terminal) == ()

    desk.hear(board([waiting(1), waiting(3)]), NOON)  # meanwhile somebody came
    desk.terminal = hear_slips(desk.terminal, slips(3))
    assert visits_now(desk.terminal) == ()
    assert [slip.id for slip in desk.terminal.slips] == ["slip-1", "slip-2"]
    desk.do(SWITCH, NOON)

    assert [v.visit for v in visits_now(desk.terminal)] == [
        waiting(1)["visit"],
        waiting(3)["visit"],
    ]
    assert len(desk.terminal.slips) == 3
    assert desk.terminal.felt_on is None
    assert desk.terminal.toast is None


def test_a_tap_in_training_is_taken_back_as_a_real_one() -> None:
    desk = in_training(waiting(1))
    before = visits_now(desk.terminal)
    desk.do(Act(before[0].visit, "call"), NOON)

    assert desk.do(Undo(), now("12:00:04")) == ()
    assert visits_now(desk.terminal) == before
    assert desk.terminal.toast is not None
    assert (desk.terminal.toast.kind, desk.terminal.toast.token) == ("undone", before[0].token)

    desk.do(Feel(2), now("12:00:05"))
    desk.do(Undo(), now("12:00:06"))
    assert desk.do(Feel(3), now("12:00:07")) == ()
    assert toast(desk) == "felt"


def test_news_of_real_calls_wait_for_the_end_of_training() -> None:
    desk = AtWork()
    desk.hear(board([called(1, node="accueil-1", at="11:59")]), NOON)
    desk.do(SWITCH, NOON)
    desk.hear(board([called(1, node="accueil-2", at="11:58")]), NOON)
    assert toast(desk) is None

    desk.do(SWITCH, NOON)
    desk.hear(board([called(1, node="accueil-2", at="11:58")]), NOON)

    assert toast(desk) == "beaten"
