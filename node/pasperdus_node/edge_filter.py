"""The debouncing behind beams and buttons: of all raw edges, keep those whose level lasts.

A debouncer usually starts a timer at each edge and waits to see. This one looks back instead: it
lives a fixed delay behind the clock, so that when it judges an edge, whatever could contradict
that edge has already arrived, in whichever order. What it finds depends on the edges alone,
never on when somebody asked.
"""

from bisect import bisect_right, insort
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

_time = attrgetter("t_ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Generic[Key]):
    """One input took a new level for good; its former level had lasted `after_ms`."""

    key: Key
    level: bool
    after_ms: int


class EdgeFilter(Generic[Key]):
    """Inputs that are high (True) or low; each change carries the time of the edge that began it.

    An edge up counts once the input has stayed up for `rise_ms`, an edge down once it has stayed
    down for `fall_ms`. Edges may arrive up to `late_ms` after their time. An edge later than that
    is moved to the first instant not judged yet, for a wrong time is better than a wrong level.
    """

    def __init__(
        self, levels: Mapping[Key, bool], *, t_ms: int, rise_ms: int, fall_ms: int, late_ms: int
    ) -> None:
        self.levels = dict(levels)
        self.since_ms = dict.fromkeys(levels, t_ms)
        self._raw_levels = dict(levels)
        self._hold_ms = {True: rise_ms, False: fall_ms}
        self._delay_ms = late_ms + max(rise_ms, fall_ms)
        self._judged_ms = t_ms - 1
        self._pending: list[_Edge[Key]] = []

    def add(self, key: Key, *, t_ms: int, level: bool) -> None:
        """Note a raw edge; raise LookupError if nobody knows `key`."""
        if key not in self.levels:
            raise LookupError(f"edge of {key!r}: give one of {', '.join(map(str, self.levels))}")
        edge = _Edge(t_ms=max(t_ms, self._judged_ms + 1), key=key, level=level)
        insort(self._pending, edge, key=_time)
        self._raw_levels[key] = next(e.level for e in reversed(self._pending) if e.key == key)

    def correct(self, levels: Mapping[Key, bool], *, t_ms: int) -> None:
        """Turn each true level that contradicts the edges so far into an edge at `t_ms`."""
        for key, level in levels.items():
            if level != self._raw_levels[key]:
                self.add(key, t_ms=t_ms, level=level)

    def instants(self, now_ms: int, timers: Callable[[], Iterable[int]]) -> Iterator[int]:
        """Yield, in order, the instants that the delay has made safe and that matter.

        An instant matters when an edge or one of the caller's `timers` falls on it; `timers` is
        asked again after each instant, and those already passed are ignored.
        """
        safe_ms = max(now_ms - self._delay_ms, self._judged_ms)
        while (t_ms := self._next_ms(timers())) is not None and t_ms <= safe_ms:
            self._judged_ms = t_ms
            yield t_ms
        self._judged_ms = safe_ms

    def take(self, t_ms: int) -> tuple[int, list[Change[Key]]]:
        """Judge the edges of one instant together: how many there were, and what changed."""
        count = bisect_right(self._pending, t_ms, key=_time)
        taken, self._pending = self._pending[:count], self._pending[count:]
        outcome = {edge.key: edge for edge in taken}
        return count, [self._change(edge) for edge in outcome.values() if self._matters(edge)]

    def deadline_ms(self, timers: Iterable[int]) -> int | None:
        """Return when `instants` will next have something to yield, None if nothing is pending."""
        t_ms = self._next_ms(timers)
        return None if t_ms is None else t_ms + self._delay_ms

    def _next_ms(self, timers: Iterable[int]) -> int | None:
        times = [*timers, *(edge.t_ms for edge in self._pending[:1])]
        return min((t_ms for t_ms in times if t_ms > self._judged_ms), default=None)

    def _matters(self, edge: "_Edge[Key]") -> bool:
        if edge.level == self.levels[edge.key]:
            return False
        end_ms = edge.t_ms + self._hold_ms[edge.level]
        return not any(
            later.key == edge.key and later.level != edge.level and later.t_ms < end_ms
            for later in self._pending
        )

    def _change(self, edge: "_Edge[Key]") -> Change[Key]:
        after_ms = edge.t_ms - self.since_ms[edge.key]
        self.levels[edge.key] = edge.level
        self.since_ms[edge.key] = edge.t_ms
        return Change(key=edge.key, level=edge.level, after_ms=after_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edge(Generic[Key]):
    t_ms: int
    key: Key
    level: bool
