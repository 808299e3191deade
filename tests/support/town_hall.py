"""The town hall that pages are looked at with: nine months of it, on a Tuesday at 14:37.

Everything is of a fixed seed and a fixed moment, so a page is the same on every day and machine.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pasperdus_demo
from pasperdus_collector.calendar.opening import SiteCalendar
from pasperdus_collector.ledger import Ledger
from pasperdus_collector.reception.content import FORMS
from pasperdus_collector.site_calendar import write_calendar
from support import simulated_weeks, trials
from support.moments import Collector
from support.pages import TUESDAY
from support.reception import QUARTER_MS, Reception, wall

MOMENT_MS = wall(TUESDAY, "14:37")
MONDAY = TUESDAY - timedelta(days=1)
FIRST_DAY = date(2026, 2, 23)
MAIN, OTHER = "default", "mairie-annexe"
DOOR, BOX, TERMINAL, HALL = "default-porte", "default-borne", "default-pupitre", "salle"
BY = "cheffe d'accueil"
TITLES = {"porte": "Entrée", "borne": "Sortie", "pupitre": "Accueil"}
BLOCKED = ("11:00", "11:45")  # on Monday, the door's beam
MINUTE_MS = 60_000
SLIPS = 2
DAY_QUARTERS = 96
_AWAY = range(20, 29)  # quarter-hours ago, the network of the box was down
WEEKDAY = [["09:00", "12:00"], ["13:30", "17:00"]]

_HISTORY = trials.Site(
    site=MAIN,
    title="Mairie",
    first_day=FIRST_DAY,
    weeks="A" * 20 + "B" * 12 + "-" * 7,
    effects={"B": 0.08},
    visitors_a_day=210.0,
    ratings_a_day=64.0,
    box_breaks=frozenset({135}),
    calendar={
        "hours": dict.fromkeys(trials.WEEKDAYS, WEEKDAY),
        "closures": [{"first_day": "2026-08-10", "last_day": "2026-08-16", "label": "congés"}],
        "closes_on_public_holidays": True,
        "territory": "metropole",
        "school_zone": "C",
    },
    periods={"A": "Guichet", "B": "Pupitre mobile"},
    seed=7,
)
_ANNEXE = trials.Site(
    site=OTHER,
    title="Mairie annexe",
    first_day=FIRST_DAY + timedelta(weeks=31),
    weeks="-" * 8,
    visitors_a_day=60.0,
    ratings_a_day=9.0,
    seed=8,
)
_EPOCHS = 10_000  # of the history, past those that ingest gives


@contextmanager
def town_hall(path: Path, *, is_told: bool = False) -> Iterator[Collector]:
    """Have the town hall, with everything in it, in a new ledger.

    Its past is written into the ledger at once, in a second or two; one that ``is_told`` went
    through ingest event by event, half a minute long, and so has its events.
    """
    collector = Collector(path, MOMENT_MS)
    try:
        if is_told:
            collector.tell(_told_past)
        collector.write(lambda ledger: _past(ledger, is_told=is_told))
        collector.tell(_two_days)
        collector.pass_time(MOMENT_MS)
        _fleet(collector)
        _register(collector)
        _reception(collector)
        yield collector
    finally:
        collector.close()


@contextmanager
def bare_collector(path: Path) -> Iterator[Collector]:
    """Have a collector that nobody has told anything yet."""
    collector = Collector(path, MOMENT_MS)
    try:
        yield collector
    finally:
        collector.close()


@contextmanager
def troubled_site(path: Path) -> Iterator[Collector]:
    """Have a site whose collector does not hear its nodes."""
    with quiet_site(path) as collector:
        collector.tell(_two_days)
        collector.lose_broker()
        yield collector


@contextmanager
def quiet_site(path: Path) -> Iterator[Collector]:
    """Have a site with a node that has counted nobody, and nothing registered or written."""
    collector = Collector(path, MOMENT_MS)
    try:
        collector.tell(lambda place: place.status("entree", MOMENT_MS - MINUTE_MS))
        yield collector
    finally:
        collector.close()


def _told_past(nodes: Reception) -> None:
    place = simulated_weeks.Place(
        door=DOOR,
        box=BOX,
        visitors_a_day=round(_HISTORY.visitors_a_day),
        ratings_a_day=round(_HISTORY.ratings_a_day),
    )
    for number, letter in enumerate(_HISTORY.weeks):
        share = _HISTORY.share + _HISTORY.effects.get(letter, 0.0)
        place.tell_week(nodes, FIRST_DAY + timedelta(weeks=number), share=share)


def _past(ledger: Ledger, *, is_told: bool) -> None:
    for number, site in enumerate((_HISTORY, _ANNEXE)):
        if is_told and site is _HISTORY:
            with ledger.transaction():
                calendar = SiteCalendar.from_json(site.calendar)
                write_calendar(ledger.db, site.site, calendar, version=None)
        else:
            trials.fill(ledger, site, first_epoch=_EPOCHS + 10 * number)
    trials.settle(ledger, wall(MONDAY, "00:00"))
    with ledger.transaction():
        trials.register(
            ledger,
            _HISTORY,
            title="Pupitre mobile à l'entrée",
            hypothesis="Si un agent va vers les personnes dès l'entrée, elles repartent plus "
            "souvent satisfaites.",
            changed="Le guichet est remplacé par un pupitre mobile.",
        )


def _two_days(place: Reception) -> None:
    """Let Monday and this Tuesday happen."""
    for day, until in ((MONDAY, "24:00"), (TUESDAY, "14:36")):
        end = wall(day + timedelta(days=1), "00:00") if until == "24:00" else wall(day, until)
        start = wall(day, "00:00")
        rng = Random(day.toordinal())
        stretches = [(wall(day, opens), min(end, wall(day, shuts))) for opens, shuts in WEEKDAY]
        comings = sorted(
            round(opens + rng.random() * (shuts - opens))
            for opens, shuts in stretches
            for _ in range((shuts - opens) // (2 * MINUTE_MS))
        )
        goings = sorted(at + round(rng.gammavariate(4, 5) * MINUTE_MS) for at in comings)
        whole = end - end % QUARTER_MS
        blocked, free = (wall(MONDAY, clock) for clock in BLOCKED)
        if day == MONDAY:
            place.covered(DOOR, "porte", start, blocked)
            place.covered(DOOR, "porte", blocked, free, ok=False)
        place.covered(DOOR, "porte", free if day == MONDAY else start, whole)
        place.covered(BOX, "accueil", start, whole)
        for way, times in (("in", comings), ("out", goings)):
            seen = [at for at in times if at < end and not blocked <= at < free]
            place.passages(DOOR, "porte", way, seen)
        scores = (5, 5, 5, 4, 4, 4, 4, 3, 2, 1)
        place.ratings(
            BOX, [(at, rng.choice(scores)) for at in goings if at < end and rng.random() < 0.35]
        )
    for number, (token, waited) in enumerate(
        (("blue-star", 21), ("green-moon", 12), ("red-drop", 7), ("yellow-square", 2))
    ):
        came = MOMENT_MS - waited * MINUTE_MS
        place.steps(TERMINAL, [(came, number + 1, "wait")], token=token)


def _register(collector: Collector) -> None:
    """Decide on the first trial, register one that runs since two weeks, and one only planned."""
    tried = collector.ask("GET", "prototypes/pupitre")
    collector.ask(
        "POST",
        "prototypes/pupitre/decision",
        {"decided": "keep", "why": "le conseil suit l'avis de la comparaison", "by": BY},
        version=tried["version"],
    )
    running = collector.ask(
        "POST",
        "prototypes",
        {
            "prototype": "panneaux",
            "title": "Nouveaux panneaux",
            "hypothesis": "Des panneaux plus clairs épargnent des questions.",
            "changed": "Six panneaux, à hauteur des yeux, en deux langues.",
            "design": "before_after",
            "outcome": "satisfied",
            "planned_start": "2026-11-09T00:00:00+01:00",
            "planned_end": "2027-01-18T00:00:00+01:00",
            "by": BY,
            "why": "inscrit après la pose",
        },
    )
    assert running["version"] == 1
    for period in (
        {
            "period": "anciens",
            "kind": "baseline",
            "title": "Anciens panneaux",
            "start": "2026-10-05T00:00:00+02:00",
            "end": "2026-11-09T00:00:00+01:00",
        },
        {
            "period": "nouveaux",
            "kind": "prototype",
            "title": "Nouveaux panneaux",
            "start": "2026-11-09T00:00:00+01:00",
        },
    ):
        signed = {"prototype": "panneaux", "by": BY, "why": "inscrit après la pose"}
        collector.ask("POST", "periods", {**period, **signed})
    collector.ask(
        "POST",
        "prototypes",
        {
            "prototype": "bancs",
            "title": "Bancs face au guichet",
            "hypothesis": "Assis, on attend mieux.",
            "changed": "Quatre bancs face au guichet.",
            "design": "randomised",
            "outcome": "satisfied",
            "planned_start": "2027-01-18T00:00:00+01:00",
            "by": BY,
        },
    )


def _reception(collector: Collector) -> None:
    """Write what the demonstration's reception shows, three sheets and two phone slips."""
    written = Path(pasperdus_demo.__file__).with_name("reception.toml")
    contents: dict[str, list[dict[str, Any]]] = tomllib.loads(written.read_text())
    for kind in FORMS:
        for entry in contents.get(kind, []) if kind != "tally" else []:
            collector.ask("POST", f"content/{kind}", entry)
    for slip in contents["slip"][:SLIPS]:
        collector.ask("POST", "slips", {**slip, "node": TERMINAL})
    for sheet in (
        {
            "kind": "anomaly",
            "what": "La porte automatique se bloque",
            "detail": "Le matin surtout, quand il fait froid.",
            "owner": "Services techniques",
            "action": "corrective",
            "due": "2026-11-20",
        },
        {
            "kind": "improvement",
            "what": "Le formulaire de carte d'identité manque souvent à l'accueil",
            "owner": "État civil",
            "action": "preventive",
            "due": "2026-12-11",
        },
        {"kind": "anomaly", "what": "Néon qui clignote dans la salle d'attente"},
    ):
        collector.ask("POST", "sheets", sheet)
    collector.ask(
        "PATCH",
        "sheets/3",
        {"state": "closed", "outcome": "Tube remplacé le jour même.", "by": "Accueil"},
        version=1,
    )


