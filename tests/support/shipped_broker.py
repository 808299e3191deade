"""A real Mosquitto that runs the shipped configuration, and clients that record what they hear."""

from __future__ import annotations

import os
import queue
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from support.mosquitto import free_port

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "mosquitto"
P = "pasperdus/v1"

NODE, OTHER_NODE, SCREEN = "entrance-1", "waiting-1", "terminal-1"
COLLECTOR = "pasperdus_collector"
HOME = "home_assistant"
# Only in the tests: reads and writes everything, so it sees what got through and reaches everyone.
WITNESS = "witness"
USERS = (NODE, OTHER_NODE, SCREEN, COLLECTOR, HOME, WITNESS)

ANSWER_WAIT_S = 15.0
START_WAIT_S = 15.0
# Debian's /etc/mosquitto/mosquitto.conf, which includes ours.
DEBIAN_MAIN = """\
pid_file {dir}/mosquitto.pid
persistence true
persistence_location {dir}/
log_dest file {dir}/mosquitto.log
include_dir {dir}/conf.d
"""


@dataclass(slots=True, kw_only=True)
class Broker:
    """A running Mosquitto with the shipped files, its ports and its users' passwords."""

    directory: Path
    process: subprocess.Popen[bytes]
    plain_port: int
    tls_port: int
    passwords: dict[str, str]
    clients: list[Link] = field(default_factory=list)

    def link(self, user: str | None, **options: object) -> Link:
        made = Link(self, user, **options)  # type: ignore[arg-type]  # forwarded keywords
        self.clients.append(made)
        return made

    def hang_up(self) -> None:
        while self.clients:
            self.clients.pop().close()

    def log(self) -> str:
        return (self.directory / "mosquitto.log").read_text()


class Link:
    """One paho connection; everything that it hears goes into queues."""

    def __init__(
        self,
        broker: Broker,
        user: str | None,
        *,
        password: str | None = None,
        tls: bool = True,
        port: int | None = None,
        version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv311,
        client_id: str = "",
        will: str | None = None,
        keepalive_s: int = 20,
    ) -> None:
        self.messages: queue.SimpleQueue[MQTTMessage] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.subscribed: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.ended: queue.SimpleQueue[str] = queue.SimpleQueue()
        client = Client(
            CallbackAPIVersion.VERSION2, client_id, protocol=version, reconnect_on_failure=False
        )
        client.on_connect = self._on_connect
        client.on_message = lambda _client, _userdata, message: self.messages.put(message)
        client.on_subscribe = lambda _client, _userdata, mid, _codes, _properties: (
            self.subscribed.put(mid)
        )
        client.on_disconnect = self._on_disconnect
        if user is not None:
            client.username_pw_set(user, password or broker.passwords[user])
        if will is not None:
            client.will_set(will, b"will", qos=1)
        if tls:
            client.tls_set(str(broker.directory / "pasperdus-ca.crt"))
        self._client = client
        if port is None:
            port = broker.tls_port if tls else broker.plain_port
        client.connect("127.0.0.1", port, keepalive=keepalive_s)
        client.loop_start()

    def answer(self) -> str:
        """Return the broker's answer to the connection: "Success" or why not."""
        return self.answers.get(timeout=ANSWER_WAIT_S)

    def entered(self) -> Link:
        assert self.answer() == "Success"
        return self

    def subscribe(self, *filters: str) -> None:
        result, mid = self._client.subscribe([(name, 1) for name in filters])
        assert result is MQTTErrorCode.MQTT_ERR_SUCCESS
        while self.subscribed.get(timeout=ANSWER_WAIT_S) != mid:
            pass

    def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, may_end: bool = False
    ) -> None:
        """Send; ``may_end``: the broker may end the connection while it reads this."""
        result = self._client.publish(topic, payload, qos=1, retain=retain)
        assert may_end or result.rc is MQTTErrorCode.MQTT_ERR_SUCCESS

    def received_until(self, last: bytes) -> set[str]:
        """Return the topics of everything that arrived before the payload `last`."""
        topics: set[str] = set()
        while (message := self.messages.get(timeout=ANSWER_WAIT_S)).payload != last:
            topics.add(message.topic)
        return topics

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def drop(self) -> None:
        """Vanish without a DISCONNECT, as at a power cut."""
        sock = self._client.socket()
        assert isinstance(sock, socket.socket)
        sock.shutdown(socket.SHUT_RDWR)
        self._client.loop_stop()

    def _on_connect(
        self, _c: Client, _u: object, _f: ConnectFlags, code: ReasonCode, _p: Properties | None
    ) -> None:
        self.answers.put(str(code))

    def _on_disconnect(
        self, _c: Client, _u: object, _f: DisconnectFlags, code: ReasonCode, _p: Properties | None
    ) -> None:
        self.ended.put(str(code))


