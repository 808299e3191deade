from datetime import timedelta

import pytest

from pasperdus_contract.tokens import TOKENS, deal
from pasperdus_node.terminal.actions import (
    Act,
    Change,
    Count,
    Feel,
    Give,
    Go,
    Open,
    Page,
    Switch,
    Undo,
)
from pasperdus_node.terminal.hearing import hear_board, next_change_ms, pass_time
from pasperdus_node.terminal.queue import (
    day_ends_at,
    hand,
    is_stale,
    minutes,
    service_day,
    visits_now,
)
from support.at_work import AtWork, Told, two_at_work
from support.boards import (
    DAY,
    NODE,
    OTHER,
    PARIS,
    SITE,
    bare_board,
    board,
    called,
    now,
    visit_id,
    waiting,
    wall_ms,
)

NOON = now("12:00")
TOMORROW = DAY + timedelta(days=1)
VISIT = waiting(1)["visit"]


def at_desk(*visits: dict[str, object], at: str = "12:00") -> AtWork:
    desk = AtWork()
    desk.hear(board(visits), now(at))
    return desk


def heard_of_us(seq: int) -> list[dict[str, object]]:
    """Return the terminals of a board that has heard so much of this one."""
    return [
        each.model_dump() | {"heard": seq if each.node == NODE else 0} for each in board().terminals
    ]


def test_a_board_of_another_site_is_ignored() -> None:
    desk = at_desk()
    elsewhere = board([waiting(1)]).model_copy(update={"site": "annexe"})

    assert hear_board(desk.terminal, elsewhere, NOON, is_alive=True) == desk.terminal


def test_of_two_calls_the_earlier_counts_and_the_other_is_told_once() -> None:
    desks, told = two_at_work(), Told()
    first, second = desks[OTHER], desks[NODE]
    for desk in desks.values():
        desk.hear(board(), NOON)
    token = hand(first.terminal, NOON)[0]
    first.do(Give(token), NOON)
    told.take(OTHER, first.outbox.values())
    for desk in desks.values():
        desk.hear(told.board(NOON), NOON)
    (visit,) = visits_now(second.terminal)

    first.do(Act(visit.visit, "call"), now("12:01:00"))
    second.do(Act(visit.visit, "call"), now("12:01:01"))
    second.do(Undo(), now("12:01:30"))  # too late: the message was another
    told.take(OTHER, first.outbox.values())
    later = now("12:02")
    second.hear(told.board(later), later)

    toast = second.terminal.toast
    assert toast is not None
    assert (toast.kind, toast.token, toast.by) == ("beaten", token, "Étage")
    assert toast.at_ms == wall_ms("12:01")
    told.take(NODE, second.outbox.values())
    second.hear_answer(list(second.outbox))
    for minute in ("12:03", "12:04"):
        second.terminal = pass_time(second.terminal, now(minute))
        second.hear(told.board(now(minute)), now(minute))
        assert second.terminal.toast is None
    first.hear(told.board(later), later)
    assert first.terminal.toast is None
    assert [v.call and v.call.node for v in visits_now(second.terminal)] == [OTHER]


def test_a_call_after_the_visitor_went_back_into_the_queue_beats_nobody() -> None:
    desk = at_desk(called(1, node=NODE, at="12:00"))

    desk.hear(board([called(1, node=OTHER, at="12:05", since="12:04")]), now("12:05"))

    assert desk.terminal.toast is None


def test_of_a_visit_without_a_clock_only_a_call_of_the_same_wait_is_beaten() -> None:
    mine = called(1, node=NODE, at="12:00", is_timed=False)
    same, other = at_desk(mine), at_desk(mine)

    same.hear(board([called(1, node=OTHER, at="12:05", is_timed=False)]), now("12:05"))
    assert same.terminal.toast is not None
    assert (same.terminal.toast.kind, same.terminal.toast.at_ms) == ("beaten", None)

    put_back = called(1, node=OTHER, at="12:05", since="12:04", is_timed=False)
    other.hear(board([put_back]), now("12:05"))
    assert other.terminal.toast is None


