"""``script/bench comparing``: how long a comparison of nine months takes, part by part."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from pasperdus_collector.analysis.comparison import answer, compare
from pasperdus_collector.analysis.inputs import Inputs
from pasperdus_collector.analysis.wording import answer_words, detail_words
from pasperdus_collector.comparison.gather import gather
from pasperdus_collector.comparison.inputs_json import digest, to_text
from pasperdus_collector.ledger import reading
from support.trials import PROTOTYPE, Site, simulate

SITE = Site(weeks="A" * 20 + "B" * 19, effects={"B": 0.04}, bursts=0.1, visitors_a_day=500)
CONTROL = Site(
    site="annexe", title="Annexe", weeks=SITE.weeks, seed=2, visitors_a_day=300, bursts=0.1
)
ROUNDS = 9
WANTED_S = 1.0


def main(arguments: Sequence[str]) -> int:
    """Print seconds by part, medians of several rounds; 1 where the whole takes too long."""
    del arguments
    with TemporaryDirectory() as folder:
        trial = simulate(Path(folder) / "ledger.db", SITE, control=CONTROL)

        def gathered() -> Inputs:
            with reading(trial.path) as db:
                return gather(
                    db, SITE.site, None, PROTOTYPE, now_ms=trial.now_ms, collector="bench"
                )

        inputs = gathered()
        ratings = sum(int(arm.blocks.counts.sum()) for arm in (inputs.baseline, inputs.prototype))

        def whole() -> None:
            found = gathered()
            result = compare(found, version="0", inputs_sha256=digest(to_text(found)))
            answer_words(result.answer, "fr")
            detail_words(result, "fr")

        parts: dict[str, Callable[[], object]] = {
            "gather": gathered,
            "answer": lambda: answer(inputs),
            "everything": lambda: compare(inputs, version="0", inputs_sha256="0"),
            "gather, everything, words": whole,
        }
        figures = {name: _seconds(part) for name, part in parts.items()}
    print(f"{len(SITE.weeks)} weeks, {ratings} ratings, with a control site of as many weeks")
    for name, (wall_s, busy_s) in figures.items():
        print(f"{name:28} {1000 * wall_s:7.1f} ms, of the processor {1000 * busy_s:7.1f} ms")
    print(json.dumps({name: round(wall_s, 4) for name, (wall_s, _) in figures.items()}))
    return 0 if figures["gather, everything, words"][0] < WANTED_S else 1


def _seconds(part: Callable[[], object]) -> tuple[float, float]:
    """Return the median of wall and processor time, after one round that loads what it needs."""
    part()
    walls, busy = [], []
    for _ in range(ROUNDS):
        wall_s, process_s = perf_counter(), process_time()
        part()
        walls.append(perf_counter() - wall_s)
        busy.append(process_time() - process_s)
    return median(walls), median(busy)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
