"""Counts what crosses the wire between nodes and a broker: a proxy that reads MQTT's frames.

It forwards every byte as it comes. Counted are whole MQTT packets: what TCP, IP and TLS add below
them is not in these figures.
"""

import asyncio
import socket
import threading
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from pasperdus_contract.topics import Topics

_PACKETS = {
    1: "connect",
    2: "connack",
    3: "publish",
    4: "puback",
    8: "subscribe",
    9: "suback",
    12: "ping",
    13: "pong",
    14: "disconnect",
}
_PUBLISH = 3
_CHUNK = 65_536


@dataclass(slots=True)
class Traffic:
    """Packets and bytes by what they were, such as ``events`` or ``puback``; both directions."""

    packets: Counter[str] = field(default_factory=Counter)
    octets: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, size: int) -> None:
        """Count one packet."""
        self.packets[name] += 1
        self.octets[name] += size

    def bytes_of(self, *names: str) -> int:
        """Return the bytes of some packets."""
        return sum(self.octets[name] for name in names)


class WireMeter:
    """Stands before the broker on ``broker_port`` from entering to leaving the block."""

    def __init__(self, broker_port: int) -> None:
        self._broker_port = broker_port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._traffic = Traffic()
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="wire meter", daemon=True)
        self._streams: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._end)
        self._thread.join()
        self._loop.close()
        self._listening.close()

    def take(self) -> Traffic:
        """Return what was counted since the last call."""
        with self._lock:
            taken, self._traffic = self._traffic, Traffic()
        return taken

    def peek(self, name: str) -> int:
        """Return how many packets of a name were counted since the last :meth:`take`."""
        with self._lock:
            return self._traffic.packets[name]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._serve, sock=self._listening))
        self._loop.run_forever()
        pending = asyncio.all_tasks(self._loop)
        for task in pending:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))

    def _end(self) -> None:
        for stream in self._streams:
            stream.close()
        self._loop.stop()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._broker_port)
        self._streams |= {writer, back}
        await asyncio.gather(self._forward(reader, back), self._forward(there, writer))
        self._streams -= {writer, back}

    async def _forward(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        frames = Frames()
        try:
            while chunk := await source.read(_CHUNK):
                sink.write(chunk)
                await sink.drain()
                with self._lock:
                    for name, size in frames.feed(chunk):
                        self._traffic.add(name, size)
        except ConnectionError:
            pass  # one end went away: so does the other
        finally:
            sink.close()


class Frames:
    """Cuts one direction of one connection into packets."""

    def __init__(self) -> None:
        self._buffer = b""
        self._topics = Topics()

    def feed(self, chunk: bytes) -> list[tuple[str, int]]:
        """Return name and size of each packet that is complete now."""
        self._buffer += chunk
        found = []
        while (size := self._size()) is not None and len(self._buffer) >= size:
            packet, self._buffer = self._buffer[:size], self._buffer[size:]
            found.append((self._name(packet), size))
        return found

    def _size(self) -> int | None:
        """Return how long the first packet is; its length is a number of one to four bytes."""
        length = 0
        for place, byte in enumerate(self._buffer[1:5]):
            length |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                return 2 + place + length
        return None

    def _name(self, packet: bytes) -> str:
        kind = packet[0] >> 4
        if kind != _PUBLISH:
            return _PACKETS.get(kind, f"packet {kind}")
        start = next(place for place in range(1, 5) if packet[place] < 0x80) + 1
        length = int.from_bytes(packet[start : start + 2])
        topic = packet[start + 2 : start + 2 + length].decode()
        node = self._topics.parse_node(topic)
        return node.channel.value if node is not None else "collector status"
