"""The sound of a call."""

import os
from typing import Any

import numpy as np
import pygame
import pytest
from structlog.testing import capture_logs

from pasperdus_node.display.chime import NOTES, RATE_HZ, RETRY_S, Chime, samples
from pasperdus_node.screens.look import Glass
from support.glass import opened


def test_it_is_two_notes_one_after_the_other() -> None:
    sound = np.frombuffer(samples(), np.int16)

    for pitch_hz, begins_s in NOTES:
        first = round(begins_s * RATE_HZ)
        part = sound[first : first + round(0.25 * RATE_HZ)]
        spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
        assert spectrum.argmax() * RATE_HZ / len(part) == pytest.approx(pitch_hz, abs=5)


def test_it_is_soft_and_neither_clicks_nor_drones() -> None:
    sound = np.frombuffer(samples(), np.int16).astype(float) / 32_768

    assert 0.2 < np.abs(sound).max() < 0.7
    assert np.abs(sound[[0, -1]]).max() < 0.01
    assert np.abs(np.diff(sound)).max() < 0.2
    assert 0.8 < len(sound) / RATE_HZ < 1.5


def test_a_machine_without_sound_is_told_once_and_asked_again_only_when_it_may_have_some(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s, there = [0.0], [frozenset[str]()]
    tried: list[float] = []
    init = pygame.mixer.init

    def counted(*how: Any, **more: Any) -> None:
        tried.append(now_s[0])
        init(*how, **more)

    monkeypatch.setattr(pygame.mixer, "init", counted)
    monkeypatch.setenv("SDL_AUDIODRIVER", "none-of-that-name")
    chime = Chime(devices=lambda: there[0], clock_s=lambda: now_s[0])
    with capture_logs() as logs:
        for now_s[0] in (0.0, 1.0, 2 * RETRY_S):
            chime.play()
        there[0] = frozenset({"/dev/snd/controlC0"})
        for now_s[0] in (2 * RETRY_S + 1, 2 * RETRY_S + 2, 3 * RETRY_S + 2):
            chime.play()
    assert tried == [0.0, 2 * RETRY_S + 1, 3 * RETRY_S + 2]
    assert [log["log_level"] for log in logs] == ["warning"]
    assert "no audio device" in logs[0]["event"]

    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    now_s[0] = 5 * RETRY_S
    with capture_logs() as logs:
        chime.play()
        chime.play()
    assert [log["event"] for log in logs] == ["calls are heard again"]
    chime.close()


def test_a_screen_that_is_drawn_nowhere_is_heard_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "none-of-that-name")
    with capture_logs() as logs, opened(Glass(width=400, height=320, px_per_mm=5.0)) as window:
        window.chime()

        assert os.environ["SDL_AUDIODRIVER"] == "dummy"
    assert logs == []
