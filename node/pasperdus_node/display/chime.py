"""The sound of a call: two soft notes, made here, so that there is no file to license or lose."""

import os
import time
from array import array
from collections.abc import Callable
from math import exp, pi, sin
from pathlib import Path

import pygame
import structlog

SOUND = Path("/dev/snd")
RETRY_S = 600.0  # for a device that somebody else has

RATE_HZ = 22_050
NOTES = ((659.26, 0.0), (523.25, 0.28))  # E5, then C5 below it: an announcement, no alarm
RINGS_S = 0.9
ATTACK_S = 0.012  # a note that begins at once clicks
FADE_S = 0.26
LOUDNESS = 0.32  # of the loudest that there is, each note
PARTIALS = ((1.0, 1.0), (2.0, 0.22), (3.0, 0.07))  # what makes it a bell rather than a whistle

log = structlog.get_logger()


class Chime:
    """Opens the sound device at the first call that is to be heard."""

    def __init__(
        self,
        *,
        is_dummy: bool = False,
        devices: Callable[[], frozenset[str]] = lambda: frozenset(map(str, SOUND.glob("*"))),
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._is_dummy = is_dummy
        self._devices = devices
        self._clock_s = clock_s
        self._sound: pygame.mixer.Sound | None = None
        self._is_failing = False
        self._tried_with: frozenset[str] = frozenset()
        self._tried_at_s = 0.0

    def play(self) -> None:
        """Sound it, without waiting for its end. A screen without sound still shows every call."""
        if self._is_failing and not self._may_have_changed():
            return
        try:
            if self._sound is None:
                if self._is_dummy:
                    os.environ["SDL_AUDIODRIVER"] = "dummy"
                # The samples are one channel at this rate: the mixer must not choose others.
                pygame.mixer.init(RATE_HZ, -16, 1, 1024, allowedchanges=0)
                self._sound = pygame.mixer.Sound(buffer=samples())
            self._sound.play()
        except pygame.error as error:
            self._sound = None
            self._tried_with, self._tried_at_s = self._devices(), self._clock_s()
            if not self._is_failing:
                self._is_failing = True
                log.warning(
                    "calls make no sound: no audio device; they are shown", reason=str(error)
                )
            return
        if self._is_failing:
            self._is_failing = False
            log.info("calls are heard again")

    def _may_have_changed(self) -> bool:
        """Whether it is worth another try: each prints a screenful where there is no device."""
        devices = self._devices()
        is_rested = self._clock_s() - self._tried_at_s >= RETRY_S
        return devices != self._tried_with or (bool(devices) and is_rested)

    def close(self) -> None:
        """Give the sound device back."""
        self._sound = None
        pygame.mixer.quit()


def samples() -> bytes:
    """Return both notes as signed 16-bit samples of this machine's byte order."""
    steps = range(round((NOTES[-1][1] + RINGS_S) * RATE_HZ))
    return array("h", (round(32_767 * _level(step / RATE_HZ)) for step in steps)).tobytes()


def _level(at_s: float) -> float:
    """Return the sound at a moment, -1 to 1."""
    level = 0.0
    for pitch_hz, begins_s in NOTES:
        since_s = at_s - begins_s
        if 0.0 <= since_s < RINGS_S:
            # The last of it fades to nothing, so that the end does not click either.
            swell = min(1.0, since_s / ATTACK_S) * min(1.0, (RINGS_S - since_s) / ATTACK_S)
            tone = sum(share * sin(2 * pi * pitch_hz * n * since_s) for n, share in PARTIALS)
            level += LOUDNESS * swell * exp(-since_s / FADE_S) * tone
    return max(-1.0, min(1.0, level))
