"""The words of an export's headers and flags, English for programs and French for readers."""

from dataclasses import dataclass, field
from typing import Literal

from pasperdus_collector.buckets import flags
from pasperdus_collector.export.table import Detail
from pasperdus_collector.series import Measure

Language = Literal["fr", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language; what has no word of its own keeps its name in the API."""

    start: str
    score: str
    covered: str = "0-1"
    units: dict[Measure, str]
    details: dict[Detail, str]
    measures: dict[Measure, str] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)

    def flag_names(self, bits: int) -> str:
        """Return the flags that are set, with spaces between."""
        return " ".join(self.flags.get(name, name) for name in flags.names(bits))


ENGLISH = Words(
    start="start",
    score="score",
    units={
        "passages_in": "persons",
        "passages_out": "persons",
        "occupancy": "persons",
        "stay_minutes": "minutes",
        "wait_minutes": "minutes",
        "service_minutes": "minutes",
        "ratings": "ratings",
        "satisfied": "0-1",
        "index": "0-100",
        "tallies": "tallies",
        "pulse": "answers",
    },
    details={
        "corrected": "corrected",
        "low": "low",
        "high": "high",
        "raw": "as counted",
        "coverage": "coverage",
        "flags": "flags",
    },
)
FRENCH = Words(
    start="début",
    score="note",
    units={
        "passages_in": "personnes",
        "passages_out": "personnes",
        "occupancy": "personnes",
        "stay_minutes": "minutes",
        "wait_minutes": "minutes",
        "service_minutes": "minutes",
        "ratings": "avis",
        "satisfied": "0-1",
        "index": "0-100",
        "tallies": "relevés",
        "pulse": "réponses",
    },
    details={
        "corrected": "valeur corrigée",
        "low": "borne basse",
        "high": "borne haute",
        "raw": "valeur comptée",
        "coverage": "couverture",
        "flags": "mentions",
    },
    measures={
        "passages_in": "entrées",
        "passages_out": "sorties",
        "occupancy": "présents",
        "stay_minutes": "durée de présence",
        "wait_minutes": "attente",
        "service_minutes": "durée au guichet",
        "ratings": "avis",
        "satisfied": "part satisfaite",
        "index": "indice",
        "tallies": "relevés",
        "pulse": "baromètre des agents",
    },
    flags={
        "imported": "importé",
        "clipped": "borné",
        "provisional": "provisoire",
        "unbridged": "non-redressé",
        "gap": "lacune",
        "unsure": "imprécis",
        "few": "peu-de-visites",
        "masked": "masqué",
    },
)
LANGUAGES: dict[Language, Words] = {"fr": FRENCH, "en": ENGLISH}
