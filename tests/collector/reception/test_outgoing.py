"""What waits for the broker: the last word of each topic, and nothing twice."""

from __future__ import annotations

from pasperdus_collector.reception.outgoing import Outgoing
from pasperdus_service.link import Message


class Broker:
    """Takes what it is handed, while it is there."""

    def __init__(self) -> None:
        self.is_there = True
        self.has: list[Message] = []

    def publish(self, message: Message) -> bool:
        if self.is_there:
            self.has.append(message)
        return self.is_there


def test_of_a_board_that_changed_meanwhile_only_the_last_is_sent() -> None:
    outgoing, broker = Outgoing(), Broker()
    for n in range(3):
        outgoing.put(Message(topic="board", payload=b"%d" % n))

    outgoing.flush(broker.publish)
    outgoing.flush(broker.publish)

    assert [message.payload for message in broker.has] == [b"2"]
    assert outgoing.sent == 1


def test_what_the_connection_does_not_take_waits_for_the_next_turn() -> None:
    outgoing, broker = Outgoing(), Broker()
    outgoing.put(Message(topic="a", payload=b"1"))
    outgoing.put(Message(topic="b", payload=b"2"))

    broker.is_there = False
    outgoing.flush(broker.publish)
    broker.is_there = True
    outgoing.flush(broker.publish)

    assert [message.topic for message in broker.has] == ["a", "b"]
