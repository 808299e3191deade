"""Beside a terminal's glass: the buttons « next » and « blank », and a lamp."""

from gpiozero import LED

from pasperdus_node.errors import SensorError
from pasperdus_node.sensors.pins import PinEdge, Sink, WatchedPins

NEXT, BLANK = 1, 2
SENSOR = "[screen]"  # no name of beams or buttons has a bracket
AGAIN_MS = 300  # contacts bounce; a finger is not that fast

_NAMES = {NEXT: "next", BLANK: "blank"}


class Knobs:
    """Tells each press of a button once, at the moment in which it goes down."""

    def __init__(self, *, next_pin: int | None, blank_pin: int | None) -> None:
        wired = {NEXT: next_pin, BLANK: blank_pin}
        self._pins = WatchedPins(
            SENSOR,
            {channel: pin for channel, pin in wired.items() if pin is not None},
            is_on_when_low=True,
        )
        self._moved_ms: dict[int, int] = {}

    def start(self, sink: Sink) -> None:
        """Begin to watch. Raises :class:`SensorError` when a pin cannot be had."""
        self._pins.start(sink)

    def press(self, edge: PinEdge, t_ms: int) -> str | None:
        """Return the name of the button that an edge presses, or None.

        Whatever follows an edge of the same contact at once is its bouncing.
        """
        before_ms = self._moved_ms.get(edge.channel)
        self._moved_ms[edge.channel] = t_ms
        is_bounce = before_ms is not None and t_ms - before_ms < AGAIN_MS
        return _NAMES[edge.channel] if edge.is_on and not is_bounce else None

    def stop(self) -> None:
        """Give the pins back."""
        self._pins.stop()


class Lamp:
    """One LED, or none where none is wired."""

    def __init__(self, pin: int | None) -> None:
        self._led: LED | None = None
        if pin is None:
            return
        try:
            self._led = LED(pin)
        except Exception as error:  # each back-end has errors of its own
            raise SensorError(f"[screen] led_pin {pin} cannot be used: {error}") from error

    @property
    def is_lit(self) -> bool:
        """Whether it is on."""
        return self._led is not None and bool(self._led.is_lit)

    def light(self, *, is_on: bool) -> None:
        """Put it on or out."""
        if self._led is not None and is_on != self.is_lit:
            self._led.value = is_on

    def stop(self) -> None:
        """Give the pin back."""
        if self._led is not None:
            self._led.close()
