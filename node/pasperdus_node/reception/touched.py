"""A picture that somebody touches: a ring at once, and nothing that jumps under a thumb.

:mod:`terminal.pointing` has the rules. This keeps the finger and the scene that it touched.
"""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from pasperdus_node.display.touches import Closed, Key, Touch
from pasperdus_node.errors import SimulationError
from pasperdus_node.reception.picture import Picture
from pasperdus_node.screens.look import Look
from pasperdus_node.screens.scene import Scene
from pasperdus_node.simulation.touching import center_of
from pasperdus_node.terminal import pointing
from pasperdus_node.terminal.actions import Action
from pasperdus_node.terminal.pointing import Pointer
from pasperdus_node.terminal.state import Now


class TouchedPicture:
    """Shows scenes, and tells what a finger asks for."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._pointer = Pointer()
        self._is_behind = False  # a scene was left out while a finger was down,
        self._has_moved = False  # and it had something else to touch
        self._drawn_ms = 0
        self.scene: Scene | None = None
        """What can be touched: the scene without its ring."""

    @property
    def is_awaited(self) -> bool:
        """Whether news wait for the finger that has just been lifted."""
        return self._is_behind and not self._pointer.is_frozen

    def look(self, language: str, zone: ZoneInfo) -> Look:
        """Return what a screen needs to be laid out on this glass."""
        return self._picture.look(language, zone)

    def read(self) -> list[Touch | Key | Closed]:
        """Return what was done since the last time, oldest first."""
        return self._picture.read()

    def renew(self, make: Callable[[], Scene], now: Now, zone: ZoneInfo, *, is_asked: bool) -> None:
        """Show another scene, once no finger is down; ``is_asked``: by the agent's own action."""
        if self._pointer.is_frozen:
            self._is_behind = True
            self._has_moved |= self.scene is None or make().targets != self.scene.targets
        else:
            scene = make()
            if self.scene is not None:
                self._pointer = pointing.changed(
                    self._pointer,
                    self.scene,
                    scene,
                    now.uptime_ms,
                    is_asked=is_asked and not self._has_moved,
                )
            self.scene, self._is_behind, self._has_moved = scene, False, False
        self._drawn_ms = now.uptime_ms
        self._show(now, zone)

    def follow(self, touched: Touch, now: Now, zone: ZoneInfo) -> Action | None:
        """Follow a finger: show the ring, and return what a tap asks for."""
        if self.scene is None:
            return None
        self._pointer, action = pointing.touch(
            self._pointer, self.scene, touched.kind, touched.x, touched.y, now.uptime_ms
        )
        self._show(now, zone)
        return action

    def hold_due(self, now: Now) -> Action | None:
        """Return what a finger that rests asks for."""
        self._pointer, action = pointing.hold_due(self._pointer, now.uptime_ms)
        return action

    def age_ms(self, now: Now) -> int:
        """Return for how long the scene has been shown."""
        return now.uptime_ms - self._drawn_ms

    def press(self, target: str, read: Callable[[], None]) -> None:
        """Put a simulated finger on what bears this name, and ``read`` it as any other.

        Raises :class:`SimulationError` where there is no such thing, or it does not count now.
        """
        self._picture.inject("down", *center_of(self.scene, target))
        read()
        if not self._pointer.is_frozen:
            raise SimulationError(
                f"touch {target!r}: it fell into the moment after a change, when nothing that "
                f"moved counts; let {pointing.GUARD_MS} ms pass"
            )

    def release(self, read: Callable[[], None]) -> None:
        """Lift the simulated finger where it is."""
        self._picture.inject("up")
        read()

    def close(self) -> None:
        """Give the screen back."""
        self._picture.close()

    def _show(self, now: Now, zone: ZoneInfo) -> None:
        if self.scene is not None:
            self._picture.show(pointing.with_ring(self.scene, self._pointer), now, zone)
