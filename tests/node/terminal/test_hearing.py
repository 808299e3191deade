from datetime import timedelta

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
    bare_board,
    board,
    called,
    now,
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
    for token in hand(desk.terminal, NOON)[:2]:
        desk.do(Give(token), NOON)
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
