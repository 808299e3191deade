"""What Home Assistant is told: devices that it takes, the present alone, and nothing twice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
import jsonschema
import pytest

from pasperdus_collector.api.queries import Queries
from pasperdus_collector.config import Config
from pasperdus_collector.home_assistant.announcements import TOLD_TOGETHER, Announcements
from pasperdus_collector.home_assistant.announcer import Announcer
from pasperdus_collector.home_assistant.discovery import Home, node_device, site_device
from pasperdus_collector.home_assistant.states import node_state, site_state
from pasperdus_collector.home_assistant.words import WORDS, Language
from pasperdus_collector.node_state import NodeState
from pasperdus_contract.topics import Channel
from pasperdus_service.errors import SettingsError
from pasperdus_service.link import Message
from pasperdus_service.settings import load
from support.collecting import DAY, HOUR, MINUTE, MONDAY, NODE, batch, coverage, passage
from support.home_assistant import CONFIG_TOPIC, checked
from support.wire import HEARTBEAT, written
from support.writing import Desk

NOON = MONDAY + 11 * HOUR  # in Paris


def home(language: Language = "fr", collector: str = "mairie") -> Home:
    return Home(
        collector=collector,
        prefix="pasperdus/v1",
        discovery="homeassistant",
        version="0.1.0",
        words=WORDS[language],
    )


def node(**changes: Any) -> NodeState:
    state = NodeState(
        node=NODE,
        site="annexe",
        zone="hall",
        state="online",
        state_at=NOON,
        heartbeat_at=NOON,
        event_at=NOON,
        pending=3,
        oldest_pending_at=NOON,
        lost=0,
        sensors={"door": "ok"},
        is_synced=True,
        battery=None,
        temperature_c=51.2,
        disk_free_mb=12_345,
        version="0.1.0",
        screen=None,
        missing=[],
        undated=0,
    )
    return replace(state, **changes)


def rendered(device: dict[str, Any], state: dict[str, Any]) -> dict[str, str]:
    """Return what each entity shows, from templates as Home Assistant renders them."""
    templates = jinja2.Environment(undefined=jinja2.StrictUndefined)  # noqa: S701 (no HTML)
    return {
        key: templates.from_string(entity["value_template"]).render(value_json=state)
        for key, entity in device["components"].items()
        if "value_template" in entity
    }


def available(entity: dict[str, Any], state: dict[str, Any]) -> bool:
    """Tell whether an entity of its own availability is there while the collector is on line."""
    said = {"pasperdus/v1/collector/mairie/status": {"state": "online"}}
    if len(entity.get("availability", [])) > 1:
        assert entity["availability_mode"] == "all", "else the latest word alone would count"
    return all(
        jinja2.Template(each["value_template"]).render(value_json=said.get(each["topic"], state))
        == "online"
        for each in entity.get("availability", [])
    )


# Devices


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "state",
    [node(), node(battery=7), node(state="silent", temperature_c=None), node(version=None)],
    ids=["mains", "battery", "silent", "never heard"],
)
def test_home_assistant_takes_every_node(state: NodeState, language: Language) -> None:
    device = checked(node_device(home(language), state, "Hall d’entrée"))

    assert device["device"]["name"] == "Hall d’entrée (entrance-1)"
    assert ("unique_id" in device["components"]["battery"]) == (state.battery is not None)
    assert re.fullmatch(CONFIG_TOPIC, home().config_topic(home().node_id(state.node)))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_home_assistant_takes_every_site(language: Language) -> None:
    device = checked(site_device(home(language), "annexe", "Mairie annexe"))

    assert set(device["components"]) == {"entries_today", "exits_today", "inside"}
    assert re.fullmatch(CONFIG_TOPIC, home().config_topic(home().site_id("annexe")))


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ((), "origin", None),
        (("components", "online"), "unique_id", None),
        (("components", "online"), "platform", None),
        (("components", "temperature"), "unit_of_measurement", "MB"),
        (("components", "heartbeat"), "state_class", "measurement"),
        (("components", "pending"), "last_reset_value_template", "{{ value_json.day_start }}"),
        (("components", "pending"), "entity_category", "config"),
    ],
)
def test_the_schema_refuses_what_home_assistant_refuses(
    part: tuple[str, ...], key: str, value: str | None
) -> None:
    device = deepcopy(node_device(home(), node(), "Hall"))
    broken = device
    for name in part:
        broken = broken[name]
    broken[key] = value
    if value is None:
        del broken[key]

    with pytest.raises(jsonschema.ValidationError):
        checked(device)


def test_no_two_entities_share_an_id_whatever_the_names() -> None:
    names = ("a", "node-a", "a-node", "site-a")
    devices = [
        device
        for collector in names
        for name in names
        for device in (
            node_device(home(collector=collector), node(node=name), name),
            site_device(home(collector=collector), name, name),
        )
    ]
    ids = [entity.get("unique_id") for each in devices for entity in each["components"].values()]
    known = [unique_id for unique_id in ids if unique_id is not None]

    assert len(known) == len(set(known)) == len(names) ** 2 * (8 + 3)
    assert len({each["device"]["identifiers"][0] for each in devices}) == len(devices)


def test_languages_differ_in_words_and_in_nothing_else() -> None:
    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            words = ("name", "model", "unit_of_measurement")
            return {key: shape(each) for key, each in value.items() if key not in words}
        return value

    french, english = (
        [node_device(one, node(), "Hall"), site_device(one, "annexe", "Annexe")]
        for one in (home("fr"), home("en"))
    )
    for ours, theirs in zip(french, english, strict=True):
        assert ours != theirs
        assert shape(ours) == shape(theirs)


# States


def test_every_entity_shows_a_value_of_its_kind() -> None:
    state = node(battery=80)
    device = node_device(home(), state, "Hall")

    shown = rendered(device, node_state(state))

    assert shown["online"] == "ON"
    assert (shown["clock"], shown["sensors"]) == ("False", "False")
    assert [shown[key] for key in ("pending", "temperature", "disk_free", "battery")] == [
        "3", "51", "12300", "80",
    ]  # fmt: skip
    for key in ("heartbeat", "event"):
        assert datetime.fromisoformat(shown[key]).tzinfo is not None


def test_what_is_not_known_is_shown_as_unknown() -> None:
    nobody = node(
        state="unknown", heartbeat_at=None, event_at=None, is_synced=None, temperature_c=None
    )
    shown = rendered(node_device(home(), nobody, "Hall"), node_state(nobody))
    assert shown["online"] == "OFF"
    assert {shown[key] for key in ("clock", "sensors", "heartbeat", "event", "temperature")} == {
        "None"  # Home Assistant's own word for it
    }

    state = site_state(day_start_ms=MONDAY, passages_in=None, passages_out=4, occupancy=None)
    assert rendered(site_device(home(), "annexe", "Annexe"), state) == {
        "entries_today": "None", "exits_today": "4", "inside": "None",
    }  # fmt: skip


def test_troubles_are_told_apart() -> None:
    shown = node_state(node(is_synced=False, sensors={"door": "ok", "inner": "blocked"}))

    assert (shown["clock_problem"], shown["sensor_problem"]) == (True, True)


@pytest.mark.parametrize("state", ["silent", "offline"])
def test_measurements_of_a_node_that_is_not_heard_are_unavailable(state: str) -> None:
    quiet = node(state=state)
    components = node_device(home(), quiet, "Hall")["components"]

    there = {key for key, entity in components.items() if available(entity, node_state(quiet))}
    assert there - {"battery"} == {"online", "heartbeat", "event"}
    assert all(available(entity, node_state(node())) for entity in components.values())


def test_a_heartbeat_without_news_changes_nothing() -> None:
    first = node(temperature_c=51.2, disk_free_mb=12_345)
    second = node(heartbeat_at=NOON + 30_000, temperature_c=51.4, disk_free_mb=12_301)

    assert node_state(first) == node_state(second)


def test_the_last_heartbeat_of_a_silent_node_is_exact() -> None:
    shown = node_state(node(state="silent", heartbeat_at=NOON + 30_000))

    assert shown["heartbeat"] == "2026-03-02T11:00:30+00:00"


def test_the_press_of_a_button_cannot_be_timed() -> None:
    told = {node_state(node(event_at=NOON + n * MINUTE))["event"] for n in range(15)}

    assert told == {"2026-03-02T11:00:00+00:00"}


# Announcements


class Broker:
    """Takes messages as the connection does; ``held`` is what a broker retains."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.held: dict[str, bytes] = {}
        self.takes = 10_000

    def publish(self, message: Message) -> bool:
        if len(self.heard) >= self.takes:
            return False
        assert message.is_retained
        self.heard.append(message.topic)
        self.held[message.topic] = message.payload
        if not message.payload:
            del self.held[message.topic]
        return True


