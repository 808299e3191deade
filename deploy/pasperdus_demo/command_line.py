"""The command line of the demonstration: options in, an exit status out."""

import argparse
import math
import os
import secrets
import signal
import sys
from pathlib import Path

from pasperdus_demo.demonstration import Options, run
from pasperdus_demo.errors import DemoError, EndedError

INTERRUPTED = 130  # as shells say it for Ctrl-C

_DESKTOP = ("DISPLAY", "WAYLAND_DISPLAY")  # one of them is set in every desktop session


def main(arguments: list[str] | None = None) -> int:
    """Run until Ctrl-C, SIGTERM, the end of the terminal or ``--for``.

    Return 1 for a failure or a difference.
    """
    options = _parse(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
            continue  # started by nohup: the terminal may go
        # Only a note: the end begins where nothing is half set up or half taken down.
        signal.signal(number, lambda *_: options.end.set())
    if options.for_s is not None:
        signal.setitimer(signal.ITIMER_REAL, options.for_s)
    try:
        return run(options)
    except DemoError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except EndedError:
        if options.is_check:
            print("demo: interrupted before the check was done", file=sys.stderr)
            return INTERRUPTED
        return 0


def _parse(arguments: list[str] | None) -> Options:
    parser = argparse.ArgumentParser(
        prog="script/demo",
        description="Run a collector, simulated nodes and their visitors on this machine.",
    )
    parser.add_argument(
        "--port", type=_port, default=8000, help="of the pages (default 8000; 0 takes a free one)"
    )
    parser.add_argument(
        "--no-history", action="store_true", help="begin with an empty ledger, not nine months"
    )
    parser.add_argument(
        "--for", dest="for_s", type=_seconds, metavar="SECONDS", help="end by itself after that"
    )
    parser.add_argument(
        "--replay", type=Path, metavar="FILE", help="feed a building's door counts instead"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="with --replay: compare the ledger with the file, print one line and end",
    )
    parser.add_argument("--seed", type=_seed, help="of everything random (printed at the start)")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="keep ledger, outboxes and logs in DIR"
    )
    parser.add_argument(
        "--screens",
        action="store_true",
        help="open a terminal and the waiting room's screen as windows on this desktop",
    )
    parsed = parser.parse_args(arguments)
    if parsed.check and parsed.replay is None:
        parser.error("--check needs --replay FILE")
    if parsed.screens and parsed.replay is not None:
        parser.error("--screens shows visitors of now; leave it or --replay out")
    if parsed.screens and not any(os.environ.get(name) for name in _DESKTOP):
        parser.error(
            "--screens opens windows, and there is no desktop here (neither DISPLAY nor "
            "WAYLAND_DISPLAY is set); start it from a terminal of a desktop session, or leave "
            "--screens out"
        )
    return Options(
        port=parsed.port,
        has_history=not parsed.no_history,
        for_s=parsed.for_s,
        replay=parsed.replay,
        is_check=parsed.check,
        seed=secrets.randbelow(2**31) if parsed.seed is None else parsed.seed,
        directory=parsed.data,
        has_windows=parsed.screens,
    )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= 65535):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no port; give one from 1 to 65535, or 0 for a free one"
        )
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < 1e8:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration; give seconds, as in 60")
    return seconds


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise argparse.ArgumentTypeError(f"{text!r} is no seed; give a whole number, as in 7")
    return int(text)
