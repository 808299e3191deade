"""The glass that somebody looks at and touches: what can be asked of it, and what it needs.

It is imported without pygame, so that a node that lacks it can say so.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, Protocol

from pasperdus_node.display.touches import Closed, Key, Touch, TouchKind
from pasperdus_node.errors import ScreenError
from pasperdus_node.screens.look import Measure
from pasperdus_node.screens.scene import Scene
from pasperdus_node.screens.theme import Theme

__all__ = ["Closed", "Key", "Touch", "Window", "WindowSettings", "check_devices", "chosen_driver"]

Driver = Literal["kmsdrm", "x11", "wayland", "dummy"]
DRI = Path("/dev/dri")
INPUT = Path("/dev/input")


class WindowSettings(Protocol):
    """What a window needs of ``[screen]``; only an agent's is touched."""

    @property
    def kind(self) -> Literal["agent", "public"]:
        """Who looks at it."""

    @property
    def width(self) -> int:
        """In pixels."""

    @property
    def height(self) -> int:
        """In pixels."""

    @property
    def driver(self) -> Literal["auto", "kmsdrm", "x11", "wayland", "dummy"]:
        """Which of SDL's drivers opens it."""

    @property
    def is_window(self) -> bool:
        """Whether it leaves room for others on a desktop."""


class Window:
    """A window, or the whole screen. One at a time in a process.

    Raises :class:`ScreenError` where the screen cannot be had as configured; there is never another
    one instead.
    """

    def __init__(self, settings: WindowSettings) -> None:
        driver = chosen_driver(settings.driver, os.environ)
        if driver == "kmsdrm":
            check_devices(is_touched=settings.kind == "agent")
        os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
        try:
            from pasperdus_node.display.glass import SdlGlass
        except ImportError as error:
            raise ScreenError(
                f"screen: pygame cannot be imported ({error}); on a Raspberry Pi install Debian's "
                "python3-pygame and make the environment with --system-site-packages, elsewhere "
                "install pasperdus[screen]"
            ) from error
        self._glass = SdlGlass(
            driver=driver,
            width=settings.width,
            height=settings.height,
            is_window=settings.is_window,
            is_touched=settings.kind == "agent",
        )
        self.measure: Measure = self._glass.measure
        """Width of a text in pixels, as it will be drawn."""

    def show(self, scene: Scene, theme: Theme) -> bool:
        """Draw what differs from the last scene; tell whether anything did."""
        return self._glass.show(scene, theme)

    def forget_texts(self) -> None:
        """Keep no text in memory that is not on the glass."""
        self._glass.forget_texts()

    def read(self) -> list[Touch | Key | Closed]:
        """Return what was done since the last time, oldest first; it never waits."""
        return self._glass.read()

    def inject(self, kind: TouchKind, x: int | None = None, y: int | None = None) -> None:
        """Let a simulated finger touch the glass, where it was last unless told otherwise.

        :meth:`read` then tells of it, through the same queue as of a real one.
        """
        self._glass.inject(kind, x, y)

    def chime(self) -> None:
        """Sound a call, without waiting for its end."""
        self._glass.chime()

    def picture(self) -> bytes:
        """Return what is shown: rows from the top, three bytes (red, green, blue) a pixel."""
        return self._glass.picture()

    def close(self) -> None:
        """Give the screen back."""
        self._glass.close()


def chosen_driver(
    driver: Literal["auto", "kmsdrm", "x11", "wayland", "dummy"], environment: Mapping[str, str]
) -> Driver:
    """Return the driver to ask for by name.

    Left to itself, SDL would rather draw where nobody sees it than fail.
    """
    if driver != "auto":
        return driver
    if environment.get("DISPLAY"):
        return "x11"
    return "wayland" if environment.get("WAYLAND_DISPLAY") else "kmsdrm"


def check_devices(
    *,
    is_touched: bool,
    dri: Path = DRI,
    inputs: Path = INPUT,
    can_use: Callable[[Path, int], bool] = os.access,
) -> None:
    """Raise :class:`ScreenError` where the devices of a screen without a desktop cannot be used.

    SDL itself says nothing of touch screens that it may not read: a finger would do nothing.
    """
    cards = sorted(dri.glob("card*"))
    if not cards:
        raise ScreenError(
            f"screen: there is no {dri}/card*; connect the screen, and keep "
            "dtoverlay=vc4-kms-v3d in the Raspberry Pi's config.txt"
        )
    if not any(can_use(card, os.R_OK | os.W_OK) for card in cards):
        raise ScreenError(
            f"screen: {cards[0]} may not be used; "
            "add the node's user to the groups video and render"
        )
    if not is_touched:
        return
    readable = sorted(inputs.glob("event*"))
    if not readable:
        raise ScreenError(
            f"screen: there is no {inputs}/event*; connect the touch screen's cable and start again"
        )
    if not any(can_use(device, os.R_OK) for device in readable):
        raise ScreenError(
            f"screen: no {inputs}/event* may be read, so that no touch would be seen; "
            "add the node's user to the group input"
        )
