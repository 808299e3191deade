"""The log of a trial in words: who changed what, when, why, from what to what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pasperdus_collector.analysis.outcomes import outcome_of
from pasperdus_collector.register.records import LogEntry, Period, Prototype
from pasperdus_dashboards.charts.outcome_words import size_written
from pasperdus_dashboards.prototypes.choices import (
    Known,
    decision_made,
    designs,
    outcome_name,
    verdicts,
)
from pasperdus_dashboards.prototypes.trial_words import Say
from pasperdus_service.languages import Language

_ENDS = frozenset({"planned_end_ms", "end_ms"})
_UNTOLD = frozenset({"pair", "kind"})
_NOTHING: tuple[object, ...] = (None, "", [])
_ABSENT: tuple[object, object] = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field and its values before and after; ``before`` is empty where it had none."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change of the register."""

    when: str
    what: str
    by: str
    why: str
    is_late: bool
    changes: Sequence[Change]


def log_entries(
    log: Sequence[LogEntry],
    prototype: Prototype,
    periods: Sequence[Period],
    known: Known,
    say: Say,
) -> list[Entry]:
    """Return the entries of a trial's log, the latest first."""
    titles = {each.period: each.title for each in periods}
    words = _Words(prototype, known, say, titles)
    return [words.entry(each) for each in reversed(log)]


class _Words:
    def __init__(
        self, prototype: Prototype, known: Known, say: Say, titles: Mapping[str, str]
    ) -> None:
        self._titles = titles
        self._say = say
        self._language = language = say.language
        self._names = _names(language)
        unit = outcome_of(prototype.outcome).unit
        named_designs: dict[str, str] = {each: words for each, words, _ in designs(language)}
        named_verdicts: dict[str, str] = {each: words for each, words, _ in verdicts(language)}
        self._told: dict[str, Callable[[Any], str]] = {
            "outcome": lambda value: outcome_name(value, language, known),
            "design": lambda value: named_designs[value],
            "delta": lambda value: size_written(value, unit, language),
            "decision": lambda value: named_verdicts[value["decided"]],
            "exclusions": self._days,
            "circumstances": lambda value: "; ".join(each["text"] for each in value),
            "weeks": lambda value: language.ngettext(
                "%(count)s week drawn", "%(count)s weeks drawn", len(value)
            ),
            "baseline": lambda value: ", ".join(titles.get(each, each) for each in value),
        }

    def entry(self, entry: LogEntry) -> Entry:
        what, name = entry.subject.split(" ", 1)
        was, is_now = entry.changes.get("title", _ABSENT)  # what is there has a title
        is_new, is_gone = was is None, is_now is None
        changes = {} if is_new or is_gone else entry.changes
        shown = {field: each for field, each in changes.items() if field not in _UNTOLD}
        title = self._titles.get(name) or _title(entry) or name
        if what == "prototype":
            words, said = self._of_trial(shown, is_new=is_new)
        else:
            words, said = self._of_period(title, is_new=is_new, is_gone=is_gone), ""
        return Entry(
            when=self._say.day(entry.at_ms),
            what=words,
            by=entry.by,
            why=entry.why,
            is_late=entry.after_start,
            changes=[self._change(field, *each) for field, each in shown.items() if field != said],
        )

    def _of_trial(
        self, shown: Mapping[str, tuple[object, object]], *, is_new: bool
    ) -> tuple[str, str]:
        """Return what an entry of a trial is about, and the field that this says all of."""
        gettext = self._language.gettext
        if is_new:
            return gettext("Trial registered"), ""
        if "weeks" in shown:
            return gettext("Weeks drawn by lot"), ""
        before, after = shown.get("rolled_back_at_ms", _ABSENT)
        if before is None:
            day = self._value("rolled_back_at_ms", after)
            return gettext("Prototype taken back: %(day)s", day=day), "rolled_back_at_ms"
        before, after = shown.get("decision", _ABSENT)
        if isinstance(after, Mapping):
            told = decision_made(after["decided"], self._language)
            is_other = isinstance(before, Mapping) and before["decided"] != after["decided"]
            return told, "" if is_other else "decision"
        if len(shown) == 1:
            ((field, (before, after)),) = shown.items()
            if before in _NOTHING:
                name = self._names.get(field, field)
                return f"{name}{gettext(': ')}{self._value(field, after)}", field
        return gettext("Trial changed"), ""

    def _of_period(self, title: str, *, is_new: bool, is_gone: bool) -> str:
        gettext = self._language.gettext
        if is_new:
            return gettext("Period added: %(title)s", title=title)
        if is_gone:
            return gettext("Period taken back: %(title)s", title=title)
        return gettext("Period changed: %(title)s", title=title)

    def _change(self, field: str, before: object, after: object) -> Change:
        return Change(
            name=self._names.get(field, field),
            before="" if before in _NOTHING else self._value(field, before),
            after=self._value(field, after),
        )

    def _value(self, field: str, value: Any) -> str:
        if value in _NOTHING:
            return self._language.gettext("nothing")
        if field in _ENDS:
            return self._say.last_day(value)
        if field.endswith("_ms"):
            return self._say.day(value)
        return self._told.get(field, str)(value)

    def _days(self, exclusions: Sequence[Mapping[str, str]]) -> str:
        return "; ".join(
            self._say.days(
                date.fromisoformat(each["first_day"]), date.fromisoformat(each["last_day"])
            )
            for each in exclusions
        )


def _title(entry: LogEntry) -> str | None:
    before, after = entry.changes.get("title", (None, None))
    return str(after or before) if after or before else None


def _names(language: Language) -> dict[str, str]:
    gettext = language.gettext
    return {
        "title": gettext("Title"),
        "hypothesis": gettext("Hypothesis"),
        "changed": gettext("What changes"),
        "design": gettext("Design"),
        "outcome": gettext("Primary outcome"),
        "question": gettext("Question"),
        "scale": gettext("Scale"),
        "delta": gettext("Smallest change that matters"),
        "planned_start_ms": gettext("Planned start"),
        "planned_end_ms": gettext("Planned last day"),
        "control_site": gettext("Control site"),
        "baseline": gettext("Baseline"),
        "exclusions": gettext("Days left out"),
        "circumstances": gettext("What else changed"),
        "decision": gettext("Decision"),
        "rolled_back_at_ms": gettext("First day without it"),
        "seed": gettext("Seed of the draw"),
        "start_ms": gettext("First day"),
        "end_ms": gettext("Last day"),
        "step": gettext("Step"),
        "weeks": gettext("Weeks"),
    }
