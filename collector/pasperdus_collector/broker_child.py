"""The process that holds the embedded MQTT broker; started by file name by `broker.py` only.

rumqttd (inside the `iotcore` wheel) cannot be stopped from within its process, so it lives alone in
this one and ends with it. Standard input is the lifeline: when the collector goes away, even by
`kill -9`, the kernel closes the other end and this process ends at once, so the port is free again.

It imports nothing of the collector: starting stays fast and needs no import path of ours.
"""

import argparse
import json
import logging
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from iotcore import Broker

# Twice the contract's 64 KiB: a message at the limit plus its topic fits, a flood does not.
MAX_PAYLOAD_BYTES = 128 * 1024
MAX_CONNECTIONS = 512
# A client that connects and says nothing must not hold a slot for long.
CONNECT_TIMEOUT_MS = 10_000
# Messages in flight towards one subscriber.
MAX_IN_FLIGHT = 100
MAX_OUTGOING_PACKETS = 200

# rumqttd keeps the last messages of every subscription filter until its segments are full, read or
# not; iotcore's default is 1 GB a filter. Two small segments suit acks and states, the collector's
# own filters take the bursts of a whole fleet coming back.
SEGMENT_BYTES, SEGMENT_COUNT = 128 * 1024, 2
LARGE_SEGMENT_BYTES, LARGE_SEGMENT_COUNT = 1024 * 1024, 16


def main(arguments: Sequence[str]) -> None:
    """Serve MQTT on the given address until standard input closes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("listen", help="IP address and port, as 127.0.0.1:1883 or [::1]:1883")
    parser.add_argument("large_filters", nargs="*", help="subscription filters with large buffers")
    options = parser.parse_args(arguments)

    # The collector decides when to end: a signal sent to the whole group (Ctrl-C, systemd) must not
    # take the broker away before the collector has said goodbye through it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # rumqttd reports each client that leaves as an error.
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)

    try:
        broker = _broker(options.listen, options.large_filters)
        # Only now: it ends the process on the spot, and the broker's scratch directory is gone.
        threading.Thread(target=_end_with_the_collector, daemon=True).start()
        broker.run_forever()
    except OSError as error:
        sys.exit(str(error))


def rumqttd_config(listen: str, large_filters: Sequence[str]) -> str:
    """Return the broker's TOML configuration; JSON strings are valid TOML strings."""
    large = "".join(
        f"[router.custom_segment.{json.dumps(large_filter)}]\n"
        f"max_segment_size = {LARGE_SEGMENT_BYTES}\n"
        f"max_segment_count = {LARGE_SEGMENT_COUNT}\n"
        for large_filter in large_filters
    )
    return (
        "id = 0\n"
        "[router]\n"
        "id = 0\n"
        f"max_connections = {MAX_CONNECTIONS}\n"
        f"max_outgoing_packet_count = {MAX_OUTGOING_PACKETS}\n"
        f"max_segment_size = {SEGMENT_BYTES}\n"
        f"max_segment_count = {SEGMENT_COUNT}\n"
        f"{large}"
        "[v4.1]\n"
        'name = "mqtt"\n'
        f"listen = {json.dumps(listen)}\n"
        "next_connection_delay_ms = 1\n"
        "[v4.1.connections]\n"
        f"connection_timeout_ms = {CONNECT_TIMEOUT_MS}\n"
        f"max_payload_size = {MAX_PAYLOAD_BYTES}\n"
        f"max_inflight_count = {MAX_IN_FLIGHT}\n"
    )


def _broker(listen: str, large_filters: Sequence[str]) -> Broker:
    # iotcore takes limits per filter from a file only, and has read it once the broker exists.
    with tempfile.TemporaryDirectory(prefix="pasperdus-broker-") as directory:
        path = Path(directory, "rumqttd.toml")
        path.write_text(rumqttd_config(listen, large_filters), encoding="utf-8")
        return Broker(config_path=str(path))


def _end_with_the_collector() -> None:
    # The bare descriptor: a thread inside `sys.stdin` would abort the interpreter as it shuts down.
    while os.read(0, 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