def test_a_call_of_a_visit_that_somebody_else_had_closed_is_told_once() -> None:
    desk = at_desk(waiting(1, token="blue-star"))
    desk.do(Act(VISIT, "call"), NOON)
    desk.do(Open(VISIT), NOON)
    closed = board(terminals=heard_of_us(1))

    desk.hear(closed, now("12:00:06"))

    assert visits_now(desk.terminal) == ()
    assert desk.terminal.view.items == ()
    assert desk.terminal.toast is not None
    assert (desk.terminal.toast.kind, desk.terminal.toast.token) == ("ended", "blue-star")
    desk.terminal = pass_time(desk.terminal, now("12:00:12"))
    desk.hear_answer([1])
    desk.hear(closed, now("12:01"))
    assert desk.terminal.toast is None


def test_a_closed_visit_that_stayed_until_the_answer_is_told_of_when_it_comes() -> None:
    desk, later = at_desk(), now("12:00:06")
    desk.do(Give(hand(desk.terminal, NOON)[0]), NOON)
    (visit,) = visits_now(desk.terminal)
    desk.do(Act(visit.visit, "call"), NOON)
    desk.terminal = pass_time(desk.terminal, later)
    desk.do(Open(visit.visit), later)
    desk.hear(board(terminals=heard_of_us(2)), later)
    assert [each.state for each in visits_now(desk.terminal)] == ["called"]

    desk.hear_answer([1, 2])

    assert desk.terminal.view.items == ()
    assert next_change_ms(desk.terminal, later) == later.uptime_ms + 1
    desk.terminal = pass_time(desk.terminal, later)
    assert desk.terminal.toast is not None
    assert (desk.terminal.toast.kind, desk.terminal.toast.token) == ("ended", visit.token)


def test_a_visit_that_took_its_course_or_ended_with_the_night_is_no_news() -> None:
    served = at_desk(called(1, node=NODE, at="11:59"))
    served.hear(board(), NOON)
    assert served.terminal.toast is None

    overnight = at_desk(waiting(1))
    overnight.do(Act(VISIT, "call"), NOON)
    overnight.hear(bare_board(day=str(TOMORROW)), now("08:00", TOMORROW))
    assert visits_now(overnight.terminal) == ()
    assert overnight.terminal.toast is None


def test_what_somebody_did_after_a_step_whose_answer_was_lost_is_not_overwritten() -> None:
    desk = at_desk(waiting(1))
    desk.do(Act(VISIT, "call"), NOON)

    # The board has the call, and that the other terminal put the visitor back; the answer is lost.
    put_back = waiting(1, since="12:00:03")
    desk.hear(board([put_back], terminals=heard_of_us(1)), now("12:00:06"))

    assert [visit.state for visit in visits_now(desk.terminal)] == ["waiting"]


def test_waits_that_began_together_stay_in_the_order_of_the_board_whatever_their_names() -> None:
    desk = at_desk(*(waiting(n, since="11:00", is_timed=False) for n in (3, 1, 2)))
    board_order = [visit_id(3), visit_id(1), visit_id(2)]
    assert [visit.visit for visit in visits_now(desk.terminal)] == board_order

    desk.do(Act(visit_id(1), "park"), NOON)
    desk.do(Switch("training"), NOON)
    desk.do(Act(visit_id(3), "park"), NOON)

    assert [visit.visit for visit in visits_now(desk.terminal)] == board_order


def test_numbers_of_another_outbox_hide_none_of_our_own_steps() -> None:
    """The card was replaced while only the broker was up: it kept what the old one had told."""
    kept = board([waiting(1)], terminals=heard_of_us(3))
    desk = AtWork()
    desk.hear(kept, NOON, is_alive=False)

    desk.do(Act(VISIT, "call"), NOON)
    desk.hear(kept, now("12:00:10"), is_alive=False)
    assert [visit.state for visit in visits_now(desk.terminal)] == ["called"]
    # Own numbers reach the strange one: it still tells nothing about them.
    desk.do(Act(VISIT, "serve"), now("12:00:20"))
    desk.do(Act(VISIT, "park"), now("12:00:30"))
    desk.hear(kept, now("12:00:40"), is_alive=False)
    assert [visit.state for visit in visits_now(desk.terminal)] == ["parked"]

    desk.hear_answer([1, 2, 3])
    desk.hear(kept, now("12:01"), is_alive=False)
    assert [visit.state for visit in visits_now(desk.terminal)] == ["parked"]
    parked = called(1, node=NODE, at="12:00", state="parked")
    desk.hear(board([parked], terminals=heard_of_us(3)), now("12:01"))
    assert desk.terminal.own == ()
    assert [visit.state for visit in visits_now(desk.terminal)] == ["parked"]


