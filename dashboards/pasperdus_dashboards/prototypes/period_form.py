"""The form of a period: from when to when something was tried, or is compared with."""

from collections.abc import Collection
from typing import Any
from zoneinfo import ZoneInfo

from pasperdus_collector.register.records import Period, Prototype
from pasperdus_dashboards.prototypes.days import first_instant, last_day, last_instant
from pasperdus_dashboards.prototypes.naming import free_slug
from pasperdus_dashboards.shell.forms import Form, SentForm, local_day, local_time, shown
from pasperdus_service.languages import Language

FIELDS = (
    *("kind", "title", "changed", "first_day", "first_time", "last_day", "last_time", "by", "why"),
)
NAMED = {"period": "title", "start": "first_day", "end": "last_day", "prototype": "kind"}


def suggested(prototype: Prototype, kind: str, language: Language, zone: ZoneInfo) -> Form:
    """Return the form of a new period, filled in as far as the plan tells."""
    if kind == "baseline":
        return shown(
            kind="baseline",
            title=language.gettext("Before"),
            last_day=last_day(prototype.planned_start_ms, zone),
        )
    return shown(
        kind="prototype",
        title=prototype.title,
        changed=prototype.changed,
        first_day=local_day(prototype.planned_start_ms, zone),
    )


def shown_period(period: Period, zone: ZoneInfo) -> Form:
    """Return a form that shows a period as it is kept."""
    return shown(
        kind=period.kind,
        title=period.title,
        changed=period.changed,
        first_day=local_day(period.start_ms, zone),
        first_time=local_time(period.start_ms, zone),
        last_day=last_day(period.end_ms, zone),
        last_time=local_time(period.end_ms, zone),
        version=period.version,
    )


def new_period(
    sent: SentForm, prototype: Prototype, zone: ZoneInfo, taken: Collection[str]
) -> dict[str, Any]:
    """Return what was sent as ``POST periods`` takes it."""
    body = {
        "period": free_slug(sent.text("title"), taken, otherwise=prototype.prototype),
        "prototype": prototype.prototype,
        **{name: sent.text(name) for name in ("kind", "title", "by", "why")},
        "changed": sent.text("changed") if sent.text("kind") == "prototype" else "",
        "start": _start(sent, zone),
        "end": _end(sent, zone),
    }
    return {name: value for name, value in body.items() if value}


def changed_period(sent: SentForm, before: Period, zone: ZoneInfo) -> dict[str, Any]:
    """Return what was sent as ``PATCH periods/{period}`` takes it: only what differs."""
    was = shown_period(before, zone)
    body: dict[str, Any] = {name: sent.text(name) for name in ("by", "why") if sent.text(name)}
    for name in ("title", "changed"):
        if name in sent.values and sent.text(name) != was.value(name):
            body[name] = sent.text(name)
    if _differ(sent, was, ("first_day", "first_time")):
        body["start"] = _start(sent, zone)
    if _differ(sent, was, ("last_day", "last_time")):
        body["end"] = _end(sent, zone)
    return body


def labels(language: Language) -> dict[str, str]:
    """Return the names of the fields."""
    gettext = language.gettext
    return {
        "kind": gettext("Kind"),
        "title": gettext("Title"),
        "changed": gettext("What changes"),
        "first_day": gettext("First day"),
        "first_time": gettext("From what time"),
        "last_day": gettext("Last day"),
        "last_time": gettext("Until what time"),
        "by": gettext("Who are you?"),
        "why": gettext("Why?"),
    }


def _differ(sent: SentForm, was: Form, names: tuple[str, ...]) -> bool:
    return any(name in sent.values and sent.text(name) != was.value(name) for name in names)


def _start(sent: SentForm, zone: ZoneInfo) -> str:
    day = sent.text("first_day")
    return first_instant(day, sent.text("first_time"), zone) if day else ""


def _end(sent: SentForm, zone: ZoneInfo) -> str | None:
    day = sent.text("last_day")
    return last_instant(day, sent.text("last_time"), zone) if day else None
