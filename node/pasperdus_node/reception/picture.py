"""What a piece of glass shows now: the last scene, in colours that suit the light."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from pasperdus_node.config import ScreenSettings
from pasperdus_node.display.touches import Closed, Key, Touch, TouchKind
from pasperdus_node.display.window import Window
from pasperdus_node.screens.look import Glass, Look
from pasperdus_node.screens.scene import Scene
from pasperdus_node.screens.theme import DAY, NIGHT, Theme, choose
from pasperdus_node.screens.words import languages
from pasperdus_node.terminal.state import Now

LIGHT_EVERY_MS = 10_000  # a lamp that is switched on is answered soon enough

log = structlog.get_logger()


class Picture:
    """Draws scenes, sounds their chimes, and hands on what was touched.

    Raises :class:`pasperdus_node.errors.ScreenError` where the screen cannot be had as configured.
    """

    def __init__(self, settings: ScreenSettings) -> None:
        self._settings = settings
        self._window = Window(settings)
        self._glass = Glass(
            width=settings.width, height=settings.height, px_per_mm=settings.px_per_mm
        )
        self._theme: Theme | None = None
        self._chimes: int | None = None
        self._light = None if settings.light_sensor is None else _Light(settings.light_sensor)
        self.scene: Scene | None = None
        """What is shown."""

    def look(self, language: str, zone: ZoneInfo) -> Look:
        """Return what a screen needs to be laid out on this glass."""
        return Look(
            glass=self._glass,
            measure=self._window.measure,
            words=languages()[language],
            zone=zone,
        )

    def show(self, scene: Scene, now: Now, zone: ZoneInfo) -> None:
        """Draw a scene where it differs from the one before; sound what it has to be heard for."""
        theme = self._chosen_theme(now, zone)
        if scene == self.scene and theme is self._theme:
            return
        self.scene = None  # a drawing may fail half way
        self._window.show(scene, theme)
        self.scene, self._theme = scene, theme
        if self._chimes is not None and scene.chimes > self._chimes and self._settings.sound:
            self._window.chime()
        self._chimes = scene.chimes

    def forget_texts(self) -> None:
        """Keep no text in memory that is not on the glass."""
        self._window.forget_texts()

    def read(self) -> list[Touch | Key | Closed]:
        """Return what was touched, oldest first."""
        return self._window.read()

    def inject(self, kind: TouchKind, x: int | None = None, y: int | None = None) -> None:
        """Let a simulated finger touch the glass, where it was last unless told otherwise."""
        self._window.inject(kind, x, y)

    def close(self) -> None:
        """Give the screen back."""
        self._window.close()

    def _chosen_theme(self, now: Now, zone: ZoneInfo) -> Theme:
        settings = self._settings
        if settings.theme != "auto":
            return DAY if settings.theme == "day" else NIGHT
        local = datetime.fromtimestamp(now.wall_ms / 1000, UTC).astimezone(zone)
        return choose(
            local.hour * 60 + local.minute,
            day_from=_minutes(settings.day_from),
            night_from=_minutes(settings.night_from),
            lux=None if self._light is None else self._light.lux(now.uptime_ms),
            current=self._theme,
        )


class _Light:
    """A light sensor as the kernel shows it: a file with one number, in lux."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lux: float | None = None
        self._read_at_ms: int | None = None
        self._is_failing = False

    def lux(self, uptime_ms: int) -> float | None:
        """Return the light of a moment ago; None while the sensor cannot be read."""
        if self._read_at_ms is None or uptime_ms - self._read_at_ms >= LIGHT_EVERY_MS:
            self._read_at_ms = uptime_ms
            self._lux = self._read()
        return self._lux

    def _read(self) -> float | None:
        try:
            lux = float(self._path.read_text(encoding="ascii"))
        except (OSError, ValueError) as error:
            if not self._is_failing:
                self._is_failing = True
                log.error(
                    "no light from [screen] light_sensor; the hour decides", reason=str(error)
                )
            return None
        self._is_failing = False
        return lux


def _minutes(time_of_day: str) -> int:
    hours, minutes = time_of_day.split(":")
    return int(hours) * 60 + int(minutes)
