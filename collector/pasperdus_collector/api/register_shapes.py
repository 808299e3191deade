"""What the routes of the register take and give: records with times in ISO 8601 with offset."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictStr, StringConstraints

from pasperdus_collector.api.shapes import TITLE_MAX, instant, parse_instant
from pasperdus_collector.errors import FieldError, fault
from pasperdus_collector.register import rules
from pasperdus_collector.register.log import Signed
from pasperdus_collector.register.records import (
    Circumstance,
    CircumstanceKind,
    Design,
    Exclusion,
    LogEntry,
    Period,
    PeriodKind,
    Prototype,
)
from pasperdus_collector.registry import DEFAULT_SITE
from pasperdus_contract.fields import Name

BY_MAX = 80
WHY_MAX = 400
TEXT_MAX = 2_000
NOTE_MAX = 200
OUTCOME_MAX = 50
BASELINE_MAX = 104


_FRENCH_BLANKS = dict.fromkeys(map(ord, "\u00a0\u202f"), " ")
"""Spaces that French sets before some of its marks; Python counts neither as printable."""


def _printable(text: str) -> str:
    if not text.translate(_FRENCH_BLANKS).isprintable():
        raise FieldError(
            "has characters that cannot be printed; write one line of plain text",
            fault("", "not-one-line") if "\n" in text else fault("", "not-printable"),
        )
    return text


def _text(text: str) -> str:
    if not text.replace("\n", "").translate(_FRENCH_BLANKS).isprintable():
        raise FieldError(
            "has characters that cannot be printed; write plain text", fault("", "not-printable")
        )
    return text


def _trimmed(most: int) -> StringConstraints:
    """Return the bounds of a text that somebody typed: something of it is left without spaces."""
    return StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=most)


By = Annotated[str, _trimmed(BY_MAX), AfterValidator(_printable)]
"""A role or a name of the team, typed by hand."""

Title = Annotated[str, _trimmed(TITLE_MAX), AfterValidator(_printable)]
Text = Annotated[str, _trimmed(TEXT_MAX), AfterValidator(_text)]
Note = Annotated[str, _trimmed(NOTE_MAX), AfterValidator(_printable)]
Why = Annotated[str, _trimmed(WHY_MAX), AfterValidator(_text)]
Outcome = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=OUTCOME_MAX)]
Scale = Annotated[int, Field(strict=True, ge=2, le=5)]
Delta = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]


class Body(BaseModel):
    """Takes the fields that it has and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OfSite(Body):
    """The address of everything here: which site."""

    site: str = DEFAULT_SITE


class SignedBody(Body):
    """A change: who and why."""

    by: By
    why: Why

    def signed(self, now_ms: int) -> Signed:
        """Return who, why and when."""
        return Signed(by=self.by, why=self.why, at_ms=now_ms)


class NewBody(Body):
    """Something new: who, and why where it needs one."""

    by: By
    why: Why | None = None

    def signed(self, now_ms: int) -> Signed:
        """Return who, why and when."""
        return Signed(by=self.by, why=self.why or "", at_ms=now_ms)


class ExclusionBody(Body):
    """Days to leave out, both included."""

    first_day: date
    last_day: date
    reason: Note


class CircumstanceBody(Body):
    """Something else that changed."""

    at: StrictStr
    kind: CircumstanceKind
    text: Note


_Exclusions = Annotated[list[ExclusionBody], Field(max_length=rules.MOST_EXCLUSIONS)]
_Circumstances = Annotated[list[CircumstanceBody], Field(max_length=rules.MOST_CIRCUMSTANCES)]
_Baseline = Annotated[list[Name], Field(max_length=BASELINE_MAX)]


class NewPrototype(NewBody):
    """``POST prototypes``: what is tried, and how it will be judged."""

    prototype: Name
    title: Title
    hypothesis: Text
    changed: Text
    design: Design
    outcome: Outcome
    question: Name | None = None
    scale: Scale | None = None
    delta: Delta | None = None
    planned_start: StrictStr
    planned_end: StrictStr | None = None
    control_site: Name | None = None
    baseline: _Baseline = Field(default_factory=list)
    exclusions: _Exclusions = Field(default_factory=list)
    circumstances: _Circumstances = Field(default_factory=list)

    def as_prototype(self, site: str, now_ms: int) -> Prototype:
        """Return it as the register takes it. Raises :class:`QueryError`."""
        return Prototype(
            site=site,
            prototype=self.prototype,
            title=self.title,
            hypothesis=self.hypothesis,
            changed=self.changed,
            design=self.design,
            outcome=self.outcome,
            question=self.question,
            scale=self.scale,
            delta=rules.default_delta(self.outcome) if self.delta is None else self.delta,
            planned_start_ms=parse_instant("planned_start", self.planned_start),
            planned_end_ms=_maybe_instant("planned_end", self.planned_end),
            control_site=self.control_site,
            baseline=tuple(self.baseline),
            exclusions=_exclusions(self.exclusions, (), now_ms),
            circumstances=_circumstances(self.circumstances),
            seed=None,
            decision=None,
            rolled_back_at_ms=None,
            started_at_ms=None,
            version=1,
        )


