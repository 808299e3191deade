"""Looks at the ledger every few seconds and says what Home Assistant is to know.

It tells the present and never what led to it: a node that delivers two weeks of stored events
changes today's totals by what belongs to today.
"""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog

from pasperdus_collector.api.queries import Queries
from pasperdus_collector.home_assistant.announcements import Announcements
from pasperdus_collector.home_assistant.discovery import Home, node_device, site_device
from pasperdus_collector.home_assistant.states import node_state, site_state

LOOK_EVERY_S = 5.0
LOOK_AGAIN_S = 30.0  # a node falls silent and a day ends without any commit
CONNECTED_EVERY_S = 1.0
LARGEST_SHARE = 0.05  # of one processor, however many sites there are

log = structlog.get_logger()


class Announcer:
    """A thread of its own, with readings of its own; ``generation`` grows with each commit."""

    def __init__(
        self,
        queries: Queries,
        announcements: Announcements,
        home: Home,
        generation: Callable[[], int],
    ) -> None:
        self._queries = queries
        self._announcements = announcements
        self._home = home
        self._generation = generation
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_failing = False
        self.failures = 0
        """Looks that failed since the start."""

    @property
    def devices(self) -> int:
        """Devices that are announced."""
        return self._announcements.devices

    @property
    def published(self) -> int:
        """Messages handed to the connection since the start."""
        return self._announcements.published

    def start(self) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._run, name="home-assistant", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Read every node and site now, and say what the broker is to hold."""
        home, wanted = self._home, dict[str, bytes]()
        titles: dict[tuple[str, str], str] = {}
        for site in self._queries.sites():
            now = self._queries.live(site.site)
            titles |= {(site.site, zone.zone): zone.title for zone in site.zones}
            wanted[home.site_topic(site.site)] = _json(
                site_state(
                    day_start_ms=now.day_start_ms,
                    passages_in=now.passages_in,
                    passages_out=now.passages_out,
                    occupancy=now.occupancy,
                )
            )
            wanted[home.config_topic(home.site_id(site.site))] = _json(
                site_device(home, site.site, site.title)
            )
        for node in self._queries.nodes():
            title = titles.get((node.site, node.zone), node.zone)
            wanted[home.node_topic(node.node)] = _json(node_state(node))
            wanted[home.config_topic(home.node_id(node.node))] = _json(
                node_device(home, node, title)
            )
        self._announcements.want(wanted)

    def _run(self) -> None:
        seen, looked_at_s, pause_s = -1, float("-inf"), 0.0
        while not self._stop.wait(pause_s):
            pause_s = CONNECTED_EVERY_S
            if not self._announcements.is_connected:
                continue
            generation, began_s = self._generation(), time.monotonic()
            is_news = generation != seen and began_s >= looked_at_s + LOOK_EVERY_S
            is_late = began_s >= looked_at_s + LOOK_AGAIN_S
            if not (is_news or is_late or self._announcements.is_blank):
                continue
            self._look_and_tell()
            seen, looked_at_s = generation, began_s
            pause_s = max(pause_s, (time.monotonic() - began_s) / LARGEST_SHARE)

    def _look_and_tell(self) -> None:
        try:
            self.look()
        except Exception as error:
            # Counting goes on; Home Assistant keeps what it was told last.
            self.failures += 1
            if not self._is_failing:
                log.exception("Home Assistant cannot be told the present", reason=repr(error))
            self._is_failing = True
            return
        if self._is_failing:
            log.info("Home Assistant is told the present again")
        self._is_failing = False


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
