"""A ledger with something of everything in it, for what must hold of all of it.

All that varies comes from :data:`SEED`. Weeks around the change to summer time of 2026, an Easter
Monday among them, in Paris; the same weeks in Cayenne. The last day still goes on.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pasperdus_collector.buckets.calibrations import Entry, add_calibration
from pasperdus_collector.buckets.days import close_days, pass_time, rebuild_site
from pasperdus_collector.buckets.touched import card_changed
from pasperdus_collector.calendar.opening import Closure, Hours, SiteCalendar
from pasperdus_collector.dating import Dating
from pasperdus_collector.ingest import Inbound, Ingest
from pasperdus_collector.ledger import Ledger
from pasperdus_collector.past_counts import store
from pasperdus_collector.past_counts.parse import parse
from pasperdus_collector.pulse_release import release_pulses
from pasperdus_collector.registry import LineRole
from pasperdus_collector.release import release
from pasperdus_collector.site_calendar import write_calendar
from pasperdus_contract.codec import decode_answer
from pasperdus_contract.messages import Ack
from pasperdus_contract.topics import Channel, NodeTopic
from support.collecting import DAY, HOUR, MINUTE, QUARTER, batch

SEED = 20260329
COLLECTOR = "mairie"
HOME, AWAY = "default", "cayenne"
FIRST_DAY = date(2026, 3, 16)
LAST_DAY = date(2026, 4, 7)
NOW = int(datetime(2026, 4, 7, 11, 20, tzinfo=UTC).timestamp() * 1000)
IMPORT_FROM = date(2026, 3, 9)
PULSES_FROM = date(2026, 2, 23)
MOST_EVENTS = 400  # in one batch; the contract allows 500
MISSED_EXITS = 0.02
BLINKS = 0.0015  # of a sensor, by quarter-hour
HOURS = (Hours(8 * 60 + 30, 12 * 60), Hours(13 * 60 + 30, 17 * 60 + 15))
DARK = {date(2026, 3, 18): range(40, 42), date(2026, 3, 25): range(52, 60)}
"""Quarters since local midnight in which nothing was told: half an hour, an afternoon's part."""

Event = dict[str, Any]


@dataclass(slots=True)
class Clock:
    """The collector's own time, ms since 1970 UTC."""

    now_ms: int