CONFIG = "homeassistant/device/pasperdus_mairie_node_a/config"
OLD = "homeassistant/device/pasperdus_mairie_node_old/config"
STATE = "pasperdus/v1/home/node/a"


@pytest.fixture
def announcements() -> Announcements:
    made = Announcements(
        discovery="homeassistant", own="pasperdus_mairie_", status_topic="homeassistant/status"
    )
    made.connected()
    return made


def test_only_what_changed_is_told_and_of_many_changes_the_last(
    announcements: Announcements,
) -> None:
    broker = Broker()
    announcements.want({STATE: b"1", CONFIG: b"device"})
    announcements.flush(broker.publish)
    announcements.flush(broker.publish)
    assert broker.heard == [STATE, CONFIG]

    for value in (b"2", b"3", b"4"):
        announcements.want({STATE: value, CONFIG: b"device"})
    announcements.flush(broker.publish)
    assert broker.heard == [STATE, CONFIG, STATE]
    assert broker.held == {STATE: b"4", CONFIG: b"device"}
    assert (announcements.published, announcements.devices) == (3, 1)


def test_after_a_break_all_is_told_again_but_nothing_of_before_it(
    announcements: Announcements,
) -> None:
    announcements.want({STATE: b"before", CONFIG: b"device"})
    announcements.flush(Broker().publish)
    announcements.disconnected()
    announcements.connected()
    broker = Broker()

    announcements.flush(broker.publish)
    assert broker.heard == []
    assert announcements.is_blank

    announcements.want({STATE: b"now", CONFIG: b"device"})
    announcements.flush(broker.publish)
    assert broker.held == {STATE: b"now", CONFIG: b"device"}


