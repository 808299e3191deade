"""A few published rows, known by heart: a site with gaps, its neighbours, and trial periods.

Values that are not named are 0, as the projection writes what is not known.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pasperdus_collector.series.published import GROUPS

PARIS = ZoneInfo("Europe/Paris")
PUBLISHED = {group.measurement(bucket): group for group in GROUPS for bucket in group.buckets}
SITE = "mairie/accueil"
# measurement, collector/site, scope and its tags, local time, fields; all other fields are 0
ROWS: list[tuple[str, str, str, str, dict[str, float]]] = [
    *(
        ("passages_15m", SITE, scope, f"2026-03-03T{time}", fields)
        for scope in ("site", "line,zone=hall,node=entree-1,line=porte")
        for time, fields in (
            ("09:00", {"ins": 3, "ins_valid": 1, "outs": 1, "outs_valid": 1, "coverage": 1.0}),
            ("09:15", {"ins": 5, "ins_valid": 1, "outs": 2, "outs_valid": 1, "coverage": 0.5}),
            ("09:30", {}),  # the sensor was silent
            ("09:45", {"ins": 4, "ins_valid": 1, "coverage": 1.0}),  # exits unknown
        )
    ),
    ("passages_15m", "mairie/annexe", "site", "2026-03-03T09:00", {"ins": 100, "ins_valid": 1}),
    ("passages_15m", "agglo/accueil", "site", "2026-03-03T09:00", {"ins": 1000, "ins_valid": 1}),
    ("occupancy_15m", SITE, "site", "2026-03-03T09:00", {"people": 2.0, "error": 0.5, "valid": 1}),
    (
        "occupancy_15m",
        SITE,
        "site",
        "2026-03-03T09:15",
        {"people": 5.0, "error": 1.0, "valid": 1, "flags": 4},
    ),
    ("occupancy_15m", SITE, "site", "2026-03-03T09:30", {}),
    (
        "passages_1h",
        SITE,
        "site",
        "2026-03-03T09:00",
        {"ins": 12, "ins_valid": 1, "outs": 9, "outs_valid": 1, "coverage": 0.625},
    ),
    ("passages_1h", SITE, "site", "2026-03-03T10:00", {"outs": 7, "outs_valid": 1, "coverage": 1}),
    ("passages_1h", SITE, "site", "2026-03-03T11:00", {"ins_valid": 1, "outs_valid": 1}),
    ("passages_1h", "agglo/accueil", "site", "2026-03-03T09:00", {"coverage": 0.25}),
    (
        "ratings_1h",
        SITE,
        "question,question=accueil,scale=5",
        "2026-03-03T11:00",
        {"s1": 1, "s3": 2, "s4": 4, "s5": 5, "ratings": 12, "satisfied": 9, "valid": 1},
    ),
    ("ratings_1h", SITE, "question,question=accueil,scale=5", "2026-03-03T12:00", {}),
    (
        "ratings_1h",
        SITE,
        "question,question=attente,scale=3",
        "2026-03-03T11:00",
        {"s3": 11, "ratings": 11, "satisfied": 11, "valid": 1},
    ),
    (
        "waits_1d",
        SITE,
        "service,service=etat-civil",
        "2026-03-03",
        {"wait": 7.5, "wait_low": 6, "wait_high": 9, "wait_valid": 1, "called": 20, "left": 2},
    ),
    (
        "waits_1d",
        SITE,
        "service,service=titres",
        "2026-03-03",
        {"service_time": 4, "service_low": 3, "service_high": 5.5, "service_valid": 1},
    ),
    (
        "passages_1d",
        SITE,
        "site",
        "2026-03-02",
        {
            "ins": 40,
            "ins_valid": 1,
            "outs": 39,
            "outs_valid": 1,
            "coverage": 1.0,
            "calibrated": 1,
            "ins_corrected": 44.0,
            "ins_error": 3.0,
        },
    ),
    ("passages_1d", SITE, "site", "2026-03-03", {"ins": 24, "ins_valid": 1, "coverage": 0.5}),
    ("passages_1d", SITE, "site", "2026-03-04", {"calibrated": 1}),
    ("passages_1d", SITE, "zone,zone=hall", "2026-03-02", {"ins": 25, "ins_valid": 1}),
    ("passages_1d", SITE, "zone,zone=etage", "2026-03-02", {"ins": 15, "ins_valid": 1}),
    ("passages_1d", SITE, "zone,zone=etage", "2026-03-03", {}),
    (
        "passages_1d",
        "mairie/annexe",
        "site",
        "2026-03-02",
        {"ins": 100, "ins_valid": 1, "coverage": 0.75},
    ),
    ("passages_1d", "agglo/accueil", "site", "2026-03-03", {"coverage": 0.25}),
    ("passages_1d", "agglo/ecole", "site", "2025-12-01", {"ins": 9, "ins_valid": 1}),
    ("passages_1w", SITE, "site", "2026-02-23", {"ins": 210, "ins_valid": 1}),
    ("passages_1w", SITE, "site", "2026-03-02", {"ins": 64, "ins_valid": 1}),
    ("passages_1w", SITE, "site", "2026-03-09", {}),
    (
        "stay_1w",
        SITE,
        "site",
        "2026-02-23",
        {"minutes": 31.5, "raw_minutes": 39.5, "error": 1.5, "valid": 1},
    ),
    ("stay_1w", SITE, "site", "2026-03-02", {"visits": 64}),
    (
        "ratings_1w",
        SITE,
        "question,question=accueil,scale=5",
        "2026-02-23",
        {
            "s1": 1,
            "s2": 1,
            "s3": 2,
            "s4": 8,
            "s5": 8,
            "ratings": 20,
            "satisfied": 16,
            "index": 76.25,
            "valid": 1,
        },
    ),
    # nobody rated, and that is known: no share of nothing
    ("ratings_1w", SITE, "question,question=accueil,scale=5", "2026-03-02", {"valid": 1}),
    ("ratings_1w", SITE, "question,question=accueil,scale=5", "2026-03-09", {}),
    (
        "ratings_1d",
        SITE,
        "question,question=accueil,scale=5",
        "2026-03-02",
        {"ratings": 12, "satisfied": 9, "valid": 1},
    ),
    ("ratings_1d", SITE, "question,question=accueil,scale=5", "2026-03-03", {}),
    (
        "ratings_1d",
        SITE,
        "question,question=attente,scale=3",
        "2026-03-02",
        {"ratings": 11, "valid": 1},
    ),
    ("tallies_1w", SITE, "tally,zone=hall,what=phone", "2026-02-23", {"tallies": 6}),
    ("tallies_1w", SITE, "tally,zone=hall,what=phone", "2026-03-02", {"tallies": 0}),
    ("tallies_1w", SITE, "tally,zone=etage,what=incident", "2026-03-02", {"tallies": 1}),
]
PERIODS = [  # collector/site, prototype, start, end, title, phase
    (SITE, "bancs", "2025-11-03", "2025-12-01", "Bancs face au guichet", "essai"),
    (SITE, "fleches", "2025-12-15", "2026-02-02", "Flèches au sol", "essai"),
    (SITE, "fleches-bis", "2026-02-16", "2026-04-20", "Flèches, plus grandes", "adaptation"),
    ("mairie/annexe", "bancs", "2026-02-16", "2026-04-20", "Bancs", "essai"),
]


def at(text: str) -> int:
    """Return milliseconds of a local time in Paris."""
    return int(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp() * 1000)


def lines() -> list[str]:
    """Return all rows in line protocol, with times in milliseconds."""
    return [*map(_row, ROWS), *map(_period, PERIODS)]


def _row(row: tuple[str, str, str, str, dict[str, float]]) -> str:
    measurement, place, scope, start, values = row
    group = PUBLISHED[measurement]
    assert values.keys() <= group.fields.keys()
    collector, site = place.split("/")
    fields = ",".join(
        f"{name}={values.get(name, 0)}{'i' if kind is int else ''}"
        for name, kind in group.fields.items()
    )
    return f"{measurement},collector={collector},site={site},scope={scope} {fields} {at(start)}"


def _period(period: tuple[str, str, str, str, str, str]) -> str:
    place, prototype, start, end, title, phase = period
    collector, site = place.split("/")
    return (
        f"periods,collector={collector},site={site},prototype={prototype}"
        f' title="{title}",phase="{phase}",ends_at={at(end)}i {at(start)}'
    )