class PrototypeChange(SignedBody):
    """``PATCH prototypes/{prototype}``: what is given changes; lists are given whole.

    Defaults are placeholders: what is not given is never read.
    """

    title: Title = ""
    hypothesis: Text = ""
    changed: Text = ""
    design: Design = "before_after"
    outcome: Outcome = ""
    question: Name | None = None
    scale: Scale | None = None
    delta: Delta = 1.0
    planned_start: StrictStr = ""
    planned_end: StrictStr | None = None
    control_site: Name | None = None
    baseline: _Baseline = Field(default_factory=list)
    exclusions: _Exclusions = Field(default_factory=list)
    circumstances: _Circumstances = Field(default_factory=list)

    def changes(self, before: Prototype, now_ms: int) -> dict[str, Any]:
        """Return the fields of the record that are given; exclusions that were there keep theirs.

        Raises :class:`QueryError`.
        """
        found: dict[str, Any] = {}
        for name in self.model_fields_set - {"by", "why"}:
            match name:
                case "planned_start":
                    found["planned_start_ms"] = parse_instant(name, self.planned_start)
                case "planned_end":
                    found["planned_end_ms"] = _maybe_instant(name, self.planned_end)
                case "baseline":
                    found[name] = tuple(self.baseline)
                case "exclusions":
                    found[name] = _exclusions(self.exclusions, before.exclusions, now_ms)
                case "circumstances":
                    found[name] = _circumstances(self.circumstances)
                case _:
                    found[name] = getattr(self, name)
        return found


class NewPeriod(NewBody):
    """``POST periods``: from when to when something was tried, or compared with."""

    period: Name
    prototype: Name | None = None
    kind: PeriodKind
    title: Title
    step: Annotated[int, Field(strict=True, ge=1, le=rules.MOST_PERIODS)] | None = None
    changed: Text | None = None
    start: StrictStr
    end: StrictStr | None = None

    def as_period(self, site: str, *, step: int) -> Period:
        """Return it as the register takes it. Raises :class:`QueryError`."""
        return Period(
            site=site,
            period=self.period,
            prototype=self.prototype,
            kind=self.kind,
            title=self.title,
            step=step,
            changed=self.changed or "",
            start_ms=parse_instant("start", self.start),
            end_ms=_maybe_instant("end", self.end),
            pair=None,
            version=1,
        )


class PeriodChange(SignedBody):
    """``PATCH periods/{period}``: what is given changes; defaults are placeholders."""

    title: Title = ""
    changed: Text = ""
    start: StrictStr = ""
    end: StrictStr | None = None

    def changes(self) -> dict[str, Any]:
        """Return the fields of the record that are given. Raises :class:`QueryError`."""
        found: dict[str, Any] = {}
        for name in self.model_fields_set - {"by", "why"}:
            match name:
                case "start":
                    found["start_ms"] = parse_instant(name, self.start)
                case "end":
                    found["end_ms"] = _maybe_instant(name, self.end)
                case _:
                    found[name] = getattr(self, name)
        return found


def record_json(record: Prototype | Period) -> dict[str, Any]:
    """Return a record with its own names, and its times as ``planned_start``, ``at`` and so on."""
    told: dict[str, Any] = _told(asdict(record))
    return told


def entry_json(entry: LogEntry) -> dict[str, Any]:
    """Return an entry of the log."""
    return {
        "at": instant(entry.at_ms),
        "subject": entry.subject,
        "by": entry.by,
        "why": entry.why,
        "after_start": entry.after_start,
        "changes": {
            _name(field): {"before": _value(field, before), "after": _value(field, after)}
            for field, (before, after) in entry.changes.items()
        },
    }


def _told(value: Any) -> Any:
    match value:
        case Mapping():
            return {_name(field): _value(field, each) for field, each in value.items()}
        case list() | tuple():
            return [_told(each) for each in value]
        case date():
            return value.isoformat()
        case _:
            return value


def _name(field: str) -> str:
    return field.removesuffix("_ms")


def _value(field: str, value: Any) -> Any:
    if field.endswith("_ms") and (value is None or isinstance(value, int)):
        return instant(value)
    return _told(value)


def _maybe_instant(name: str, text: str | None) -> int | None:
    return None if text is None else parse_instant(name, text)


def _exclusions(
    bodies: list[ExclusionBody], before: tuple[Exclusion, ...], now_ms: int
) -> tuple[Exclusion, ...]:
    decided = {(each.first_day, each.last_day, each.reason): each for each in before}
    return tuple(
        decided.get(
            (each.first_day, each.last_day, each.reason),
            Exclusion(
                first_day=each.first_day,
                last_day=each.last_day,
                reason=each.reason,
                decided_at_ms=now_ms,
            ),
        )
        for each in bodies
    )


def _circumstances(bodies: list[CircumstanceBody]) -> tuple[Circumstance, ...]:
    return tuple(
        Circumstance(
            at_ms=parse_instant(f"circumstances.{n}.at", each.at), kind=each.kind, text=each.text
        )
        for n, each in enumerate(bodies)
    )