def test_a_card_that_was_restored_lets_go_of_steps_that_the_collector_answered_for() -> None:
    desk = at_desk(waiting(1))
    desk.hear(board([waiting(1)], terminals=heard_of_us(500)), NOON)
    desk.do(Act(VISIT, "call"), NOON)
    desk.hear_answer([1])

    put_back = board([waiting(1, since="12:03")], terminals=heard_of_us(500))
    desk.hear(put_back, now("12:03"))

    assert [visit.state for visit in visits_now(desk.terminal)] == ["waiting"]
    assert desk.journal == {}


@pytest.mark.parametrize("days", [-1, 1])
def test_a_board_that_came_alive_is_shown_also_where_its_clock_says_another_day(days: int) -> None:
    elsewhen = DAY + timedelta(days=days)
    desk, told = AtWork(), Told()
    desk.hear(board(day=str(elsewhen)), NOON)
    assert list(hand(desk.terminal, NOON)) == sorted(
        deal(SITE, elsewhen, [NODE, OTHER])[NODE], key=TOKENS.index
    )
    desk.do(Give(hand(desk.terminal, NOON)[0]), NOON)
    shown = visits_now(desk.terminal)
    told.take(NODE, desk.outbox.values())
    desk.hear_answer([1])

    desk.hear(told.board(NOON, day=str(elsewhen)), now("12:00:06"))

    assert desk.terminal.own == ()
    assert visits_now(desk.terminal) == shown
    # The night ends it all the same; what the card had kept is of the day that it says.
    assert visits_now(pass_time(desk.terminal, now("05:00", DAY + timedelta(days=2)))) == ()


def test_news_wait_until_what_the_agent_did_can_no_longer_be_taken_back() -> None:
    desk = at_desk(called(1, node=NODE, at="11:59:30"))
    desk.do(Count("phone"), NOON)

    desk.hear(board([called(1, node=OTHER, at="11:59:20")]), now("12:00:01"))
    assert desk.terminal.toast is not None
    assert desk.terminal.toast.kind == "counted"

    desk.terminal = pass_time(desk.terminal, now("12:00:05"))
    assert desk.terminal.toast is not None
    assert desk.terminal.toast.kind == "beaten"
    desk.do(Count("phone"), now("12:00:06"))  # covers the news before they could be read
    desk.terminal = pass_time(desk.terminal, now("12:00:11"))
    assert desk.terminal.toast is not None
    assert desk.terminal.toast.kind == "beaten"


def test_two_visitors_with_one_token_are_both_shown_and_told_of_once() -> None:
    twice = [waiting(1, token="blue-star"), waiting(2, token="blue-star")]
    desk = at_desk(*twice)

    assert len(visits_now(desk.terminal)) == 2
    assert desk.terminal.toast is not None
    assert (desk.terminal.toast.kind, desk.terminal.toast.token) == ("held_twice", "blue-star")
    desk.terminal = pass_time(desk.terminal, now("12:01"))
    desk.hear(board(twice), now("12:01"))
    assert desk.terminal.toast is None


def test_the_agent_stays_where_they_are_unless_the_visit_at_hand_ended() -> None:
    desk = at_desk(called(1), waiting(2))
    desk.do(Go(Page.TOKENS), NOON)
    desk.do(Open(VISIT), NOON)
    before = desk.terminal.view

    desk.hear(board([called(1)]), NOON)
    assert desk.terminal.view == before

    desk.hear(board(), NOON)
    assert (desk.terminal.view.page, desk.terminal.view.items) == (Page.TOKENS, ())


