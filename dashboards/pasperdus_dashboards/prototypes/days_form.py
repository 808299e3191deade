"""The forms of days left out, and of what else changed: lists that are sent whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pasperdus_collector.api.compared import Comparisons
from pasperdus_collector.api.shapes import instant
from pasperdus_collector.api.unusual import unusual
from pasperdus_collector.errors import QueryError
from pasperdus_collector.register.records import Circumstance, Exclusion, Prototype
from pasperdus_dashboards.prototypes.days import first_instant
from pasperdus_dashboards.prototypes.trial_words import Say
from pasperdus_dashboards.shell.forms import SentForm
from pasperdus_service.languages import Language

if TYPE_CHECKING:
    from pasperdus_collector.analysis.unusual import UnusualDay

DAY_HOURS = 24
EXCLUSION_FIELDS = (
    *("kept", "proposed", "proposed_reason", "first_day", "last_day", "reason", "by", "why"),
)
CIRCUMSTANCE_FIELDS = ("kept", "kind", "day", "time", "text", "by", "why")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A day on which far more or far fewer people came than usual."""

    day: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """Unusual days that nobody left out yet, and from how many they were found."""

    days: Sequence[Proposal]
    judged: int
    why_none: str


def proposals(comparisons: Comparisons, prototype: Prototype, say: Say) -> Proposals:
    """Return what stands out by the number of people who came; ratings are not looked at."""
    language = say.language
    try:
        found = unusual(comparisons.inputs(prototype.site, None, prototype.prototype))
    except QueryError:
        return Proposals(
            days=(),
            judged=0,
            why_none=language.gettext(
                "Days are proposed once the trial has a baseline and a period of its own."
            ),
        )
    left_out = prototype.exclusions
    days = [
        Proposal(day=day.isoformat(), words=_unusual(each, day, language))
        for arm in found
        for each in arm.days
        for day in (date.fromordinal(each.day),)
        if not any(one.first_day <= day <= one.last_day for one in left_out)
    ]
    return Proposals(
        days=sorted({each.day: each for each in days}.values(), key=lambda each: each.day),
        judged=sum(arm.days_judged for arm in found),
        why_none=language.gettext("No day stands out by the number of people who came."),
    )


def exclusions_sent(
    sent: SentForm, before: Sequence[Exclusion]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what was sent as ``PATCH prototypes/…`` takes it, and which field each part is of."""
    kept = [each for n, each in enumerate(before) if str(n) in sent.texts("kept")]
    told = [_exclusion(each) for each in kept]
    where = ["kept"] * len(told)
    for day in sent.texts("proposed"):
        told.append({"first_day": day, "last_day": day, "reason": sent.text("proposed_reason")})
        where.append("proposed_reason")
    if any(sent.text(name) for name in ("first_day", "last_day", "reason")):
        first = sent.text("first_day")
        told.append(
            {
                "first_day": first,
                "last_day": sent.text("last_day") or first,
                "reason": sent.text("reason"),
            }
        )
        where.append("first_day")
    named = {f"exclusions.{n}": control for n, control in enumerate(where)}
    for n, control in enumerate(where):
        if control == "first_day":
            named |= {
                f"exclusions.{n}.{part}": part for part in ("first_day", "last_day", "reason")
            }
    return {"exclusions": told, **_signed(sent)}, named


def circumstances_sent(
    sent: SentForm, before: Sequence[Circumstance], zone: ZoneInfo
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the same of what else changed."""
    told = [_circumstance(each) for n, each in enumerate(before) if str(n) in sent.texts("kept")]
    named = {f"circumstances.{n}": "kept" for n in range(len(told))}
    if sent.text("day") or sent.text("text"):
        place = f"circumstances.{len(told)}"
        named |= {f"{place}.at": "day", f"{place}.kind": "kind", f"{place}.text": "text"}
        told.append(
            {
                "at": first_instant(sent.text("day"), sent.text("time"), zone),
                "kind": sent.text("kind"),
                "text": sent.text("text"),
            }
        )
    return {"circumstances": told, **_signed(sent)}, named


def restored(before: Prototype, field: str) -> list[Mapping[str, Any]]:
    """Return a list as it was, as the API takes it."""
    if field == "exclusions":
        return [_exclusion(each) for each in before.exclusions]
    return [_circumstance(each) for each in before.circumstances]


def _signed(sent: SentForm) -> dict[str, Any]:
    return {name: sent.text(name) for name in ("by", "why") if sent.text(name)}


def _exclusion(each: Exclusion) -> dict[str, Any]:
    return {
        "first_day": each.first_day.isoformat(),
        "last_day": each.last_day.isoformat(),
        "reason": each.reason,
    }


def _circumstance(each: Circumstance) -> dict[str, Any]:
    return {"at": instant(each.at_ms), "kind": each.kind, "text": each.text}


def _unusual(each: "UnusualDay", day: date, language: Language) -> str:
    gettext = language.gettext
    when = language.day(day)
    if each.hours < DAY_HOURS:
        hours = language.hours(each.first_hour, each.first_hour + each.hours)
        when = f"{when}, {hours}"
    told = {
        "when": when,
        "entries": language.number(each.entries),
        "expected": language.number(each.expected),
    }
    if each.direction == "more":
        return gettext("%(when)s: %(entries)s entries, where %(expected)s are usual", **told)
    return gettext("%(when)s: only %(entries)s entries, where %(expected)s are usual", **told)
