"""Kill at many instants and print what was found."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from support import replaying
from torture.kills import kill_at_random
from torture.replays import replay_in_peace_and_in_war


def main() -> int:
    """Return 1 when anything is answered otherwise."""
    parser = argparse.ArgumentParser(prog="script/torture")
    parser.add_argument("--instants", type=int, default=100, help="kills in all")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument(
        "--replay", type=Path, metavar="FILE", help="replay these door counts instead"
    )
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="pasperdus-torture-") as scratch:
        if options.replay is not None:
            counts = replaying.found(options.replay)
            replay_in_peace_and_in_war(counts, Path(scratch), seed=options.seed)
            print(f"twice, once with kills: {counts.summary}", end="")
            return 0
        report = kill_at_random(Path(scratch), instants=options.instants, seed=options.seed)
    print(report)
    for difference in report.differences[:10]:
        print(difference)
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main())
