"""What must hold beside the answer: were the sensors working, do as many people answer and come?

Each row says in one word whether it holds, and in one sentence what that means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Literal

from babel.numbers import format_decimal

from pasperdus_collector.analysis.gates import MIN_COVERAGE
from pasperdus_collector.analysis.response import MOST_CHANGE
from pasperdus_collector.analysis.result import ArmFacts, Comparison, Interval, Secondary
from pasperdus_collector.analysis.verdict import FIRST_READING_WEEK, MIN_FULL_WEEKS
from pasperdus_collector.analysis.wording import MoreWords, outcome_label
from pasperdus_collector.pulse_release import MIN_AGENTS, SPAN_DAYS
from pasperdus_dashboards.charts.compared import arms_of, is_gated
from pasperdus_dashboards.charts.outcome_words import bounds_written, change_written, words_code
from pasperdus_dashboards.report.others import level_written, unit_of
from pasperdus_service.languages import Language

State = Literal["holds", "broken", "unsure", "unknown", "shown"]

_UNKNOWN = "–"
_MARKS: dict[State, str] = {
    "holds": "✓",
    "broken": "!",
    "unsure": "?",
    "unknown": "?",
    "shown": "",
}
_BESIDE = ("passages_in", "stay_minutes", "wait_minutes", "service_minutes", "occupancy")
_WIDE = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """One row; ``state`` is what ``said`` explains, ``word`` the same in one word."""

    label: str
    baseline: str
    prototype: str
    state: State
    word: str
    said: str
    term: str = ""
    """Its anchor in the glossary."""

    @property
    def mark(self) -> str:
        """A sign before the word, for whoever skims the column."""
        return _MARKS[self.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The agents' pulses of both periods by score, worst first; ``agents`` say they work there."""

    agents: int
    baseline: tuple[int, ...]
    prototype: tuple[int, ...]


def guards(
    comparison: Comparison, more: MoreWords, pulse: Pulse, language: Language
) -> list[Guard]:
    """Return every row: first whether a comparison may be made, then what else moved."""
    found = [_weeks(comparison, language), *_coverages(comparison, language)]
    if comparison.answer.question is not None:
        found.append(_response(comparison, language))
    if is_gated(comparison):
        told = zip(comparison.details.secondary, more.secondary, strict=True)
        found += [
            _moved(row, language.finish(sentence), language)
            for row, sentence in told
            if row.outcome in _BESIDE
        ]
        found.append(_pulse(pulse, language))
    return found


def _weeks(comparison: Comparison, language: Language) -> Guard:
    baseline, tried = (facts.full_weeks for facts in arms_of(comparison).values())
    least = MIN_FULL_WEEKS if comparison.answer.status == "ended" else FIRST_READING_WEEK
    is_enough = baseline >= MIN_FULL_WEEKS and tried >= least
    state: State = "holds" if is_enough else "broken"
    return Guard(
        label=language.gettext("Full weeks"),
        baseline=language.number(baseline),
        prototype=language.number(tried),
        state=state,
        word=_word(state, language),
        said=language.gettext(
            "Weeks of which every opening day counts; it takes %(before)s of the baseline and "
            "%(during)s with the prototype.",
            before=MIN_FULL_WEEKS,
            during=least,
        ),
    )


def _coverages(comparison: Comparison, language: Language) -> list[Guard]:
    arms = arms_of(comparison)
    share = language.percent(MIN_COVERAGE)
    said = language.gettext(
        "The share of the opening hours in which it worked; under %(share)s nothing is compared.",
        share=share,
    )
    rows = [(language.gettext("The doors counted"), [f.door_coverage for f in arms.values()])]
    if comparison.answer.question is not None:
        label = language.gettext("The rating box worked")
        rows.insert(0, (label, [f.box_coverage for f in arms.values()]))
    found = []
    for label, shares in rows:
        state: State = "holds" if min(shares) >= MIN_COVERAGE else "broken"
        found.append(
            Guard(
                label=label,
                baseline=language.percent(shares[0]),
                prototype=language.percent(shares[1]),
                state=state,
                word=_word(state, language),
                said=said,
                term="couverture",
            )
        )
    return found


