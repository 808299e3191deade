"""The configuration that a node needs to speak to this collector, ready to be copied (pure)."""

from dataclasses import dataclass
from typing import Literal

from pasperdus_service.settings import MqttSettings

NodeKind = Literal["entrance", "waiting-room"]
SERVER = "accueil.example"  # where nobody told the server's name

_BEAMS = """\
[beams.{line}]
outer_pin = 17
inner_pin = 27
"""
_BOX = """\
[buttons.accueil]
scale = 5
pins = [5, 6, 13, 19, 26]
leds = [12, 16, 20, 21, 25]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How nodes reach this collector; ``collector`` is the name whose answers they believe."""

    collector: str
    mqtt: MqttSettings

    @property
    def is_for_this_machine(self) -> bool:
        """Whether its broker is the small one that listens to this machine only.

        A broker with accounts is Mosquitto as the guide sets it up: it hears the building, too.
        """
        return self.mqtt.username is None


def node_file(contact: Contact, *, node: str, kind: NodeKind, server: str = SERVER) -> str:
    """Return the text of ``node.toml``; pins are those of the wiring guide."""
    sensors = _BEAMS.format(line="porte")
    if kind == "waiting-room":
        sensors = f"{_BEAMS.format(line='porte-attente')}\n{_BOX}"
    if contact.is_for_this_machine:
        broker = f'url = "mqtt://{_host(contact.mqtt.host)}:{contact.mqtt.port}"'
    else:
        broker = (
            f'url = "mqtts://{server}:8883"\nca_file = "/etc/pasperdus/ca.crt"\n'
            f'username = "{node}"\npassword_file = "/etc/pasperdus/node.password"'
        )
    return (
        f'[node]\nname = "{node}"\ncollector = "{contact.collector}"\n\n'
        f'[mqtt]\n{broker}\nprefix = "{contact.mqtt.prefix}"\n\n'
        '[outbox]\npath = "/var/lib/pasperdus-node/outbox.db"\n\n'
        f'[gpio]\npin_factory = "lgpio"\n\n{sensors}'
    )


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
