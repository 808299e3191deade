"""Times the whole path, from an outbox to the ledger and from a passage to the page."""

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.collector import Collector
from bench.latency import passage_to_page
from bench.throughput import Throughput, bare_sqlite, drain

NODES = (1, 20)


def main(arguments: Sequence[str]) -> int:
    """Print throughput, latency and memory."""
    parser = argparse.ArgumentParser(
        prog="script/bench", epilog="script/bench series and script/bench scale measure the rest."
    )
    parser.add_argument("--events", type=int, default=60_000, help="events a throughput run")
    parser.add_argument("--passages", type=int, default=200, help="passages timed")
    parser.add_argument("--rounds", type=int, default=3, help="rounds; the median is printed")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="pasperdus-bench-") as scratch:
        directory = Path(scratch)
        rounds: dict[int, list[Throughput]] = {nodes: [] for nodes in NODES}
        bare: list[float] = []
        peak_mb = 0.0
        for number in range(options.rounds):
            bare.append(bare_sqlite(directory / f"bare-{number}.db", options.events))
            for nodes in NODES:
                with Collector(directory / f"{number}-{nodes}") as collector:
                    rounds[nodes].append(drain(collector, nodes=nodes, events=options.events))
                    peak_mb = max(peak_mb, collector.peak_mb())
        print(f"bare SQLite, one table, batches of 500, FULL: {statistics.median(bare):,.0f} ev/s")
        for nodes, results in rounds.items():
            ratios = [each.events_s / base for each, base in zip(results, bare, strict=True)]
            print(
                f"end to end, {nodes:2d} node{'s' if nodes > 1 else ' '}: "
                f"{statistics.median(each.events_s for each in results):,.0f} ev/s, "
                f"{statistics.median(ratios):.2f} of bare SQLite "
                f"(publish, broker, ledger commit, ack; {options.events:,} events)"
            )
        print(f"collector memory, peak: {peak_mb:.0f} MB")
        with Collector(directory / "latency") as collector:
            print(f"collector memory, idle: {collector.resident_mb():.0f} MB")
            told = passage_to_page(collector, directory / "node", passages=options.passages)
        print(
            "passage to page: "
            f"median {statistics.median(told):.0f} ms, "
            f"p99 {statistics.quantiles(told, n=100)[98]:.0f} ms "
            f"({len(told)} passages, from the last beam that clears to the page's event; 120 ms of "
            "it are the filter's certainty)"
        )
    return 0
