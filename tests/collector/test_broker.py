"""The embedded broker against real MQTT clients, real kills and real sockets, on loopback only."""

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from structlog.testing import capture_logs

from pasperdus_collector import broker as broker_module
from pasperdus_collector.broker import BrokerError, EmbeddedBroker
from support.mosquitto import free_port

LOOPBACK = "127.0.0.1"
EVENTS = "pasperdus/v1/node/+/events"
STATUS = "pasperdus/v1/node/entrance-1/status"
LARGEST_MESSAGE_BYTES = 64 * 1024
PATIENCE_S = 15.0


class Clock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def broker(port: int) -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker(host=LOOPBACK, port=port, large_filters=[EVENTS]) as started:
        yield started


def test_a_message_of_64_kib_arrives_whole_at_qos_1(broker: EmbeddedBroker, port: int) -> None:
    body = os.urandom(LARGEST_MESSAGE_BYTES)
    with connected(port) as collector, connected(port) as node:
        received = subscribed(collector, EVENTS)
        node.publish("pasperdus/v1/node/entrance-1/events", body, qos=1).wait_for_publish(
            PATIENCE_S
        )
        message = received.get(timeout=PATIENCE_S)

    assert message.payload == body
    assert message.qos == 1


def test_a_retained_message_reaches_a_later_subscriber(broker: EmbeddedBroker, port: int) -> None:
    with connected(port) as node:
        node.publish(STATUS, b"online", qos=1, retain=True).wait_for_publish(PATIENCE_S)
    with connected(port) as collector:
        message = subscribed(collector, "pasperdus/v1/node/+/status").get(timeout=PATIENCE_S)

    assert (message.payload, message.retain) == (b"online", True)


def test_the_last_will_of_a_killed_client_is_delivered_and_retained(
    broker: EmbeddedBroker, port: int
) -> None:
    program = (
        "import sys, paho.mqtt.client as mqtt\n"
        "client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)\n"
        f"client.will_set({STATUS!r}, b'offline', qos=1, retain=True)\n"
        "client.on_connect = lambda *_: print('connected', flush=True)\n"
        f"client.connect({LOOPBACK!r}, {port})\n"
        "client.loop_forever()\n"
    )
    with connected(port) as collector, running(program) as node:
        received = subscribed(collector, STATUS)
        assert said(node) == "connected"
        node.kill()
        assert received.get(timeout=PATIENCE_S).payload == b"offline"
    with connected(port) as late:
        assert subscribed(late, STATUS).get(timeout=PATIENCE_S).retain


def test_it_listens_on_the_given_address_only(broker: EmbeddedBroker, port: int) -> None:
    assert listening_addresses(port) == {"0100007F"}  # 127.0.0.1 as the kernel prints it


def test_a_message_over_the_limit_costs_its_sender_only(broker: EmbeddedBroker, port: int) -> None:
    with connected(port) as bystander, connected(port) as flooder:
        left = threading.Event()
        flooder.on_disconnect = lambda *_: left.set()
        before = broker.pid
        flooder.publish("pasperdus/v1/node/flooder/events", bytes(1_000_000), qos=0)

        assert left.wait(PATIENCE_S)
        assert broker.pid == before
        received = subscribed(bystander, STATUS)
        bystander.publish(STATUS, b"online", qos=1)
        assert received.get(timeout=PATIENCE_S).payload == b"online"


def test_a_killed_broker_comes_back_on_the_same_port_and_says_so_once(
    broker: EmbeddedBroker, port: int
) -> None:
    with connected(port) as node, capture_logs() as logs:
        node.reconnect_delay_set(1, 1)
        first = broker.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        until(lambda: broker.pid is None)

        assert not broker.supervise()
        until(broker.supervise)
        assert broker.pid not in {None, first}
        until(node.is_connected)
        assert broker.supervise()

    assert [entry["event"] for entry in logs] == [
        "embedded broker is down",
        "embedded broker is back",
    ]


def test_a_broker_that_hangs_is_replaced(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_module, "PROBE_TIMEOUT_S", 0.2)
    clock = Clock()
    with EmbeddedBroker(port=port, clock=clock) as broker:
        first = broker.pid
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        for _ in range(broker_module.PROBES_BEFORE_RESTART):
            clock.now_s += broker_module.PROBE_INTERVAL_S
            broker.supervise()
        until(lambda: broker.pid is None)

        until(broker.supervise)
        assert broker.pid not in {None, first}