def command(name: str, package: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")
    if found is None:
        pytest.fail(f"{name} is missing; install it with: apt-get install {package}")
    return found


def make_certificates(directory: Path) -> None:
    openssl = command("openssl", "openssl")
    ca, server = directory / "pasperdus-ca", directory / "pasperdus-server"
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2"]
    for arguments in (
        [*new_key, "-keyout", f"{ca}.key", "-out", f"{ca}.crt", "-subj", "/CN=Test CA"],
        [
            *new_key,
            *("-keyout", f"{server}.key", "-out", f"{server}.crt", "-subj", "/CN=127.0.0.1"),
            *("-CA", f"{ca}.crt", "-CAkey", f"{ca}.key"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-addext", "basicConstraints=critical,CA:FALSE"),
        ],
    ):
        subprocess.run([openssl, "req", "-x509", *arguments], check=True, capture_output=True)


def set_password(file: Path, user: str, password: str) -> None:
    subprocess.run(
        [command("mosquitto_passwd", "mosquitto"), str(file), user],
        input=f"{password}\n{password}\n".encode(),
        check=True,
        capture_output=True,
    )


def rewritten(directory: Path, plain_port: int, tls_port: int) -> str:
    """Return the shipped configuration with its paths and its two ports replaced, nothing else."""
    places = {
        "password_file /etc/mosquitto/pasperdus.passwd": f"password_file {directory}/passwd",
        "acl_file /etc/mosquitto/pasperdus.acl": f"acl_file {directory}/acl",
        "cafile /etc/mosquitto/certs/pasperdus-ca.crt": f"cafile {directory}/pasperdus-ca.crt",
        "certfile /etc/mosquitto/certs/pasperdus-server.crt": (
            f"certfile {directory}/pasperdus-server.crt"
        ),
        "keyfile /etc/mosquitto/certs/pasperdus-server.key": (
            f"keyfile {directory}/pasperdus-server.key"
        ),
        "listener 1883 127.0.0.1": f"listener {plain_port} 127.0.0.1",
        "listener 8883": f"listener {tls_port}",
    }
    shipped = (SHIPPED / "pasperdus.conf").read_text().splitlines()
    result = [places.get(line, line) for line in shipped]
    changed = [line for line, new in zip(shipped, result, strict=True) if line != new]
    assert sorted(changed) == sorted(places), "each place is replaced exactly once, nothing else is"
    return "\n".join(result) + "\n"


def acl_with_a_screen_and_a_witness() -> str:
    """Return the shipped ACL, its documented screen example in use, and the witness after it."""
    shipped = (SHIPPED / "pasperdus.acl").read_text()
    example = re.findall(r"^# ((?:user|topic) .*)$", shipped, flags=re.MULTILINE)
    assert example == [f"user {SCREEN}", f"topic read {P}/site/default/board"]
    witness = [f"user {WITNESS}", "topic readwrite #", "topic read $SYS/#"]
    return shipped + "\n".join(["", *example, *witness, ""])


def wait_for_listener(process: subprocess.Popen[bytes], port: int, directory: Path) -> None:
    deadline = time.monotonic() + START_WAIT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    log = directory / "mosquitto.log"
    pytest.fail(f"mosquitto did not start: {log.read_text() if log.exists() else 'no log'}")


@contextmanager
def running(directory: Path, *, without: str | None = None) -> Iterator[Broker]:
    """Run the shipped configuration in `directory`, less the lines of the setting `without`."""
    mosquitto = command("mosquitto", "mosquitto")
    (directory / "conf.d").mkdir()
    plain_port, tls_port = free_port(), free_port()
    make_certificates(directory)
    (directory / "passwd").touch(mode=0o600)
    passwords = {user: secrets.token_hex(32) for user in USERS}
    for user, password in passwords.items():
        set_password(directory / "passwd", user, password)
    (directory / "acl").write_text(acl_with_a_screen_and_a_witness())
    configuration = rewritten(directory, plain_port, tls_port)
    if without is not None:
        configuration, removed = re.subn(rf"(?m)^{without} .*$", "", configuration)
        assert removed, f"{without} is not in the shipped configuration"
    (directory / "conf.d" / "pasperdus.conf").write_text(configuration)
    main = DEBIAN_MAIN.format(dir=directory)
    if os.geteuid() == 0:
        main += "user root\n"  # else it becomes `mosquitto`, which may not enter pytest's directory
    (directory / "mosquitto.conf").write_text(main)
    process = subprocess.Popen(
        [mosquitto, "-c", str(directory / "mosquitto.conf")], stderr=subprocess.DEVNULL
    )
    broker = Broker(
        directory=directory,
        process=process,
        plain_port=plain_port,
        tls_port=tls_port,
        passwords=passwords,
    )
    try:
        wait_for_listener(process, tls_port, directory)
        yield broker
    finally:
        broker.hang_up()
        process.terminate()
        process.wait(timeout=10)
