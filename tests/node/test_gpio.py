"""Real gpiozero devices on mock pins: what callbacks and levels say, and when a light comes on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import gpiozero.pins.local
import gpiozero.pins.mock
import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from pasperdus_node.counting import Geometry
from pasperdus_node.errors import SensorError, SimulationError
from pasperdus_node.outbox import Outbox
from pasperdus_node.pressing import PressTimings
from pasperdus_node.sensors.lights import GLOW_MS, Lights
from pasperdus_node.sensors.pins import PinEdge, PinFault, WatchedPins
from pasperdus_node.simulation.clock import DrivenClock
from pasperdus_node.simulation.pins import SimulatedPins
from pasperdus_node.stations import BeamStation, RatingStation
from support.simulated_node import START_MS, SimulatedNode, five_buttons, own_pins

A, B = 17, 27
BUTTONS = (5, 6, 13, 19, 26)


@pytest.fixture
def clock() -> DrivenClock:
    clock = DrivenClock(boot="5b3c1e0a", is_synced=True)
    clock.set(wall_ms=1_795_346_400_000, uptime_ms=START_MS)
    return clock


@pytest.fixture
def pins(clock: DrivenClock) -> Iterator[SimulatedPins]:
    with own_pins():
        yield SimulatedPins(clock)


def beams() -> WatchedPins:
    return WatchedPins("door", {0: A, 1: B}, is_on_when_low=False)


def buttons() -> WatchedPins:
    return WatchedPins("accueil", dict(enumerate(BUTTONS, start=1)), is_on_when_low=True)


# -- levels and edges -------------------------------------------------------------------------


def test_a_beam_reads_high_when_blocked_so_a_cut_wire_shows(pins: SimulatedPins) -> None:
    watched = beams()
    watched.start(lambda _: None)
    assert watched.levels() == {0: True, 1: True}, "pulled up, and nothing pulls down"

    pins.drive(A, is_high=False)

    assert watched.levels() == {0: False, 1: True}


def test_a_button_reads_low_when_pressed(pins: SimulatedPins) -> None:
    watched = buttons()
    watched.start(lambda _: None)
    assert not any(watched.levels().values())

    pins.drive(BUTTONS[4], is_high=False)

    assert watched.levels() == {1: False, 2: False, 3: False, 4: False, 5: True}


def test_each_edge_is_told_once_with_the_time_of_its_own(
    pins: SimulatedPins, clock: DrivenClock
) -> None:
    seen: list[PinEdge | PinFault] = []
    watched = beams()
    watched.start(seen.append)
    assert seen == [], "a pin that is on at the start fires nothing"

    for t_ms, pin, is_high in [(20, A, 0), (20, B, 0), (60, A, 1), (61, A, 1), (75, A, 0)]:
        clock.move_to(START_MS + t_ms)
        pins.drive(pin, is_high=bool(is_high))

    assert seen == [
        PinEdge("door", 0, is_on=False, ticks_s=10.020),
        PinEdge("door", 1, is_on=False, ticks_s=10.020),
        PinEdge("door", 0, is_on=True, ticks_s=10.060),
        PinEdge("door", 0, is_on=False, ticks_s=10.075),
    ]


def test_an_exception_in_the_sink_is_told_and_later_edges_still_come(pins: SimulatedPins) -> None:
    seen: list[PinEdge | PinFault] = []

    def sink(edge: PinEdge | PinFault) -> None:
        if isinstance(edge, PinEdge) and not seen:
            raise LookupError("no room")
        seen.append(edge)

    watched = beams()
    watched.start(sink)
    pins.drive(A, is_high=False)
    pins.drive(A, is_high=True)

    fault, edge = seen
    assert fault == PinFault("door", "LookupError('no room')")
    assert isinstance(edge, PinEdge)
    assert edge.is_on


def test_a_pin_that_is_taken_is_refused_by_its_number(pins: SimulatedPins) -> None:
    beams().start(lambda _: None)

    with pytest.raises(SensorError, match=r"^box: pin 27 cannot be used: .*GPIO27.*in use"):
        WatchedPins("box", {1: 5, 2: B}, is_on_when_low=True).start(lambda _: None)
    with pytest.raises(SensorError, match=r"^box: LED pin 17 cannot be used: .*in use"):
        Lights("box", [12, A]).start()


class BusyFactory(MockFactory):  # type: ignore[misc]  # gpiozero has no types
    """Refuses as lgpio does: with an exception that is none of gpiozero's."""

    def pin(self, *_: Any, **__: Any) -> Any:
        raise Exception("'GPIO busy'")  # noqa: TRY002 (lgpio.error derives from nothing else)


def test_an_error_of_the_back_end_itself_is_told_as_any_other(pins: SimulatedPins) -> None:
    Device.pin_factory = BusyFactory()

    with pytest.raises(SensorError, match=r"^door: pin 17 cannot be used: 'GPIO busy'"):
        beams().start(lambda _: None)
    with pytest.raises(SensorError, match=r"^box: LED pin 12 cannot be used: 'GPIO busy'"):
        Lights("box", [12]).start()


def test_pins_that_were_given_back_can_be_had_again(pins: SimulatedPins) -> None:
    for _ in range(2):
        watched = beams()
        watched.start(lambda _: None)
        watched.stop()
    lights = Lights("accueil", [12])
    lights.start()
    lights.stop()
    Lights("accueil", [12]).start()


