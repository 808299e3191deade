"""The connection of a node or a collector, against a real Mosquitto."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from pasperdus_service.errors import SettingsError
from pasperdus_service.link import (
    FIRST_RETRY_S,
    LAST_RETRY_S,
    Connected,
    Gone,
    Link,
    LinkEvent,
    Message,
    Received,
    Subscribed,
)
from pasperdus_service.settings import MqttSettings
from support.mosquitto import Mosquitto, free_port
from support.shipped_broker import make_certificates

WAIT_S = 10.0
HERE, THERE = "test/here", "test/there"
E = TypeVar("E", bound=LinkEvent)


class Owner:
    """A link and the loop around it, as small as it can be."""

    def __init__(
        self,
        settings: MqttSettings,
        *,
        name: str = "here",
        subscriptions: tuple[str, ...] = (THERE,),
        extras: tuple[str, ...] = (),
        sink: Callable[[LinkEvent], None] | None = None,
    ) -> None:
        self.inbox: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
        self.link = Link(
            settings,
            client_id=name,
            sink=sink or self.inbox.put,
            subscriptions=subscriptions,
            extras=extras,
            will=Message(topic=HERE, payload=b"offline", is_retained=True),
        )

    def next(self, kind: type[E]) -> E:
        """Run the loop until an event of this kind came; retries are taken at once."""
        deadline_s = time.monotonic() + WAIT_S
        while (left_s := deadline_s - time.monotonic()) > 0:
            if self.link.deadline_s is not None:
                self.link.tick(self.link.deadline_s)
            try:
                event = self.inbox.get(timeout=left_s)
            except queue.Empty:
                break
            if self.link.take(event, time.monotonic()) and isinstance(event, kind):
                return event
        raise AssertionError(f"no {kind.__name__} within {WAIT_S} s; trouble: {self.link.trouble}")

    def ready(self) -> Owner:
        self.link.start()
        self.next(Subscribed)
        assert self.link.is_connected
        assert self.link.is_subscribed
        return self


@contextmanager
def owner(settings: MqttSettings, **options: object) -> Iterator[Owner]:
    made = Owner(settings, **options)  # type: ignore[arg-type]  # forwarded keywords
    try:
        yield made
    finally:
        made.link.stop()


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_what_one_publishes_the_other_receives(broker: Mosquitto, version: str) -> None:
    settings = MqttSettings.model_validate({"url": broker.url, "version": version})
    with owner(settings) as here, owner(settings, name="there", subscriptions=(HERE,)) as there:
        here.ready()
        there.ready()

        assert here.link.publish(Message(topic=HERE, payload=b"\x00\xffhello"))
        received = there.next(Received)

    assert (received.topic, received.payload) == (HERE, b"\x00\xffhello")


def test_a_killed_broker_is_noticed_and_met_again_with_a_new_client(broker: Mosquitto) -> None:
    settings = MqttSettings(url=broker.url)
    with owner(settings) as here, owner(settings, name="there", subscriptions=(HERE,)) as there:
        here.ready()
        there.ready()
        before = here.link._client

        broker.kill()
        here.next(Gone)
        assert not here.link.is_connected
        assert not here.link.publish(Message(topic=HERE, payload=b"nobody there"))
        broker.start()
        here.next(Subscribed)
        there.next(Subscribed)

        assert here.link.trouble is None
        assert here.link._client is not before
        assert here.link.publish(Message(topic=HERE, payload=b"again"))
        assert there.next(Received).payload == b"again"


def test_retries_slow_down_and_start_afresh_after_a_connection(broker: Mosquitto) -> None:
    broker.stop()
    with owner(MqttSettings(url=broker.url)) as here:
        here.link.start()
        waits_s = []
        for _ in range(7):
            gone = here.inbox.get(timeout=WAIT_S)
            here.link.take(gone, 1000.0)
            assert here.link.deadline_s is not None
            waits_s.append(here.link.deadline_s - 1000.0)
            here.link.tick(here.link.deadline_s - 0.001)
            assert here.inbox.empty(), "it tried before its time"
            here.link.tick(here.link.deadline_s)
        broker.start()
        here.next(Connected)
        broker.kill()
        gone = here.next(Gone)

        assert waits_s == [1.0, 2.0, 4.0, 8.0, 16.0, LAST_RETRY_S, LAST_RETRY_S]
        assert here.link.deadline_s is not None
        assert here.link.deadline_s - time.monotonic() <= FIRST_RETRY_S


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_a_wrong_password_is_told_in_words(tmp_path: Path, version: str) -> None:
    secret = tmp_path / "password"
    secret.write_text("wrong\n")
    with Mosquitto(tmp_path / "broker", passwords={"entrance-1": "right"}) as broker:
        settings = MqttSettings.model_validate(
            {
                "url": broker.url,
                "version": version,
                "username": "entrance-1",
                "password_file": secret,
            }
        )
        with owner(settings) as here:
            here.link.start()
            refused = here.next(Gone)
            assert "refused the connection: Not authorized" in refused.reason
            assert here.link.trouble == refused.reason
            assert not here.link.publish(Message(topic=HERE, payload=b"x"))
        secret.write_text("right\n")
        with owner(settings) as here:
            here.ready()


def answering(server: socket.socket, *answers: bytes) -> None:
    """Be a broker (MQTT 3.1.1) with these answers to subscriptions: 0x80 refuses one topic."""
    connection, _ = server.accept()
    with connection:
        connection.recv(1024)  # CONNECT
        connection.sendall(b"\x20\x02\x00\x00")
        for codes in answers:
            subscribe = connection.recv(1024)
            length = (2 + len(codes)).to_bytes(1, "big")
            connection.sendall(b"\x90" + length + subscribe[2:4] + codes)
        connection.recv(1024)  # DISCONNECT


def test_a_refused_subscription_is_told_and_asked_for_again() -> None:
    """Mosquitto's ACL file never refuses one; other brokers and its plugins do."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        answers = (server, b"\x80", b"\x01")
        broker = threading.Thread(target=answering, args=answers, daemon=True)
        broker.start()
        with owner(MqttSettings(url=f"mqtt://127.0.0.1:{server.getsockname()[1]}")) as here:
            here.link.start()
            refused = here.next(Subscribed)
            assert not refused.is_granted
            assert not here.link.is_subscribed
            assert here.link.trouble == (
                "the broker refused a subscription: check the ACL of this user"
            )
            again_s = here.link.deadline_s
            assert again_s is not None
            assert LAST_RETRY_S - WAIT_S < again_s - time.monotonic() <= LAST_RETRY_S

            granted = here.next(Subscribed)

            assert granted.is_granted
            assert vars(here.link)["trouble"] is None
            assert vars(here.link)["deadline_s"] is None
        broker.join(WAIT_S)


