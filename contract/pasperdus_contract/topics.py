"""MQTT topics: built and parsed in one place."""

import re
from dataclasses import dataclass
from enum import StrEnum

DEFAULT_PREFIX = "pasperdus/v1"
_NAME = r"[a-z0-9-]{1,40}"
_LEVEL = re.compile(r"[A-Za-z0-9_.-]{1,60}(/[A-Za-z0-9_.-]{1,60}){0,4}")


class Channel(StrEnum):
    """What a topic carries; the value is its last level."""

    EVENTS = "events"
    ACK = "ack"
    STATUS = "status"
    HEARTBEAT = "heartbeat"
    MESSAGES = "messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeTopic:
    """A topic of one node."""

    node: str
    channel: Channel


_CHANNELS = "|".join(Channel)


class Topics:
    """The topics under one prefix.

    Raises ``ValueError`` when ``prefix`` is no plain topic: wildcards and empty levels would
    widen every subscription.
    """

    def __init__(self, prefix: str = DEFAULT_PREFIX) -> None:
        if not _LEVEL.fullmatch(prefix):
            raise ValueError(
                f"prefix {prefix!r} is not a plain topic; use levels of letters, digits, "
                "'-', '_' or '.' joined by '/'"
            )
        self.prefix = prefix
        self._node = re.compile(rf"{re.escape(prefix)}/node/({_NAME})/({_CHANNELS})")
        self._board = re.compile(rf"{re.escape(prefix)}/site/({_NAME})/board")
        self._collector = re.compile(rf"{re.escape(prefix)}/collector/({_NAME})/status")

    def node(self, node: str, channel: Channel) -> str:
        """Return a node's topic; ``+`` for every node."""
        return f"{self.prefix}/node/{node}/{channel.value}"

    def collector_status(self, collector: str) -> str:
        """Return where a collector says that it is there."""
        return f"{self.prefix}/collector/{collector}/status"

    def board(self, site: str) -> str:
        """Return where the board of a site is published."""
        return f"{self.prefix}/site/{site}/board"

    def parse_node(self, topic: str) -> NodeTopic | None:
        """Return the node and channel that ``topic`` names, or None when it is no node's topic."""
        match = self._node.fullmatch(topic)
        return NodeTopic(node=match[1], channel=Channel(match[2])) if match else None

    def parse_collector_status(self, topic: str) -> str | None:
        """Return the collector whose status ``topic`` carries, or None."""
        match = self._collector.fullmatch(topic)
        return match[1] if match else None

    def parse_board(self, topic: str) -> str | None:
        """Return the site whose board ``topic`` carries, or None."""
        match = self._board.fullmatch(topic)
        return match[1] if match else None
