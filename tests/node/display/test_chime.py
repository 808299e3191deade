"""The sound of a call."""

from collections.abc import Iterator

import numpy as np
import pytest
from structlog.testing import capture_logs

from pasperdus_node.display.chime import NOTES, RATE_HZ, Chime, samples


@pytest.fixture
def chime() -> Iterator[Chime]:
    chime = Chime()
    yield chime
    chime.close()


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


def test_a_screen_without_a_sound_device_tells_so_once_and_goes_on(
    chime: Chime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "none-of-that-name")
    with capture_logs() as logs:
        chime.play()
        chime.play()

    assert [log["log_level"] for log in logs] == ["warning"]
    assert "no audio device" in logs[0]["event"]

    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    with capture_logs() as logs:
        chime.play()
        chime.play()
    assert [log["event"] for log in logs] == ["calls are heard again"]
