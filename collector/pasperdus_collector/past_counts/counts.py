"""What a file of past counts says once it is read: counts by step, spread over quarter-hours."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCounts:
    """The steps that have a number, in order, ``[starts[n], ends[n])`` in quarters since 1970 UTC.

    ``outs`` is None where exits were not counted at all. ``missing`` is the number of steps
    without a number; ``left_out`` is what was counted one way in steps of which the other way is
    unknown: such a step is missing whole.
    """

    step_quarters: int
    first_quarter: int
    end_quarter: int
    missing: int
    left_out: int
    total_ins: int
    total_outs: int | None
    ignored_columns: tuple[str, ...]
    lines: "array[int]"
    starts: "array[int]"
    ends: "array[int]"
    ins: "array[int]"
    outs: "array[int] | None"

    @property
    def steps(self) -> int:
        """How many steps have a number."""
        return len(self.starts)

    def line_at(self, quarter: int) -> int:
        """Return the line whose step covers a quarter, or the next one's, or the last one's."""
        return self.lines[min(bisect_right(self.ends, quarter), len(self.lines) - 1)]

    def quarters(self) -> Iterator[tuple[int, int, int | None]]:
        """Yield ``(quarter, ins, outs)`` of every known step, in order."""
        for n, (start, end) in enumerate(zip(self.starts, self.ends, strict=True)):
            entered = spread(self.ins[n], end - start)
            if self.outs is None:
                for quarter, ins in enumerate(entered, start):
                    yield quarter, ins, None
            else:
                left = spread(self.outs[n], end - start)
                yield from zip(range(start, end), entered, left, strict=True)


def spread(count: int, parts: int) -> list[int]:
    """Return whole numbers, as equal as can be, that add up to ``count`` exactly.

    Larger ones lie evenly among the others, none before it is due: 2 over 4 is 0, 1, 0, 1.
    """
    if count == 0:
        return [0] * parts
    return [count * (n + 1) // parts - count * n // parts for n in range(parts)]
