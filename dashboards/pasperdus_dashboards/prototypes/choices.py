"""What a trial can be judged by, how it can be compared, what else can change: in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p

from babel.numbers import format_decimal

from pasperdus_collector.analysis.outcomes import TALLIES, outcome_of
from pasperdus_collector.reception.content import Tally
from pasperdus_collector.register.records import CircumstanceKind, Design, PeriodKind, Verdict
from pasperdus_dashboards.charts.outcome_words import axis_unit, axis_value, decimal_sign
from pasperdus_service.languages import Language

_PER_CENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a site asks and counts by hand: what can be chosen there beside what all have."""

    questions: Sequence[tuple[str, int]] = ()
    tallies: Sequence[Tally] = ()
    others: Sequence[tuple[str, str]] = ()
    """The other sites: name and title."""


def outcome_name(outcome: str, language: Language, known: Known) -> str:
    """Return what a trial is judged by, as people call it."""
    names = dict(outcomes(language, known))
    return names.get(outcome, outcome.removeprefix(TALLIES))


def outcomes(language: Language, known: Known) -> list[tuple[str, str]]:
    """Return what a trial can be judged by, the usual first."""
    gettext = language.gettext
    return [
        ("satisfied", gettext("Share of satisfied ratings")),
        ("index", gettext("Satisfaction index, from 0 to 100")),
        ("wait_minutes", gettext("Wait before being called")),
        ("service_minutes", gettext("Time at the desk")),
        ("stay_minutes", gettext("Time spent in the building")),
        ("passages_in", gettext("Number of people who come in")),
        ("occupancy", gettext("Number of people inside at once")),
        *(
            (
                f"{TALLIES}{each.name}",
                gettext("Counted by the team: %(what)s", what=_title(each, language)),
            )
            for each in known.tallies
        ),
    ]


def unit_of(outcome: str, language: Language) -> str:
    """Return what a change of an outcome is counted in."""
    return axis_unit(outcome_of(outcome).unit, language)


def delta_typed(delta: float, outcome: str, language: Language) -> str:
    """Return a change as somebody types it: ``5`` for 0.05 of a share."""
    shown = round(axis_value(delta, outcome_of(outcome).unit), 2)
    return f"{shown:g}".replace(".", decimal_sign(language))


def delta_read(text: str, outcome: str) -> float | str:
    """Return a change that somebody typed, in its outcome's unit; the text where it is none."""
    try:
        typed = float(text.replace(",", ".").replace("\u202f", "").replace("\u00a0", ""))
        unit = outcome_of(outcome).unit
        if unit == "log_ratio":
            return log1p(typed / _PER_CENT)
        return typed / _PER_CENT if unit == "share" else typed
    except ValueError:
        return text


def usual_deltas(language: Language) -> str:
    """Return what is usual for each unit, in one sentence."""
    return language.gettext(
        "Usual: %(points)s points of satisfaction, %(share)s of the people who come in, %(stay)s "
        "minutes of presence, %(wait)s minutes of waiting.",
        points=language.number(outcome_of("satisfied").default_delta * _PER_CENT),
        share=language.percent(outcome_of("passages_in").default_delta),
        stay=language.number(outcome_of("stay_minutes").default_delta),
        wait=language.number(outcome_of("wait_minutes").default_delta),
    )


def design_name(design: Design, language: Language) -> str:
    """Return how a trial is compared."""
    return {each: words for each, words, _ in designs(language)}[design]


def designs(language: Language) -> list[tuple[Design, str, str]]:
    """Return how trials can be compared, and what each is worth."""
    gettext = language.gettext
    return [
        (
            "before_after",
            gettext("Before and after"),
            gettext(
                "The simplest: some weeks without it, then some with it. Whatever else changed "
                "meanwhile (season, works, staff) may explain the difference."
            ),
        ),
        (
            "control",
            gettext("Before and after, beside a control site"),
            gettext(
                "Surer: another site where nothing changes shows what the season did everywhere."
            ),
        ),
        (
            "randomised",
            gettext("Weeks drawn by lot"),
            gettext(
                "Surest, where it can be put up and taken away each week: the software draws the "
                "weeks with it, so that chance alone decides."
            ),
        ),
    ]


def kind_name(kind: PeriodKind, language: Language) -> str:
    """Return what a period is to its trial."""
    return {
        "baseline": language.gettext("Baseline"),
        "prototype": language.gettext("Prototype"),
    }[kind]


def verdicts(language: Language) -> list[tuple[Verdict, str, str]]:
    """Return what a team may decide."""
    return [
        ("keep", language.gettext("Keep it"), ""),
        ("discuss", language.gettext("Discuss it further"), ""),
        ("drop", language.gettext("Give it up"), ""),
    ]


def verdict_name(verdict: Verdict, language: Language) -> str:
    """Return what a team decided."""
    return {each: words for each, words, _ in verdicts(language)}[verdict]


def decision_made(verdict: Verdict, language: Language) -> str:
    """Return a decision as an entry of the log."""
    return {
        "keep": language.gettext("Decision: keep"),
        "discuss": language.gettext("Decision: discuss further"),
        "drop": language.gettext("Decision: give up"),
    }[verdict]


def circumstance_kinds(language: Language) -> list[tuple[CircumstanceKind, str]]:
    """Return what else may change while people are counted."""
    gettext = language.gettext
    return [
        ("button_moved", gettext("Rating box moved")),
        ("sensor_moved", gettext("Sensor moved")),
        ("hours_changed", gettext("Opening hours changed")),
        ("staff_changed", gettext("Team changed")),
        ("works", gettext("Works")),
        ("strike", gettext("Strike")),
        ("other", gettext("Something else")),
    ]


def question_name(question: str, scale: int | None, language: Language) -> str:
    """Return a question as it is told apart from others."""
    if scale is None:
        return question
    return language.gettext(
        "%(question)s, on a scale of %(scale)s", question=question, scale=language.number(scale)
    )


def decimal(value: float, language: Language) -> str:
    """Return a number with one decimal at most."""
    return format_decimal(round(value, 1), format="#,##0.#", locale=language.locale)


def _title(tally: Tally, language: Language) -> str:
    english = tally.title.en if language.code == "en" else None
    return english or tally.title.fr
