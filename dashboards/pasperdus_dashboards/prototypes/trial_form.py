"""The form with which a trial is laid down, or what was laid down is changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args
from zoneinfo import ZoneInfo

from pasperdus_collector.analysis.outcomes import outcome_of
from pasperdus_collector.comparison.plan_query import PlanQuery
from pasperdus_collector.errors import QueryError
from pasperdus_collector.register.records import Design, Period, Prototype
from pasperdus_collector.register.rules import default_delta
from pasperdus_dashboards.prototypes.choices import (
    Known,
    delta_read,
    delta_typed,
    design_name,
    outcome_name,
    question_name,
)
from pasperdus_dashboards.prototypes.days import last_day, next_midnight, typed_day
from pasperdus_dashboards.shell.forms import Form, SentForm, instant, local_day, shown, whole_number
from pasperdus_dashboards.shell.visit import Difference
from pasperdus_service.languages import Language

FIELDS = (
    *("title", "changed", "hypothesis", "outcome", "asked", "delta", "design", "control_site"),
    *("planned_start", "planned_end", "baseline", "visitors", "by", "why"),
)
NAMED = {"prototype": "title", "question": "asked", "scale": "asked", "period": "title"}
"""Which field stands for a path of the API that people do not see."""

SHOWS_BASELINES = "shows-baselines"
"""A field that says that the form has boxes for periods: those without a tick were taken out."""

_LINES = ("title", "changed", "hypothesis")
_BETWEEN = "|"


def asked_value(question: str | None, scale: int | None) -> str:
    """Return a question and its scale as one option."""
    return "" if question is None else f"{question}{_BETWEEN}{scale or ''}"


def shown_trial(prototype: Prototype, language: Language, zone: ZoneInfo) -> Form:
    """Return a form that shows a trial as it was laid down."""
    return shown(
        title=prototype.title,
        changed=prototype.changed,
        hypothesis=prototype.hypothesis,
        outcome=prototype.outcome,
        asked=asked_value(prototype.question, prototype.scale),
        delta=delta_typed(prototype.delta, prototype.outcome, language),
        design=prototype.design,
        control_site=prototype.control_site,
        planned_start=local_day(prototype.planned_start_ms, zone),
        planned_end=last_day(prototype.planned_end_ms, zone),
        baseline=prototype.baseline,
        version=prototype.version,
    )


def new_trial(sent: SentForm, zone: ZoneInfo, name: str) -> dict[str, Any]:
    """Return what was sent as ``POST prototypes`` takes it; what is empty is left out."""
    outcome = sent.text("outcome")
    body: dict[str, Any] = {"prototype": name, **_laid_down(sent, zone)}
    if sent.text("delta"):
        body["delta"] = _delta(sent, outcome)
    return {field: value for field, value in body.items() if value not in ("", None)}


def changed_trial(
    sent: SentForm, before: Prototype, language: Language, zone: ZoneInfo
) -> dict[str, Any]:
    """Return what was sent as ``PATCH prototypes/{prototype}`` takes it: only what differs."""
    was = shown_trial(before, language, zone)
    body = {**_laid_down(sent, zone), "baseline": [*filter(None, sent.texts("baseline"))]}
    fields = {"asked": ("question", "scale")}
    outcome = sent.text("outcome") or before.outcome
    body["delta"] = _delta(sent, outcome) if sent.text("delta") else _usual(outcome)
    kept: dict[str, Any] = {name: sent.text(name) for name in ("by", "why") if sent.text(name)}
    for control in FIELDS:
        there = sent.texts(control)
        if control in ("by", "why", "visitors") or _same(control, there, was, sent):
            continue
        for name in fields.get(control, (control,)):
            kept[name] = body[name]
    return kept


def plan_query(sent: Form, site: str) -> PlanQuery:
    """Return what the planner is asked about a form, as far as it is filled in."""
    outcome = sent.value("outcome", "satisfied")
    delta = _maybe_delta(sent.value("delta"), outcome)
    question, _, scale = sent.value("asked").partition(_BETWEEN)
    visitors = sent.value("visitors").replace(",", ".")
    design = sent.value("design", "before_after")
    return PlanQuery(
        site=site,
        outcome=outcome,
        design=_design(design),
        delta=delta,
        question=question or None,
        scale=whole_number(scale),
        visitors=float(visitors) if visitors.replace(".", "", 1).isdecimal() else None,
    )


def start_day(form: Form) -> date | None:
    """Return the day on which the trial of a form begins."""
    return typed_day(form.value("planned_start"))


def labels(language: Language) -> dict[str, str]:
    """Return the names of the fields."""
    gettext = language.gettext
    return {
        "title": gettext("What will you try?"),
        "changed": gettext("What changes, exactly?"),
        "hypothesis": gettext("What do you expect, and why?"),
        "outcome": gettext("By what will you judge it?"),
        "asked": gettext("Which question?"),
        "delta": gettext("From what change on does it matter?"),
        "design": gettext("How will you compare?"),
        "control_site": gettext("Control site"),
        "planned_start": gettext("First day"),
        "planned_end": gettext("Last day"),
        "baseline": gettext("Baseline periods"),
        "visitors": gettext("People a day"),
        "by": gettext("Who are you?"),
        "why": gettext("Why this change?"),
    }


def differences(
    sent: SentForm,
    theirs: Prototype,
    known: Known,
    periods: Sequence[Period],
    language: Language,
    zone: ZoneInfo,
) -> list[Difference]:
    """Return each field that differs between what is there now and what was sent."""
    there = shown_trial(theirs, language, zone)
    names = labels(language)
    say = _Values(known, {each.period: each.title for each in periods}, language)
    found = []
    for control in FIELDS:
        yours = sent.texts(control)
        if control in ("by", "why", "visitors") or _same(control, yours, there, sent):
            continue
        found.append(
            Difference(
                label=names[control],
                theirs=say.value(control, list(there.values.get(control, ()))),
                yours=say.value(control, yours),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class _Values:
    known: Known
    titles: Mapping[str, str]
    language: Language

    def value(self, control: str, texts: Sequence[str]) -> str:
        text = texts[0] if texts else ""
        if not text:
            return ""
        match control:
            case "outcome":
                return outcome_name(text, self.language, self.known)
            case "design":
                return design_name(_design(text), self.language)
            case "asked":
                question, _, scale = text.partition(_BETWEEN)
                return question_name(question, whole_number(scale), self.language)
            case "control_site":
                return dict(self.known.others).get(text, text)
            case "baseline":
                return ", ".join(self.titles.get(each, each) for each in texts)
            case "planned_start" | "planned_end":
                day = typed_day(text)
                return text if day is None else self.language.short_day(day)
            case _:
                return text


def _laid_down(sent: SentForm, zone: ZoneInfo) -> dict[str, Any]:
    question, _, scale = sent.text("asked").partition(_BETWEEN)
    start, end = sent.text("planned_start"), sent.text("planned_end")
    return {
        **{name: sent.text(name) for name in _LINES},
        "outcome": sent.text("outcome"),
        "question": question or None,
        "scale": whole_number(scale),
        "design": sent.text("design"),
        "control_site": sent.text("control_site") or None,
        "planned_start": (instant(start, zone) or start) if start else "",
        "planned_end": next_midnight(end, zone) if end else None,
        **{name: sent.text(name) for name in ("by", "why")},
    }


def _same(control: str, texts: Sequence[str], was: Form, sent: SentForm) -> bool:
    """Return whether a field shows what it showed; one that the page did not show is the same."""
    if control in ("asked", "control_site") and control not in sent.values:
        return True
    if control == "baseline" and SHOWS_BASELINES not in sent.values:
        return True
    before = list(was.values.get(control, ()))
    return sorted(filter(None, texts)) == sorted(filter(None, before))


def _delta(sent: SentForm, outcome: str) -> float | str:
    try:
        return delta_read(sent.text("delta"), outcome)
    except QueryError:  # of the outcome, which is told where it stands
        return default_delta("satisfied")


def _maybe_delta(text: str, outcome: str) -> float | None:
    """Return a change as far as it is one yet; what is wrong with it is told when it is kept."""
    try:
        delta = delta_read(text, outcome)
    except QueryError:
        return None
    return delta if isinstance(delta, float) else None


def _usual(outcome: str) -> float:
    try:
        return outcome_of(outcome).default_delta
    except QueryError:
        return default_delta("satisfied")


def _design(text: str) -> Design:
    designs: tuple[Design, ...] = get_args(Design)
    return next((each for each in designs if each == text), designs[-1])
