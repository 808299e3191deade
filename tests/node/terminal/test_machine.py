"""Any history of taps, boards, losses and restarts of two terminals, against a plain fold."""

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pasperdus_contract.events import AnyEvent, Token
from pasperdus_node.terminal.actions import Act, Action, Give
from pasperdus_node.terminal.actions import Undo as TakeBack
from pasperdus_node.terminal.hearing import pass_time
from pasperdus_node.terminal.queue import hand, steps_of, visits_now
from pasperdus_node.terminal.state import Now
from support.at_work import AtWork, Row, Told, folded, two_at_work
from support.boards import NODE, OTHER, now

nodes = st.sampled_from([NODE, OTHER])
SERVICES: list[dict[str, Any]] = [
    {"service": name, "title": {"fr": name}} for name in ("accueil", "titres")
]


class TwoTerminals(RuleBasedStateMachine):
    """``all`` are the events ever recorded; ``unsure`` visits were told out of order, or their undo
    fell together with a restart: of those only the end is sure.
    """

    @initialize()
    def open_the_doors(self) -> None:
        self.now: Now = now("09:00")
        self.told = Told()
        self.at_work = two_at_work()
        self.all: dict[tuple[str, str, int], AnyEvent] = {}
        self.unsure: set[str] = set()
        self.starts = 0
        self.tapped_ms: dict[str, int] = {}
        for each in self.at_work.values():
            each.hear(self._board(), self.now)

    @rule(ms=st.sampled_from([0, 1, 700, 4_999, 5_000, 60_000]))
    def wait(self, ms: int) -> None:
        self.now = Now(
            uptime_ms=self.now.uptime_ms + ms, wall_ms=self.now.wall_ms + ms, is_timed=True
        )
        for each in self.at_work.values():
            each.terminal = pass_time(each.terminal, self.now)

    @rule(node=nodes, data=st.data())
    def give(self, node: str, data: st.DataObject) -> None:
        token = data.draw(st.sampled_from(hand(self.at_work[node].terminal, self.now)[:3]))
        self._tap(node, Give(token))

    @rule(node=nodes, data=st.data())
    def act(self, node: str, data: st.DataObject) -> None:
        shown = visits_now(self.at_work[node].terminal)
        if shown:
            visit = data.draw(st.sampled_from(shown))
            step = data.draw(st.sampled_from(steps_of(visit)))
            service = data.draw(st.sampled_from(["accueil", "titres"]))
            self._tap(node, Act(visit.visit, step, service if step == "transfer" else None))

    @rule(node=nodes)
    def take_back(self, node: str) -> None:
        self._tap(node, TakeBack())

    @rule(node=nodes, most=st.integers(1, 6), is_answered=st.booleans(), is_again=st.booleans())
    def send(self, node: str, most: int, is_answered: bool, is_again: bool) -> None:
        """What was told and not answered is sent again, or what comes after it."""
        each = self.at_work[node]
        rows = [each.outbox[seq] for seq in sorted(each.outbox)]
        if not is_again:
            rows = [row for row in rows if (node, row.epoch, row.seq) not in self.told.events]
        self.told.take(node, rows[:most])
        if is_answered:
            each.hear_answer([row.seq for row in rows[:most]])

    @rule(node=nodes, is_answered=st.booleans(), data=st.data())
    def send_out_of_order(self, node: str, is_answered: bool, data: st.DataObject) -> None:
        each = self.at_work[node]
        if not each.outbox:
            return
        row = each.outbox[data.draw(st.sampled_from(sorted(each.outbox)))]
        earlier = [other for other in self._untold(node) if other.seq < row.seq]
        self.unsure |= {o.event.visit for o in earlier if isinstance(o.event, Token)}
        self.unsure |= {o.step.visit for o in each.terminal.own if o.undone and earlier}
        self.told.take(node, [row])
        if is_answered:
            each.hear_answer([row.seq])

    @rule(to=st.sets(nodes, min_size=1), is_alive=st.booleans())
    def publish(self, to: set[str], is_alive: bool) -> None:
        board = self._board()
        shown = {visit.visit: visit for visit in self.told.visits()}
        for node in to:
            each = self.at_work[node]
            each.hear(board, self.now, is_alive=is_alive)
            if self._untold(node):
                continue
            # All of this terminal's own is in the board: it shows the board, and beside it at most
            # visits of which it cannot know yet that somebody else ended them.
            pending = {o.step.visit for o in each.terminal.own if o.is_pending}
            for visit in visits_now(each.terminal):
                assert visit == shown.get(visit.visit, visit)
                assert visit.visit in shown or visit.visit in pending
            assert {visit.visit for visit in visits_now(each.terminal)} >= set(shown)

    @rule(node=nodes)
    def restart(self, node: str) -> None:
        each = self.at_work[node]
        self.starts += 1
        self.unsure |= {o.step.visit for o in each.terminal.own if o.undone is not None}
        each.restart(self.now, f"{self.starts:032x}")

    @rule()
    def hear_everything(self) -> None:
        """The network is back: everything is told, answered and heard."""
        for node, each in self.at_work.items():
            self.told.take(node, list(each.outbox.values()))
            each.hear_answer(list(each.outbox))
        self.wait(5_000)
        board = self._board()
        for each in self.at_work.values():
            each.hear(board, self.now)
            assert visits_now(each.terminal) == self.told.visits()
            assert each.terminal.own == ()
            assert each.journal == {}
        self.unsure.clear()

    @invariant()
    def no_step_is_lost(self) -> None:
        for node, each in self.at_work.items():
            own = {step.key for step in each.terminal.own}
            for (teller, epoch, seq), event in self.all.items():
                if teller == node and isinstance(event, Token):
                    assert (epoch, seq) in own or (node, epoch, seq) in self.told.events

    @invariant()
    def a_terminal_that_is_alone_with_a_visit_shows_it_as_it_is(self) -> None:
        tellers: dict[str, set[str]] = {}
        for (node, _, _), event in self.all.items():
            if isinstance(event, Token):
                tellers.setdefault(event.visit, set()).add(node)
        truth = {visit.visit: visit for visit in folded(self.all)}
        for node, each in self.at_work.items():
            shown = {visit.visit: visit for visit in visits_now(each.terminal)}
            for visit, told_by in tellers.items():
                if told_by == {node} and visit not in self.unsure:
                    assert shown.get(visit) == truth.get(visit)

    @invariant()
    def no_visitor_vanishes_of_whom_the_collector_was_not_told(self) -> None:
        told = {event.visit for event in self.told.events.values() if isinstance(event, Token)}
        truth = {visit.visit for visit in folded(self.all)}
        for each in self.at_work.values():
            shown = {visit.visit for visit in visits_now(each.terminal)}
            begun = {o.step.visit for o in each.terminal.own if o.undone is None}
            assert (begun & truth) - told <= shown

    def teardown(self) -> None:
        if hasattr(self, "told"):
            self.hear_everything()

    def _tap(self, node: str, action: Action) -> None:
        each: AtWork = self.at_work[node]
        if self.tapped_ms.get(node) == self.now.wall_ms:  # no finger taps twice in a millisecond
            self.wait(1)
        self.tapped_ms[node] = self.now.wall_ms
        before = set(each.outbox)
        each.do(action, self.now)
        for seq in each.outbox.keys() - before:
            self.all[node, each.epoch, seq] = each.outbox[seq].event

    def _untold(self, node: str) -> list[Row]:
        rows = self.at_work[node].outbox.values()
        return [row for row in rows if (node, row.epoch, row.seq) not in self.told.events]

    def _board(self) -> Any:
        return self.told.board(self.now, services=SERVICES)


TestTwoTerminals: Callable[..., object] = TwoTerminals.TestCase
TwoTerminals.TestCase.settings = settings(
    max_examples=120, stateful_step_count=50, deadline=None, print_blob=True
)