def test_without_a_topic_that_it_can_do_without_a_connection_is_of_use() -> None:
    """A terminal that may not read its board still delivers what the agent does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        answers = (server, b"\x01\x80", b"\x01\x01")
        broker = threading.Thread(target=answering, args=answers, daemon=True)
        broker.start()
        url = f"mqtt://127.0.0.1:{server.getsockname()[1]}"
        with owner(MqttSettings(url=url), extras=("a/board",)) as here:
            here.link.start()
            first = here.next(Subscribed)
            assert first.is_granted
            assert first.refused == ("a/board",)
            assert here.link.is_subscribed
            assert here.link.trouble == "the broker refused a/board: check the ACL of this user"

            assert here.next(Subscribed).refused == ()

            assert vars(here.link)["trouble"] is None
        broker.join(WAIT_S)


def test_nobody_at_the_address_is_told_in_words() -> None:
    with owner(MqttSettings(url=f"mqtt://127.0.0.1:{free_port()}")) as here:
        here.link.start()

        assert "ConnectionRefusedError" in here.next(Gone).reason


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file or directory; give the path"),
        ("", "holds no certificate; give the authority's certificate in PEM format"),
        ("-----BEGIN NONSENSE-----\n", "holds no certificate; give the authority's"),
    ],
)
def test_an_authority_file_of_no_use_is_refused_at_once(
    tmp_path: Path, content: str | None, message: str
) -> None:
    ca_file = tmp_path / "ca.crt"
    if content is not None:
        ca_file.write_text(content)
    settings = MqttSettings(url="mqtts://127.0.0.1:8883", ca_file=ca_file)

    with pytest.raises(SettingsError) as refused, owner(settings):
        pass

    assert str(refused.value).startswith(f"[mqtt] ca_file {ca_file}: {message}")


def test_an_authority_file_that_goes_away_is_told_and_tried_again(tmp_path: Path) -> None:
    make_certificates(tmp_path)
    ca_file = tmp_path / "pasperdus-ca.crt"
    with owner(MqttSettings(url="mqtts://127.0.0.1:8883", ca_file=ca_file)) as here:
        ca_file.unlink()
        here.link.start()
        gone = here.next(Gone)

        assert f"ca_file {ca_file}: " in gone.reason
        assert "No such file" in gone.reason
        assert here.link.deadline_s is not None


def test_a_full_inbox_drops_messages_and_not_the_connection(broker: Mosquitto) -> None:
    taken: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
    dropped: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def sink(event: LinkEvent) -> None:
        if isinstance(event, Received) and event.payload.startswith(b"too much"):
            dropped.put(event.payload)
            raise queue.Full
        taken.put(event)

    settings = MqttSettings(url=broker.url)
    with owner(settings, sink=sink) as here, owner(settings, name="there") as there:
        here.inbox = taken
        here.ready()
        there.ready()
        for number in range(5):
            there.link.publish(Message(topic=THERE, payload=b"too much %d" % number))
        there.link.publish(Message(topic=THERE, payload=b"fits"))

        assert here.next(Received).payload == b"fits"
        assert [dropped.get(timeout=WAIT_S) for _ in range(5)] == [
            b"too much %d" % number for number in range(5)
        ]
        assert here.link.is_connected


def test_any_other_fault_of_the_sink_ends_the_connection_and_is_told(broker: Mosquitto) -> None:
    taken: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()

    def sink(event: LinkEvent) -> None:
        if not isinstance(event, Received):
            return taken.put(event)
        raise LookupError("a fault of the owner")

    with owner(MqttSettings(url=broker.url), sink=sink, subscriptions=(HERE,)) as here:
        here.inbox = taken
        here.ready()
        here.link.publish(Message(topic=HERE, payload=b"to myself"))

        assert here.next(Gone).reason == "LookupError: a fault of the owner"


def test_stop_says_farewell_and_leaves_it_retained(broker: Mosquitto) -> None:
    settings = MqttSettings(url=broker.url)
    with owner(settings) as here:
        here.ready()
        thread = here.link._thread
        assert thread is not None
        here.link.stop(Message(topic=HERE, payload=b"farewell", is_retained=True))
        assert not thread.is_alive()
        assert here.link.trouble is None

    with owner(settings, name="there", subscriptions=(HERE,)) as there:
        there.ready()
        assert there.next(Received).payload == b"farewell"


def test_an_unclean_end_leaves_the_last_will(broker: Mosquitto) -> None:
    settings = MqttSettings(url=broker.url)
    with owner(settings, name="there", subscriptions=(HERE,)) as there:
        there.ready()
        with owner(settings) as here:
            here.ready()
            assert here.link._client is not None
            connection = here.link._client.socket()
            assert isinstance(connection, socket.socket)
            connection.shutdown(socket.SHUT_RDWR)
            here.next(Gone)

            assert there.next(Received).payload == b"offline"


def test_what_an_earlier_connection_says_is_not_taken(broker: Mosquitto) -> None:
    with owner(MqttSettings(url=broker.url)) as here:
        here.ready()

        assert not here.link.take(Gone(0, "an old thread"), 0.0)
        assert here.link.is_connected


def test_stop_while_it_still_connects_leaves_no_connection_behind(broker: Mosquitto) -> None:
    for _ in range(20):
        here = Owner(MqttSettings(url=broker.url))
        here.link.start()
        thread = here.link._thread
        assert thread is not None
        here.link.stop()
        here.link.stop()

        assert not thread.is_alive()
        assert not here.link.is_connected


def test_stop_before_start_does_nothing(broker: Mosquitto) -> None:
    Owner(MqttSettings(url=broker.url)).link.stop()

    assert "New client connected" not in broker.log()
