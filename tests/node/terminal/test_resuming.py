from datetime import timedelta

import pytest

from pasperdus_contract import visits
from pasperdus_contract.events import Token
from pasperdus_contract.tokens import TOKENS
from pasperdus_contract.visits import Action
from pasperdus_node.terminal.actions import (
    Act,
    ChooseService,
    Feel,
    Give,
    Go,
    Page,
    Switch,
    Take,
    Undo,
)
from pasperdus_node.terminal.hearing import hear_slips, pass_time
from pasperdus_node.terminal.queue import hand, visits_now
from pasperdus_node.terminal.resuming import forgettable, resumed
from pasperdus_node.terminal.state import Terminal
from support.at_work import AtWork, Row, Told
from support.boards import DAY, NODE, SITE, board, now, slips, visit_id, wall_ms

NOON = now("12:00")
TOMORROW = DAY + timedelta(days=1)


def at_desk() -> AtWork:
    desk = AtWork()
    desk.hear(board(), NOON)
    return desk


def test_visits_choices_and_the_page_come_back_and_personal_data_do_not() -> None:
    desk = at_desk()
    desk.terminal = hear_slips(desk.terminal, slips(2))
    desk.do(ChooseService("titres"), NOON)
    desk.do(Switch("language"), NOON)
    desk.do(Give(hand(desk.terminal, NOON)[0]), NOON)
    desk.do(Feel(4), NOON)
    desk.do(Take("slip-0"), NOON)
    desk.do(Go(Page.TOKENS), NOON)
    before = desk.terminal

    desk.restart(now("12:01"), "e" * 32)

    after = desk.terminal
    assert visits_now(after) == visits_now(before)
    assert (after.language, after.service, after.felt_on) == ("en", "titres", DAY)
    assert after.view.page is Page.TOKENS
    assert after.slips == ()
    assert [slip.id for slip in hear_slips(after, slips(2)).slips] == ["slip-1"]


def test_a_step_taken_back_stays_so_after_a_restart() -> None:
    desk = at_desk()
    desk.do(Give(hand(desk.terminal, NOON)[0]), NOON)
    given = visits_now(desk.terminal)
    desk.do(Act(given[0].visit, "call"), NOON)
    desk.do(Undo(), NOON)

    desk.restart(NOON, "e" * 32)

    assert visits_now(desk.terminal) == given


def test_a_restart_on_the_next_day_begins_with_nobody() -> None:
    desk = at_desk()
    desk.do(Give(hand(desk.terminal, NOON)[0]), NOON)

    desk.restart(now("08:00", TOMORROW), "e" * 32)

    assert visits_now(desk.terminal) == ()
    assert forgettable(desk.terminal, desk.rows()) == [1]
    assert 1 in desk.outbox  # it is still told


def test_after_a_restart_without_a_clock_nobody_vanishes_until_the_day_is_known() -> None:
    desk = at_desk()
    desk.do(Give(hand(desk.terminal, NOON)[0]), NOON)
    shown = visits_now(desk.terminal)

    desk.restart(now("12:01", is_timed=False), "e" * 32)
    assert visits_now(desk.terminal) == shown

    same_day = pass_time(desk.terminal, now("12:02"))
    assert visits_now(same_day) == shown
    assert visits_now(pass_time(desk.terminal, now("08:00", TOMORROW))) == ()


def test_rows_are_forgotten_once_the_board_tells_what_they_tell() -> None:
    desk, told = at_desk(), Told()
    desk.terminal = hear_slips(desk.terminal, slips(1))
    desk.do(Give(hand(desk.terminal, NOON)[0]), NOON)
    desk.do(Take("slip-0"), NOON)
    told.take(NODE, desk.outbox.values())
    assert forgettable(desk.terminal, desk.rows()) == []

    desk.hear_answer([1, 2])
    assert forgettable(desk.terminal, desk.rows()) == [2]
    desk.hear(told.board(NOON), now("12:00:06"))
    assert desk.journal == {}


def test_a_board_of_another_site_on_the_card_is_not_used() -> None:
    elsewhere = board().model_copy(update={"site": "annexe"})

    terminal = resumed(
        NODE, SITE, language="fr", board=elsewhere, journal=[], last_seq=0, saved=None, now=NOON
    )

    assert terminal.kept is None


def test_a_training_does_not_outlive_a_restart() -> None:
    desk = at_desk()
    desk.do(Switch("training"), NOON)
    desk.do(Give(hand(desk.terminal, NOON)[0]), NOON)

    desk.restart(NOON, "e" * 32)

    assert visits_now(desk.terminal) == ()
    assert desk.terminal.training is None


def token_rows(visits_each: range, *, at_ms: int, is_synced: bool = True) -> list[Row]:
    """Return the rows of visitors who came each minute from a time on, and are being served."""
    actions: tuple[Action, ...] = ("wait", "call", "recall", "serve")
    return [
        Row(
            seq=4 * n + k + 1,
            epoch="a" * 32,
            event=Token(
                seq=4 * n + k + 1,
                wall=at_ms + n * 60_000 + k * 1_000,
                uptime=n * 60_000 + k * 1_000,
                synced=is_synced,
                visit=visit_id(n),
                token=TOKENS[n % len(TOKENS)],
                action=action,
            ),
        )
        for n in visits_each
        for k, action in enumerate(actions)
    ]


def applied(monkeypatch: pytest.MonkeyPatch, rows: list[Row]) -> tuple[int, Terminal]:
    """Return how many steps a restart folds, and what comes of it."""
    folded: list[visits.Step] = []
    rule = visits.apply

    def counted(visit: visits.Visit | None, step: visits.Step) -> visits.Visit | None:
        folded.append(step)
        return rule(visit, step)

    with monkeypatch.context() as patched:
        patched.setattr(visits, "apply", counted)
        terminal = resumed(
            NODE,
            SITE,
            language="fr",
            board=board(),
            journal=rows,
            last_seq=len(rows),
            saved=None,
            now=NOON,
        )
    return len(folded), terminal


def test_a_restart_folds_nothing_of_past_days_and_today_each_visit_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    past = token_rows(range(1_000), at_ms=wall_ms("08:00") - 7 * 86_400_000)
    assert applied(monkeypatch, past)[0] == 0

    work, terminal = applied(monkeypatch, token_rows(range(200), at_ms=wall_ms("08:00")))
    assert work <= 200 * (1 + 2 + 3 + 4)
    assert [visit.state for visit in visits_now(terminal)] == ["serving"] * 200

    unknown = token_rows(range(200), at_ms=wall_ms("08:00") - 7 * 86_400_000, is_synced=False)
    work, terminal = applied(monkeypatch, unknown)  # nobody knows of which day
    assert work <= 200 * (1 + 2 + 3 + 4)
    assert len(terminal.own) == 800


def test_rows_of_the_day_before_are_forgettable_once_the_night_is_over() -> None:
    desk = at_desk()
    desk.do(Give(hand(desk.terminal, NOON)[0]), NOON)
    assert forgettable(desk.terminal, desk.rows()) == []

    desk.terminal = pass_time(desk.terminal, now("04:00", TOMORROW))

    assert forgettable(desk.terminal, desk.rows()) == [1]