def test_a_birth_describes_devices_again_and_repeats_no_state(
    announcements: Announcements,
) -> None:
    broker = Broker()
    announcements.want({STATE: b"1", CONFIG: b"device"})
    announcements.flush(broker.publish)

    for payload, is_retained in ((b"offline", False), (b"online", True)):
        assert announcements.take("homeassistant/status", payload, is_retained=is_retained)
    announcements.flush(broker.publish)
    assert broker.heard == [STATE, CONFIG], "what was said before we came is no birth"

    assert announcements.take("homeassistant/status", b"online", is_retained=False)
    announcements.flush(broker.publish)
    assert broker.heard == [STATE, CONFIG, CONFIG]


def test_a_device_that_is_gone_is_taken_away_even_one_of_an_earlier_life(
    announcements: Announcements,
) -> None:
    broker = Broker()
    others = "homeassistant/device/somebody_else/config"
    broker.held = {OLD: b"gone since", others: b"not ours"}
    for topic, payload in broker.held.items():
        assert announcements.take(topic, payload, is_retained=True)
    announcements.want({STATE: b"1", CONFIG: b"device"})
    announcements.flush(broker.publish)
    assert broker.held == {STATE: b"1", CONFIG: b"device", others: b"not ours"}

    announcements.want({})
    announcements.flush(broker.publish)
    assert broker.held == {others: b"not ours"}
    assert not announcements.take("pasperdus/v1/elsewhere", b"", is_retained=False)


def test_a_device_taken_away_while_there_was_no_broker_goes_at_the_next_connection(
    announcements: Announcements,
) -> None:
    broker = Broker()
    announcements.want({CONFIG: b"device"})
    announcements.flush(broker.publish)
    announcements.disconnected()
    announcements.connected()

    announcements.want({})
    announcements.flush(broker.publish)

    assert broker.held == {}


