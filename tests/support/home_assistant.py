"""What Home Assistant takes: its documented device discovery, written down as a JSON Schema.

Of the many entity options only those are let in that we use; the sources are in
docs/home-assistant.md.
"""

from __future__ import annotations

import json
from typing import Any

import jsonschema

_TEXT = {"type": "string", "minLength": 1}
_TOPIC = {"type": "string", "pattern": r"^[^+#\s]+$"}
_TEMPLATE = {"type": "string", "pattern": r"^\{\{ .+ \}\}$"}
_AVAILABILITY = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["topic"],
        "properties": {"topic": _TOPIC, "value_template": _TEMPLATE},
        "additionalProperties": False,
    },
}
_ENTITY: dict[str, Any] = {
    "platform": {"enum": ["sensor", "binary_sensor"]},
    "name": _TEXT,
    "unique_id": {"type": "string", "pattern": r"^[a-z0-9_-]+$"},
    "default_entity_id": {"type": "string", "pattern": r"^(sensor|binary_sensor)\.[a-z0-9_]+$"},
    "value_template": _TEMPLATE,
    "icon": {"type": "string", "pattern": r"^mdi:[a-z-]+$"},
    "entity_category": {"const": "diagnostic"},  # a sensor cannot be of the category config
    "availability": _AVAILABILITY,
    "availability_mode": {"enum": ["all", "any", "latest"]},
}
_REQUIRED = ["platform", "name", "unique_id", "value_template"]


def _entity(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [*_REQUIRED, *required],
        "properties": {**_ENTITY, **properties},
        "additionalProperties": False,
    }


def _sensor(device_class: str, units: list[str]) -> dict[str, Any]:
    return _entity(
        ["device_class", "unit_of_measurement"],
        platform={"const": "sensor"},
        device_class={"const": device_class},
        state_class={"const": "measurement"},
        unit_of_measurement={"enum": units},
    )


_SENSOR = {"const": "sensor"}
_COMPONENT = {
    "oneOf": [
        # A platform alone removes the entity.
        {
            "type": "object",
            "required": ["platform"],
            "properties": {"platform": _ENTITY["platform"]},
            "additionalProperties": False,
        },
        _entity(
            ["device_class"],
            platform={"const": "binary_sensor"},
            device_class={"enum": ["connectivity", "problem"]},
            payload_on=_TEXT,
            payload_off=_TEXT,
        ),
        _entity(["device_class"], platform=_SENSOR, device_class={"const": "timestamp"}),
        _sensor("temperature", ["°C", "°F", "K"]),
        _sensor("data_size", ["B", "kB", "MB", "GB", "KiB", "MiB", "GiB"]),
        _sensor("battery", ["%"]),
        _entity(
            ["state_class"],
            platform=_SENSOR,
            state_class={"const": "measurement"},
            unit_of_measurement=_TEXT,
        ),
        _entity(
            ["state_class", "last_reset_value_template"],  # only a total may be reset
            platform=_SENSOR,
            state_class={"const": "total"},
            unit_of_measurement=_TEXT,
            last_reset_value_template=_TEMPLATE,
        ),
    ]
}
DEVICE_DISCOVERY: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["device", "origin", "components", "state_topic"],
    "properties": {
        "device": {
            "type": "object",
            "required": ["identifiers", "name"],
            "properties": {
                "identifiers": {"type": "array", "minItems": 1, "items": _TEXT},
                "name": _TEXT,
                "manufacturer": _TEXT,
                "model": _TEXT,
                "sw_version": _TEXT,
            },
            "additionalProperties": False,
        },
        "origin": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": _TEXT, "sw_version": _TEXT},
            "additionalProperties": False,
        },
        "state_topic": _TOPIC,
        "availability": _AVAILABILITY,
        "qos": {"enum": [0, 1, 2]},
        "components": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": r"^[a-zA-Z0-9_-]+$"},
            "additionalProperties": _COMPONENT,
        },
    },
    "additionalProperties": False,
}
CONFIG_TOPIC = r"homeassistant/device/[a-zA-Z0-9_-]+/config"
_VALIDATOR = jsonschema.Draft202012Validator(DEVICE_DISCOVERY)


def checked(payload: bytes | str | dict[str, Any]) -> dict[str, Any]:
    """Return a device's description after a look at all of it.

    Raises ``jsonschema.ValidationError`` when Home Assistant would not take it.
    """
    device: dict[str, Any] = payload if isinstance(payload, dict) else json.loads(payload)
    _VALIDATOR.validate(device)
    for entity in device["components"].values():
        if "default_entity_id" in entity:
            domain, _, _ = entity["default_entity_id"].partition(".")
            assert domain == entity["platform"], "another domain than its platform's"
    return device