class Filling:
    """A ledger at work: messages come in, time goes by, blocks and days are closed."""

    def __init__(self, path: Path, *, seed: int = SEED, now_ms: int | None = None) -> None:
        self.path = path
        self.random = random.Random(seed)
        self.clock = Clock(midnight_ms(PULSES_FROM, UTC) if now_ms is None else now_ms)
        self._seqs: dict[str, int] = {}
        self.open()

    def open(self) -> None:
        self.ledger = Ledger(self.path, quarantine_max=1000, now_ms=lambda: self.clock.now_ms)
        self._ingest = Ingest(self.ledger, collector=COLLECTOR, enrols_unknown=True)
        self._dating = Dating(self.ledger.db, self.ledger.registry)

    def close(self) -> None:
        self.ledger.close()

    def deliver(self, node: str, events: list[Event], *, at: int, **sent: Any) -> None:
        """Deliver events, numbered and dated here, in as many batches as they need."""
        epoch = sent.setdefault("epoch", random.Random(node).randbytes(16).hex())
        sent.setdefault("booted", BOOTED)
        for first in range(0, len(events), MOST_EVENTS):
            told = []
            for each in events[first : first + MOST_EVENTS]:
                seq = self._seqs[epoch] = self._seqs.get(epoch, 0) + 1
                told.append({"seq": seq, **each})
            payload = batch(*told, sent_at=at, node=node, **sent)
            topic = NodeTopic(node=node, channel=Channel.EVENTS)
            self.clock.now_ms = max(self.clock.now_ms, at)
            with self.ledger.transaction():
                answer = self._ingest.take(Inbound(topic=topic, payload=payload, received_at=at))
            assert answer is not None
            ack = decode_answer(answer)
            assert isinstance(ack, Ack), ack
            assert not ack.quarantined, ack.quarantined

    def pass_time(self, now_ms: int) -> None:
        """Do what the writing thread does between messages: date anew, release, close days."""
        self.clock.now_ms = now_ms
        self.date_anew()
        with self.ledger.transaction():
            release(self.ledger.db, now_ms)
            release_pulses(self.ledger.db, now_ms)
        are_left = True
        while are_left:
            with self.ledger.transaction():
                pass_time(self.ledger.db, 0, now_ms)
                are_left = close_days(self.ledger.db, now_ms)

    def date_anew(self) -> None:
        """Date anew what a late anchor told of."""
        is_behind = True
        while is_behind:
            with self.ledger.transaction():
                is_behind = self._dating.is_behind and self._dating.redate()

    def change(self, change: Callable[[Ledger], None]) -> None:
        """Change something, as the writing thread does it."""
        with self.ledger.transaction():
            change(self.ledger)

    # -- days at the doors ----------------------------------------------------------------------

    def day(self, day: date, *, until_ms: int = NOW) -> None:
        """Live one day at every door of both sites, and close it."""
        for node, zone, live in (
            ("entrance-1", PARIS, self._entrance),
            ("counter-1", PARIS, self._counter),
            ("guyane-1", CAYENNE, self._entrance),
        ):
            events = [
                each
                for each in live(day, zone)
                if each["wall"] < until_ms and not _is_dark(node, each["wall"], zone)
            ]
            events.sort(key=lambda each: int(each["wall"]))
            if events:
                self.deliver(node, events, at=events[-1]["wall"] + 2_000)
        self.pass_time(min(until_ms, midnight_ms(day + timedelta(days=1), UTC) + 3 * HOUR))

    def _entrance(self, day: date, zone: ZoneInfo) -> list[Event]:
        """A door with beams: passages both ways, agents among them, some exits missed."""
        events = _covered("door", day, zone, self.random)
        for _ in range(self._visitors(day)):
            came_at = self._moment(day, zone)
            left_at = came_at + self.random.randrange(3 * MINUTE, 70 * MINUTE)
            flags = self.random.choice([[], [], [], ["ambiguous"], ["staff"]])
            events.append(
                event_at(came_at, kind="passage", line="door", direction="in", flags=flags)
            )
            if self.random.random() > MISSED_EXITS:
                events.append(
                    event_at(left_at, kind="passage", line="door", direction="out", flags=flags)
                )
        return events

    def _counter(self, day: date, zone: ZoneInfo) -> list[Event]:
        """A waiting room's door, two rating boxes, tokens, tallies, recounts and a side door."""
        events = _covered("waiting-room", day, zone, self.random)
        for sensor in ("side", "accueil"):
            events += _covered(sensor, day, zone, self.random)
        visitors = self._visitors(day)
        for n in range(visitors):
            at = self._moment(day, zone)
            for line in ("side", "waiting-room") if n % 9 == 0 else ("waiting-room",):
                events.append(event_at(at, kind="passage", line=line, direction="in"))
                events.append(event_at(at + 7 * MINUTE, kind="passage", line=line, direction="out"))
            events += self._visit(day, n, at)
        for _ in range(visitors // 3):
            value, flags = self.random.randint(1, 5), self.random.choice([[], [], ["burst"]])
            at = self._moment(day, zone)
            asked: Event = {"kind": "rating", "question": "accueil", "scale": 5}
            events.append(event_at(at, **asked, value=value, flags=flags))
            if self.random.random() < 0.4:
                asked = {"kind": "rating", "question": "sortie", "scale": 3}
                events.append(event_at(at, **asked, value=self.random.randint(1, 3)))
        for what in ("phone", "repeated-question"):
            for _ in range(self.random.randrange(1 + visitors // 16)):
                events.append(event_at(self._moment(day, zone), kind="tally", what=what))
        if visitors and day.day % 5 == 0:
            at = midnight_ms(day, zone) + 15 * HOUR
            events.append(event_at(at, kind="adjust", occupancy=self.random.randrange(6)))
        return events

    def _visit(self, day: date, n: int, at: int) -> list[Event]:
        """The macaron of one visitor: some leave before they are called, some are never closed."""
        visit = f"{day.toordinal():08x}{n:08x}"
        told: Event = {"kind": "token", "visit": visit, "token": "blue-triangle"}
        if n % 4:
            told["service"] = ("etat-civil", "urbanisme", "caisse")[n % 3]
        steps = self.random.choice([("call", "serve", "done")] * 4 + [("left",), ("call",), ()])
        events = [event_at(at, **told, action="wait")]
        for action in steps:
            at += self.random.randrange(MINUTE, 20 * MINUTE)
            events.append(event_at(at, **told, action=action))
        return events

    def _visitors(self, day: date) -> int:
        return 0 if day.weekday() == 6 else self.random.randrange(60, 110)

    def _moment(self, day: date, zone: ZoneInfo) -> int:
        opens = datetime.combine(day, time(8, 30), zone).timestamp() * 1000
        return int(opens) + self.random.randrange(9 * HOUR)


PARIS, CAYENNE = ZoneInfo("Europe/Paris"), ZoneInfo("America/Cayenne")
BOOTED = int(datetime(2026, 2, 20, tzinfo=UTC).timestamp() * 1000)


def fill(path: Path) -> Filling:
    """Return a ledger with all of it, at :data:`NOW`."""
    filling = Filling(path)
    filling.change(open_away)
    pulses = [
        event_at(
            midnight_ms(PULSES_FROM + timedelta(days=n), PARIS) + 17 * HOUR,
            kind="pulse",
            value=1 + n % 5,
        )
        for n in range(32)
    ]
    filling.deliver("counter-1", pulses, at=midnight_ms(FIRST_DAY + timedelta(days=12), UTC))
    day = FIRST_DAY
    while day <= LAST_DAY:
        filling.day(day)
        if day == FIRST_DAY + timedelta(days=2):
            filling.change(_describe_home)
        if day == FIRST_DAY + timedelta(days=9):
            filling.change(_calibrate)
        day += timedelta(days=1)
    filling.change(_import_past)
    late_anchor(filling, date(2026, 4, 1), corrected=False)
    filling.pass_time(NOW)
    return filling


def late_anchor(filling: Filling, day: date, *, corrected: bool) -> None:
    """A node whose clock is wrong tells of its morning; once ``corrected``, it was a week before.

    What was put at its upper bound first moves then: buckets become unknown that were known.
    """
    booted = midnight_ms(day, UTC)
    sent = {"boot": f"unsynced-{day}", "booted": booted, "epoch": f"{day.toordinal():032x}"}
    at = booted + 10 * HOUR
    if not corrected:
        events = [
            event_at(
                booted + 8 * HOUR + n * MINUTE,
                booted=booted,
                synced=False,
                kind="passage",
                line="annexe",
                direction="in",
            )
            for n in range(40)
        ]
        filling.deliver("counter-1", events, at=at, synced=False, **sent)
        return
    moved = booted - 7 * DAY
    anchor = event_at(moved + 11 * HOUR, booted=moved, kind="tally", what="phone")
    filling.deliver("counter-1", [anchor], at=filling.clock.now_ms, **{**sent, "booted": moved})


def open_away(ledger: Ledger) -> None:
    """Put a node into a second site, as an administrator does before it speaks."""
    ledger.registry.create_site(name=AWAY, title="Annexe", time_zone="America/Cayenne")
    ledger.db.execute(
        "INSERT INTO zones (site_id, name, title) SELECT id, 'hall', 'Hall' FROM sites "
        "WHERE name = ?",
        (AWAY,),
    )
    ledger.db.execute(
        "INSERT INTO nodes (name, zone_id, enrolled_at) SELECT 'guyane-1', id, 0 FROM zones "
        "WHERE name = 'hall'"
    )


def _describe_home(ledger: Ledger) -> None:
    site_id = ledger.registry.change_site(
        HOME,
        title='Mairie "centre", 1ᵉʳ étage',
        time_zone=None,
        agents=6,
        lines=[LineRole(node="counter-1", line="waiting-room", role="inner")],
        version=None,
    )
    calendar = SiteCalendar(
        hours=(HOURS, HOURS, HOURS[:1], HOURS, HOURS, HOURS[:1], ()),
        closures=(
            Closure(first_day=date(2026, 3, 26), last_day=date(2026, 3, 27), label="travaux"),
        ),
        school_zone="A",
    )
    write_calendar(ledger.db, HOME, calendar, version=None)
    card_changed(ledger.db, site_id)
    rebuild_site(ledger.db, site_id)


def _calibrate(ledger: Ledger) -> None:
    (site_id,) = ledger.db.execute("SELECT id FROM sites WHERE name = ?", (HOME,)).fetchone()
    from_ms = midnight_ms(FIRST_DAY + timedelta(days=4), PARIS)
    for node, line in (("entrance-1", "door"), ("counter-1", "side")):
        entry = Entry(
            node=node,
            line=line,
            from_ms=from_ms,
            by_sensor_in=180,
            by_hand_in=191,
            by_sensor_out=175,
            by_hand_out=190,
        )
        add_calibration(ledger.db, site_id, entry, entered_at_ms=from_ms)
    rebuild_site(ledger.db, site_id)


def _import_past(ledger: Ledger) -> None:
    """A week before the sensors, and entries alone of the week after it, which were measured."""
    rows = ["time,in,out"]
    for n in range(24 * 7):
        at = datetime.combine(IMPORT_FROM, time(), UTC) + timedelta(hours=n)
        rows.append(f"{at.isoformat()},{n % 9},{n % 7 if n % 11 else ''}")
    past = parse("\n".join(rows).encode(), now_ms=NOW, site_zone=PARIS, local_zone=None)
    store.keep(ledger.db, HOME, past, store.bundle(past), title="Compteur", now_ms=NOW)


def _covered(sensor: str, day: date, zone: ZoneInfo, chance: random.Random) -> list[Event]:
    """Coverage of every quarter-hour of a local day; now and then a sensor blinks."""
    start, end = midnight_ms(day, zone), midnight_ms(day + timedelta(days=1), zone)
    events = []
    for at in range(start, end, QUARTER):
        ok_ms = QUARTER if chance.random() > BLINKS else chance.randrange(QUARTER)
        told: Event = {"from": at - BOOTED, "to": at + QUARTER - BOOTED, "ok_ms": ok_ms}
        events.append(event_at(at + QUARTER - 1, kind="coverage", sensor=sensor, **told))
    return events


def event_at(at: int, *, booted: int = BOOTED, synced: bool = True, **fields: Any) -> Event:
    """Return an event that happened at ``at``; an unsynchronised clock says 1970."""
    wall = at if synced else at - booted
    return {"wall": wall, "uptime": at - booted, "synced": synced, **fields}


def _is_dark(node: str, at: int, zone: ZoneInfo) -> bool:
    if node != "entrance-1":
        return False
    local = datetime.fromtimestamp(at / 1000, zone)
    return (local.hour * 60 + local.minute) // 15 in DARK.get(local.date(), ())


def midnight_ms(day: date, zone: tzinfo) -> int:
    """Return when a local day begins."""
    return int(datetime.combine(day, time(), tzinfo=zone).timestamp() * 1000)
