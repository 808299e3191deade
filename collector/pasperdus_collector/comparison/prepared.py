"""What is read before anything is measured: who is compared with what, and the state it is in.

All that an answer is computed from is in :func:`state_of`, or follows from what is: as long as it
is the same, so is the answer. It costs little, so whoever keeps answers asks it each time.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pasperdus_collector.analysis.inputs import LateChange
from pasperdus_collector.buckets.touched import last_change_of
from pasperdus_collector.calendar.opening import SiteCalendar
from pasperdus_collector.comparison.arm import days_of
from pasperdus_collector.comparison.counted import CountedSite, runs_of
from pasperdus_collector.comparison.names import Chosen, choose
from pasperdus_collector.comparison.schedule import DAY_MS, Schedule, schedule
from pasperdus_collector.errors import QueryError, fault
from pasperdus_collector.register.plan import LOCKED
from pasperdus_collector.register.records import LogEntry, Period, Prototype
from pasperdus_collector.register.store import read_log, read_periods, read_prototypes
from pasperdus_collector.series.released import HOUR_MS

MOST_DAYS = 2200
"""From the first to the last day compared: six years take seconds, and say nothing of a trial."""

_OF_TIME = ("planned_end_ms", "start_ms", "end_ms", "period")
"""Late changes after which no end is one that was planned: whoever moves a period looks first."""

_BOUNDS = frozenset({"start_ms", "end_ms"})
State = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A comparison of which nothing is measured yet; ``control`` is the site to subtract.

    ``hour_ms`` is the full hour at which it is asked: nothing after it counts.
    """

    place: CountedSite
    control: CountedSite | None
    periods: Sequence[Period]
    prototypes: Sequence[Prototype]
    chosen: Chosen
    late_changes: tuple[LateChange, ...]
    when: Schedule
    hour_ms: int


def prepare(
    db: sqlite3.Connection,
    site: str,
    baseline: str | None,
    prototype: str,
    *,
    now_ms: int,
    collector: str,
) -> Prepared:
    """Return what is to be measured; parameters and errors are those of :func:`.gather.gather`."""
    hour_ms = now_ms // HOUR_MS * HOUR_MS
    place = CountedSite(db, site, now_ms=hour_ms, collector=collector)
    periods = read_periods(db, site)
    prototypes = read_prototypes(db, site, now_ms=hour_ms)
    chosen = choose(
        prototypes, periods, site=site, baseline=baseline, prototype=prototype, now_ms=hour_ms
    )
    calendar = SiteCalendar.from_json(place.card.calendar)

    def opens_on(day: date) -> bool:
        hours = calendar.hours_on(day)
        return hours is None or bool(hours)

    trial = chosen.prototype
    late = tuple(_late_changes(read_log(db, site, trial.prototype)))
    when = schedule(
        chosen,
        place.zone,
        now_ms=hour_ms,
        opens_on=opens_on,
        end_was_moved=any(each.what in _OF_TIME for each in late),
    )
    _check_length(chosen, when)
    has_control = trial.design == "control" and trial.control_site is not None
    return Prepared(
        place=place,
        control=CountedSite(db, trial.control_site, now_ms=hour_ms, collector=collector)
        if has_control and trial.control_site is not None
        else None,
        periods=periods,
        prototypes=prototypes,
        chosen=chosen,
        late_changes=late,
        when=when,
        hour_ms=hour_ms,
    )


def state_of(prepared: Prepared) -> State:
    """Return what differs whenever the answer may; two of the same are equal."""
    return (
        prepared.hour_ms,
        prepared.periods,
        prepared.prototypes,
        prepared.late_changes,
        _measured_state(prepared.place, prepared.when),
        None if prepared.control is None else _measured_state(prepared.control, prepared.when),
    )


def _measured_state(place: CountedSite, when: Schedule) -> State:
    """Return who counts at a site, when its days last changed, and how many blocks closed.

    A block may begin in the time that is compared and close long after it, so all of them count.
    """
    runs = runs_of(
        [days for time in (when.baseline, when.tried) for days in days_of(time, place.zone)]
    )
    site_id = place.watched.id
    return (
        place.card,
        place.watched,
        tuple(last_change_of(place.db, site_id, days) for days in runs),
        place.db.execute(
            "SELECT count(*), max(id) FROM blocks WHERE site_id = ?", (site_id,)
        ).fetchone(),
    )


def _check_length(chosen: Chosen, when: Schedule) -> None:
    first_ms = min(each.start_ms for each in (*chosen.baseline, *chosen.tried))
    days = (when.data_end_ms - first_ms) // DAY_MS
    if days > MOST_DAYS:
        raise QueryError(
            f"from the first period to the last are {days} days, more than {MOST_DAYS}; name "
            "periods that lie closer together",
            fault("", "compared-too-long", days=days, most=MOST_DAYS),
        )


def _late_changes(log: Iterable[LogEntry]) -> Iterable[LateChange]:
    """Yield what was laid down and changed once the trial ran; ``what`` is a field's name.

    It is ``period`` where a whole one was registered or taken back late.
    """
    for entry in log:
        if not entry.after_start:
            continue
        fields = [field for field in entry.changes if field in LOCKED | _BOUNDS]
        if entry.subject.startswith("period ") and not _BOUNDS.isdisjoint(fields):
            starts = entry.changes.get("start_ms", ("", ""))
            fields = ["period"] if None in starts else fields
        for field in fields:
            yield LateChange(at_ms=entry.at_ms, what=field, why=entry.why, by=entry.by)
