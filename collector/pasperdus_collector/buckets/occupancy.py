"""How many are inside, quarter by quarter of one service day (pure); see docs/occupancy.md.

A service day runs from one nightly close (04:00 site time) to the next: nobody is inside at either.
Entries less exits drift with every crossing missed. The close and an agent's recount are anchors:
by what the counts are off at one is spread back over the crossings since the anchor before it (the
bridge). After a gap nobody knows until the next anchor.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import sqrt
from typing import NamedTuple

from pasperdus_collector.buckets.flags import CLIPPED, GAP, PROVISIONAL, UNBRIDGED

CLOSE_HOUR = 4
GAP_MS = 60_000
LATE_MS = 300_000  # coverage that has not come by then will not tell of a working sensor
QUARTER_MINUTES = 15.0
UNKNOWN_MINUTE_VARIANCE = QUARTER_MINUTES**2 / 12  # of a crossing known by its quarter-hour only
Z_95 = 1.96
_HIDDEN_SHARE = 0.01  # of all crossings; good doors miss about as many
_CLIPPED_BELOW = -0.5  # nearer to zero, the bridge has only cut people into fractions


@dataclass(frozen=True, slots=True)
class Quarter:
    """One quarter-hour of a whole site, all its outer lines together, staff not counted."""

    quarter: int
    ins: int
    outs: int
    is_gap: bool


@dataclass(frozen=True, slots=True)
class Recount:
    """An agent counted ``people``, the last time in its quarter; who crossed in it afterwards."""

    people: int
    ins_after: int
    outs_after: int


class Presence(NamedTuple):
    """How many were inside at the end of a quarter-hour, and for how long during it."""

    quarter: int
    people: float | None
    """Best estimate, never below zero; None: unknown."""

    raw: int | None
    """Who was inside at the last anchor, and entries less exits since; clipped at zero."""

    error: float
    """Half of a 95 % interval of ``people`` where it is bridged; 0.0 where that is not known."""

    flags: int
    """Bits of :mod:`pasperdus_collector.buckets.flags`."""

    area: float | None
    """Person-minutes inside during the quarter, from ``people`` at both its ends."""

    raw_area: float | None
    """The same from ``raw``."""

    missed_ins: int = 0
    """Entries that the anchors in this quarter prove missed (or exits counted twice)."""

    missed_outs: int = 0
    """Exits that they prove missed (or entries counted twice)."""

    area_variance: float = 0.0
    """Of the area since the anchor before: nobody knows when these were missed."""


def presence(
    quarters: Sequence[Quarter],
    recounts: Mapping[int, Recount],
    *,
    starts_empty: bool,
    is_over: bool,
) -> list[Presence]:
    """Return how many were inside in each of the consecutive quarters of one service day.

    ``recounts`` are by quarter. ``starts_empty``: the quarters begin at a nightly close; otherwise
    nobody knows before a recount. ``is_over``: they reach up to the next close.
    """
    ends: list[_Inside] = []
    misses = {each.quarter: _Misses() for each in quarters}
    for segment in _segments(quarters, recounts, starts_empty=starts_empty, is_over=is_over):
        ends.extend(segment.inside())
        if segment.steps:
            misses[segment.steps[-1].quarter].add(segment)
    found: list[Presence] = []
    before = _Inside(0.0, 0, 0.0, 0) if starts_empty else _NOBODY_KNOWS
    for each, now in zip(quarters, ends, strict=True):
        proved = misses[each.quarter]
        found.append(
            Presence(
                quarter=each.quarter,
                people=now.people,
                raw=now.raw,
                error=now.error,
                flags=now.flags | (GAP if each.is_gap else 0),
                area=None if each.is_gap else _trapezoid(before.people, now.people),
                raw_area=None if each.is_gap else _trapezoid(before.raw, now.raw),
                missed_ins=proved.ins,
                missed_outs=proved.outs,
                area_variance=proved.area_variance,
            )
        )
        before = now
    return found


def hidden_misses(crossings: int) -> float:
    """Return how many misses to reckon with beside those proved: an entry and an exit cancel."""
    return max(1.0, _HIDDEN_SHARE * crossings)


class _Inside(NamedTuple):
    """The end of a quarter."""

    people: float | None
    raw: int | None
    error: float
    flags: int


_NOBODY_KNOWS = _Inside(None, None, 0.0, GAP)


@dataclass(slots=True)
class _Segment:
    """From one anchor to the next; a quarter with a recount in it is parted between two."""

    start: int | None
    """Inside at its start; None: unknown."""

    steps: list[Quarter] = field(default_factory=list)
    end: int | None = None
    """Inside at its end; None: no anchor yet."""

    ends_within: bool = False
    """The last quarter goes on after it."""

    def inside(self) -> Iterator[_Inside]:
        """Yield the ends of the quarters that lie in it."""
        ends = self._bridged() if self.is_bridged else self._running()
        yield from ends[:-1] if self.ends_within else ends

    @property
    def is_bridged(self) -> bool:
        """Whether both anchors are there and nothing is unknown between them."""
        has_anchors = self.start is not None and self.end is not None
        return has_anchors and not any(step.is_gap for step in self.steps)

    @property
    def residual(self) -> int:
        """By how many the counts are above the anchor at its end."""
        if self.start is None or self.end is None:
            raise AssertionError("a segment without both anchors has no residual")
        return self.start + sum(step.ins - step.outs for step in self.steps) - self.end

    def area_variance(self) -> float:
        """Return the variance of the bridged area, in squared person-minutes.

        Each miss fell at some crossing, nobody knows at which. With no crossing at all it fell at
        any time, and the bridge took the last moment.
        """
        misses = abs(self.residual)
        crossings = [step.ins + step.outs for step in self.steps]
        total = sum(crossings)
        if total == 0:
            return misses**2 * (len(crossings) * QUARTER_MINUTES) ** 2 / 3
        mean = sum(n * count for n, count in enumerate(crossings)) / total
        spread = sum((n - mean) ** 2 * count for n, count in enumerate(crossings)) / total
        return misses * (spread * QUARTER_MINUTES**2 + UNKNOWN_MINUTE_VARIANCE)

    def _bridged(self) -> list[_Inside]:
        residual = self.residual
        crossed = list(accumulate(step.ins + step.outs for step in self.steps))
        total = crossed[-1] if crossed else 0
        misses = abs(residual) + hidden_misses(total)
        ends: list[_Inside] = []
        for n, (counted, so_far) in enumerate(zip(self._counted(), crossed, strict=True), 1):
            # With no crossing to tell by, what was counted holds until the anchor.
            share = so_far / total if total else float(n == len(crossed))
            people = counted - residual * share
            flags = CLIPPED if people < _CLIPPED_BELOW else 0
            if residual and not total:
                flags |= UNBRIDGED
            error = Z_95 * sqrt(misses * share * (1 - share))
            ends.append(_Inside(max(0.0, people), max(0, counted), error, flags))
        return ends

    def _running(self) -> list[_Inside]:
        if self.start is None:
            return [_NOBODY_KNOWS] * len(self.steps)
        flags = PROVISIONAL if self.end is None else UNBRIDGED
        people = self.start
        ends: list[_Inside] = []
        for step, counted in zip(self.steps, self._counted(), strict=True):
            if step.is_gap:
                break
            people += step.ins - step.outs
            clipped = CLIPPED if people < 0 else 0
            people = max(0, people)
            ends.append(_Inside(float(people), max(0, counted), 0.0, flags | clipped))
        return ends + [_NOBODY_KNOWS] * (len(self.steps) - len(ends))

    def _counted(self) -> list[int]:
        start = self.start or 0
        return [start + net for net in accumulate(step.ins - step.outs for step in self.steps)]


@dataclass(slots=True)
class _Misses:
    """What the anchors of one quarter prove."""

    ins: int = 0
    outs: int = 0
    area_variance: float = 0.0

    def add(self, segment: _Segment) -> None:
        if segment.is_bridged:
            self.ins += max(0, -segment.residual)
            self.outs += max(0, segment.residual)
            self.area_variance += segment.area_variance()


def _segments(
    quarters: Sequence[Quarter],
    recounts: Mapping[int, Recount],
    *,
    starts_empty: bool,
    is_over: bool,
) -> Iterator[_Segment]:
    segment = _Segment(0 if starts_empty else None)
    for each in quarters:
        recount = recounts.get(each.quarter)
        if recount is None:
            segment.steps.append(each)
            continue
        ins, outs = each.ins - recount.ins_after, each.outs - recount.outs_after
        segment.steps.append(Quarter(each.quarter, ins, outs, each.is_gap))
        segment.end, segment.ends_within = recount.people, True
        yield segment
        # A recount ends a gap, even one in its own quarter: people looked.
        after = Quarter(each.quarter, recount.ins_after, recount.outs_after, is_gap=False)
        segment = _Segment(recount.people, [after])
    if is_over:
        segment.end = 0
    yield segment


def _trapezoid(before: float | None, now: float | None) -> float | None:
    if before is None or now is None:
        return None
    return QUARTER_MINUTES * (before + now) / 2
