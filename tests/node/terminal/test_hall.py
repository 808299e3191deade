from datetime import timedelta
from typing import Any

from pasperdus_node.terminal import hall
from pasperdus_node.terminal.hall import Hall, begun, hear_board, next_change_ms, pass_time
from support.boards import DAY, NODE, OTHER, SITE, board, called, now, waiting, wall_ms


def screen(*visits: dict[str, object], at: str = "12:00") -> Hall:
    return heard(begun("salle", SITE, None, now(at)), *visits, at=at)


def heard(shown: Hall, *visits: dict[str, object], at: str) -> Hall:
    return hear_board(shown, board(visits), now(at), is_alive=True)


def tokens(shown: Hall) -> list[str]:
    return [call.token for call in shown.calls]


def dated(visit: dict[str, Any], *, at: str, **key: object) -> dict[str, Any]:
    """Return a visit whose call has another time, and where given, another key."""
    return {**visit, "call": {**visit["call"], "at": wall_ms(at), **key}}


BLUE = called(1, token="blue-star", at="11:58")
RED = called(2, token="red-moon", at="11:59", node=NODE)


def test_the_first_board_after_a_start_makes_no_sound() -> None:
    from_card = begun("salle", SITE, board([BLUE]), now("11:58:30"))
    first = heard(from_card, BLUE, RED, at="12:00")

    assert tokens(first) == ["red-moon", "blue-star"]
    assert (first.chimes, first.called_ms) == (0, None)


def test_new_calls_come_first_with_one_sound_for_all_of_them() -> None:
    third = called(3, token="green-drop", at="12:00", node=OTHER)
    shown = heard(screen(BLUE), BLUE, RED, third, at="12:01")

    assert tokens(shown) == ["green-drop", "red-moon", "blue-star"]
    assert (shown.chimes, shown.called_ms) == (1, now("12:01").uptime_ms)
    assert [call.node for call in shown.calls] == [OTHER, NODE, OTHER]
    assert heard(shown, BLUE, RED, third, at="12:02").chimes == 1


def test_a_visitor_who_is_called_again_is_shown_first_and_heard() -> None:
    shown = heard(screen(BLUE, RED), dated(BLUE, at="12:01", seq=99), RED, at="12:01")

    assert tokens(shown) == ["blue-star", "red-moon"]
    assert shown.chimes == 1


def test_a_call_that_is_only_dated_anew_makes_no_sound() -> None:
    shown = heard(screen(BLUE, RED), dated(BLUE, at="11:59:30"), RED, at="12:01")

    assert [call.at_ms for call in shown.calls] == [wall_ms("11:59:30"), wall_ms("11:59")]
    assert (shown.chimes, shown.called_ms) == (0, None)


def test_of_two_calls_at_once_the_earlier_replaces_the_other_without_a_sound() -> None:
    other = called(2, token="red-moon", at="11:57", node=OTHER)
    shown = heard(screen(RED), other, at="12:01")

    assert [(call.node, call.at_ms) for call in shown.calls] == [(OTHER, wall_ms("11:57"))]
    assert shown.chimes == 0


def test_a_call_that_was_taken_back_vanishes_at_once() -> None:
    shown = heard(screen(BLUE, RED), waiting(1, token="blue-star"), RED, at="12:01")

    assert tokens(shown) == ["red-moon"]
    parked = called(2, token="red-moon", at="11:59", state="parked")
    assert tokens(heard(shown, parked, at="12:01")) == []


def test_a_visitor_who_came_is_shown_as_past_for_ten_minutes() -> None:
    serving = called(1, token="blue-star", at="11:58", state="serving")
    shown = heard(screen(BLUE, RED), serving, at="12:01")
    assert [(call.token, call.is_past) for call in shown.calls] == [
        ("red-moon", True),
        ("blue-star", True),
    ]

    assert len(heard(shown, serving, at="12:10:59").calls) == 2
    assert heard(shown, serving, at="12:11").calls == ()
    assert pass_time(shown, now("12:11")).calls == ()


def test_somebody_who_is_waited_for_is_not_pushed_out_by_those_who_came() -> None:
    later = [called(n, at=f"12:0{n}") for n in range(3, 8)]
    shown = screen(BLUE, RED, *later[:4], at="12:07")
    assert len(shown.calls) == hall.SHOWN == 4

    shown = heard(shown, BLUE, later[4], at="12:08")

    assert [call.is_past for call in shown.calls] == [False, True, True, False]
    assert shown.calls[-1].token == "blue-star"


def test_without_boards_no_call_stands_longer_than_ten_minutes() -> None:
    shown = screen(BLUE, RED)

    assert len(pass_time(shown, now("12:02:59")).calls) == 2
    assert tokens(pass_time(shown, now("12:08"))) == ["red-moon"]
    lost = pass_time(shown, now("12:10"))
    assert lost.calls == ()
    back = heard(lost, BLUE, RED, at="12:20")
    assert len(back.calls) == 2
    assert back.chimes == 0


def test_a_call_that_nobody_closes_leaves_after_half_an_hour_for_good_unless_called_again() -> None:
    shown = heard(screen(BLUE, RED), BLUE, RED, at="12:27:59")
    assert tokens(shown) == ["red-moon", "blue-star"]
    assert next_change_ms(shown, now("12:27:59", is_timed=False)) == now("12:30").uptime_ms

    half = pass_time(heard(shown, BLUE, RED, at="12:28"), now("12:28"))
    assert tokens(half) == ["red-moon"]
    again = dated(BLUE, at="12:30", seq=99)
    assert tokens(heard(half, again, RED, at="12:30")) == ["blue-star"]


def test_a_call_without_a_clock_leaves_after_half_an_hour_for_good() -> None:
    untimed = called(1, token="blue-star", at="11:58", is_timed=False)
    shown = screen(untimed, at="12:00")

    assert tokens(heard(shown, untimed, at="12:29:59")) == ["blue-star"]
    gone = heard(shown, untimed, at="12:30")
    assert gone.calls == ()
    assert heard(gone, untimed, at="12:31").calls == ()


def test_a_call_that_is_heard_of_half_an_hour_late_makes_no_sound() -> None:
    late = heard(screen(RED, at="12:00"), RED, called(1, at="11:20"), at="12:01")

    assert tokens(late) == ["red-moon"]
    assert (late.chimes, late.called_ms) == (0, None)


def test_a_new_day_begins_without_the_calls_of_the_day_before() -> None:
    tomorrow = DAY + timedelta(days=1)
    shown = hear_board(
        screen(BLUE), board(day=str(tomorrow)), now("04:00", tomorrow), is_alive=True
    )

    assert shown.calls == ()


def test_a_board_of_another_site_is_not_shown() -> None:
    elsewhere = board([RED]).model_copy(update={"site": "annexe"})
    shown = screen(BLUE)

    assert hear_board(shown, elsewhere, now("12:01"), is_alive=True) == shown


def test_no_time_is_told_of_a_call_that_no_clock_knows() -> None:
    (call,) = screen(called(1, is_timed=False)).calls

    assert call.at_ms is None


def test_the_next_change_is_a_minute_or_the_end_of_a_call() -> None:
    at = now("12:01:30")
    shown = heard(screen(BLUE), at="12:01:30")

    assert next_change_ms(shown, at) == at.uptime_ms + 30_000
    untimed = now("12:01:30", is_timed=False)
    assert next_change_ms(shown, untimed) == at.uptime_ms + 180_000
    gone = pass_time(shown, now("12:20"))
    assert next_change_ms(gone, now("12:20", is_timed=False)) is None
