"""A reception whose programs all run, and the playing of a morning's script on it."""

from __future__ import annotations

import json
import queue
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from pasperdus_contract.visits import RANK
from pasperdus_node.screens.words import languages, token_name
from pasperdus_node.terminal.hall import CALL_MS, SHOWN
from support import morning
from support.morning import FIRST, SECOND, SERVICES, Done, Script, Tap
from support.mosquitto import LOOPBACK, Mosquitto
from support.processes import CollectorProcess
from support.screen_processes import Cable, ScreenNode, Sight, Thumb

HALL = "salle"
SCREENS = {
    # As 720 x 1280 and as 24 inches are laid out, with a quarter of the pixels: here nobody looks.
    FIRST: 'kind = "agent"\nwidth = 360\nheight = 640\npx_per_mm = 4.15',
    SECOND: 'kind = "agent"\nwidth = 800\nheight = 480',
    HALL: 'kind = "public"\nwidth = 960\nheight = 540\npx_per_mm = 1.8',
}
WRONG_MS = -(5 * 3_600_000 + 13 * 60_000)  # the second terminal's clock, until mid-morning
CALLS = ("call", "recall")
CHECK_EVERY = 20  # taps between two looks at the waiting room's last calls
HALL_BEHIND_MS = 120_000  # nothing in the waiting room hangs on less
NEWS_TRIES = 12  # seconds after which a message of one's own has made room for news

Step = tuple[int, str, str, str | None, str]
"""Corrected time, action, token, service and node."""


class Witness:
    """Hears every board, as the waiting room's screen does."""

    def __init__(self, port: int) -> None:
        self.boards: list[Any] = []
        ready: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = lambda _c, _d, said: self.boards.append(json.loads(said.payload))
        self._client.on_subscribe = lambda _c, _d, mid, _r, _p: ready.put(mid)
        self._client.connect(LOOPBACK, port)
        self._client.loop_start()
        self._client.subscribe("pasperdus/v1/site/default/board", 1)
        ready.get(timeout=10)

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def chimes(self) -> int:
        """Return how often a screen that heard all of these boards has chimed: once a board."""
        heard = 0
        before: dict[str, int] | None = None
        for board in self.boards:
            calls = {each["visit"]: each["call"]["at"] for each in board["visits"] if each["call"]}
            if before is not None:
                heard += any(
                    each["state"] == "called"
                    and calls[each["visit"]] > before.get(each["visit"], 0)
                    for each in board["visits"]
                )
            before = calls
        return heard


