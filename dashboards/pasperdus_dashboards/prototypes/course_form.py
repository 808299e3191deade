"""The forms of a trial's course: it is drawn, adapted, ended, taken back, and decided upon."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from pasperdus_collector.api.course_shapes import (
    AdaptationBody,
    DecisionBody,
    EndBody,
    RollbackBody,
    ScheduleBody,
)
from pasperdus_collector.api.registering import Registered, Registering
from pasperdus_collector.api.written import read
from pasperdus_collector.register.records import Prototype
from pasperdus_collector.register.schedule import LEAST_PAIRS
from pasperdus_dashboards.prototypes.days import first_instant, last_instant
from pasperdus_dashboards.shell.forms import Form, SentForm, shown, whole_number

_DAY_AND_TIME = ("day", "time")
_SIGNED = ("by", "why")
_RETURNS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One step of a trial's course: its address under the trial, its form and what it asks for."""

    path: str
    fields: tuple[str, ...]
    named: Mapping[str, str]
    body: Callable[[SentForm, ZoneInfo], dict[str, Any]]
    run: Callable[[Registering, str, str, dict[str, Any], int], Registered]
    suggested: Callable[[Prototype, date], Form]


def _run(
    form: type[BaseModel], how: Callable[[Registering], Callable[..., Registered]]
) -> Callable[[Registering, str, str, dict[str, Any], int], Registered]:
    def run(
        registering: Registering, site: str, name: str, body: dict[str, Any], version: int
    ) -> Registered:
        return how(registering)(site, name, read(form, body), version=version)

    return run


def _signed(sent: SentForm) -> dict[str, Any]:
    return {name: sent.text(name) for name in _SIGNED if sent.text(name)}


def _at(sent: SentForm, zone: ZoneInfo, end: bool) -> dict[str, Any]:  # noqa: FBT001 (one question)
    day, clock = sent.text("day"), sent.text("time")
    if not day:
        return {}
    return {"at": (last_instant if end else first_instant)(day, clock, zone)}


def _drawing(sent: SentForm, zone: ZoneInfo) -> dict[str, Any]:
    del zone  # weeks begin on Mondays of the site's own calendar
    body: dict[str, Any] = _signed(sent)
    if sent.text("first_week"):
        body["first_week"] = sent.text("first_week")
    for name in ("pairs", "seed"):
        text = sent.text(name)
        if text:
            number = whole_number(text)
            body[name] = text if number is None else number
    return body


def _adapting(sent: SentForm, zone: ZoneInfo) -> dict[str, Any]:
    told = {name: sent.text(name) for name in ("title", "changed") if sent.text(name)}
    return {**_signed(sent), **_at(sent, zone, end=False), **told}


def _ending(sent: SentForm, zone: ZoneInfo) -> dict[str, Any]:
    return {**_signed(sent), **_at(sent, zone, end=True)}


def _taking_back(sent: SentForm, zone: ZoneInfo) -> dict[str, Any]:
    body = {**_signed(sent), **_at(sent, zone, end=False)}
    if sent.text("returns_to_baseline") in _RETURNS:
        body["returns_to_baseline"] = _RETURNS[sent.text("returns_to_baseline")]
    if sent.text("title"):
        body["title"] = sent.text("title")
    return body


def _deciding(sent: SentForm, zone: ZoneInfo) -> dict[str, Any]:
    del zone  # it is decided now
    decided = sent.text("decided")
    return {**_signed(sent), **({"decided": decided} if decided else {})}


def _today(prototype: Prototype, today: date) -> Form:
    return shown(day=today.isoformat(), version=prototype.version)


def _next_monday(prototype: Prototype, today: date) -> Form:
    monday = today + timedelta(days=7 - today.weekday())
    return shown(first_week=monday.isoformat(), pairs=LEAST_PAIRS, version=prototype.version)


def _return(prototype: Prototype, today: date) -> Form:
    returns = None if prototype.design == "randomised" else "yes"
    return shown(day=today.isoformat(), returns_to_baseline=returns, version=prototype.version)


def _decision(prototype: Prototype, today: date) -> Form:
    del today
    decision = prototype.decision
    return shown(
        decided=None if decision is None else decision.decided,
        why=None if decision is None else decision.why,
        version=prototype.version,
    )


DRAW = Move(
    path="tirage",
    fields=("first_week", "pairs", "seed", *_SIGNED),
    named={},
    body=_drawing,
    run=_run(ScheduleBody, lambda registering: registering.draw),
    suggested=_next_monday,
)
ADAPT = Move(
    path="adapter",
    fields=(*_DAY_AND_TIME, "title", "changed", *_SIGNED),
    named={"at": "day"},
    body=_adapting,
    run=_run(AdaptationBody, lambda registering: registering.adapt),
    suggested=_today,
)
END = Move(
    path="terminer",
    fields=(*_DAY_AND_TIME, *_SIGNED),
    named={"at": "day", "end": "day"},
    body=_ending,
    run=_run(EndBody, lambda registering: registering.end),
    suggested=_today,
)
TAKE_BACK = Move(
    path="retirer",
    fields=(*_DAY_AND_TIME, "returns_to_baseline", "title", *_SIGNED),
    named={"at": "day", "end": "day"},
    body=_taking_back,
    run=_run(RollbackBody, lambda registering: registering.roll_back),
    suggested=_return,
)
DECIDE = Move(
    path="decider",
    fields=("decided", *_SIGNED),
    named={},
    body=_deciding,
    run=_run(DecisionBody, lambda registering: registering.decide),
    suggested=_decision,
)
MOVES = (DRAW, ADAPT, END, TAKE_BACK, DECIDE)
