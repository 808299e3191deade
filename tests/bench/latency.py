"""How long after a passage an open page is told."""

import io
import json
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench.collector import Collector

OUTER, INNER = 17, 27
TIMEOUT_S = 20.0
CLEAR, BLOCKED = False, True


def passage_to_page(collector: Collector, directory: Path, *, passages: int) -> list[float]:
    """Return, for each passage, ms from its last beam that clears to the event of ``live``."""
    directory.mkdir()
    config = directory / "node.toml"
    config.write_text(
        f'[node]\nname = "bench-door"\ncollector = "bench"\n'
        f'[mqtt]\nurl = "mqtt://127.0.0.1:{collector.mqtt_port}"\n'
        f'[outbox]\npath = "{directory}/outbox.db"\n[gpio]\npin_factory = "mock"\n'
        f"[beams.door]\nouter_pin = {OUTER}\ninner_pin = {INNER}\n"
        f'[simulation]\nsocket = "{directory}/pins"\n',
        encoding="utf-8",
    )
    command = [str(Path(sys.executable).parent / "pasperdus-node"), "run", "--config", str(config)]
    with (directory / "node.log").open("wb") as log:
        node = subprocess.Popen(command, stderr=log)
    try:
        pins = _connect(directory / "pins")
        _ask(pins, [OUTER, CLEAR], [INNER, CLEAR])
        _wait_for_health(pins)
        with urllib.request.urlopen(
            f"{collector.address}/api/v1/live", timeout=TIMEOUT_S
        ) as stream:
            before = _told(stream, more_than=-1)
            told = []
            for _ in range(passages):
                for pin, level, hold_s in (
                    (OUTER, BLOCKED, 0.06),
                    (INNER, BLOCKED, 0.15),
                    (OUTER, CLEAR, 0.06),
                    (INNER, CLEAR, 0.0),
                ):
                    _ask(pins, [pin, level])
                    time.sleep(hold_s)
                cleared = time.perf_counter()
                before = _told(stream, more_than=before)
                told.append((time.perf_counter() - cleared) * 1000)
            return told
    finally:
        node.terminate()
        node.wait(timeout=TIMEOUT_S)


def _connect(path: Path) -> io.BufferedRWPair:
    give_up_at = time.monotonic() + TIMEOUT_S
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    while True:
        try:
            channel.connect(str(path))
            return channel.makefile("rwb")
        except OSError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.05)


def _ask(pins: io.BufferedRWPair, *moves: list[Any]) -> Any:
    edges = [[0, pin, is_high] for pin, is_high in moves]
    pins.write(json.dumps({"edges": edges}).encode() + b"\n")
    pins.flush()
    return json.loads(pins.readline())


def _wait_for_health(pins: io.BufferedRWPair) -> None:
    give_up_at = time.monotonic() + TIMEOUT_S
    while _ask(pins)["health"]["door"] != "ok":
        if time.monotonic() > give_up_at:
            raise RuntimeError("the beams did not become ok")
        time.sleep(0.05)


def _told(stream: Any, *, more_than: int) -> int:
    """Read the stream until it tells more entries than that."""
    for line in stream:
        if line.startswith(b"data:"):
            entries = json.loads(line[5:])["passages_in"] or 0
            if entries > more_than:
                return int(entries)
    raise RuntimeError("the live stream ended")