def test_a_step_taken_back_is_gone_at_once_also_when_the_board_has_it() -> None:
    told, desk = Told(), at_desk()
    token = hand(desk.terminal, NOON)[0]
    desk.do(Give(token), NOON)
    told.take(NODE, desk.outbox.values())
    desk.hear(told.board(NOON), NOON)
    desk.hear_answer([1])
    before = visits_now(desk.terminal)

    desk.do(Act(before[0].visit, "call"), NOON)
    told.take(NODE, desk.outbox.values())
    desk.hear_answer([2])
    desk.hear(told.board(NOON), NOON)
    assert visits_now(desk.terminal)[0].state == "called"

    desk.do(Undo(), now("12:00:03"))
    assert visits_now(desk.terminal) == before
    desk.hear(told.board(NOON), now("12:00:04"))  # the collector has not heard of it yet
    assert visits_now(desk.terminal) == before
    told.take(NODE, desk.outbox.values())
    desk.hear_answer([3])
    desk.hear(told.board(NOON), now("12:00:09"))
    assert visits_now(desk.terminal) == before
    assert desk.terminal.own == ()


def test_a_visitor_served_and_gone_comes_back_when_that_is_taken_back() -> None:
    told, desk = Told(), at_desk()
    desk.do(Give(hand(desk.terminal, NOON)[0]), NOON)
    (visit,) = visits_now(desk.terminal)
    desk.do(Act(visit.visit, "left"), NOON)
    told.take(NODE, desk.outbox.values())
    desk.hear_answer([1, 2])
    desk.hear(told.board(NOON), NOON)
    assert visits_now(desk.terminal) == ()

    desk.do(Undo(), NOON)

    assert visits_now(desk.terminal) == (visit,)


def test_what_somebody_else_did_since_is_not_taken_back_with_it() -> None:
    told, desk = Told(), at_desk(waiting(1))
    desk.do(Act(VISIT, "call"), NOON)
    told.take(NODE, desk.outbox.values())
    desk.hear_answer([1])
    heard = [each.model_dump() | {"heard": 1} for each in board().terminals]
    parked = called(1, node=NODE, at="12:00", state="parked")
    desk.hear(board([parked], terminals=heard), now("12:00:02"))

    desk.do(Undo(), now("12:00:03"))

    assert visits_now(desk.terminal)[0].state == "parked"


def test_a_visitor_of_whom_the_collector_was_not_told_stays_though_later_steps_were_heard() -> None:
    told, desk = Told(), at_desk()
    for token, at in zip(hand(desk.terminal, NOON), ("12:00", "12:00:01"), strict=False):
        desk.do(Give(token), now(at))
    shown = visits_now(desk.terminal)
    told.take(NODE, [desk.outbox[2]])
    desk.hear_answer([2])

    desk.hear(told.board(NOON), now("12:00:06"))

    assert visits_now(desk.terminal) == shown


def test_a_visitor_who_left_elsewhere_does_not_come_back_with_an_undo_that_was_heard() -> None:
    desk = at_desk(waiting(1))
    desk.do(Act(VISIT, "left"), NOON)
    desk.do(Undo(), NOON)
    desk.hear_answer([1])  # the answer to the undo was lost
    heard = [each.model_dump() | {"heard": 2} for each in board().terminals]

    desk.hear(board(terminals=heard), now("12:00:06"))

    assert visits_now(desk.terminal) == ()


def test_minutes_are_told_only_where_clocks_can_be_trusted() -> None:
    desk = at_desk(waiting(1, since="11:45"), waiting(2, since="11:50", is_timed=False))
    known, unknown = visits_now(desk.terminal)

    assert minutes(known, NOON) == 15
    assert minutes(unknown, NOON) is None
    assert minutes(known, now("12:00", is_timed=False)) is None
    assert minutes(known, now("11:00")) == 0


