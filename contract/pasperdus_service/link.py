"""One MQTT connection at a time, a new client object for each.

Why not paho's own reconnection: after one, paho sends its whole queue at once, whatever
``max_inflight`` says, and an exception in a callback kills its thread while ``is_connected()``
stays true. Here callbacks only put what happened into the owner's queue; the thread's end, for
whatever reason, is put there too; the owner's loop decides.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from pasperdus_service.errors import SettingsError
from pasperdus_service.settings import MqttSettings

KEEPALIVE_S = 20
FIRST_RETRY_S = 1.0
LAST_RETRY_S = 30.0
MAX_QUEUED = 1000  # messages that paho holds for a broker that does not answer
CONNECT_TIMEOUT_S = 5.0
STOP_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker accepted us."""

    connection: int


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The broker answered a subscription; ``is_granted`` tells how.

    ``refused`` are topics that are not granted and that the owner can do without.
    """

    connection: int
    is_granted: bool
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Received:
    """A message came; a retained one was there before we subscribed."""

    connection: int
    topic: str
    payload: bytes
    is_retained: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The connection ended or never came about."""

    connection: int
    reason: str


LinkEvent = Connected | Subscribed | Received | Gone
Sink = Callable[[LinkEvent], None]
"""Takes what happened, from paho's thread: put it into a queue and return.

It may raise ``queue.Full`` for a :class:`Received`, which then goes unanswered and comes again;
everything else it must take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something to publish."""

    topic: str
    payload: bytes
    qos: int = 1
    is_retained: bool = False


