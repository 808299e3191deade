"""What Home Assistant is told of a device: discovery payloads in the device form (pure).

One retained message describes a device with all its entities. Each entity reads one value of the
device's state, a small JSON at a topic of its own (``states``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pasperdus_collector.home_assistant.words import Words
from pasperdus_collector.node_state import NodeState
from pasperdus_contract.topics import Topics

MAKER = "Pas perdus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where and how this collector speaks to Home Assistant."""

    collector: str
    prefix: str
    discovery: str
    """Home Assistant's discovery prefix."""

    version: str
    words: Words

    @property
    def own(self) -> str:
        """How the ids of this collector's devices begin; no name of ours holds an underscore."""
        return f"pasperdus_{self.collector}_"

    def node_id(self, node: str) -> str:
        """Return the id of a node's device."""
        return f"{self.own}node_{node}"

    def site_id(self, site: str) -> str:
        """Return the id of a site's device."""
        return f"{self.own}site_{site}"

    def config_topic(self, device: str) -> str:
        """Return where a device is described."""
        return f"{self.discovery}/device/{device}/config"

    def node_topic(self, node: str) -> str:
        """Return where the state of a node is."""
        return f"{self.prefix}/home/node/{node}"

    def site_topic(self, site: str) -> str:
        """Return where the state of a site is."""
        return f"{self.prefix}/home/site/{site}"


def node_device(home: Home, node: NodeState, title: str) -> dict[str, Any]:
    """Describe a node in the zone called ``title``.

    Its measurements are unavailable while it is not heard: they would be old. What tells when it
    was last heard stays.
    """
    words = home.words
    topic = home.node_topic(node.node)
    while_heard = {
        "availability_mode": "all",
        "availability": [
            _collector_availability(home),
            {
                "topic": topic,
                "value_template": "{{ 'online' if value_json.state == 'online' else 'offline' }}",
            },
        ],
    }
    entities: dict[str, dict[str, Any]] = {
        "online": {
            "platform": "binary_sensor",
            "name": words.online,
            "device_class": "connectivity",
            "value_template": "{{ 'ON' if value_json.state == 'online' else 'OFF' }}",
        },
        "clock": _problem(words.clock, "clock_problem", while_heard),
        "sensors": _problem(words.sensors, "sensor_problem", while_heard),
        "pending": _measured(
            words.pending, "pending", {"unit_of_measurement": words.events, **while_heard}
        ),
        "heartbeat": _instant(words.heartbeat, "heartbeat"),
        "event": _instant(words.event, "event"),
        "temperature": _measured(
            words.temperature,
            "temperature_c",
            {"device_class": "temperature", "unit_of_measurement": "°C", **while_heard},
        ),
        "disk_free": _measured(
            words.disk_free,
            "disk_free_mb",
            {"device_class": "data_size", "unit_of_measurement": "MB", **while_heard},
        ),
        # A platform alone takes an entity away, and does nothing where there is none.
        "battery": {"platform": "sensor"}
        if node.battery is None
        else _measured(
            words.battery,
            "battery",
            {"device_class": "battery", "unit_of_measurement": "%", **while_heard},
        ),
    }
    for entity in entities.values():
        if len(entity) > 1:
            entity["entity_category"] = "diagnostic"
    name = node.node if title == node.node else f"{title} ({node.node})"
    device = {"name": name, "model": words.node_model}
    if node.version is not None:
        device["sw_version"] = node.version
    return _described(home, home.node_id(node.node), device, topic, entities)


def site_device(home: Home, site: str, title: str) -> dict[str, Any]:
    """Describe a site: its day so far and the people inside.

    Today's totals begin anew at midnight and may fall when events are dated anew, so they are
    totals with the instant of their last reset.
    """
    words = home.words

    def counted(name: str, key: str, icon: str) -> dict[str, Any]:
        return {
            "platform": "sensor",
            "name": name,
            "icon": icon,
            "state_class": "total",
            "unit_of_measurement": words.persons,
            "value_template": f"{{{{ value_json.{key} }}}}",
            "last_reset_value_template": "{{ value_json.day_start }}",
        }

    entities = {
        "entries_today": counted(words.entries, "entries_today", "mdi:account-arrow-right"),
        "exits_today": counted(words.exits, "exits_today", "mdi:account-arrow-left"),
        "inside": _measured(
            words.inside,
            "inside",
            {"icon": "mdi:account-group", "unit_of_measurement": words.persons},
        ),
    }
    device = {"name": f"{MAKER} {title}", "model": words.site_model}
    return _described(home, home.site_id(site), device, home.site_topic(site), entities)


def _described(
    home: Home,
    device_id: str,
    device: Mapping[str, str],
    state_topic: str,
    entities: Mapping[str, dict[str, Any]],
) -> dict[str, Any]:
    for key, entity in entities.items():
        if len(entity) > 1:
            entity["unique_id"] = f"{device_id}_{key}"
            # Ids for automations do not follow the language, nor the title of a zone.
            slug = f"{device_id}_{key}".replace("-", "_")
            entity["default_entity_id"] = f"{entity['platform']}.{slug}"
    return {
        "device": {"identifiers": [device_id], "manufacturer": MAKER, **device},
        "origin": {"name": MAKER, "sw_version": home.version},
        "state_topic": state_topic,
        "availability": [_collector_availability(home)],
        "qos": 1,
        "components": dict(entities),
    }


def _collector_availability(home: Home) -> dict[str, str]:
    return {
        "topic": Topics(home.prefix).collector_status(home.collector),
        "value_template": "{{ value_json.state }}",  # online or offline, Home Assistant's own words
    }


def _problem(name: str, key: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entity that is on while something is wrong; null means unknown."""
    return {
        "platform": "binary_sensor",
        "name": name,
        "device_class": "problem",
        "payload_on": "True",
        "payload_off": "False",
        "value_template": f"{{{{ value_json.{key} }}}}",
        **options,
    }


def _measured(name: str, key: str, options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "platform": "sensor",
        "name": name,
        "state_class": "measurement",
        "value_template": f"{{{{ value_json.{key} }}}}",
        **options,
    }


def _instant(name: str, key: str) -> dict[str, Any]:
    return {
        "platform": "sensor",
        "name": name,
        "device_class": "timestamp",
        "value_template": f"{{{{ value_json.{key} }}}}",
    }
