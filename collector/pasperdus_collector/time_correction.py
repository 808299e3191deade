"""When did it happen? From a node's clocks to one time, with its quality (pure).

A Pi starts with a wrong clock. Every event carries uptime beside wall time, so one moment of the
same boot at which the clock was right, an *anchor*, dates everything else of that boot.

=============  ================================================================================
quality        the time is
=============  ================================================================================
``exact``      the node's wall clock, which was synchronised
``corrected``  uptime, placed by the anchor of the same boot that is nearest in uptime
``bounded``    the latest possible: the boot was never synchronised, so we know only how long
               before a receipt, or before the next boot, it happened
``unknown``    none: its own clocks contradict each other
=============  ================================================================================
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pasperdus_contract.fields import MAX_WALL_MS

Quality = Literal["exact", "corrected", "bounded", "unknown"]

SAME_OFFSET_MS = 20  # an anchor that says the same as its neighbour adds nothing ...
ANCHOR_EVERY_MS = 3_600_000  # ... unless it is an hour away, when a free-running clock has drifted


@dataclass(frozen=True, slots=True)
class Anchor:
    """At ``uptime`` of a boot, the synchronised wall clock showed ``uptime + offset`` (ms)."""

    uptime: int
    offset: int


@dataclass(frozen=True, slots=True)
class Dated:
    """A corrected time in milliseconds since 1970 UTC; None when unknown."""

    at: int | None
    quality: Quality


def nearest(anchors: Sequence[Anchor], uptime: int) -> Anchor | None:
    """Return the nearest anchor in uptime; ``anchors`` are sorted by it, ties go to the earlier."""
    after = bisect_left(anchors, uptime, key=lambda anchor: anchor.uptime)
    candidates = anchors[max(0, after - 1) : after + 1]
    return min(candidates, key=lambda anchor: abs(anchor.uptime - uptime), default=None)


def is_worth_keeping(anchors: Sequence[Anchor], new: Anchor) -> bool:
    """Tell whether ``new`` would date anything differently from the anchors that are there."""
    near = nearest(anchors, new.uptime)
    return (
        near is None
        or abs(near.offset - new.offset) > SAME_OFFSET_MS
        or abs(near.uptime - new.uptime) > ANCHOR_EVERY_MS
    )


def date_event(
    *,
    wall: int,
    uptime: int,
    is_synced: bool,
    anchors: Sequence[Anchor],
    latest: int | None,
) -> Dated:
    """Date one event of a boot.

    ``latest`` is the latest time at which it can have happened, or None when the clocks of its
    message contradict it.
    """
    if is_synced:
        return Dated(wall, "exact")
    anchor = nearest(anchors, uptime)
    at = uptime + anchor.offset if anchor is not None else latest
    if at is None or not 0 <= at <= MAX_WALL_MS:
        return Dated(None, "unknown")
    return Dated(at, "corrected" if anchor is not None else "bounded")


def latest_in_same_boot(*, received_at: int, sent_uptime: int, uptime: int) -> int | None:
    """Return the upper bound that a receipt sets: the message was sent that long after the event.

    None when the event would be younger than the message that carries it.
    """
    age = sent_uptime - uptime
    return received_at - age if age >= 0 else None
