"""What the register keeps of a prototype, of its periods and of every change, as records.

Names are slugs (``[a-z0-9-]{1,40}``), unique within a site. ``*_ms`` are milliseconds since 1970
UTC; a period is the half-open range ``[start_ms, end_ms)``, open while ``end_ms`` is None.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

Design: TypeAlias = Literal["randomised", "control", "before_after"]
PeriodKind: TypeAlias = Literal["baseline", "prototype"]
CircumstanceKind: TypeAlias = Literal[
    "button_moved", "sensor_moved", "hours_changed", "staff_changed", "works", "strike", "other"
]
Verdict: TypeAlias = Literal["keep", "discuss", "drop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Days that no comparison counts, both included, and when that was decided."""

    first_day: date
    last_day: date
    reason: str
    decided_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstance:
    """Something else that changed while people were counted: a caveat, never a correction."""

    at_ms: int
    kind: CircumstanceKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the team made of a trial; ``why`` is needed where it departs from the advice."""

    decided: Verdict
    why: str | None
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prototype:
    """What is tried at a site, and what was laid down about judging it.

    ``delta`` is in the outcome's unit (a share for ``satisfied``: 0.05 is 5 points).
    ``started_at_ms`` is the start of its earliest prototype period once that lies in the past; of
    a randomised one that of the first week drawn, whichever it is.
    """

    site: str
    prototype: str
    title: str
    hypothesis: str
    changed: str
    design: Design
    outcome: str
    question: str | None
    scale: int | None
    delta: float
    planned_start_ms: int
    planned_end_ms: int | None
    control_site: str | None
    baseline: tuple[str, ...]
    exclusions: tuple[Exclusion, ...]
    circumstances: tuple[Circumstance, ...]
    seed: int | None
    decision: Decision | None
    rolled_back_at_ms: int | None
    started_at_ms: int | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A half-open time range of a site: one step of a prototype, or what it is compared with.

    ``prototype`` is None for a baseline that several prototypes may share. ``step`` is 1, and one
    more with each adaptation. ``pair`` numbers the pairs of weeks of a randomised design.
    """

    site: str
    period: str
    prototype: str | None
    kind: PeriodKind
    title: str
    step: int
    changed: str
    start_ms: int
    end_ms: int | None
    pair: int | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One change: who, when, why, and each changed field's value before and after.

    Fields are those of the records above, values as JSON keeps them; None is what was not there.
    ``after_start``: it changed what was laid down, and the trial ran already.
    """

    at_ms: int
    subject: str
    by: str
    why: str
    changes: Mapping[str, tuple[object, object]]
    after_start: bool
