"""``script/bench pages``: what a page weighs, how soon it is there, and what it costs the server.

At the town hall of the tests with nine months of events. The browser's processor is slowed down:
that stands in for a Raspberry Pi 4 with a screen, or an old office computer; the server is not.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx
from playwright.sync_api import Request

from bench.pictures import p95
from bench.questions import local_time
from pasperdus_collector.ledger import reading
from support.browsing import Browsing, Tab
from support.places import PAGES, SETTLED, Place, make_ready
from support.serving import served
from support.town_hall import MAIN, MOMENT_MS, town_hall

PAGE = Path(__file__).parents[2] / "docs" / "pages.md"
SLOWED = 4
MOST_BYTES = 300_000  # without the script that draws charts
MOST_PAINT_MS = 1_000.0
MOST_P95_MS = 100.0
BUNDLE = "/static/vega.js"
VERDICT = "/comparer?prototype=pupitre"
_WARM_UP = 3
_IS_PAINTED = "performance.getEntriesByName('first-contentful-paint').length > 0"
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
_SEEN = """
(() => {
  const look = () => {
    if (document.querySelector(".verdict")) window.verdictAt ??= performance.now();
    else requestAnimationFrame(look);
  };
  look();
})()
"""
# What a panel of a general tool asks of the events: the share satisfied and how many rated, by
# week, on both sides of the day on which the prototype began. It tells no verdict.
_RAW = """
SELECT :began <= at AS is_tried, strftime('%Y-%W', at / 1000, 'unixepoch', 'localtime') AS week,
    avg(body ->> '$.value' >= 4), count(*)
FROM events JOIN epochs ON epochs.id = events.epoch_id JOIN nodes ON nodes.id = epochs.node_id
    JOIN zones ON zones.id = nodes.zone_id JOIN sites ON sites.id = zones.site_id
WHERE sites.name = :site AND events.kind = 'rating' AND at >= :start AND at < :end
GROUP BY is_tried, week"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One page: bytes, and milliseconds."""

    name: str
    bytes: int
    painted_ms: float
    server_ms: float
    server_p95_ms: float

    @property
    def keeps_promises(self) -> bool:
        """Whether it is light and quick enough."""
        return (
            self.bytes <= MOST_BYTES
            and self.painted_ms <= MOST_PAINT_MS
            and self.server_p95_ms <= MOST_P95_MS
        )


def main(arguments: Sequence[str]) -> int:
    """Print a line a page; 1 where one is too heavy or too slow."""
    parser = argparse.ArgumentParser(prog="script/bench pages")
    parser.add_argument("--requests", type=int, default=200, help="to the server, of each page")
    parser.add_argument("--rounds", type=int, default=7, help="loads in the browser, of each page")
    parser.add_argument("--write", action="store_true", help="put the lines into docs/pages.md")
    options = parser.parse_args(arguments)
    lines: list[str] = []
    make_ready()

    def tell(line: str) -> None:
        print(line, flush=True)
        lines.append(line)

    with (
        TemporaryDirectory(prefix="pasperdus-bench-") as folder,
        town_hall(Path(folder) / "ledger.db", is_told=True) as collector,
        served(collector.site.web) as url,
        closing(Browsing()) as browsing,
    ):
        events = collector.ask("GET", "counters")["stored"]
        tell(
            f"{events:,} events of nine months; medians of {options.rounds} loads in a browser "
            f"slowed {SLOWED} times,"
        )
        tell(f"and of {options.requests} requests to the server, which is not slowed")
        measured = []
        for place in (each for each in PAGES if each.kind != "state"):
            page = _measured(place, url, browsing, options.requests, options.rounds)
            measured.append(page)
            tell(
                f"{page.name:20} {page.bytes / 1000:4.0f} kB   painted {page.painted_ms:4.0f} ms   "
                f"server {page.server_ms:5.1f} ms, p95 {page.server_p95_ms:5.1f} ms"
            )
        verdict_ms = _verdict_ms(f"{url}{VERDICT}", browsing, options.rounds)
        prototype = collector.ask("GET", "prototypes/pupitre")
        raw_ms = _raw_ms(Path(folder) / "ledger.db", prototype["planned_start"], options.rounds)
        tell(f"the verdict is read after {verdict_ms:.0f} ms in that browser; the weekly shares of")
        tell(
            f"the raw events take SQLite {raw_ms:.0f} ms, without browser or verdict: "
            f"{verdict_ms / raw_ms:.1f} times"
        )
    if options.write:
        _write("\n".join(lines))
    return 0 if all(page.keeps_promises for page in measured) else 1


