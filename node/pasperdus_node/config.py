"""The node's configuration file."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from pasperdus_contract.fields import Boot, Name
from pasperdus_service.settings import MqttSettings, Settings

Pin = Annotated[int, Field(ge=2, le=27)]
"""A BCM number. 0 and 1 belong to the HAT's EEPROM."""


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
        if (self.simulation is not None) != (self.gpio.pin_factory == "mock"):
            raise ValueError('[gpio] pin_factory = "mock" and [simulation] go together')
        return self

    def _pins(self) -> list[tuple[str, int]]:
        pins: list[tuple[str, int]] = []
        for name, beams in self.beams.items():
            pins += [(f"beams.{name}", beams.outer_pin), (f"beams.{name}", beams.inner_pin)]
        for name, buttons in self.buttons.items():
            pins += [(f"buttons.{name}", pin) for pin in (*buttons.pins, *buttons.leds)]
        return pins