def _fleet(collector: Collector) -> None:
    """Let nodes say how they are: two well, one with a weak battery and late, one silent."""
    site = collector.ask("GET", f"sites/{MAIN}")
    collector.ask(
        "PATCH",
        f"sites/{MAIN}",
        {
            "zones": [
                {"zone": zone["zone"], "title": TITLES[zone["zone"].rpartition("-")[2]]}
                for zone in site["zones"]
            ]
        },
        version=site["version"],
    )

    def say(place: Reception) -> None:
        for ago in range(DAY_QUARTERS, 0, -1):
            _say_quarter(place, MOMENT_MS - ago * QUARTER_MS, ago)
        place.status(DOOR, MOMENT_MS - 3_600_000)
        place.heartbeat(DOOR, MOMENT_MS - 9_000, sensors={"porte": "ok"})
        place.status(BOX, MOMENT_MS - 3_600_000)
        place.heartbeat(
            BOX,
            MOMENT_MS - 17_000,
            sensors={"accueil": "ok"},
            battery=18,
            pending=12,
            oldest_pending_wall=MOMENT_MS - 6 * MINUTE_MS,
        )
        place.status(TERMINAL, MOMENT_MS - 7_200_000, screen="agent")
        place.heartbeat(
            TERMINAL, MOMENT_MS - 12_000, screen="agent", sensors={"screen": "ok"}, battery=74
        )
        place.status(HALL, MOMENT_MS - 7_200_000, screen="public")
        place.heartbeat(HALL, MOMENT_MS - 5_400_000, screen="public", sensors={"screen": "ok"})

    collector.tell(say)


def _say_quarter(place: Reception, at_ms: int, ago: int) -> None:
    """Let each node give a sign of life, as it did every half minute."""
    pending = _AWAY.stop - ago if ago in _AWAY else 0
    place.heartbeat(DOOR, at_ms, sensors={"porte": "ok"})
    place.heartbeat(
        BOX,
        at_ms,
        sensors={"accueil": "ok"},
        battery=18 + ago // 2,
        pending=3 * pending,
        oldest_pending_wall=at_ms - pending * QUARTER_MS if pending else None,
    )
    place.heartbeat(TERMINAL, at_ms, screen="agent", sensors={"screen": "ok"}, battery=74)