def _measured(place: Place, url: str, browsing: Browsing, requests: int, rounds: int) -> Measured:
    address = f"{url}{place.address}"
    server_ms = _server_ms(address, requests)
    loads = [_load(address, browsing) for _ in range(rounds)]
    return Measured(
        name=place.name,
        bytes=max(weight for weight, _ in loads),
        painted_ms=statistics.median(painted for _, painted in loads),
        server_ms=statistics.median(server_ms),
        server_p95_ms=p95(server_ms),
    )


def _load(address: str, browsing: Browsing) -> tuple[int, float]:
    """Load a page with an empty cache; return its bytes on the wire, and when it was painted."""
    tab = _slow(browsing)
    finished: list[Request] = []

    def keep(request: Request) -> None:
        finished.append(request)

    tab.page.on("requestfinished", keep)
    tab.open(address, settled=SETTLED)
    tab.page.wait_for_function(_IS_PAINTED)
    painted_ms = float(tab.evaluate(_PAINTED))
    sizes = [request.sizes() for request in finished if BUNDLE not in request.url]
    browsing.leave()
    weight = sum(each["responseBodySize"] + each["responseHeadersSize"] for each in sizes)
    return weight, painted_ms


def _slow(browsing: Browsing) -> Tab:
    tab = browsing.tab()
    session = tab.page.context.new_cdp_session(tab.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    return tab


def _verdict_ms(address: str, browsing: Browsing, rounds: int) -> float:
    """Return when somebody can read the verdict: it is there, and the page is painted."""
    found = []
    for _ in range(rounds):
        tab = _slow(browsing)
        tab.page.add_init_script(_SEEN)
        tab.open(address, settled="window.verdictAt")
        tab.page.wait_for_function(_IS_PAINTED)
        found.append(float(tab.evaluate(f"Math.max(window.verdictAt, {_PAINTED})")))
        browsing.leave()
    return statistics.median(found)


def _server_ms(address: str, requests: int) -> list[float]:
    found = []
    with httpx.Client(timeout=30) as client:
        for number in range(_WARM_UP + requests):
            began_s = perf_counter()
            client.get(address).raise_for_status()
            if number >= _WARM_UP:
                found.append((perf_counter() - began_s) * 1000)
    return found


def _raw_ms(ledger: Path, began: str, rounds: int) -> float:
    """Return how long the raw events take to be asked the same, with all of it in memory."""
    began_ms = round(datetime.fromisoformat(began).timestamp() * 1000)
    found = []
    with local_time("Europe/Paris"), reading(ledger) as db:
        for _ in range(rounds + 1):
            asked_s = perf_counter()
            rows = db.execute(
                _RAW, {"site": MAIN, "start": 0, "end": MOMENT_MS, "began": began_ms}
            ).fetchall()
            found.append((perf_counter() - asked_s) * 1000)
            assert rows, "no rating was asked"
    return statistics.median(found[1:])


def _write(text: str) -> None:
    """Put what was printed into its place in the document."""
    page = PAGE.read_text(encoding="utf-8")
    placed = re.sub(
        r"(<!-- output: pages -->\n).*?(<!-- end -->)",
        lambda found: f"{found[1]}```text\n{text}\n```\n{found[2]}",
        page,
        flags=re.DOTALL,
    )
    PAGE.write_text(placed, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