def test_restarts_that_fail_are_spaced_out_and_logged_once(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "PROBE_TIMEOUT_S", 0.05)
    clock = Clock()
    attempts_s: list[float] = []
    with EmbeddedBroker(port=port, clock=clock) as broker, capture_logs() as logs:
        pid = broker.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        until(lambda: broker.pid is None)
        with socket.socket() as squatter:
            squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            squatter.bind((LOOPBACK, port))
            squatter.listen()
            for elapsed_s in range(20):
                broker.supervise()
                if broker.pid is not None:
                    attempts_s.append(elapsed_s)
                    until(lambda: broker.pid is None)
                clock.now_s += 1.0
        clock.now_s += broker_module.LAST_RETRY_S
        until(broker.supervise)

    assert attempts_s == [0, 1, 3, 7, 15]
    transitions = [entry["event"] for entry in logs if entry["event"] != "embedded broker said"]
    assert transitions == ["embedded broker is down", "embedded broker is back"]


def test_a_collector_killed_outright_leaves_no_broker_behind(port: int) -> None:
    program = (
        "import structlog, sys, threading\n"
        "structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))\n"
        "from pasperdus_collector.broker import EmbeddedBroker\n"
        f"broker = EmbeddedBroker(port={port})\n"
        # The thread that started the broker ends; the broker must not end with it.
        "starter = threading.Thread(target=broker.start)\n"
        "starter.start()\n"
        "starter.join()\n"
        "print(broker.pid, flush=True)\n"
        "threading.Event().wait(60)\n"
    )
    with running(program) as collector:
        orphan = int(said(collector))
        with connected(port):
            collector.kill()
            collector.wait(PATIENCE_S)
            with EmbeddedBroker(port=port) as successor:  # the port is free at once
                until(lambda: not is_running(orphan))
                assert successor.pid != orphan


def test_it_inherits_no_file_and_no_socket_of_the_collector(port: int, tmp_path: Path) -> None:
    with (
        (tmp_path / "ledger.db").open("w") as ledger,
        socket.create_server((LOOPBACK, 0)) as http,
    ):
        os.set_inheritable(ledger.fileno(), True)
        http.set_inheritable(True)
        ours = {Path(f"/proc/self/fd/{file.fileno()}").readlink() for file in (ledger, http)}
        with EmbeddedBroker(port=port) as broker:
            theirs = {entry.readlink() for entry in Path(f"/proc/{broker.pid}/fd").iterdir()}

    assert not ours & theirs


def test_stop_frees_the_port_and_ends_the_supervision(broker: EmbeddedBroker, port: int) -> None:
    broker.stop()

    assert broker.pid is None
    assert not broker.supervise()
    assert listening_addresses(port) == set()


def test_a_busy_port_is_refused_with_the_key_to_change(
    broker: EmbeddedBroker, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "PORT_FREE_TIMEOUT_S", 0.1)
    with pytest.raises(BrokerError, match=rf"\[mqtt\] url.*{LOOPBACK}:{port}.*another port"):
        EmbeddedBroker(port=port).start()


@pytest.mark.parametrize(("host", "port_number"), [("mairie.example", 1883), (LOOPBACK, 0)])
def test_an_address_that_cannot_be_is_refused_by_name(host: str, port_number: int) -> None:
    with pytest.raises(BrokerError, match=r"\[mqtt\] url"):
        EmbeddedBroker(host=host, port=port_number)


def test_an_address_of_another_machine_is_refused_at_start(port: int) -> None:
    with pytest.raises(BrokerError, match="choose an address of this machine"):
        EmbeddedBroker(host="192.0.2.1", port=port).start()  # reserved for documentation


@contextmanager
def connected(port: int) -> Iterator[mqtt.Client]:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect(LOOPBACK, port, keepalive=10)
    client.loop_start()
    try:
        until(client.is_connected)
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def subscribed(client: mqtt.Client, topic_filter: str) -> "queue.Queue[mqtt.MQTTMessage]":
    received: queue.Queue[mqtt.MQTTMessage] = queue.Queue()
    confirmed = threading.Event()
    client.on_message = lambda _client, _userdata, message: received.put(message)
    client.on_subscribe = lambda *_: confirmed.set()
    client.subscribe(topic_filter, qos=1)
    assert confirmed.wait(PATIENCE_S)
    return received


@contextmanager
def running(program: str) -> Iterator["subprocess.Popen[str]"]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def listening_addresses(port: int) -> set[str]:
    """Local addresses, as the kernel prints them, on which some process listens on `port`."""
    addresses = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, port_in_hex = local.split(":")
            if state == "0A" and int(port_in_hex, 16) == port:
                addresses.add(address)
    return addresses


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""  # a zombie has none
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)