def test_a_full_connection_gets_the_rest_later_and_never_too_much_at_once(
    announcements: Announcements,
) -> None:
    broker = Broker()
    wanted = {f"pasperdus/v1/home/node/n{n}": b"1" for n in range(2 * TOLD_TOGETHER)}
    announcements.want(wanted)
    broker.takes = 7
    announcements.flush(broker.publish)
    assert len(broker.heard) == 7

    broker.takes = 10_000
    announcements.flush(broker.publish)
    assert len(broker.heard) == 7 + TOLD_TOGETHER
    announcements.flush(broker.publish)
    assert broker.held == wanted
    assert len(broker.heard) == len(wanted)
    assert announcements.waiting == 0


# From the ledger


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "ledger.db")
    desk.start()
    yield desk
    desk.stop()


def store(desk: Desk, *events: dict[str, Any]) -> None:
    desk.deliver(batch(*events, sent_at=NOON, first=1, head=9_999))
    desk.settle()


def test_two_weeks_that_arrive_late_change_nothing_but_what_is_of_today(
    desk: Desk, announcements: Announcements
) -> None:
    queries = Queries(desk.path, desk.writer, now_ms=lambda: NOON)
    announcer = Announcer(queries, announcements, home(), lambda: 0)
    broker = Broker()
    start = NOON - HOUR
    store(desk, passage(9_000, start), coverage(9_001, start, start + HOUR))
    desk.deliver(written(HEARTBEAT), channel=Channel.HEARTBEAT)
    desk.settle()
    announcer.look()
    announcements.flush(broker.publish)
    site = "pasperdus/v1/home/site/default"
    assert json.loads(broker.held[site])["entries_today"] == 1
    for topic, payload in broker.held.items():
        if topic.endswith("/config"):
            checked(payload)
    before, told = dict(broker.held), len(broker.heard)
    assert told == 4

    old = [passage(seq, NOON - 14 * DAY + seq * 200_000) for seq in range(1, 5_001)]
    for first in range(0, len(old), 500):
        store(desk, *old[first : first + 500])
    announcer.look()
    announcements.flush(broker.publish)
    assert {topic for topic in broker.held if broker.held[topic] != before[topic]} <= {site}
    assert len(broker.heard) - told <= 1

    store(desk, passage(9_002, NOON - MINUTE))
    announcer.look()
    announcements.flush(broker.publish)
    assert json.loads(broker.held[site])["entries_today"] == 2


def test_a_new_title_is_described_and_states_stay_as_they_are(
    desk: Desk, announcements: Announcements
) -> None:
    queries = Queries(desk.path, desk.writer, now_ms=lambda: NOON)
    announcer = Announcer(queries, announcements, home(), lambda: 0)
    broker = Broker()
    queries.create_site(name="annexe", title="Annexe", time_zone="Europe/Paris")
    announcer.look()
    announcements.flush(broker.publish)
    told = len(broker.heard)

    desk.sql("UPDATE sites SET title = 'Mairie' WHERE name = 'annexe'")
    announcer.look()
    announcements.flush(broker.publish)

    config = home().config_topic(home().site_id("annexe"))
    assert broker.heard[told:] == [config]
    assert checked(broker.held[config])["device"]["name"] == "Pas perdus Mairie"


# Configuration


def configured(directory: Path, table: str) -> Config:
    file = directory / "collector.toml"
    file.write_text(
        '[collector]\nname = "mairie"\n[mqtt]\nurl = "mqtt://127.0.0.1"\n'
        f'[ledger]\npath = "{directory}/ledger.db"\n[http]\nauth = "none"\n'
        f'[enrolment]\nmode = "open"\n{table}'
    )
    return load(Config, file)


def test_home_assistant_is_told_only_where_the_table_is_there(tmp_path: Path) -> None:
    assert configured(tmp_path, "").home_assistant is None

    settings = configured(tmp_path, "[home_assistant]\n").home_assistant
    assert settings is not None
    assert (settings.discovery, settings.status_topic, settings.language) == (
        "homeassistant", "homeassistant/status", "fr",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("table", "word"),
    [
        ('discovery = "#"', "plain topic"),
        ('language = "de"', "language"),
        ("prefix = 1", "unknown"),
    ],
)
def test_a_wrong_key_is_refused_by_its_name(tmp_path: Path, table: str, word: str) -> None:
    with pytest.raises(SettingsError, match=rf"\[home_assistant\].*{word}"):
        configured(tmp_path, f"[home_assistant]\n{table}\n")
