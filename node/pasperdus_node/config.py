"""The node's configuration file."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from pasperdus_contract.fields import Boot, Name
from pasperdus_service.settings import MqttSettings, Settings

Pin = Annotated[int, Field(ge=2, le=27)]
"""A BCM number. 0 and 1 belong to the HAT's EEPROM."""


_USUAL_SIZES = {"agent": (720, 1280), "public": (1920, 1080)}
_KNOWN_GLASS = (  # width, height, pixels in a millimetre
    (720, 1280, 8.3),  # Raspberry Pi Touch Display 2
    (800, 480, 5.2),  # Raspberry Pi Touch Display, 7 inches
    (1920, 1080, 3.6),  # a screen of 24 inches
)
_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class NodeSettings(Settings):
    """Who we are and which collector's word counts."""

    name: Name
    collector: Name


class OutboxSettings(Settings):
    """Where events wait until the collector has them."""

    path: Path


class GpioSettings(Settings):
    """Which gpiozero back-end drives the pins; never another one silently."""

    pin_factory: Literal["lgpio", "rpigpio", "native", "mock"] = "lgpio"


class BeamSettings(Settings):
    """A pair of beams across one line; the table's name is the line."""

    outer_pin: Pin
    inner_pin: Pin
    gap_mode: bool = False


class ButtonSettings(Settings):
    """A rating box; the table's name is the question, the first pin the worst score."""

    scale: Annotated[int, Field(ge=2, le=5)]
    pins: list[Pin]
    leds: list[Pin] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_pin_a_score(self) -> Self:
        if len(self.pins) != self.scale:
            raise ValueError(f"pins: a scale of {self.scale} needs {self.scale} pins")
        if self.leds and len(self.leds) != self.scale:
            raise ValueError(f"leds: give {self.scale} pins, or none")
        return self


class ScreenSettings(Settings):
    """A screen: an agent's terminal, or one for everybody in the waiting room.

    ``width`` and ``height`` are pixels; ``light_sensor`` is a file that holds the light in lux.
    """

    kind: Literal["agent", "public"]
    site: Name = "default"
    width: Annotated[int, Field(ge=320, le=7680)]
    height: Annotated[int, Field(ge=320, le=7680)]
    px_per_mm: Annotated[float, Field(ge=1.0, le=30.0)]
    driver: Literal["auto", "kmsdrm", "x11", "wayland", "dummy"] = "auto"
    is_window: bool = False
    language: Literal["fr", "en"] = "fr"
    theme: Literal["auto", "day", "night"] = "auto"
    day_from: str = "07:30"
    night_from: str = "19:00"
    light_sensor: Path | None = None
    sound: bool = True
    next_pin: Pin | None = None
    blank_pin: Pin | None = None
    led_pin: Pin | None = None

    @model_validator(mode="before")
    @classmethod
    def _has_the_size_of_a_known_glass(cls, told: Any) -> Any:
        """Fill in what the usual glass of this kind, or one of this size, has."""
        if not isinstance(told, dict):
            return told
        if ("width" in told) != ("height" in told):
            missing = "height" if "width" in told else "width"
            raise ValueError(f"{missing}: is missing; give width and height together, or neither")
        width, height = _USUAL_SIZES.get(str(told.get("kind")), _USUAL_SIZES["agent"])
        size = {"width": width, "height": height} | told
        for width, height, px_per_mm in _KNOWN_GLASS:
            if (size["width"], size["height"]) == (width, height):
                return {"px_per_mm": px_per_mm} | size
        if "px_per_mm" not in told:
            raise ValueError(
                f"px_per_mm: is missing, and not known for {size['width']} x {size['height']}; "
                "divide the width in pixels by the width of the glass in millimetres"
            )
        return size

    @field_validator("day_from", "night_from")
    @classmethod
    def _is_a_time_of_day(cls, told: str) -> str:
        if not _TIME_OF_DAY.fullmatch(told):
            raise ValueError(f"{told!r} is no time of day; write hours and minutes, as in 07:30")
        return told

    @model_validator(mode="after")
    def _can_be_shown(self) -> Self:
        if self.is_window and self.driver == "kmsdrm":
            raise ValueError(
                "is_window: there are no windows without a desktop; remove it, or write "
                'driver = "x11" or "wayland"'
            )
        if self.day_from >= self.night_from:
            raise ValueError(f"night_from: {self.night_from} is not after day_from {self.day_from}")
        if self.kind == "public":
            for key in ("next_pin", "blank_pin", "led_pin"):
                if getattr(self, key) is not None:
                    raise ValueError(f"{key}: a public screen has no buttons and no LED; remove it")
        return self

    def pins(self) -> list[int]:
        """Return the pins that are wired."""
        known = (self.next_pin, self.blank_pin, self.led_pin)
        return [pin for pin in known if pin is not None]


class SimulationSettings(Settings):
    """Pins without hardware, moved through a socket; for demonstrations and tests."""

    socket: Path
    clock: Literal["system", "driven"] = "system"
    synced: bool = True
    boot: Boot | None = None


class Config(Settings):
    """The whole file."""

    node: NodeSettings
    mqtt: MqttSettings
    outbox: OutboxSettings
    gpio: GpioSettings = GpioSettings()
    beams: dict[Name, BeamSettings] = Field(default_factory=dict)
    buttons: dict[Name, ButtonSettings] = Field(default_factory=dict)
    screen: ScreenSettings | None = None
    simulation: SimulationSettings | None = None

    @field_validator("mqtt")
    @classmethod
    def _broker_is_elsewhere(cls, mqtt: MqttSettings) -> MqttSettings:
        if mqtt.is_embedded:
            raise ValueError("url: a node runs no broker; write the collector's mqtt:// address")
        return mqtt

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        taken: dict[int, str] = {}
        for table, pin in self._pins():
            if pin in taken:
                raise ValueError(
                    f"pin {pin} is used by [{taken[pin]}] and [{table}]; give each its own pin"
                )
            taken[pin] = table
        for name in sorted(self.beams.keys() & self.buttons.keys()):
            raise ValueError(f"[beams.{name}] and [buttons.{name}] need different names")
        if self.screen is not None and "screen" in self.beams.keys() | self.buttons.keys():
            raise ValueError(
                '"screen" is what this node\'s health calls its screen; name beams and '
                "buttons otherwise"
            )
        if (self.simulation is not None) != (self.gpio.pin_factory == "mock"):
            raise ValueError('[gpio] pin_factory = "mock" and [simulation] go together')
        return self

    def _pins(self) -> list[tuple[str, int]]:
        pins: list[tuple[str, int]] = []
        for name, beams in self.beams.items():
            pins += [(f"beams.{name}", beams.outer_pin), (f"beams.{name}", beams.inner_pin)]
        for name, buttons in self.buttons.items():
            pins += [(f"buttons.{name}", pin) for pin in (*buttons.pins, *buttons.leds)]
        if self.screen is not None:
            pins += [("screen", pin) for pin in self.screen.pins()]
        return pins
