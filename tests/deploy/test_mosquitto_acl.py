"""The shipped broker configuration on a real Mosquitto: who gets in, and what arrives where.

Mosquitto accepts every subscription and, under MQTT 3.1.1, acknowledges even a refused publish, so
nothing here trusts an answer code: a right is what a receiver really got. Each round ends with a
message that is known to be allowed. The broker keeps the order of one sender and of one receiver:
once that message is there, everything before it has arrived or never will.
"""

from __future__ import annotations

import re
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from support.shipped_broker import (
    ANSWER_WAIT_S,
    COLLECTOR,
    HOME,
    NODE,
    OTHER_NODE,
    SCREEN,
    WITNESS,
    Broker,
    P,
    command,
    running,
    set_password,
)

NODE_TOPICS = tuple(
    f"{P}/node/{node}/{leaf}"
    for node in (NODE, OTHER_NODE, SCREEN, COLLECTOR, HOME)
    for leaf in ("events", "status", "heartbeat", "ack", "messages")
)
HOME_TOPICS = (
    "homeassistant/device/x/config",
    f"{P}/home/node/{NODE}",
    f"{P}/home/site/default",
)
TOPICS = (
    *NODE_TOPICS,
    f"{P}/collector/mairie/status",
    f"{P}/site/default/board",
    f"{P}/site/annex/board",
    f"{P}/node/{NODE}/events/deeper",
    f"{P}/node/{NODE}",
    f"{P}/node/{NODE}/other",
    f"{P}/collector/mairie/other",
    f"{P}/site/default/other",
    f"pasperdus/v2/node/{NODE}/events",
    *HOME_TOPICS,
    "homeassistant/status",
    "homeassistant/sensor/x/config",
    "elsewhere",
)


def node_rights(node: str) -> tuple[set[str], set[str]]:
    """Return what a node may write and what it may read."""
    own = f"{P}/node/{node}"
    return (
        {f"{own}/events", f"{own}/status", f"{own}/heartbeat"},
        {f"{own}/ack", f"{own}/messages", f"{P}/collector/mairie/status"},
    )


def expected_rights(user: str) -> tuple[set[str], set[str]]:
    """Return what a user may write and read, from the design and not from the ACL file."""
    writes, reads = node_rights(user)
    if user == SCREEN:
        reads |= {f"{P}/site/default/board"}
    if user == COLLECTOR:
        writes |= {t for t in NODE_TOPICS if t.endswith(("/ack", "/messages"))}
        writes |= {t for t in TOPICS if t.endswith("/board")} | {f"{P}/collector/mairie/status"}
        reads |= {t for t in NODE_TOPICS if t.endswith(("/events", "/status", "/heartbeat"))}
        writes |= set(HOME_TOPICS)
        reads |= {"homeassistant/device/x/config", "homeassistant/status"}
    if user == HOME:
        writes |= {"homeassistant/status"}
        reads |= set(HOME_TOPICS)
    return writes, reads


VERSIONS = pytest.mark.parametrize(
    "version",
    [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5],
    ids=["mqtt-3.1.1", "mqtt-5"],
)
USER = pytest.mark.parametrize("user", [NODE, OTHER_NODE, SCREEN, COLLECTOR, HOME])


# --- who gets in ---------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", [True, False], ids=["tls", "loopback"])
def test_nobody_enters_without_a_known_name_and_its_password(broker: Broker, tls: bool) -> None:
    refused = "Not authorized"
    assert broker.link(None, tls=tls).answer() == refused
    assert broker.link(NODE, password="0" * 64, tls=tls).answer() == refused
    assert broker.link("stranger", password="0" * 64, tls=tls).answer() == refused
    assert broker.link(NODE, password=broker.passwords[OTHER_NODE], tls=tls).answer() == refused
    assert broker.link(NODE, tls=tls).answer() == "Success"