class Link:
    """Keeps one connection to the broker, for an owner with a loop of its own.

    The owner passes every :data:`LinkEvent` to :meth:`take` and calls :meth:`tick` when
    ``deadline_s`` has come. Times are seconds of one monotonic clock. Without its ``subscriptions``
    it is of no use; without ``extras`` it goes on. Raises :class:`SettingsError` at once for a file
    of the settings that is of no use.
    """

    def __init__(
        self,
        settings: MqttSettings,
        *,
        client_id: str,
        sink: Sink,
        subscriptions: tuple[str, ...],
        extras: tuple[str, ...] = (),
        will: Message,
    ) -> None:
        self._settings = settings
        self._password = settings.password()
        settings.tls_context()  # told now, and read again for each connection: it may be renewed
        self._client_id = client_id
        self._sink = sink
        self._subscriptions = subscriptions
        self._extras = extras
        self._will = will
        self._connection = 0
        self._client: paho.Client | None = None
        self._thread: threading.Thread | None = None
        self._retry_s = FIRST_RETRY_S
        self.deadline_s: float | None = None
        self.is_connected = False
        self.is_subscribed = False
        self.trouble: str | None = None
        """Why there is no connection, once that is known."""

    def start(self) -> None:
        """Begin to connect, in a thread: names are looked up and hosts may not answer."""
        self._open()

    def tick(self, now_s: float) -> None:
        """Connect or subscribe again when the time has come."""
        if self.deadline_s is None or now_s < self.deadline_s:
            return
        if self.is_connected:
            self.deadline_s = None
            self._subscribe()
        else:
            self._open()

    def take(self, event: LinkEvent, now_s: float) -> bool:
        """Follow what happened; False when it belongs to an earlier connection."""
        if event.connection != self._connection:
            return False
        match event:
            case Connected():
                self.is_connected = True
                self.trouble = None
                self._retry_s = FIRST_RETRY_S
                self._subscribe()
            case Subscribed():
                self.is_subscribed = event.is_granted
                self.trouble = None
                if event.refused or not event.is_granted:
                    what = ", ".join(event.refused) if event.is_granted else "a subscription"
                    self.trouble = f"the broker refused {what}: check the ACL of this user"
                    # A mended ACL is not announced: ask again now and then.
                    self.deadline_s = now_s + LAST_RETRY_S
            case Gone():
                self._close()
                self.trouble = event.reason
                self.deadline_s = now_s + self._retry_s
                self._retry_s = min(2 * self._retry_s, LAST_RETRY_S)
            case Received():
                pass
        return True

    def publish(self, message: Message) -> bool:
        """Hand a message to the connection; False when there is none.

        True promises nothing: only the receiver's own answer does.
        """
        if not self.is_connected or self._client is None:
            return False
        sent = self._client.publish(
            message.topic, message.payload, qos=message.qos, retain=message.is_retained
        )
        return sent.rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    def stop(self, farewell: Message | None = None) -> None:
        """Say farewell if that is possible, and end the thread."""
        client, thread = self._client, self._thread
        if client is not None and self.is_connected and farewell is not None:
            published = client.publish(
                farewell.topic, farewell.payload, qos=1, retain=farewell.is_retained
            )
            try:
                published.wait_for_publish(STOP_TIMEOUT_S)
            except (RuntimeError, ValueError) as error:
                self.trouble = f"the farewell was not sent: {error}"
        self._close()
        if client is not None:
            client.disconnect()  # also while it still waits for the broker's word
        if thread is not None:
            thread.join(STOP_TIMEOUT_S)

    def _open(self) -> None:
        self.deadline_s = None
        self._connection += 1
        connection = self._connection
        try:
            client = self._make_client(connection)
        except SettingsError as error:  # an authority's file that went away must not end the owner
            self._sink(Gone(connection, str(error)))
            return
        self._client = client
        self._thread = threading.Thread(
            target=self._run, args=(client, connection), name="mqtt", daemon=True
        )
        self._thread.start()

    def _subscribe(self) -> None:
        topics = self._subscriptions + self._extras
        if self._client is not None and topics:
            self._client.subscribe([(topic, 1) for topic in topics])

    def _close(self) -> None:
        self.is_connected = False
        self.is_subscribed = False
        self._connection += 1  # whatever the old thread still says is stale
        self._client = None
        self._thread = None

    def _run(self, client: paho.Client, connection: int) -> None:
        """Live as long as the connection does; the sink learns of the end, whatever it was."""
        reason = "the connection ended"
        try:
            client.connect(self._settings.host, self._settings.port, keepalive=KEEPALIVE_S)
            if connection != self._connection:
                client.disconnect()  # stopped meanwhile, and paho forgets what came before connect
            client.loop_forever(retry_first_connection=False)
            reason = client.user_data_get() or reason
        except Exception as error:  # noqa: BLE001 (the thread ends here; the owner is told why)
            reason = f"{type(error).__name__}: {error}"
        finally:
            self._sink(Gone(connection, reason))

    def _make_client(self, connection: int) -> paho.Client:
        is_v5 = self._settings.version == "5"
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=MQTTProtocolVersion.MQTTv5 if is_v5 else MQTTProtocolVersion.MQTTv311,
            clean_session=None if is_v5 else True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.max_queued_messages_set(MAX_QUEUED)
        if self._settings.username is not None:
            client.username_pw_set(self._settings.username, self._password)
        trusted = self._settings.tls_context()
        if trusted is not None:
            client.tls_set_context(trusted)
        client.will_set(self._will.topic, self._will.payload, qos=1, retain=True)

        def connected(
            client: paho.Client, _data: Any, _flags: Any, code: Any, _properties: Any
        ) -> None:
            if code.is_failure:
                client.user_data_set(f"the broker refused the connection: {code}")
            else:
                self._put(Connected(connection))

        def subscribed(
            _client: paho.Client, _data: Any, _mid: int, codes: Any, _properties: Any
        ) -> None:
            needed = len(self._subscriptions)
            self._put(
                Subscribed(
                    connection,
                    is_granted=not any(code.is_failure for code in codes[:needed]),
                    refused=tuple(
                        topic
                        for topic, code in zip(self._extras, codes[needed:], strict=True)
                        if code.is_failure
                    ),
                )
            )

        def received(_client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
            payload = bytes(message.payload)
            self._put(Received(connection, message.topic, payload, is_retained=message.retain))

        def disconnected(
            client: paho.Client, data: Any, _flags: Any, code: Any, _properties: Any
        ) -> None:
            if data is None:
                client.user_data_set(f"the connection ended: {code}")

        client.on_connect = connected
        client.on_subscribe = subscribed
        client.on_message = received
        client.on_disconnect = disconnected
        return client

    def _put(self, event: LinkEvent) -> None:
        """Hand over from paho's thread: nothing may be raised there."""
        try:
            self._sink(event)
        except queue.Full:
            return  # unanswered, so sent again when there is room
