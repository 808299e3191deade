"""What a screen costs: pictures, a thumb's wait for its ring, and an idle terminal.

There is no Raspberry Pi here. What can be carried over to one is the number of instructions of a
picture; it is counted where the processor or valgrind can.
"""

import argparse
import logging
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog

from bench.pictures import GLASSES, HALL, KINDS, SHEET, easel, p95
from bench.screen_process import idle, moving, touches
from pasperdus_node.reception.screen import READ_EVERY_S
from support.mosquitto import Mosquitto

PAGES = ("home", "tokens", SHEET, "directory", "messages", "pulse", HALL)
COUNTED = (  # a page, what of it, and on which glass: the dearest of each kind
    ("tokens", "whole", (720, 1280)),
    ("tokens", "minute", (720, 1280)),
    ("tokens", "ring", (720, 1280)),
    ("home", "whole", (720, 1280)),
    (HALL, "whole", (1920, 1080)),
    (HALL, "moving", (1920, 1080)),
)
FEW, MANY = 10, 50  # pictures of two runs: their difference has no start of the program in it

PI_CLOCK_HZ = 1.5e9  # Cortex-A72 of a Raspberry Pi 4 of the first kind; later ones run at 1.8 GHz
PI_IPC = 0.7  # instructions a cycle: cautious, an assumption
POLL_MS = 1000 * READ_EVERY_S  # at most so long until a touch is seen

Count = Callable[[int, int, str, str, int], int]
"""Instructions of a program that draws: width, height, page, kind and number of pictures."""


def main(arguments: Sequence[str]) -> int:
    """Print everything."""
    parser = argparse.ArgumentParser(prog="script/bench screen")
    parser.add_argument("--pictures", type=int, default=200, help="of each kind")
    parser.add_argument("--touches", type=int, default=200, help="through the real loop")
    parser.add_argument("--idle-s", type=float, default=30.0, help="watched without a touch")
    parser.add_argument("--no-count", action="store_true", help="do not count instructions")
    parser.add_argument(
        "--draw", nargs=5, metavar=("W", "H", "PAGE", "KIND", "N"), help="only draw"
    )
    options = parser.parse_args(arguments)
    if options.draw:
        width, height, page, kind, pictures = options.draw
        with easel(int(width), int(height)) as drawn:
            drawn.time(page, kind, pictures=int(pictures))
        return 0
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    _print_pictures(options.pictures)
    _print_processes(options.touches, options.idle_s)
    if not options.no_count:
        _print_instructions()
    return 0


def _print_pictures(pictures: int) -> None:
    print(f"pictures: ms of processor time, median and 95 %, {pictures} each")
    for width, height in GLASSES:
        size = f"{width}x{height}"
        print(f"  {size:14}{'laid out':>9}{'whole':>15}{'a minute on':>15}{'ring or moving':>16}")
        with easel(width, height) as drawn:
            for page in PAGES:
                kinds = KINDS["public" if page == HALL else "agent"]
                timed = [drawn.time(page, kind, pictures=pictures) for kind in kinds]
                laid_out = statistics.median(timed[0].laid_out)
                figures = "".join(
                    f"{statistics.median(each.whole):9.1f} {p95(each.whole):5.1f}" for each in timed
                )
                print(f"    {page:12}{laid_out:9.1f}{figures}")


def _print_processes(most: int, idle_s: float) -> None:
    with tempfile.TemporaryDirectory(prefix="pasperdus-bench-") as scratch:
        directory = Path(scratch)
        for width, height in ((720, 1280), (800, 480)):
            waits = touches(directory / f"touches-{width}", width, height, count=most)
            print(
                f"a touch until the ring is drawn, {width}x{height}, through the real loop: median "
                f"{statistics.median(waits):.1f}, 95 % {p95(waits):.1f}, most {max(waits):.1f} ms "
                f"({most} touches, at any moment of the {POLL_MS:.0f} ms between two looks)"
            )
        with Mosquitto(directory / "broker") as broker:
            for kind, size in (("agent", (720, 1280)), ("public", (1920, 1080))):
                told = idle(directory / kind, broker.port, kind=kind, size=size, span_s=idle_s)
                print(
                    f"an idle {kind} screen, {size[0]}x{size[1]}: {told.share:.2%} of a core over "
                    f"{told.span_s:.0f} s, {told.memory_mb:.0f} MB"
                )
            told = moving(directory / "moving", broker.port, size=(1920, 1080))
            print(
                f"a public screen with a new call, 1920x1080: {told.share:.1%} of a core over the "
                f"{told.span_s:.1f} s in which it moves"
            )


def _print_instructions() -> None:
    counter = _counter()
    if counter is None:
        print(
            "instructions: not counted; this machine's processor tells none (perf stat), and "
            "valgrind is not installed"
        )
        return
    name, count = counter
    print(
        f"instructions a picture ({name}; user space), and what that is on a Cortex-A72 at "
        f"{PI_CLOCK_HZ / 1e9} GHz with {PI_IPC} instructions a cycle:"
    )
    runs = [
        (width, height, page, kind, n)
        for page, kind, (width, height) in COUNTED
        for n in (FEW, MANY)
    ]
    with ThreadPoolExecutor(os.cpu_count()) as side_by_side:  # nothing is timed here
        counted = dict(zip(runs, side_by_side.map(lambda run: count(*run), runs), strict=True))
    for page, kind, (width, height) in COUNTED:
        few, many = (counted[width, height, page, kind, n] for n in (FEW, MANY))
        each = (many - few) / (MANY - FEW)
        ms = each / (PI_CLOCK_HZ * PI_IPC) * 1000
        print(f"  {page:8}{kind:8}{width}x{height}: {each / 1e6:8.1f} million, {ms:6.1f} ms")


def _counter() -> tuple[str, Count] | None:
    if shutil.which("perf") and _perf(720, 1280, "home", "ring", 1) is not None:
        return "perf stat", lambda *what: _perf(*what) or 0
    if shutil.which("valgrind"):
        return "valgrind", _valgrind
    return None


def _perf(width: int, height: int, page: str, kind: str, pictures: int) -> int | None:
    """Count in the processor; None where it does not tell, as in many virtual machines."""
    told = _drawn(
        ["perf", "stat", "-x,", "-e", "instructions:u"], width, height, page, kind, pictures
    )
    line = next((line for line in told.splitlines() if "instructions" in line), "")
    number = line.partition(",")[0]
    return int(number) if number.isdigit() else None


def _valgrind(width: int, height: int, page: str, kind: str, pictures: int) -> int:
    """Count by interpreting the program: fifty times slower, and exact."""
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    told = _drawn(command, width, height, page, kind, pictures)
    found = re.search(r"I\s+refs:\s+([0-9,]+)", told)
    if found is None:
        raise RuntimeError(f"valgrind told no instructions:\n{told}")
    return int(found[1].replace(",", ""))


def _drawn(
    before: Sequence[str], width: int, height: int, page: str, kind: str, pictures: int
) -> str:
    """Draw in a process of its own under another program; return what that one told."""
    drawing = ["-m", "bench", "screen", "--draw"]
    what = [str(width), str(height), page, kind, str(pictures)]
    ran = subprocess.run(
        [*before, sys.executable, *drawing, *what], capture_output=True, text=True, check=False
    )
    if ran.returncode != 0:
        raise RuntimeError(f"{' '.join(before)} failed:\n{ran.stderr}")
    return ran.stderr
