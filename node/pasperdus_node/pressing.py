"""A row of satisfaction buttons, and which of their edges make a rating.

Pure: edges and times in, outcomes out; no clock, no pin, no lamp. The rules and their reasons are
in docs/pressing.md; tests/data/button-cases.txt shows each of them at work.
"""

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from pasperdus_node.edge_filter import EdgeFilter

Health = Literal["ok", "stuck"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonEdge:
    """Button `button`, from 1 (worst) to the scale, went down or up at `t_ms`."""

    t_ms: int
    button: int
    pressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PressTimings:
    """How fingers and contacts behave. The reason for each figure is in docs/pressing.md."""

    press_ms: int = 20
    release_ms: int = 40
    chord_ms: int = 60
    lockout_ms: int = 2_000
    stuck_ms: int = 10_000
    rejoin_ms: int = 1_000
    burst_window_ms: int = 60_000
    burst_from: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """Somebody answered `value` by a press that began at `t_ms`; `flags` may say `burst`."""

    t_ms: int
    value: int
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chord:
    """Two buttons or more at once, from `t_ms` on: for the diagnosis of a box, never sent."""

    t_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonHealth:
    """From `t_ms` on, `button` is `stuck` and ignored, or `ok` again."""

    t_ms: int
    button: int
    state: Health


Outcome = Rating | Chord | ButtonHealth


class RatingBox:
    """Follows the buttons of one question.

    Tell it each edge (`feed`), the passing of time (`advance`, at least whenever `deadline_ms` is
    reached) and now and then the true levels (`resync`, read after all edges were fed). With the
    usual timings a rating comes out 100 ms after the press began.
    """

    def __init__(
        self, scale: int, timings: PressTimings, *, t_ms: int, pressed: Collection[int]
    ) -> None:
        self._timings = timings
        self._buttons = EdgeFilter(
            {button: button in pressed for button in range(1, scale + 1)},
            t_ms=t_ms,
            rise_ms=timings.press_ms,
            fall_ms=timings.release_ms,
            late_ms=0,  # one queue, one order
        )
        # Nobody saw these go down: they may have been down all night.
        self._masked = set(pressed)
        self._not_told = [
            ButtonHealth(t_ms=t_ms, button=button, state="stuck") for button in sorted(pressed)
        ]
        self._choice: ButtonEdge | None = None
        self._locked_until_ms = t_ms
        self._recent_ms = {
            button: deque[int](maxlen=timings.burst_from) for button in self._buttons.levels
        }

    def feed(self, edge: ButtonEdge) -> list[Outcome]:
        """Take in one edge."""
        self._buttons.add(edge.button, t_ms=edge.t_ms, level=edge.pressed)
        return self.advance(edge.t_ms)

    def advance(self, t_ms: int) -> list[Outcome]:
        """Let time pass until `t_ms`; calling this more often than needed changes nothing."""
        outcomes: list[Outcome] = [*self._not_told]
        self._not_told.clear()
        for instant in self._buttons.instants(t_ms, self._timers):
            outcomes += self._live_through(instant)
        return outcomes

    def resync(self, t_ms: int, pressed: Collection[int]) -> list[Outcome]:
        """Compare with the true levels: an edge that was missed is taken to happen now."""
        self._buttons.correct({b: b in pressed for b in self._buttons.levels}, t_ms=t_ms)
        return self.advance(t_ms)

    @property
    def deadline_ms(self) -> int | None:
        """The first time at which `advance` could change anything; None while nothing can."""
        if self._not_told:
            return self._not_told[0].t_ms
        return self._buttons.deadline_ms(self._timers())

    @property
    def health(self) -> Health:
        """`stuck` while any button is masked; the others still rate."""
        return "stuck" if self._masked else "ok"

    def _live_through(self, t_ms: int) -> Iterator[Outcome]:
        # Time first: a duration that ends on the instant of an edge has been reached.
        if self._choice and t_ms - self._choice.t_ms >= self._timings.chord_ms:
            yield self._commit(self._choice)
            self._lock(t_ms)
        yield from self._mask_and_unmask(t_ms)
        _, changes = self._buttons.take(t_ms)
        for change in changes:
            if change.level and change.key not in self._masked:
                yield from self._press(t_ms, change.key)

    def _timers(self) -> Iterator[int]:
        if self._choice:
            yield self._choice.t_ms + self._timings.chord_ms
        for button, pressed in self._buttons.levels.items():
            if pressed != (button in self._masked):
                patience_ms = self._timings.stuck_ms if pressed else self._timings.rejoin_ms
                yield self._buttons.since_ms[button] + patience_ms

    def _mask_and_unmask(self, t_ms: int) -> Iterator[ButtonHealth]:
        for button, pressed in self._buttons.levels.items():
            lasted_ms = t_ms - self._buttons.since_ms[button]
            is_masked = button in self._masked
            if pressed and not is_masked and lasted_ms >= self._timings.stuck_ms:
                self._masked.add(button)
                yield ButtonHealth(t_ms=t_ms, button=button, state="stuck")
            elif is_masked and not pressed and lasted_ms >= self._timings.rejoin_ms:
                self._masked.remove(button)
                yield ButtonHealth(t_ms=t_ms, button=button, state="ok")

    def _press(self, t_ms: int, button: int) -> Iterator[Chord]:
        if self._choice:
            yield Chord(t_ms=self._choice.t_ms)
            self._lock(t_ms)
        elif t_ms >= self._locked_until_ms and not self._is_any_held_before(t_ms):
            self._choice = ButtonEdge(t_ms=t_ms, button=button, pressed=True)

    def _is_any_held_before(self, t_ms: int) -> bool:
        return any(
            pressed and button not in self._masked and self._buttons.since_ms[button] < t_ms
            for button, pressed in self._buttons.levels.items()
        )

    def _commit(self, choice: ButtonEdge) -> Rating:
        recent_ms = self._recent_ms[choice.button]
        recent_ms.append(choice.t_ms)
        is_burst = (
            len(recent_ms) == self._timings.burst_from
            and choice.t_ms - recent_ms[0] < self._timings.burst_window_ms
        )
        flags = ("burst",) if is_burst else ()
        return Rating(t_ms=choice.t_ms, value=choice.button, flags=flags)

    def _lock(self, t_ms: int) -> None:
        self._choice = None
        self._locked_until_ms = t_ms + self._timings.lockout_ms
