"""The trial that the town hall made: the mobile lectern of its history, as a team registers one.

It is entered after it was made, as the register says of it wherever it is read; with it stands one
that is still to come.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

from pasperdus_demo.opening import day_of, wall_ms
from pasperdus_demo.town import Town

BY = "Équipe projet"
_WHY = "Démonstration : cet essai imaginaire est inscrit après coup."
_BASELINE_WEEKS = 12  # right before the lectern
_NEXT_IN_WEEKS, _NEXT_WEEKS = 3, 10

Entry = tuple[str, dict[str, Any]]


def entries(town: Town) -> Iterator[Entry]:
    """Yield what is sent to the register, with its address, in an order in which each is taken."""
    start_ms, end_ms = town.lectern.from_ms, town.lectern.to_ms
    before = day_of(start_ms) - timedelta(weeks=_BASELINE_WEEKS)
    yield (
        "prototypes",
        {
            "prototype": "pupitre",
            "title": "Pupitre mobile à l’entrée",
            "hypothesis": "Si un agent va vers les personnes dès l’entrée, elles repartent plus "
            "souvent satisfaites.",
            "changed": "Le guichet est remplacé par un pupitre mobile, tenu par un agent debout.",
            "design": "before_after",
            "outcome": "satisfied",
            "planned_start": _iso(start_ms),
            "planned_end": _iso(end_ms),
            "by": BY,
        },
    )
    for name, kind, title, from_ms, to_ms in (
        ("guichet", "baseline", "Guichet", wall_ms(before, time()), start_ms),
        ("pupitre-1", "prototype", "Pupitre mobile", start_ms, end_ms),
    ):
        yield (
            "periods",
            {
                "period": name,
                "prototype": "pupitre",
                "kind": kind,
                "title": title,
                "start": _iso(from_ms),
                "end": _iso(to_ms),
                "by": BY,
                "why": _WHY,
            },
        )
    monday = town.today + timedelta(weeks=_NEXT_IN_WEEKS, days=-town.today.weekday())
    yield (
        "prototypes",
        {
            "prototype": "panneaux",
            "title": "Nouveaux panneaux",
            "hypothesis": "Si les services sont indiqués dès l’entrée, moins de personnes "
            "demandent leur chemin.",
            "changed": "Quatre panneaux à l’entrée et à l’étage remplacent les affiches.",
            "design": "before_after",
            "outcome": "tallies:repeated-question",
            "planned_start": _iso(wall_ms(monday, time())),
            "planned_end": _iso(wall_ms(monday + timedelta(weeks=_NEXT_WEEKS), time())),
            "by": BY,
        },
    )


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat().replace("+00:00", "Z")
