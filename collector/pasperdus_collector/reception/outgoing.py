"""What screens are to be told: put here by one thread, sent by the writing thread, which has the
link.

Nothing queues up: of a board that changed ten times meanwhile, only the last is sent.
"""

import threading
from collections.abc import Callable

from pasperdus_service.link import Message


class Outgoing:
    """The last message of each topic that the broker has not been handed. Any thread may call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._due: dict[str, Message] = {}
        self.connections = 0
        """Connections that came about: after each of them, everything is to be said again."""
        self.sent = 0
        """Messages handed to the connection since the start."""

    def put(self, message: Message) -> None:
        """Send this next, in place of what waits for the same topic."""
        with self._lock:
            self._due[message.topic] = message

    def connected(self) -> None:
        """Note a new connection: the broker may have forgotten what it held."""
        self.connections += 1

    def flush(self, publish: Callable[[Message], bool]) -> None:
        """Hand over what waits, for as long as the connection takes it."""
        if not self._due:
            return
        with self._lock:
            for topic, message in list(self._due.items()):
                if not publish(message):
                    return
                del self._due[topic]
                self.sent += 1