def _response(comparison: Comparison, language: Language) -> Guard:
    response = comparison.answer.response
    state: State = comparison.answer.guardrail
    rates = [_rate(facts, language) for facts in arms_of(comparison).values()]
    if response is None:
        said = language.gettext(
            "Exits or ratings are missing: nobody knows whether as many people answer as before."
        )
    else:
        if state == "holds" and not _lies_within(response.ratio_interval):
            state = "unsure"
        said = language.gettext(
            "The rate is %(ratio)s times what it was (%(low)s to %(high)s). Beyond a fifth more or "
            "less, other people may be answering.",
            ratio=_decimal(response.ratio, language, "0.00"),
            low=_decimal(response.ratio_interval.low, language, "0.00"),
            high=_decimal(response.ratio_interval.high, language, "0.00"),
        )
    return Guard(
        label=language.gettext("Ratings per 100 exits"),
        baseline=rates[0],
        prototype=rates[1],
        state=state,
        word=_word(state, language),
        said=said,
        term="taux-de-reponse",
    )


def _lies_within(interval: Interval) -> bool:
    """Return whether even the bounds of what is plausible are no more than a fifth away."""
    return interval.low >= 1 - MOST_CHANGE and interval.high <= 1 + MOST_CHANGE


def _rate(facts: ArmFacts, language: Language) -> str:
    if facts.response_rate is None:
        return _UNKNOWN
    return _decimal(facts.response_rate * 100, language, "0.0")


def _moved(row: Secondary, sentence: str, language: Language) -> Guard:
    """Return whether another outcome moved; neither is judged, and nothing is decided by it."""
    levels = [
        _UNKNOWN if level is None else level_written(row, level, language)
        for level in (row.baseline, row.prototype)
    ]
    label = outcome_label(row.outcome, words_code(language))
    if row.effect is None or row.interval is None:
        return Guard(
            label=label,
            baseline=levels[0],
            prototype=levels[1],
            state="unknown",
            word=_word("unknown", language),
            said=f"{sentence}.",
        )
    unit = unit_of(row.outcome)
    said = language.gettext(
        "Change: %(change)s (%(bounds)s).",
        change=change_written(row.effect, unit, language),
        bounds=bounds_written(row.interval.low, row.interval.high, unit, language),
    )
    is_moved = row.interval.excludes_zero
    return Guard(
        label=label,
        baseline=levels[0],
        prototype=levels[1],
        state="broken" if is_moved else "holds",
        word=language.gettext("moved") if is_moved else language.gettext("no clear change"),
        said=said,
    )


def _pulse(pulse: Pulse, language: Language) -> Guard:
    label = language.gettext("Agents’ pulse, out of 5")
    term = "barometre-des-agents"
    if pulse.agents < MIN_AGENTS:
        said = language.gettext(
            "Shown only where at least %(least)s agents work: with fewer, a figure could be "
            "somebody’s.",
            least=MIN_AGENTS,
        )
    elif not sum(pulse.baseline) or not sum(pulse.prototype):
        said = language.gettext(
            "It leaves in groups of four weeks and eleven answers at least; none lies within each "
            "of the two periods yet."
        )
    else:
        said = language.gettext(
            "The mean of %(before)s and %(during)s answers, in groups of at least %(days)s days. "
            "The same agents answer again and again, so the margins are too narrow: talk about it.",
            before=language.number(sum(pulse.baseline)),
            during=language.number(sum(pulse.prototype)),
            days=SPAN_DAYS,
        )
        return Guard(
            label=label,
            baseline=_mean(pulse.baseline, language),
            prototype=_mean(pulse.prototype, language),
            state="shown",
            word=_word("shown", language),
            said=said,
            term=term,
        )
    return Guard(
        label=label,
        baseline=_UNKNOWN,
        prototype=_UNKNOWN,
        state="unknown",
        word=_word("unknown", language),
        said=said,
        term=term,
    )


def _mean(counts: Sequence[int], language: Language) -> str:
    """Return the mean score with the margin that independent answers would have."""
    n = sum(counts)
    mean = sum(score * count for score, count in enumerate(counts, start=1)) / n
    squares = sum(count * (score - mean) ** 2 for score, count in enumerate(counts, start=1))
    margin = _WIDE * sqrt(squares / (n - 1) / n) if n > 1 else 0.0
    return f"{_decimal(mean, language, '0.0')} ± {_decimal(margin, language, '0.0')}"


def _word(state: State, language: Language) -> str:
    return {
        "holds": language.gettext("holds"),
        "broken": language.gettext("does not hold"),
        "unsure": language.gettext("not yet sure"),
        "unknown": language.gettext("not known"),
        "shown": language.gettext("to discuss"),
    }[state]


def _decimal(value: float, language: Language, pattern: str) -> str:
    return format_decimal(value, format=pattern, locale=language.locale)
