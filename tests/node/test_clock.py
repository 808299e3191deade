"""The node's clocks, against the kernel's own words, and the one that a simulation drives."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pasperdus_contract.fields import MAX_WALL_MS
from pasperdus_node.clock import Reading, SystemClock
from pasperdus_node.errors import SimulationError
from pasperdus_node.simulation.clock import DrivenClock

NOON = Reading(wall_ms=1_000_000, uptime_ms=5_000, is_synced=True)


def test_the_system_clock_says_what_the_kernel_says() -> None:
    clock = SystemClock()

    before_ms = time.time_ns() // 1_000_000
    uptime_s = float(Path("/proc/uptime").read_text().split()[0])
    reading = clock.read()
    after_ms = time.time_ns() // 1_000_000

    assert before_ms <= reading.wall_ms <= after_ms
    assert 0 <= reading.uptime_ms - uptime_s * 1000 < 1000
    assert clock.boot == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert isinstance(reading.is_synced, bool)


@pytest.mark.parametrize(
    ("state", "is_synced"),
    [(0, True), (1, True), (2, True), (3, True), (4, True), (5, False), (-1, False)],
    ids=["ok", "insert a leap second", "delete one", "in one", "after one", "error", "no answer"],
)
def test_synchronised_means_adjtimex_without_an_error(state: int, is_synced: bool) -> None:
    class Libc:
        def adjtimex(self, timex: object) -> int:
            assert bytes(timex)[:4] == bytes(4), "modes 0: only reads"  # type: ignore[call-overload]  # a ctypes array
            return state

    clock = SystemClock()
    clock._libc = Libc()  # type: ignore[assignment]  # the one call that is made

    assert clock.read().is_synced is is_synced


@pytest.mark.parametrize(
    ("uptime_ms", "wall_ms"),
    [
        (5_000, 1_000_000),
        (4_000, 999_000),
        (6_500, 1_001_500),
        (-10_000_000, 0),
        (10**18, MAX_WALL_MS),
    ],
    ids=["now", "before", "after", "before 1970", "past the calendar"],
)
def test_the_wall_time_of_an_instant_stays_within_the_wire(uptime_ms: int, wall_ms: int) -> None:
    assert NOON.wall_at(uptime_ms) == wall_ms


def test_a_reading_crosses_the_wire_as_it_is() -> None:
    assert NOON.moment("5b3c1e0a").model_dump() == {
        "boot": "5b3c1e0a",
        "wall": 1_000_000,
        "uptime": 5_000,
        "synced": True,
    }


def test_a_driven_clock_only_moves_forward_and_both_times_together() -> None:
    clock = DrivenClock(boot="b", is_synced=False)
    assert not clock.is_set
    with pytest.raises(SimulationError, match="has not told the time yet"):
        clock.read()

    clock.set(wall_ms=1000, uptime_ms=50)
    clock.move_to(75)

    assert clock.read() == Reading(wall_ms=1025, uptime_ms=75, is_synced=False)
    assert clock.ticks_s() == 0.075
    with pytest.raises(SimulationError, match="uptime 74 is before 75"):
        clock.move_to(74)


def test_a_simulation_may_say_whether_the_clock_is_synchronised() -> None:
    assert SystemClock(is_synced=True).read().is_synced
    assert not SystemClock(is_synced=False).read().is_synced