class Reception:
    """The running programs, and what was done with them."""

    def __init__(self, directory: Path, running: ExitStack, script: Script) -> None:
        self.script = script
        self.broker = running.enter_context(Mosquitto(directory / "broker"))
        self.collector = CollectorProcess(directory, mqtt_url=self.broker.url)
        self._ledger = directory / "mairie.db"
        self.zone, self.midnight_at = _place_of_this_morning()
        self.cables = {
            name: running.enter_context(Cable(self.broker.port)) for name in (FIRST, SECOND)
        }
        opens_at = self.midnight_at + morning.OPENS_MS
        self.nodes: dict[str, ScreenNode] = {}
        for name in (FIRST, SECOND, HALL):
            own = directory / name
            own.mkdir()
            self.nodes[name] = ScreenNode(
                own,
                name=name,
                mqtt_url=self.cables[name].url if name in self.cables else self.broker.url,
                begins_at=opens_at,
                screen=SCREENS[name],
                wrong_ms=WRONG_MS if name == SECOND else 0,
            )
            running.push(self.nodes[name])
        running.push(self.collector)
        with ThreadPoolExecutor() as starting:
            for started in [
                starting.submit(each.start) for each in (self.collector, *self.nodes.values())
            ]:
                started.result()
        self._prepare_site()
        self.witness = Witness(self.broker.port)
        running.callback(self.witness.stop)
        for node in self.nodes.values():
            node.begin()
        self.hall = self.nodes[HALL]
        self.thumbs = {name: Thumb(self.nodes[name]) for name in (FIRST, SECOND)}
        self.done: list[Done] = []
        self.heard_in_hall: set[int] = set()
        """Places in ``done`` of the calls that the waiting room showed."""
        self._unheard: list[int] = []
        """Places of those that it may not have shown yet."""
        self.given: dict[int, Done] = {}
        """The tap by which each visitor was handed a token."""

    # -- the morning ----------------------------------------------------------------------------

    def play(self) -> None:
        """Let everything happen, in the order of its time."""
        events: list[tuple[int, Callable[[], None]]] = [
            (morning.RIGHT_MS, self._find_the_time),
            (morning.CUT_MS[0], lambda: self._cut(FIRST)),
            (morning.CUT_MS[1], self._mend_after_both_called),
            (morning.ALONE_MS[0], lambda: self._cut(SECOND)),
            (morning.KILLED_MS, self._die_and_come_back),
            (morning.ALONE_MS[1], lambda: self._mend(SECOND)),
            (morning.CLOSES_MS, self._settle),
        ]
        self._wait_for_hands()
        for n, tap in enumerate(self.script.taps):
            while events[0][0] <= tap.at_ms:
                events.pop(0)[1]()
            self._tap(tap)
            if n % CHECK_EVERY == 0 and morning.isolated(tap.at_ms) is None:
                self._check_last_calls()
        for _, happen in events:
            happen()
        self._let_hall_hear(None)
        self._check_last_calls()

    def _tap(self, tap: Tap) -> None:
        node, thumb = self.nodes[tap.node], self.thumbs[tap.node]
        at = max(self.midnight_at + tap.at_ms, node.now_at)
        given = self.given.get(tap.visitor)
        self._let_hall_hear(tap)
        if given is None:
            visit, token = thumb.give(at, tap.service)
        else:
            visit, token = given.visit, given.token
            is_own = given.tap.node == tap.node
            thumb.step(at, visit, tap.action, tap.service, is_own=is_own)
        done = Done(tap=tap, at=node.now_at, visit=visit, token=token)
        if tap.action in CALLS and not tap.is_undone and morning.isolated(tap.at_ms) is None:
            self._unheard.append(len(self.done))
        self.done.append(done)
        self.given.setdefault(tap.visitor, done)
        if tap.is_undone:
            thumb.undo(node.now_at + morning.UNDO_AFTER_MS)
        if node.now_at - self.hall.now_at > HALL_BEHIND_MS:
            self.hall.move_to(node.now_at)

    def _let_hall_hear(self, tap: Tap | None) -> None:
        """Wait until the waiting room shows the calls that it may not show after ``tap`` any more.

        Here minutes pass in a moment: without this, a call could be over, or no longer among the
        last four, before it was heard. None waits for all.
        """
        newest = self._newest_calls()
        is_no_call = tap is not None and tap.action not in CALLS
        kept = self._unheard[-(SHOWN - 2) :] if tap is not None else []
        for place in list(self._unheard):
            call = self.done[place]
            if (
                tap is not None
                and call.tap.visitor != tap.visitor
                and (is_no_call or place in kept)
            ):
                continue
            if newest is not None and call.token in newest:
                what = f"call of visitor {call.tap.visitor} ({call.token})"
                self._wait_for_marks({call.token}, what)
            self._unheard.remove(place)
            self.heard_in_hall.add(place)

    def _check_last_calls(self) -> None:
        """Compare the waiting room's screen with whom the script has called and nobody serves."""
        newest = self._newest_calls()
        if newest is not None:
            self._wait_for_marks(newest, f"last calls {newest} at tap {len(self.done)}")

    def _newest_calls(self) -> set[str] | None:
        """Return the last four tokens that were called and whom nobody serves yet.

        None where there are more of them while a clock is wrong: its calls then look newer.
        """
        last = {one.tap.visitor: one for one in self.done if not one.tap.is_undone}
        now_at = max(node.now_at for node in self.nodes.values())
        called = [
            one
            for one in last.values()
            if one.tap.action in CALLS and now_at < one.at + CALL_MS  # after that, nobody comes
        ]
        is_right = self.nodes[SECOND].now_at >= self.midnight_at + morning.RIGHT_MS
        if len(called) > SHOWN and not is_right:
            return None
        return {one.token for one in sorted(called, key=lambda one: one.at)[-SHOWN:]}

    def _wait_for_marks(self, tokens: set[str], what: str) -> None:
        def look() -> Sight | None:
            seen = self.hall.sight()
            return seen if tokens <= set(seen.marks) else None

        try:
            self.hall.wait_until(look, f"{what} in the waiting room")
        except AssertionError as error:
            raise AssertionError(f"{error}\nit shows {self.hall.sight()}") from None

    # -- what happens to the programs -----------------------------------------------------------

    def _find_the_time(self) -> None:
        """Let the second terminal's clock be set, and tell the collector with its next event."""
        node = self.nodes[SECOND]
        self._settle()
        untimed = [each for each in self.board()["visits"] if not each["is_timed"]]
        assert untimed, "the second terminal's clock was wrong, and no visit was without minutes"
        node.move_to(self.midnight_at + morning.RIGHT_MS)
        node.set_clock_right()
        self.thumbs[SECOND].count("phone")
        self.collector.wait_until(
            lambda: all(each["is_timed"] for each in self.board()["visits"]) or None,
            "board on which every visit has its minutes, once the clock was right",
        )
        self._settle()

    def _cut(self, name: str) -> None:
        self._let_hall_hear(None)
        self._settle()
        self.cables[name].cut()
        node = self.nodes[name]
        node.wait_until(
            lambda: "Hors ligne" in node.move_to(node.now_at + 1_000).text or None,
            "word that there is no network",
        )

    def _mend(self, name: str) -> None:
        node = self.nodes[name]
        assert node.sight().pending, f"{name} recorded nothing while it was cut off"
        self.cables[name].mend()
        self._settle()

    def _mend_after_both_called(self) -> None:
        """Bring the first terminal back: whoever called second is told who was earlier."""
        self._mend(FIRST)
        self._check_told(self.script.first_wins, winner=FIRST, loser=SECOND)
        self._check_told(self.script.second_wins, winner=SECOND, loser=FIRST)

    def _check_told(self, visitor: int, *, winner: str, loser: str) -> None:
        (call,) = (
            one
            for one in self.done
            if one.tap.visitor == visitor and one.tap.action == "call" and one.tap.node == winner
        )
        words = languages()["fr"]
        token = token_name(words, call.token)
        clock = datetime.fromtimestamp(call.at / 1000, self.zone)
        told = f"{token} : appel déjà fait à {clock.hour} h {clock.minute:02} par {winner}"
        node = self.nodes[loser]
        for _ in range(NEWS_TRIES):
            seen = node.move_to(node.now_at + 1_000)
            if told in seen.text:
                return
        raise AssertionError(f"{loser} called after {winner} and was not told {told!r}: {seen}")

    def _die_and_come_back(self) -> None:
        """Kill the second terminal with steps that nobody has heard, and start it again."""
        node, thumb = self.nodes[SECOND], self.thumbs[SECOND]
        hand = thumb.hand()
        open_visits = thumb.open_visits()
        recorded, pending = node.recorded(), node.sight().pending
        assert pending >= 2, f"{pending} steps wait at {SECOND}; a call and a wait should"
        node.kill()
        node.start()
        node.begin()
        thumb.look_up()
        assert thumb.hand() == hand, f"{SECOND} came back with another hand"
        assert thumb.open_visits() == open_visits, f"{SECOND} came back without its own steps"
        assert (node.recorded(), node.sight().pending) == (recorded, pending), (
            f"{SECOND} came back with another outbox"
        )

    def _wait_for_hands(self) -> None:
        self.collector.wait_until(
            lambda: self._dealt() == {FIRST, SECOND} or None, "tokens dealt to both terminals"
        )
        self._settle()

    def _dealt(self) -> set[str]:
        """Return who has tokens; nobody before the services are there to hand them out for."""
        board = self.board()
        has_services = len(board["services"]) == len(SERVICES)
        return {each["node"] for each in board["terminals"] if each["hand"] and has_services}

    def _settle(self) -> None:
        """Wait until everybody who has a network knows the same board, and nothing waits."""

        def is_settled() -> bool | None:
            version = self.board()["version"]
            for name, node in self.nodes.items():
                if name in self.cables and self.cables[name].is_cut:
                    continue
                if node.sight().pending or node.kept_board() != version:
                    return None
            return self.board()["version"] == version or None

        self.collector.wait_until(is_settled, "board that everybody knows")

    # -- what came of it ------------------------------------------------------------------------

    def board(self) -> Any:
        return self.collector.get("board", site="default")

    def stories(self) -> dict[str, tuple[Step, ...]]:
        """Return the steps of each visit in the ledger, without those that were taken back."""
        found: defaultdict[str, list[Step]] = defaultdict(list)
        for at, body, node in self.rows(
            "SELECT at, body, nodes.name FROM events JOIN epochs ON epochs.id = events.epoch_id "
            "JOIN nodes ON nodes.id = epochs.node_id WHERE kind = 'token' AND NOT EXISTS "
            "(SELECT 1 FROM undone WHERE undone.epoch_id = events.epoch_id "
            "AND undone.seq = events.seq)"
        ):
            event = json.loads(body)
            found[event["visit"]].append(
                (at, event["action"], event["token"], event.get("service"), node)
            )
        return {
            visit: tuple(sorted(steps, key=lambda step: (step[0], RANK[step[1]])))
            for visit, steps in found.items()
        }

    def rows(self, question: str) -> list[Any]:
        with closing(sqlite3.connect(f"{self._ledger.as_uri()}?mode=ro", uri=True)) as db:
            return db.execute(question).fetchall()

    def told(self) -> dict[int, list[Done]]:
        """Return what was really done with each visitor, without what was taken back."""
        found: dict[int, list[Done]] = {visitor: [] for visitor in self.given}
        for one in self.done:
            if not one.tap.is_undone:
                found[one.tap.visitor].append(one)
        return found

    def _prepare_site(self) -> None:
        http = self.collector.http
        site = {"site": "default", "title": "Mairie", "time_zone": self.zone.key}
        answer = http.post("/api/v1/sites", json=site)
        assert answer.status_code == 201, answer.text
        for service in SERVICES:
            body = {"name": service, "title": {"fr": service.capitalize()}}
            answer = http.post("/api/v1/content/service?site=default", json=body)
            assert answer.status_code == 201, answer.text


def _place_of_this_morning() -> tuple[ZoneInfo, int]:
    """Return a time zone in which the morning is just over, and its midnight (ms since 1970).

    A board shows the collector's service day, from 04:00 to 04:00 at the site, and the collector's
    clock is real: at 06:00 UTC, a morning in Paris is still to come, and at 02:00 it was that of
    yesterday. So the site lies where it is past one in the afternoon now, whatever the hour of the
    test: the morning from 08:30 to 12:30 is over, and the service day ends in fourteen hours.
    ``Etc/GMT-5`` is five hours *ahead* of UTC.
    """
    now = datetime.now(UTC)
    ahead = 13 - now.hour  # from 10 hours behind to 13 ahead: there is a zone for each of them
    zone = ZoneInfo(f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT")
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return zone, round(midnight.timestamp() * 1000)


@contextmanager
def reception(directory: Path, script: Script) -> Iterator[Reception]:
    with ExitStack() as running:
        yield Reception(directory, running, script)
