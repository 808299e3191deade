"""What devices and entities are called in Home Assistant, in French and in English.

Units belong to the words. Home Assistant ties long-term statistics to the unit, so a town hall
chooses its language once.
"""

from dataclasses import dataclass
from typing import Literal

Language = Literal["fr", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language."""

    node_model: str
    site_model: str
    online: str
    clock: str
    sensors: str
    pending: str
    heartbeat: str
    event: str
    temperature: str
    disk_free: str
    battery: str
    entries: str
    exits: str
    inside: str
    persons: str
    events: str


WORDS: dict[Language, Words] = {
    "fr": Words(
        node_model="Nœud",
        site_model="Lieu d’accueil",
        online="Connexion",
        clock="Horloge",
        sensors="Capteurs",
        pending="Événements en attente",
        heartbeat="Dernier signe de vie",
        event="Dernier événement",
        temperature="Température",
        disk_free="Espace disque libre",
        battery="Batterie",
        entries="Entrées aujourd’hui",
        exits="Sorties aujourd’hui",
        inside="Personnes présentes",
        persons="personnes",
        events="événements",
    ),
    "en": Words(
        node_model="Node",
        site_model="Reception",
        online="Connection",
        clock="Clock",
        sensors="Sensors",
        pending="Events waiting",
        heartbeat="Last heartbeat",
        event="Last event",
        temperature="Temperature",
        disk_free="Free disk space",
        battery="Battery",
        entries="Entries today",
        exits="Exits today",
        inside="People inside",
        persons="people",
        events="events",
    ),
}
