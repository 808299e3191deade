"""Compares a file of door counts with what the collector's ledger says, half-hour by half-hour."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pasperdus_demo.collector_api import CollectorApi
from pasperdus_demo.door_counts import SLOT, HalfHour

BUCKET = timedelta(minutes=15)
_ASKED_AT_ONCE = 7 * 48  # half-hours: a week


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The outcome; ``differences`` are sentences, none when all is well."""

    ins: int
    outs: int
    equal: int
    missing: int
    differences: list[str]

    @property
    def summary(self) -> str:
        """One line."""
        line = (
            f"{self.ins} in, {self.outs} out, {self.equal} half-hours equal, {self.missing} missing"
        )
        return f"{line}, {len(self.differences)} different" if self.differences else line


def compare(slots: Sequence[HalfHour], api: CollectorApi) -> Comparison:
    """Ask the collector for every half-hour; its sums are what the summary tells."""
    ins = outs = equal = missing = 0
    differences: list[str] = []
    stored_in = _by_half_hour(slots, api, "passages_in")
    stored_out = _by_half_hour(slots, api, "passages_out")
    for slot in slots:
        found = (stored_in[slot.start], stored_out[slot.start])
        ins += found[0] or 0
        outs += found[1] or 0
        if found != (slot.ins, slot.outs):
            differences.append(
                f"line {slot.line}, {slot.start:%Y-%m-%dT%H:%M}: "
                f"file {_said(slot.ins, slot.outs)}, ledger {_said(*found)}"
            )
        elif slot.is_missing:
            missing += 1
        else:
            equal += 1
    return Comparison(ins=ins, outs=outs, equal=equal, missing=missing, differences=differences)


def _by_half_hour(
    slots: Sequence[HalfHour], api: CollectorApi, measure: str
) -> dict[datetime, int | None]:
    quarters: dict[datetime, int | None] = {}
    for begin in range(0, len(slots), _ASKED_AT_ONCE):
        part = slots[begin : begin + _ASKED_AT_ONCE]
        quarters |= api.series(
            measure=measure, from_=part[0].start, to=part[-1].start + SLOT, bucket="15m"
        )
    return {slot.start: _sum(_known(quarters, slot.start)) for slot in slots}


def _known(quarters: dict[datetime, int | None], start: datetime) -> Iterator[int]:
    for at in (start, start + BUCKET):
        value = quarters.get(at)
        if value is not None:
            yield value


def _sum(values: Iterator[int]) -> int | None:
    known = list(values)
    return sum(known) if known else None


def _said(ins: int | None, outs: int | None) -> str:
    return f"{'missing' if ins is None else ins} in, {'missing' if outs is None else outs} out"
