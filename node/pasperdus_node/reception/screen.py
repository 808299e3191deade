"""What the loop knows of a screen: news go in, time passes, and somebody may look at it."""

from typing import Any, Literal, Protocol

from pasperdus_node.sensors.pins import PinEdge

READ_EVERY_S = 0.025
"""How often the glass is asked for touches: its driver has no way to wake the loop's queue."""


class Screen(Protocol):
    """An agent's terminal, or the public screen of a waiting room."""

    kind: Literal["agent", "public"]

    @property
    def is_closed(self) -> bool:
        """Whether somebody closed its window."""

    @property
    def deadline_ms(self) -> int | None:
        """The uptime at which what it shows changes by itself."""

    def hear_board(self, payload: bytes, *, is_retained: bool) -> None:
        """Take a board of the site."""

    def hear_slips(self, payload: bytes) -> None:
        """Take all the phone slips that wait for this terminal."""

    def hear_link(self, *, is_subscribed: bool) -> None:
        """Learn whether the collector can be heard."""

    def hear_answer(self) -> None:
        """Learn that the collector has answered for events."""

    def take_edge(self, edge: PinEdge, t_ms: int) -> None:
        """Follow a button beside the glass."""

    def advance(self) -> None:
        """Let time pass."""

    def read(self) -> None:
        """See what was touched, and show what has changed since."""

    def press(self, target: str) -> None:
        """Put a finger on what bears this name, for a simulation."""

    def release(self) -> None:
        """Lift the finger again, for a simulation."""

    def sight(self) -> dict[str, Any]:
        """Tell what can be seen and touched, for a simulation."""

    def stop(self) -> None:
        """Give glass and pins back."""
