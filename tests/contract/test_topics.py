"""Topics: what is built is parsed, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasperdus_contract.topics import Channel, NodeTopic, Topics

names = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)


def test_topics_are_those_of_the_contract() -> None:
    topics = Topics()

    assert topics.node("entrance-1", Channel.EVENTS) == "pasperdus/v1/node/entrance-1/events"
    assert topics.node("+", Channel.HEARTBEAT) == "pasperdus/v1/node/+/heartbeat"
    assert topics.collector_status("mairie") == "pasperdus/v1/collector/mairie/status"
    assert topics.board("default") == "pasperdus/v1/site/default/board"


@given(names, st.sampled_from(Channel), st.sampled_from(["pasperdus/v1", "a.b/c_d/E-f", "x"]))
def test_what_is_built_is_parsed(name: str, channel: Channel, prefix: str) -> None:
    topics = Topics(prefix)

    assert topics.parse_node(topics.node(name, channel)) == NodeTopic(node=name, channel=channel)
    assert topics.parse_collector_status(topics.collector_status(name)) == name
    assert topics.parse_board(topics.board(name)) == name


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "pasperdus/v1/node/entrance-1",
        "pasperdus/v1/node/entrance-1/events/",
        "pasperdus/v1/node/entrance-1/events\n",
        "pasperdus/v1/node/entrance-1/secrets",
        "pasperdus/v1/node//events",
        "pasperdus/v1/node/+/events",
        "pasperdus/v1/node/Entrance/events",
        "pasperdus/v1/node/é/events",
        "pasperdus/v1/node/" + "a" * 41 + "/events",
        "pasperdus/v1/node/a/b/events",
        "other/v1/node/entrance-1/events",
        "x/pasperdus/v1/node/entrance-1/events",
        "pasperdus/v1/collector/mairie/status/x",
        "pasperdus/v1/collector/Mairie/status",
        "pasperdus/v1/site/default/board/x",
        "pasperdus/v1/site/+/board",
    ],
)
def test_no_other_topic_is_taken_for_one_of_ours(topic: str) -> None:
    assert Topics().parse_node(topic) is None
    assert Topics().parse_collector_status(topic) is None
    assert Topics().parse_board(topic) is None


def test_a_dot_in_the_prefix_is_only_a_dot() -> None:
    assert Topics("a.b").parse_node("aXb/node/entrance-1/events") is None


@pytest.mark.parametrize(
    "prefix", ["", "/", "a/", "/a", "a//b", "+", "a/#", "a b", "$SYS", "é", "a\n", "a/b/c/d/e/f"]
)
def test_a_prefix_that_would_widen_subscriptions_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="is not a plain topic"):
        Topics(prefix)