def test_a_driver_cannot_move_the_pin_of_an_led(pins: SimulatedPins) -> None:
    lights = Lights("accueil", [12])
    lights.start()

    with pytest.raises(SimulationError, match="pin 12 is an LED"):
        pins.drive(12, is_high=True)


def test_nothing_of_a_simulation_stays_behind(clock: DrivenClock) -> None:
    before = (
        Device.pin_factory,
        gpiozero.pins.mock.monotonic,
        gpiozero.pins.local.monotonic,
    )
    with own_pins():
        SimulatedPins(clock)
        beams().start(lambda _: None)
        assert gpiozero.pins.mock.monotonic() == START_MS / 1000

    assert (
        Device.pin_factory,
        gpiozero.pins.mock.monotonic,
        gpiozero.pins.local.monotonic,
    ) == before


# -- missed edges -----------------------------------------------------------------------------


def miss(pin: int, *, is_high: bool) -> None:
    """Change a level without a word to gpiozero, as hardware does when an edge is lost."""
    Device.pin_factory.pin(pin)._change_state(is_high)


def test_a_resync_finds_the_edge_of_a_beam_that_was_missed(
    pins: SimulatedPins, clock: DrivenClock
) -> None:
    watched = beams()
    watched.start(lambda _: None)
    station = BeamStation(watched, Geometry(), clock.read())
    miss(A, is_high=False)
    miss(B, is_high=False)

    clock.move_to(START_MS + 1000)
    station.resync(clock.read())
    clock.move_to(START_MS + 3000)
    found = station.resync(clock.read())

    assert station.health == "ok"
    assert [draft(seq=1).kind for draft in found.drafts] == ["coverage", "health"]


def test_a_resync_finds_the_release_of_a_button_that_was_missed(
    pins: SimulatedPins, clock: DrivenClock
) -> None:
    watched, lights = buttons(), Lights("accueil", [])
    seen: list[PinEdge | PinFault] = []
    watched.start(seen.append)
    lights.start()
    station = RatingStation(watched, lights, scale=5, timings=PressTimings(), reading=clock.read())
    values = []
    for press_ms in (1000, 5000):
        clock.move_to(START_MS + press_ms)
        pins.drive(BUTTONS[3], is_high=False)
        (edge,) = seen
        assert isinstance(edge, PinEdge)
        station.take(edge, START_MS + press_ms, clock.read())
        seen.clear()
        clock.move_to(START_MS + press_ms + 500)
        values += station.advance(clock.read()).scores
        miss(BUTTONS[3], is_high=True)
        Device.pin_factory.pin(BUTTONS[3]).clear_states()
        for later_ms in (1000, 2000, 3500):
            clock.move_to(START_MS + press_ms + later_ms)
            values += station.resync(clock.read()).scores
        # gpiozero itself still believes that it is pressed: let it see the release too.
        watched._devices[4]._fire_events(clock.ticks_s(), new_active=False)
        seen.clear()

    assert values == [4, 4]


# -- lights -----------------------------------------------------------------------------------


def test_a_light_goes_out_when_it_has_been_seen(pins: SimulatedPins) -> None:
    lights = Lights("accueil", [12, 16])
    lights.start()

    lights.glow(2, 1000)

    assert lights.lit() == [2]
    assert lights.deadline_ms == 1000 + GLOW_MS
    lights.advance(1000 + GLOW_MS - 1)
    assert lights.lit() == [2]
    lights.advance(1000 + GLOW_MS)
    assert lights.lit() == []
    assert lights.deadline_ms is None


def press(node: SimulatedNode, button: int, t_ms: int) -> None:
    pin = BUTTONS[button - 1]
    node.edges((t_ms, pin, 0), (t_ms + 100, pin, 1), until=t_ms + 300)


def test_the_light_comes_on_after_the_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = SimulatedNode(tmp_path, buttons={"accueil": five_buttons()})
    on_disk: list[list[int]] = []
    glow = Lights.glow

    def glow_and_look(lights: Lights, score: int, t_ms: int) -> None:
        on_disk.append([event["value"] for event in node.events("rating")])
        glow(lights, score, t_ms)

    monkeypatch.setattr(Lights, "glow", glow_and_look)
    press(node, 4, 1000)
    press(node, 2, 5000)
    node.ask(until=START_MS + 8000)

    first, second, end = node.run()

    assert on_disk == [[4], [4, 2]], "another connection reads the rating before the light is on"
    assert first["lit"] == {"accueil": [4]}
    assert second["lit"] == {"accueil": [2]}
    assert end["lit"] == {"accueil": []}


def test_a_rating_that_cannot_be_kept_lights_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    node = SimulatedNode(tmp_path, buttons={"accueil": five_buttons()})
    Outbox(node.outbox_path, boot="before").close()
    with closing(sqlite3.connect(node.outbox_path)) as db:
        db.execute(
            "CREATE TRIGGER full BEFORE INSERT ON events WHEN CAST(NEW.body AS TEXT) LIKE "
            "'%\"value\":4%' BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )
        db.commit()
    press(node, 4, 1000)
    press(node, 5, 5000)

    refused, kept = node.run()

    assert refused["lit"] == {"accueil": []}
    assert refused["totals"] == {}
    assert kept["lit"] == {"accueil": [5]}, "the node goes on"
    assert kept["totals"] == {"accueil.5": 1}
    assert "1 events could not be recorded: disk is full" in capsys.readouterr().out
