"""Stretches of time: which instants, hours and blocks lie in them (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pasperdus_collector.analysis.inputs import Bools, Ints


@dataclass(frozen=True, slots=True)
class Stretches:
    """Disjoint stretches of time ``[start, end)`` in order, in milliseconds since 1970 UTC."""

    starts: Ints
    ends: Ints

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> "Stretches":
        """Join what touches or overlaps; what is empty is left out."""
        joined: list[list[int]] = []
        for start, end in sorted(pair for pair in pairs if pair[0] < pair[1]):
            if joined and start <= joined[-1][1]:
                joined[-1][1] = max(joined[-1][1], end)
            else:
                joined.append([start, end])
        bounds = np.array(joined, dtype=np.int64).reshape(-1, 2)
        return cls(bounds[:, 0], bounds[:, 1])

    def pairs(self) -> list[tuple[int, int]]:
        """Return them as pairs."""
        return list(zip(self.starts.tolist(), self.ends.tolist(), strict=True))

    def hold(self, starts: Ints, ends: Ints) -> Bools:
        """Return of each ``[start, end)`` whether all of it lies in one stretch."""
        if not len(self.starts):
            return np.zeros(len(starts), dtype=np.bool_)
        at = np.searchsorted(self.starts, starts, side="right") - 1
        return (at >= 0) & (ends <= self.ends[at])

    def touch(self, starts: Ints, ends: Ints) -> Bools:
        """Return of each ``[start, end)`` whether any of it lies in a stretch."""
        if not len(self.starts):
            return np.zeros(len(starts), dtype=np.bool_)
        at = np.searchsorted(self.starts, ends, side="left") - 1
        return (at >= 0) & (self.ends[at] > starts)

    def without(self, others: Iterable[tuple[int, int]]) -> "Stretches":
        """Return them with other stretches cut out."""
        left = self.pairs()
        for cut_start, cut_end in others:
            left = [
                part
                for start, end in left
                for part in ((start, min(end, cut_start)), (max(start, cut_end), end))
                if part[0] < part[1]
            ]
        return Stretches.of(left)

    def until(self, end_ms: int) -> "Stretches":
        """Return what lies before an instant."""
        return Stretches.of((start, min(end, end_ms)) for start, end in self.pairs())
