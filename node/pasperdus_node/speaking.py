"""Says how the node is: its status on arrival and departure, a heartbeat in between.

Times are seconds of one monotonic clock.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pasperdus_contract import codec, events
from pasperdus_contract.messages import NodeStatus, Screen
from pasperdus_contract.topics import Channel, Topics
from pasperdus_node.clock import Clock
from pasperdus_node.health import HEARTBEAT_S, heartbeat, status
from pasperdus_node.keeping import Keeper
from pasperdus_node.outbox import Outbox
from pasperdus_node.publisher import Publisher
from pasperdus_service.link import Link, Message

NEWS_EVERY_S = 1.0  # a change of health is told at once, a flickering sensor this often


class Speaker:
    """Publishes on the node's own topics; ``deadline_s`` is when the next heartbeat is due."""

    def __init__(
        self,
        *,
        link: Link,
        topics: Topics,
        node: str,
        outbox: Outbox,
        clock: Clock,
        keeper: Keeper,
        publisher: Publisher,
        directory: Path,
        screen: Screen,
        health: Callable[[], dict[str, str]],
    ) -> None:
        self._link = link
        self._topics = topics
        self._node = node
        self._outbox = outbox
        self._clock = clock
        self._keeper = keeper
        self._publisher = publisher
        self._directory = directory
        self._screen = screen
        self._health = health
        self._told_health: dict[str, str] = {}
        self._told_at_s = self.deadline_s = time.monotonic()

    def greet(self, now_s: float) -> None:
        """Say that the node is there; a heartbeat follows."""
        self._link.publish(self._status(is_online=True))
        self.deadline_s = now_s

    def farewell(self) -> Message:
        """Return what is left with the broker when the node stops."""
        return self._status(is_online=False)

    def tick(self, now_s: float) -> None:
        """Say the heartbeat when it is due, or when a sensor's health has changed."""
        health = self._health()
        if health != self._told_health:
            self.deadline_s = min(self.deadline_s, self._told_at_s + NEWS_EVERY_S)
        if now_s < self.deadline_s:
            return
        self.deadline_s = now_s + HEARTBEAT_S
        self._told_health, self._told_at_s = health, now_s
        self._tell_held()
        beat = heartbeat(
            self._outbox,
            self._clock,
            sensors=health,
            lost=self._keeper.lost,
            directory=self._directory,
            screen=self._screen,
        )
        topic = self._topics.node(self._node, Channel.HEARTBEAT)
        self._link.publish(Message(topic=topic, payload=codec.encode(beat), qos=0))

    def _status(self, *, is_online: bool) -> Message:
        return status_message(
            self._topics, self._node, self._outbox, is_online=is_online, screen=self._screen
        )

    def _tell_held(self) -> None:
        """Record once what was held aside: one event each would breed where all are refused."""
        if not self._publisher.held:
            return
        (seq, reason), *others = self._publisher.held
        self._publisher.held.clear()
        reading = self._clock.read()
        more = f"and {len(others)} more; " if others else ""
        told = partial(
            events.Health,
            wall=reading.wall_ms,
            uptime=reading.uptime_ms,
            synced=reading.is_synced,
            part="outbox",
            state="held",
            detail=f"event {seq} {more}{reason}"[:200],
        )
        self._keeper.keep([told])


def status_message(
    topics: Topics, node: str, outbox: Outbox, *, is_online: bool, screen: Screen = None
) -> Message:
    """Return the retained status, also used as last will."""
    said: NodeStatus = status(outbox, is_online=is_online, screen=screen)
    return Message(
        topic=topics.node(node, Channel.STATUS), payload=codec.encode(said), is_retained=True
    )