def test_the_nameless_stay_out_even_if_client_ids_were_free(tmp_path: Path) -> None:
    # use_username_as_clientid refuses the nameless too, and so would hide an open allow_anonymous.
    with running(tmp_path, without="use_username_as_clientid") as broker:
        assert broker.link(None).answer() == "Not authorized"
        assert broker.link(None, tls=False).answer() == "Not authorized"


def test_plain_text_to_the_tls_listener_gets_no_answer_but_an_end(broker: Broker) -> None:
    link = broker.link(NODE, tls=False, port=broker.tls_port)
    link.ended.get(timeout=ANSWER_WAIT_S)
    assert link.answers.empty()


def test_the_tls_listener_refuses_versions_before_tls_1_2(broker: Broker) -> None:
    context = ssl.create_default_context(cafile=str(broker.directory / "pasperdus-ca.crt"))
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # else OpenSSL itself refuses to try
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", broker.tls_port)) as plain,
        pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"),
    ):
        context.wrap_socket(plain, server_hostname="127.0.0.1")


def test_a_node_cannot_end_another_node_by_taking_its_client_id(broker: Broker) -> None:
    victim = broker.link(NODE, client_id=NODE).entered()
    broker.link(OTHER_NODE, client_id=NODE).entered()

    victim.subscribe(f"{P}/node/{NODE}/ack")
    broker.link(WITNESS).entered().publish(f"{P}/node/{NODE}/ack", b"still here")
    assert victim.received_until(b"still here") == set()


def test_a_second_connection_of_a_user_ends_its_first(broker: Broker) -> None:
    first = broker.link(NODE, client_id="first").entered()
    broker.link(NODE, client_id="second").entered()
    first.ended.get(timeout=ANSWER_WAIT_S)


# --- who may say and hear what -------------------------------------------------------------------


@VERSIONS
@USER
def test_a_user_writes_its_topics_and_no_others(
    broker: Broker, user: str, version: MQTTProtocolVersion
) -> None:
    witness = broker.link(WITNESS).entered()
    witness.subscribe("#")
    writer = broker.link(user, version=version).entered()

    for topic in TOPICS:
        writer.publish(topic, b"tried")
    writer.publish(f"{P}/node/{user}/events", b"last")

    assert witness.received_until(b"last") == expected_rights(user)[0]


@VERSIONS
@USER
def test_a_user_hears_its_topics_and_no_others_however_it_subscribes(
    broker: Broker, user: str, version: MQTTProtocolVersion
) -> None:
    writer = broker.link(WITNESS).entered()
    allowed = expected_rights(user)[1]
    for filters in (
        ("#",),
        (f"{P}/#", "homeassistant/#"),
        ("+/+/#",),
        (
            *(f"{P}/node/+/+", f"{P}/collector/+/status", f"{P}/site/+/board", f"{P}/home/+/+"),
            *("homeassistant/+", "homeassistant/+/+/config"),
        ),
        TOPICS,
    ):
        reader = broker.link(user, version=version).entered()
        reader.subscribe(*filters, f"{P}/node/{user}/ack")
        for topic in TOPICS:
            writer.publish(topic, b"said")
        writer.publish(f"{P}/node/{user}/ack", b"last")

        assert reader.received_until(b"last") == allowed, filters
        reader.close()


def test_only_the_witness_hears_the_broker_s_own_topics(broker: Broker) -> None:
    witness = broker.link(WITNESS).entered()
    witness.subscribe("$SYS/broker/version")
    assert witness.messages.get(timeout=ANSWER_WAIT_S).topic == "$SYS/broker/version"

    for user in (NODE, SCREEN, COLLECTOR, HOME):
        reader = broker.link(user).entered()
        reader.subscribe("$SYS/#", "$SYS/broker/version", f"{P}/node/{user}/ack")
        witness.publish(f"{P}/node/{user}/ack", b"last")
        assert reader.received_until(b"last") == set(), user


