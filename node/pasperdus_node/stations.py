"""A station: one sensor, the state machine behind it, and its coverage, as events to record.

Each call returns :class:`Findings`: what to commit together. Nothing here touches the outbox.
Times are milliseconds of uptime; ``reading`` gives the wall clock for them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from pasperdus_contract import events
from pasperdus_node import counting, pressing
from pasperdus_node.clock import Reading
from pasperdus_node.coverage import CoverageMeter, Covered
from pasperdus_node.outbox import Draft
from pasperdus_node.sensors.lights import Lights
from pasperdus_node.sensors.pins import PinEdge, WatchedPins

OUT_OF_SERVICE = "off"  # the health of beams that were taken out of service

_ZONES = {0: counting.Zone.A, 1: counting.Zone.B}


@dataclass(slots=True)
class Findings:
    """Events to commit, what they add to the totals, and the scores to light up after that."""

    drafts: list[Draft] = field(default_factory=list)
    totals: Counter[str] = field(default_factory=Counter)
    scores: list[int] = field(default_factory=list)


class BeamStation:
    """Counts passages across one line."""

    def __init__(self, pins: WatchedPins, geometry: counting.Geometry, reading: Reading) -> None:
        self.name = pins.name
        self.pins = pins
        self._geometry = geometry
        self._counter: counting.BeamCounter | None = self._fresh_counter(reading)
        self._meter = CoverageMeter(t_ms=reading.uptime_ms, is_ok=False)

    @property
    def health(self) -> str:
        """The state of the beams, as a heartbeat tells it."""
        return OUT_OF_SERVICE if self._counter is None else str(self._counter.health)

    @property
    def deadline_ms(self) -> int | None:
        """When :meth:`advance` could find something."""
        return None if self._counter is None else self._counter.deadline_ms

    def take(self, edge: PinEdge, t_ms: int, reading: Reading) -> Findings:
        """Follow one edge."""
        if self._counter is None:
            return Findings()
        zone_edge = counting.ZoneEdge(t_ms=t_ms, zone=_ZONES[edge.channel], blocked=edge.is_on)
        return self._findings(self._counter.feed(zone_edge), reading)

    def advance(self, reading: Reading) -> Findings:
        """Let time pass."""
        if self._counter is None:
            return Findings()
        return self._findings(self._counter.advance(reading.uptime_ms), reading)

    def resync(self, reading: Reading) -> Findings:
        """Read the pins themselves: an edge may have been missed."""
        if self._counter is None:
            return Findings()
        levels = _by_zone(self.pins.levels())
        return self._findings(self._counter.resync(reading.uptime_ms, levels), reading)

    def put_out_of_service(self, reading: Reading) -> Findings:
        """Stop counting: whoever is in the beams now is lost, and nothing is covered."""
        found = self.advance(reading)
        if self._counter is not None:
            self._counter = None
            self._tell_health(found, reading.uptime_ms, OUT_OF_SERVICE, reading)
        return found

    def return_to_service(self, reading: Reading) -> Findings:
        """Start anew from the present levels, as after a start of the node."""
        found = Findings()
        if self._counter is None:
            self._counter = self._fresh_counter(reading)
            self._tell_health(found, reading.uptime_ms, self.health, reading)
        return found

    def close_coverage(self, reading: Reading) -> Findings:
        """Tell the coverage up to now."""
        found = Findings()
        found.drafts += _coverage(self.name, self._meter.close(reading.uptime_ms), reading)
        return found

    def _findings(self, outcomes: Iterable[counting.Outcome], reading: Reading) -> Findings:
        found = Findings()
        for outcome in outcomes:
            when = _when(outcome.t_ms, reading)
            match outcome:
                case counting.Passage():
                    found.drafts.append(
                        partial(
                            events.Passage,
                            **when,
                            line=self.name,
                            direction=outcome.direction,
                            flags=outcome.flags,
                        )
                    )
                    found.totals[f"{self.name}.{outcome.direction}"] += 1
                case counting.Uncounted():
                    found.drafts.append(
                        partial(events.Uncounted, **when, line=self.name, why=outcome.why)
                    )
                    found.totals[f"{self.name}.{outcome.why}"] += 1
                case counting.HealthChange():
                    self._tell_health(found, outcome.t_ms, str(outcome.state), reading)
                case counting.Glitch():
                    found.totals[f"{self.name}.glitch"] += 1
        return found

    def _tell_health(self, found: Findings, t_ms: int, state: str, reading: Reading) -> None:
        ended = self._meter.change(t_ms, is_ok=state == counting.Health.OK)
        found.drafts += _coverage(self.name, ended, reading)
        found.drafts.append(
            partial(events.Health, **_when(t_ms, reading), part=self.name, state=state)
        )

    def _fresh_counter(self, reading: Reading) -> counting.BeamCounter:
        return counting.BeamCounter(
            self._geometry, t_ms=reading.uptime_ms, levels=_by_zone(self.pins.levels())
        )


class RatingStation:
    """Collects ratings from one row of buttons."""

    def __init__(
        self,
        pins: WatchedPins,
        lights: Lights,
        *,
        scale: int,
        timings: pressing.PressTimings,
        reading: Reading,
    ) -> None:
        self.name = pins.name
        self.pins = pins
        self.lights = lights
        self._scale = scale
        self._box = pressing.RatingBox(
            scale, timings, t_ms=reading.uptime_ms, pressed=_pressed(pins.levels())
        )
        self._meter = CoverageMeter(t_ms=reading.uptime_ms, is_ok=self.health == "ok")

    @property
    def health(self) -> str:
        """``ok``, or ``stuck`` while a button is held down."""
        return str(self._box.health)

    @property
    def deadline_ms(self) -> int | None:
        """When :meth:`advance` could find something."""
        known = [t for t in (self._box.deadline_ms, self.lights.deadline_ms) if t is not None]
        return min(known, default=None)

    def take(self, edge: PinEdge, t_ms: int, reading: Reading) -> Findings:
        """Follow one edge."""
        button_edge = pressing.ButtonEdge(t_ms=t_ms, button=edge.channel, pressed=edge.is_on)
        return self._findings(self._box.feed(button_edge), reading)

    def advance(self, reading: Reading) -> Findings:
        """Let time pass."""
        self.lights.advance(reading.uptime_ms)
        return self._findings(self._box.advance(reading.uptime_ms), reading)

    def resync(self, reading: Reading) -> Findings:
        """Read the pins themselves: an edge may have been missed."""
        pressed = _pressed(self.pins.levels())
        return self._findings(self._box.resync(reading.uptime_ms, pressed), reading)

    def close_coverage(self, reading: Reading) -> Findings:
        """Tell the coverage up to now."""
        found = Findings()
        found.drafts += _coverage(self.name, self._meter.close(reading.uptime_ms), reading)
        return found

    def _findings(self, outcomes: Iterable[pressing.Outcome], reading: Reading) -> Findings:
        found = Findings()
        for outcome in outcomes:
            when = _when(outcome.t_ms, reading)
            match outcome:
                case pressing.Rating():
                    found.drafts.append(
                        partial(
                            events.Rating,
                            **when,
                            question=self.name,
                            value=outcome.value,
                            scale=self._scale,
                            flags=outcome.flags,
                        )
                    )
                    found.totals[f"{self.name}.{outcome.value}"] += 1
                    found.scores.append(outcome.value)
                case pressing.ButtonHealth():
                    ended = self._meter.change(outcome.t_ms, is_ok=self.health == "ok")
                    found.drafts += _coverage(self.name, ended, reading)
                    found.drafts.append(
                        partial(
                            events.Health,
                            **when,
                            part=self.name,
                            state=str(outcome.state),
                            detail=f"button {outcome.button}",
                        )
                    )
                case pressing.Chord():
                    found.totals[f"{self.name}.chord"] += 1
        return found


Station = BeamStation | RatingStation


def _when(t_ms: int, reading: Reading) -> dict[str, int | bool]:
    return {"wall": reading.wall_at(t_ms), "uptime": t_ms, "synced": reading.is_synced}


def _coverage(sensor: str, told: Iterable[Covered], reading: Reading) -> Iterable[Draft]:
    for covered in told:
        yield partial(
            events.Coverage,
            **_when(covered.to_ms, reading),
            sensor=sensor,
            from_=covered.from_ms,
            to=covered.to_ms,
            ok_ms=covered.ok_ms,
        )


def _by_zone(levels: dict[int, bool]) -> dict[counting.Zone, bool]:
    return {_ZONES[channel]: is_on for channel, is_on in levels.items()}


def _pressed(levels: dict[int, bool]) -> set[int]:
    return {channel for channel, is_on in levels.items() if is_on}
