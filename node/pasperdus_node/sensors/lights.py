"""The LED in each button: it tells the visitor that the press is kept."""

from collections.abc import Sequence

from gpiozero import LED

from pasperdus_node.errors import SensorError

GLOW_MS = 1_200  # long enough to be seen while the hand leaves the button


class Lights:
    """One LED a score; none where none is wired."""

    def __init__(self, name: str, pins: Sequence[int]) -> None:
        self._name = name
        self._pins = pins
        self._leds: list[LED] = []
        self._off_at_ms: int | None = None

    def start(self) -> None:
        """Take the pins. Raises :class:`SensorError` when one cannot be had."""
        for pin in self._pins:
            try:
                self._leds.append(LED(pin))
            except Exception as error:  # each back-end has errors of its own
                raise SensorError(f"{self._name}: LED pin {pin} cannot be used: {error}") from error

    def glow(self, score: int, t_ms: int) -> None:
        """Light the button of ``score`` for a moment."""
        if self._leds:
            self._leds[score - 1].on()
            self._off_at_ms = t_ms + GLOW_MS

    @property
    def deadline_ms(self) -> int | None:
        """When the light goes out."""
        return self._off_at_ms

    def advance(self, t_ms: int) -> None:
        """Put the light out when it has been seen."""
        if self._off_at_ms is not None and t_ms >= self._off_at_ms:
            self.dark()

    def lit(self) -> list[int]:
        """Return the scores whose LED is on."""
        return [score for score, led in enumerate(self._leds, start=1) if led.is_lit]

    def dark(self) -> None:
        """Put every light out."""
        for led in self._leds:
            led.off()
        self._off_at_ms = None

    def stop(self) -> None:
        """Give the pins back."""
        for led in self._leds:
            led.close()
        self._leds.clear()