def test_a_retained_message_is_kept_for_its_readers_alone(broker: Broker) -> None:
    collector = broker.link(COLLECTOR).entered()
    collector.publish(f"{P}/site/default/board", b"board", retain=True)
    node = broker.link(NODE).entered()
    node.publish(f"{P}/site/default/board", b"forged", retain=True)
    node.publish(f"{P}/node/{OTHER_NODE}/status", b"forged", retain=True)
    node.publish(f"{P}/node/{NODE}/status", b"online", retain=True)
    collector.subscribe(f"{P}/node/+/status")

    collector.received_until(b"online")
    for user, heard in ((SCREEN, {f"{P}/site/default/board"}), (OTHER_NODE, set())):
        reader = broker.link(user).entered()
        reader.subscribe("#")
        collector.publish(f"{P}/node/{user}/ack", b"last")
        assert reader.received_until(b"last") == heard
    late = broker.link(WITNESS).entered()
    late.subscribe(f"{P}/site/+/board", f"{P}/node/+/status")
    late.publish(f"{P}/node/{NODE}/status", b"last")
    kept = set()
    while (message := late.messages.get(timeout=ANSWER_WAIT_S)).payload != b"last":
        kept.add((message.topic, message.payload))
    assert kept == {
        (f"{P}/site/default/board", b"board"),
        (f"{P}/node/{NODE}/status", b"online"),
    }


def test_a_last_will_obeys_the_same_rules(broker: Broker) -> None:
    witness = broker.link(WITNESS).entered()
    witness.subscribe(f"{P}/node/+/status")
    witness.publish(f"{P}/node/{NODE}/status", b"retained ones are over")
    witness.received_until(b"retained ones are over")

    broker.link(OTHER_NODE, will=f"{P}/node/{NODE}/status").entered().drop()
    # The same user again: by now the broker has dealt with the forger's will, if it had not before.
    broker.link(OTHER_NODE, will=f"{P}/node/{OTHER_NODE}/status").entered().drop()

    will = witness.messages.get(timeout=ANSWER_WAIT_S)
    assert (will.topic, will.payload) == (f"{P}/node/{OTHER_NODE}/status", b"will")
    assert witness.messages.empty()


# --- bounds --------------------------------------------------------------------------------------


def test_a_full_batch_passes_and_a_larger_packet_ends_its_sender(broker: Broker) -> None:
    collector = broker.link(COLLECTOR).entered()
    collector.subscribe(f"{P}/node/+/events")
    topic = f"{P}/node/{NODE}/events"

    node = broker.link(NODE).entered()
    largest = b"x" * 65536
    node.publish(topic, largest)
    assert collector.received_until(largest) == set()

    node.publish(topic, b"y" * 66560, may_end=True)
    node.ended.get(timeout=ANSWER_WAIT_S)
    broker.link(NODE).entered().publish(topic, b"last")
    assert collector.received_until(b"last") == set()


def test_a_name_that_is_no_longer_in_the_password_file_is_put_out_at_reload(
    broker: Broker,
) -> None:
    file = broker.directory / "passwd"
    node = broker.link(NODE).entered()
    other = broker.link(OTHER_NODE).entered()
    subprocess.run(
        [command("mosquitto_passwd", "mosquitto"), "-D", str(file), NODE],
        check=True,
        capture_output=True,
    )
    try:
        broker.process.send_signal(signal.SIGHUP)
        node.ended.get(timeout=ANSWER_WAIT_S)
        assert broker.link(NODE).answer() == "Not authorized"
        assert other.ended.empty()
    finally:
        set_password(file, NODE, broker.passwords[NODE])
        broker.process.send_signal(signal.SIGHUP)
        wait_until(lambda: broker.link(NODE).answer() == "Success")


def test_mosquitto_starts_with_one_known_warning(broker: Broker) -> None:
    at_start = broker.log().partition(" running\n")[0]
    warnings = re.findall(r"(?:Warning|Error): (.*)", at_start)
    # Wanted: the collector's status is for every node, so that line is the same for all of them.
    known = f"ACL pattern '{P}/collector/+/status' does not contain '%c' or '%u'."
    assert [w for w in warnings if "should not be run as root" not in w] == [known]


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + ANSWER_WAIT_S
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
