"""A client that hears all that is said on some topics, from the moment on at which it is made."""

from __future__ import annotations

import queue

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from support.mosquitto import LOOPBACK

ANSWER_WAIT_S = 10.0


class Listener:
    """One connection to a broker of the tests: hears topics, and may speak on any."""

    def __init__(self, port: int, *topics: str) -> None:
        self.heard: queue.SimpleQueue[mqtt.MQTTMessage] = queue.SimpleQueue()
        subscribed: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = lambda _c, _d, message: self.heard.put(message)
        self._client.on_subscribe = lambda _c, _d, mid, _r, _p: subscribed.put(mid)
        self._client.connect(LOOPBACK, port)
        self._client.loop_start()
        self._client.subscribe([(topic, 1) for topic in topics])
        subscribed.get(timeout=ANSWER_WAIT_S)

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish, and wait until the broker has it."""
        sent = self._client.publish(topic, payload, qos=1, retain=retain)
        sent.wait_for_publish(ANSWER_WAIT_S)

    def close(self) -> None:
        """Hang up."""
        self._client.disconnect()
        self._client.loop_stop()
