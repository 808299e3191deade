"""Kill at many instants and print what was found."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from torture.kills import kill_at_random


def main() -> int:
    """Return 1 when anything is answered otherwise."""
    parser = argparse.ArgumentParser(prog="script/torture")
    parser.add_argument("--instants", type=int, default=100, help="kills in all")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="pasperdus-torture-") as scratch:
        report = kill_at_random(Path(scratch), instants=options.instants, seed=options.seed)
    print(report)
    for difference in report.differences[:10]:
        print(difference)
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main())
