"""The retained messages that the broker is to hold for Home Assistant, and what it has been told.

One thread says what is wanted; the writing thread, which owns the connection, tells the broker what
differs. Nothing queues up: of a value that changed ten times meanwhile, only the last is told.
"""

import threading
from collections.abc import Callable, Mapping
from itertools import islice

from pasperdus_service.link import Message

BIRTH = b"online"
TOLD_TOGETHER = 100  # messages; paho holds 1000 for a slow broker, and answers to nodes come first


class Announcements:
    """What is wanted and what was told, by topic. Any thread may call any method.

    ``discovery`` is Home Assistant's prefix, ``own`` how the ids of our devices begin, and
    ``status_topic`` where Home Assistant says that it started.
    """

    def __init__(self, *, discovery: str, own: str, status_topic: str) -> None:
        self._described = f"{discovery}/device/"
        self._own = f"{discovery}/device/{own}"
        self._status_topic = status_topic
        self._lock = threading.Lock()
        self._wanted: dict[str, bytes] | None = None
        self._told: dict[str, bytes | None] = {}
        self._due: dict[str, None] = {}
        self.is_connected = False
        self.published = 0
        """Messages handed to the connection since the start."""

    @property
    def filters(self) -> tuple[str, ...]:
        """What to subscribe to: Home Assistant's birth, and devices that the broker still holds."""
        return (self._status_topic, f"{self._described}+/config")

    @property
    def waiting(self) -> int:
        """Messages that the broker has not been told yet."""
        return len(self._due)

    @property
    def devices(self) -> int:
        """Devices that are announced."""
        wanted = self._wanted or {}
        return sum(topic.startswith(self._described) for topic in wanted)

    @property
    def is_blank(self) -> bool:
        """Whether nobody has said what is wanted since the connection began."""
        return self._wanted is None

    def want(self, wanted: Mapping[str, bytes]) -> None:
        """Say what the broker is to hold from now on, all of it, in the order to tell it."""
        with self._lock:
            self._wanted = dict(wanted)
            gone = [topic for topic in self._told if topic not in self._wanted]
            changed = [
                topic for topic, payload in self._wanted.items() if self._told.get(topic) != payload
            ]
            self._due = dict.fromkeys([*gone, *changed])

    def connected(self) -> None:
        """Tell everything again, once somebody has looked: a broker may have forgotten it."""
        with self._lock:
            self.is_connected = True
            self._told = dict.fromkeys(self._told)
            self._wanted = None  # of before the break
            self._due = {}

    def disconnected(self) -> None:
        """Tell nothing more until there is a connection again."""
        self.is_connected = False

    def take(self, topic: str, payload: bytes, *, is_retained: bool) -> bool:
        """Follow a message; False when it is none of ours."""
        if topic == self._status_topic:
            # A retained birth was there before us, and we tell all when we connect.
            if payload == BIRTH and not is_retained:
                self._describe_again()
            return True
        if not (topic.startswith(self._described) and topic.endswith("/config")):
            return False
        if is_retained and payload and topic.startswith(self._own):
            self._learn(topic, payload)
        return True

    def flush(self, publish: Callable[[Message], bool]) -> None:
        """Tell the broker some of what it does not hold yet; the rest at the next call."""
        if not self._due:
            return
        with self._lock:
            wanted = self._wanted or {}
            for topic in list(islice(self._due, TOLD_TOGETHER)):
                payload = wanted.get(topic, b"")
                if not publish(Message(topic=topic, payload=payload, is_retained=True)):
                    return
                del self._due[topic]
                self.published += 1
                if payload:
                    self._told[topic] = payload
                else:
                    self._told.pop(topic, None)

    def _learn(self, topic: str, payload: bytes) -> None:
        """Note what the broker holds: a device of ours, of which we may know no longer."""
        with self._lock:
            self._told[topic] = payload
            if self._wanted is not None:
                if self._wanted.get(topic) == payload:
                    self._due.pop(topic, None)
                else:
                    self._due[topic] = None

    def _describe_again(self) -> None:
        with self._lock:
            for topic in self._wanted or ():
                if topic.startswith(self._described):
                    self._told[topic] = None
                    self._due[topic] = None
