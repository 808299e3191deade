"""What the nodes of the town hall would have recorded until now (pure): a town's days as events.

One long boot, clocks synchronised throughout. Events come a day at a time, the newest day first,
so that today is complete on the pages before the months behind it are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import partial
from itertools import pairwise

from pasperdus_contract import events
from pasperdus_contract.fields import QUARTER_MS
from pasperdus_demo.opening import wall_ms
from pasperdus_demo.town import HISTORY_DAYS, SCALE, Crossing, Day, Line, Town
from pasperdus_node.outbox import Draft

ENTRANCE, WAITING_ROOM, TERMINAL = "entrance-1", "waiting-1", "terminal-1"
SECOND_TERMINAL, HALL = "terminal-2", "hall-1"  # screens that a history has nothing of
DOOR: Line = "door"
ROOM_DOOR: Line = "room-door"
QUESTION = "accueil"
REPEATED_QUESTION = "repeated-question"

_STARTED_BEFORE_MS = 300_000  # the nodes were switched on a few minutes before the first day

_Dated = tuple[int, Draft]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The history of one town, up to ``until_ms`` (ms since 1970)."""

    town: Town
    until_ms: int

    @property
    def started_ms(self) -> int:
        """When the one boot of all nodes began."""
        return wall_ms(self.town.first_day, time()) - _STARTED_BEFORE_MS

    def days(self) -> Iterator[tuple[date, dict[str, list[Draft]]]]:
        """Yield each day's events by node, in order of time within the day."""
        for age in range(HISTORY_DAYS + 1):
            day = self.town.day(self.town.today - timedelta(days=age))
            told = {
                ENTRANCE: self._entrance(day),
                WAITING_ROOM: self._waiting_room(day),
                TERMINAL: self._terminal(day),
            }
            yield day.date, {node: self._in_order(dated) for node, dated in told.items()}

    def _entrance(self, day: Day) -> list[_Dated]:
        outage = self.town.outage
        dated = self._passages(day, DOOR) + [
            self._dated(at_ms, events.Uncounted, line=DOOR, why="back")
            for at_ms in day.turned_back_ms
        ]
        dated = [(at_ms, draft) for at_ms, draft in dated if not outage.holds(at_ms)]
        from_ms, to_ms = self._limits(day.date)
        for at_ms, state in ((outage.from_ms, "blocked_A"), (outage.to_ms, "ok")):
            if from_ms <= at_ms < to_ms:
                dated.append(self._dated(at_ms, events.Health, part=DOOR, state=state))
        return [*dated, *self._coverage(day.date, DOOR)]

    def _waiting_room(self, day: Day) -> list[_Dated]:
        ratings = [
            self._dated(step.at_ms, events.Rating, question=QUESTION, value=step.score, scale=SCALE)
            for visit in day.visits
            for step in visit.steps
            if not isinstance(step, Crossing)
        ]
        return [
            *self._passages(day, ROOM_DOOR),
            *ratings,
            *self._coverage(day.date, ROOM_DOOR),
            *self._coverage(day.date, QUESTION),
        ]

    def _terminal(self, day: Day) -> list[_Dated]:
        return [
            self._dated(at_ms, events.Tally, what=REPEATED_QUESTION) for at_ms in day.questions_ms
        ]

    def _passages(self, day: Day, line: Line) -> list[_Dated]:
        return [
            self._dated(
                step.at_ms,
                events.Passage,
                line=line,
                direction=step.direction,
                flags=("ambiguous",) if step.seen == "ambiguous" else (),
            )
            for visit in day.visits
            for step in visit.steps
            if isinstance(step, Crossing) and step.line == line and step.seen != "missed"
        ]

    def _coverage(self, day: date, sensor: str) -> Iterator[_Dated]:
        """Cut the day at each quarter-hour and, for the entrance, at both ends of the outage."""
        from_ms, to_ms = self._limits(day)
        outage = self.town.outage
        cuts = {*range(from_ms, to_ms, QUARTER_MS), min(to_ms, self.until_ms)}
        if sensor == DOOR:
            cuts |= {at_ms for at_ms in (outage.from_ms, outage.to_ms) if from_ms < at_ms < to_ms}
        ordered = sorted(cuts)
        for begin_ms, end_ms in pairwise(ordered):
            is_dead = sensor == DOOR and outage.holds(begin_ms)
            yield self._dated(
                end_ms,
                events.Coverage,
                sensor=sensor,
                from_=begin_ms - self.started_ms,
                to=end_ms - self.started_ms,
                ok_ms=0 if is_dead else end_ms - begin_ms,
            )

    def _limits(self, day: date) -> tuple[int, int]:
        """Return the local day as far as it has passed."""
        after = day + timedelta(days=1)
        return wall_ms(day, time()), min(wall_ms(after, time()), self.until_ms)

    def _dated(self, at_ms: int, kind: Callable[..., events.AnyEvent], **fields: object) -> _Dated:
        uptime_ms = at_ms - self.started_ms
        return at_ms, partial(kind, wall=at_ms, uptime=uptime_ms, synced=True, **fields)

    def _in_order(self, dated: list[_Dated]) -> list[Draft]:
        past = [(at_ms, draft) for at_ms, draft in dated if at_ms <= self.until_ms]
        return [draft for _, draft in sorted(past, key=lambda pair: pair[0])]