def test_a_board_is_stale_after_three_that_did_not_come() -> None:
    desk = at_desk()
    assert not is_stale(desk.terminal, now("12:02:59"))
    assert is_stale(desk.terminal, now("12:03"))

    retained = hear_board(desk.terminal, board(composed_at=wall_ms("11:59")), NOON, is_alive=False)
    assert not is_stale(retained, now("12:01"))
    assert is_stale(retained, now("12:02"))
    assert is_stale(retained, now("12:01", is_timed=False))
    assert is_stale(AtWork().terminal, NOON)


def test_the_service_day_turns_at_four_also_where_clocks_are_put_on() -> None:
    spring = DAY.replace(year=2027, month=3, day=28)
    assert service_day(wall_ms("03:59", spring), PARIS) == spring - timedelta(days=1)
    assert service_day(wall_ms("04:00", spring), PARIS) == spring
    for day in (DAY, spring, spring - timedelta(days=1)):
        assert service_day(day_ends_at(day, PARIS) - 1, PARIS) == day
        assert service_day(day_ends_at(day, PARIS), PARIS) == day + timedelta(days=1)


def test_the_night_ends_visits_recounts_faces_and_training() -> None:
    desk = at_desk(waiting(1))
    desk.do(Feel(3), NOON)
    desk.do(Give(hand(desk.terminal, NOON)[0]), NOON)
    desk.do(Go(Page.RECOUNT), NOON)
    desk.do(Change(1), NOON)
    desk.do(Switch("training"), NOON)

    evening = pass_time(desk.terminal, now("23:59"))
    assert evening.training is not None
    assert pass_time(evening, now("03:59", TOMORROW)).view.page is Page.RECOUNT
    desk.terminal = pass_time(evening, now("04:00", TOMORROW))

    assert visits_now(desk.terminal) == ()
    assert desk.terminal.own == ()
    assert (desk.terminal.training, desk.terminal.recount) == (None, None)
    assert desk.terminal.view.page is Page.HOME
    assert desk.do(Feel(3), now("09:00", TOMORROW)) != ()


def test_terminals_without_network_deal_the_next_day_by_themselves_and_agree() -> None:
    desks = two_at_work()
    morning = now("08:00", TOMORROW)
    hands = []
    for desk in desks.values():
        desk.hear(board(), NOON)
        desk.terminal = pass_time(desk.terminal, morning)
        hands.append(hand(desk.terminal, morning))
        assert desk.do(Give(hands[-1][0]), morning) != ()

    assert len(hands[0]) == len(hands[1]) == 12
    assert not set(hands[0]) & set(hands[1])
    assert hands[0] != hand(desks[NODE].terminal, NOON)


def test_steps_without_a_clock_are_of_the_day_that_uptime_tells() -> None:
    desk = AtWork()
    desk.hear(board(), now("07:00", is_timed=False), is_alive=False)
    token = hand(desk.terminal, now("07:00", is_timed=False))[0]
    desk.do(Give(token), now("07:00", is_timed=False))
    assert [v.is_timed for v in visits_now(desk.terminal)] == [False]

    desk.terminal = pass_time(desk.terminal, NOON)
    assert [v.token for v in visits_now(desk.terminal)] == [token]

    desk.terminal = pass_time(desk.terminal, now("04:00", TOMORROW))
    assert visits_now(desk.terminal) == ()


def test_the_next_change_is_a_message_a_minute_or_a_board_that_did_not_come() -> None:
    desk = at_desk(waiting(1, since="11:45:30"), at="12:00:10")
    ten_past = now("12:00:10")
    assert next_change_ms(desk.terminal, ten_past) == ten_past.uptime_ms + 20_000
    desk.do(Count("phone"), ten_past)
    assert next_change_ms(desk.terminal, ten_past) == ten_past.uptime_ms + 5_000

    untimed = now("12:00:10", is_timed=False)
    desk.terminal = pass_time(desk.terminal, now("12:00:15"))
    assert next_change_ms(desk.terminal, untimed) == untimed.uptime_ms + 180_000
    assert next_change_ms(AtWork().terminal, untimed) is None


def test_a_board_of_yesterday_shows_nobody_today() -> None:
    desk = AtWork()
    desk.hear(bare_board(visits=[waiting(1)]), now("08:00", TOMORROW), is_alive=False)

    assert visits_now(desk.terminal) == ()
