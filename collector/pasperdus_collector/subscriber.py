"""The collector's MQTT connection: the only module here that speaks to a broker."""

import secrets
from importlib.metadata import version

import structlog

from pasperdus_collector.home_assistant.announcements import Announcements
from pasperdus_collector.reception.outgoing import Outgoing
from pasperdus_contract.codec import encode
from pasperdus_contract.messages import CollectorStatus
from pasperdus_contract.topics import Channel, NodeTopic, Topics
from pasperdus_service.link import (
    Connected,
    Gone,
    Link,
    LinkEvent,
    Message,
    Received,
    Sink,
    Subscribed,
)
from pasperdus_service.settings import MqttSettings

STRANGE_TOLD = 16  # topics that the log names; a flood of them is only counted

log = structlog.get_logger()


def events_filter(prefix: str) -> str:
    """Return the filter under which every node's events arrive."""
    return Topics(prefix).node("+", Channel.EVENTS)


class Subscriber:
    """Hears every node and answers it. Times are seconds of one monotonic clock.

    It sends what ``outgoing`` holds for screens, and with ``announcements`` keeps Home Assistant
    told.
    """

    def __init__(
        self,
        settings: MqttSettings,
        *,
        collector: str,
        sink: Sink,
        outgoing: Outgoing | None = None,
        announcements: Announcements | None = None,
    ) -> None:
        self._outgoing = Outgoing() if outgoing is None else outgoing
        self._topics = Topics(settings.prefix)
        self._collector = collector
        self._announcements = announcements
        self._instance = secrets.token_hex(16)
        self.strange_topics = 0
        """Messages on topics that are no node's, since the start."""
        self._told_strange: set[str] = set()
        self._link = Link(
            settings,
            client_id=f"pasperdus-collector-{collector}",
            sink=sink,
            subscriptions=(
                events_filter(settings.prefix),
                self._topics.node("+", Channel.STATUS),
                self._topics.node("+", Channel.HEARTBEAT),
                *(announcements.filters if announcements is not None else ()),
            ),
            will=self._status(is_online=False),
        )

    @property
    def is_listening(self) -> bool:
        """Whether the broker confirmed the subscription to events."""
        return self._link.is_subscribed

    @property
    def trouble(self) -> str | None:
        """Why we are not connected, once that is known."""
        return self._link.trouble

    @property
    def deadline_s(self) -> float | None:
        """When to connect again."""
        return self._link.deadline_s

    def start(self) -> None:
        """Begin to connect."""
        self._link.start()

    def tick(self, now_s: float) -> None:
        """Connect again when the time has come; tell screens and Home Assistant what is due."""
        self._link.tick(now_s)
        if not self.is_listening:
            return
        self._outgoing.flush(self._link.publish)
        if self._announcements is not None:
            self._announcements.flush(self._link.publish)

    def take(self, event: LinkEvent, now_s: float) -> NodeTopic | None:
        """Follow the connection; return the node's topic when ``event`` brings a message."""
        if not self._link.take(event, now_s):
            return None
        match event:
            case Connected():
                log.info("connected to the broker")
            case Subscribed():
                if event.is_granted:
                    # Nodes send again when they see a new instance: only now can we hear them.
                    self._link.publish(self._status(is_online=True))
                    self._outgoing.connected()
                    if self._announcements is not None:
                        self._announcements.connected()
                    log.info("listening to nodes")
                else:
                    log.error("not allowed to hear the nodes", trouble=self.trouble)
            case Gone():
                if self._announcements is not None:
                    self._announcements.disconnected()
                log.warning("no connection to the broker", reason=event.reason)
            case Received():
                topic = self._topics.parse_node(event.topic)
                if topic is None and not self._is_for_home_assistant(event):
                    self._count_strange(event.topic)
                return topic
        return None

    def _is_for_home_assistant(self, event: Received) -> bool:
        return self._announcements is not None and self._announcements.take(
            event.topic, event.payload, is_retained=event.is_retained
        )

    def _count_strange(self, topic: str) -> None:
        """A node whose name breaks the contract cannot be answered: say so, once each."""
        self.strange_topics += 1
        if topic not in self._told_strange and len(self._told_strange) < STRANGE_TOLD:
            self._told_strange.add(topic)
            log.warning(
                "a topic that is no node's; names are a-z, 0-9 and -, at most 40", topic=topic
            )

    def answer(self, node: str, payload: bytes) -> bool:
        """Send an ack or rejection; a node that misses it asks again."""
        return self._link.publish(
            Message(topic=self._topics.node(node, Channel.ACK), payload=payload)
        )

    def stop(self) -> None:
        """Say goodbye."""
        self._link.stop(self._status(is_online=False))

    def _status(self, *, is_online: bool) -> Message:
        said = CollectorStatus(
            state="online" if is_online else "offline",
            instance=self._instance,
            version=version("pasperdus"),
        )
        return Message(
            topic=self._topics.collector_status(self._collector),
            payload=encode(said),
            is_retained=True,
        )
