"""A node's calibrations, written out: since when each holds, and what it makes of a count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pasperdus_collector.buckets.calibrations import Kept
from pasperdus_dashboards.fleet.count_words import way_view
from pasperdus_service.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationRow:
    """One calibration."""

    id: int
    line: str
    since: str
    entries: str
    exits: str
    is_in_force: bool


def calibration_rows(
    kept: Sequence[Kept], language: Language, *, zone: ZoneInfo, now_ms: int
) -> list[CalibrationRow]:
    """Return them by line, the latest first; of each line the latest that has begun is in force."""
    rows = []
    in_force: set[str] = set()
    ordered = sorted(kept, key=lambda each: each.entry.from_ms, reverse=True)
    for each in sorted(ordered, key=lambda each: each.entry.line):
        entry = each.entry
        is_in_force = entry.from_ms <= now_ms and entry.line not in in_force
        if is_in_force:
            in_force.add(entry.line)
        day = datetime.fromtimestamp(entry.from_ms / 1000, UTC).astimezone(zone).date()
        rows.append(
            CalibrationRow(
                id=each.id,
                line=entry.line,
                since=f"{language.short_day(day)}, {language.clock(entry.from_ms, zone)}",
                entries=way_view(
                    by_sensor=entry.by_sensor_in,
                    by_hand=entry.by_hand_in,
                    is_in=True,
                    language=language,
                ).sentence,
                exits=way_view(
                    by_sensor=entry.by_sensor_out,
                    by_hand=entry.by_hand_out,
                    is_in=False,
                    language=language,
                ).sentence,
                is_in_force=is_in_force,
            )
        )
    return rows
