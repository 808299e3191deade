"""The window that SDL gives us: what is drawn appears on it, and its touches are read here."""

import os

import pygame
from pygame.event import Event

from pasperdus_node.display.chime import Chime
from pasperdus_node.display.fonts import Fonts
from pasperdus_node.display.painting import Painter, differences
from pasperdus_node.display.touches import MOUSE, Closed, Key, OneFinger, Touch, TouchKind
from pasperdus_node.errors import ScreenError
from pasperdus_node.screens.scene import Scene
from pasperdus_node.screens.theme import Theme

_LEFT = 1  # mouse button
_FINGERS: dict[int, TouchKind] = {
    pygame.FINGERDOWN: "down",
    pygame.FINGERMOTION: "move",
    pygame.FINGERUP: "up",
}
_MOUSES: dict[int, TouchKind] = {
    pygame.MOUSEBUTTONDOWN: "down",
    pygame.MOUSEMOTION: "move",
    pygame.MOUSEBUTTONUP: "up",
}
_READ = (*_FINGERS, *_MOUSES, pygame.KEYDOWN, pygame.QUIT, pygame.VIDEOEXPOSE)


class SdlGlass:
    """One window, or the whole screen; see :class:`display.window.Window`."""

    def __init__(
        self, *, driver: str, width: int, height: int, is_window: bool, is_touched: bool
    ) -> None:
        self._size = (width, height)
        self._hides_pointer = not is_window
        self._is_touched = is_touched
        fonts = Fonts()
        self._surface = self._opened(driver, is_window=is_window)
        pygame.display.set_caption("Pas perdus")
        pygame.key.stop_text_input()  # nobody writes here: no keyboard may slide over the glass
        pygame.event.set_blocked(None)
        pygame.event.set_allowed(list(_READ))
        if self._hides_pointer:
            pygame.mouse.set_visible(False)
        self._painter = Painter(self._surface, fonts)
        self._one = OneFinger(width, height)
        self._chime = Chime(is_dummy=driver == "dummy")
        self._injected = (0, 0)
        self._scene: Scene | None = None
        self._theme: Theme | None = None
        self.measure = self._painter.measure

    def show(self, scene: Scene, theme: Theme) -> bool:
        """Draw what differs from the last scene; tell whether anything did."""
        # Until it is drawn nobody knows what is on the glass: a drawing may fail half way.
        old, self._scene = self._scene, None
        old_theme, self._theme = self._theme, theme
        if old is None or old.ground != scene.ground or old_theme != theme:
            boxes = [self._surface.get_rect()]
        else:
            boxes = differences(old, scene)
        for box in boxes:
            self._painter.paint(scene, theme, box)
        if boxes:
            pygame.display.update(boxes)
        self._scene = scene
        return bool(boxes)

    def forget_texts(self) -> None:
        """Keep no text that is not on the glass."""
        self._painter.forget_texts()

    def read(self) -> list[Touch | Key | Closed]:
        """Return what was done since the last time, oldest first."""
        done: list[Touch | Key | Closed] = []
        for event in pygame.event.get():
            done += self._meant(event)
        return done

    def inject(self, kind: TouchKind, x: int | None, y: int | None) -> None:
        """Put a finger's report among those of the touch screen, for simulations."""
        last_x, last_y = self._injected
        self._injected = (last_x if x is None else x, last_y if y is None else y)
        number = next(number for number, one in _FINGERS.items() if one == kind)
        # The middle of a pixel: a share of the width falls short of its edge when it is rounded.
        at = {
            name: (pixel + 0.5) / size
            for name, pixel, size in zip("xy", self._injected, self._size, strict=True)
        }
        pygame.event.post(Event(number, {"touch_id": 0, "finger_id": 0, **at}))

    def chime(self) -> None:
        """Sound a call."""
        self._chime.play()

    def picture(self) -> bytes:
        """Return what is shown, three bytes a pixel."""
        return pygame.image.tostring(self._surface, "RGB")

    def close(self) -> None:
        """Give glass and sound back."""
        self._chime.close()
        pygame.display.quit()

    def _opened(self, driver: str, *, is_window: bool) -> pygame.Surface:
        os.environ["SDL_VIDEODRIVER"] = driver
        # The node ends by its own signal handlers, and a finger is no mouse.
        os.environ["SDL_NO_SIGNAL_HANDLERS"] = "1"
        os.environ["SDL_TOUCH_MOUSE_EVENTS"] = "0"
        try:
            pygame.display.init()
        except pygame.error as error:
            raise ScreenError(_not_opened(driver, str(error))) from error
        try:
            pygame.display.set_allow_screensaver(False)
            if driver == "dummy":  # as large as one likes
                return pygame.display.set_mode(self._size)
            self._check_size(is_window=is_window)
            return pygame.display.set_mode(self._size, 0 if is_window else pygame.FULLSCREEN)
        except pygame.error as error:
            pygame.display.quit()
            raise ScreenError(_not_opened(driver, str(error))) from error
        except ScreenError:
            pygame.display.quit()
            raise

    def _check_size(self, *, is_window: bool) -> None:
        width, height = self._size
        real_width, real_height = pygame.display.get_desktop_sizes()[0]
        told = f"screen: the screen is {real_width} x {real_height} pixels"
        if is_window and (width > real_width or height > real_height):
            raise ScreenError(
                f"{told}, the window would be {width} x {height}; "
                "set a smaller width and height in [screen]"
            )
        if not is_window and (width, height) != (real_width, real_height):
            raise ScreenError(
                f"{told}, the configuration says {width} x {height}; set width, height and "
                "px_per_mm in [screen] to those of the screen (it is never turned: a portrait "
                "screen is taller than wide), or is_window = true on a desktop"
            )

    def _meant(self, event: Event) -> list[Touch | Key | Closed]:
        match event.type:
            case pygame.QUIT:
                return [Closed()]
            case pygame.KEYDOWN:
                return _key(event.key)
            case pygame.VIDEOEXPOSE:
                pygame.display.flip()  # a desktop had something above the window
        if event.type in _FINGERS:
            if self._hides_pointer:
                pygame.mouse.set_visible(False)
            x, y = event.x * self._size[0], event.y * self._size[1]
            kind = _FINGERS[event.type]
            return [*self._one.follow(kind, event.touch_id, event.finger_id, x, y)]
        if event.type in _MOUSES and not getattr(event, "touch", False):
            return [*self._mouse(event)]
        return []

    def _mouse(self, event: Event) -> list[Touch]:
        kind = _MOUSES[event.type]
        if kind == "move" and self._is_touched:
            pygame.mouse.set_visible(True)
        if kind != "move" and event.button != _LEFT:
            return []
        return self._one.follow(kind, MOUSE, MOUSE, *event.pos)


def _key(key: int) -> list[Touch | Key | Closed]:
    match key:
        case pygame.K_b:
            return [Key(name="blank")]
        case pygame.K_n:
            return [Key(name="next")]
        case pygame.K_q:
            return [Closed()]
    return []


def _not_opened(driver: str, reason: str) -> str:
    """Say why SDL has no glass for us: it tells a missing driver and a refused one alike."""
    what = f"screen: the driver {driver} cannot open the screen ({reason}); "
    match driver:
        case "kmsdrm":
            return what + (
                "end a desktop that holds the screen, and use Debian's python3-pygame in an "
                "environment made with --system-site-packages: pip's pygame has no kmsdrm"
            )
        case "x11" | "wayland":
            return what + (
                "start it from the desktop's session, "
                'or set driver = "kmsdrm" in [screen] where there is no desktop'
            )
    return what + "choose another driver in [screen]"
