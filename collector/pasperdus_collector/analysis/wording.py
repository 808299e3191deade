"""What a comparison says in French or English: whole points, natural frequencies, no jargon.

The words are in :mod:`.words_fr` and :mod:`.words_en`; this module fills them. Words that promise
too much ("proved", "significant", "winner") are in neither, and tests keep it so.
"""

from dataclasses import dataclass

from pasperdus_collector.analysis.outcomes import Outcome, outcome_of
from pasperdus_collector.analysis.reading import NOTHING_TO_SAY
from pasperdus_collector.analysis.result import (
    Answer,
    ArmFacts,
    Caveat,
    Comparison,
    Secondary,
    Sensitivity,
)
from pasperdus_collector.analysis.speaking import TABLES, Speaker
from pasperdus_collector.analysis.words import Language

__all__ = [
    "TABLES",
    "MoreWords",
    "Words",
    "answer_words",
    "detail_words",
    "measured",
    "outcome_label",
]

_DIRECTED = (
    "better_so_far",
    "worse_so_far",
    "better_small",
    "worse_small",
    "better",
    "worse",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Sentences of the answer; None where there is nothing to say yet."""

    verdict: str
    effect: str | None
    design: str | None
    warning: str | None
    beside: tuple[str, ...]
    advice: str | None
    override: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreWords:
    """Sentences of the details, in the order of their records."""

    caveats: tuple[str, ...]
    sensitivity: tuple[str, ...]
    secondary: tuple[str, ...]
    control: tuple[str, ...]
    superiority: str | None
    interval: str | None
    recompute: str


def answer_words(answer: Answer, language: Language) -> Words:
    """Return the sentences of an answer."""
    say = _Say(language)
    table, verdict = say.table, answer.verdict
    outcome = outcome_of(answer.outcome)
    response = answer.response
    is_shown = verdict.code not in NOTHING_TO_SAY and answer.effect is not None
    return Words(
        verdict=say.verdict(answer),
        effect=say.effect_of(answer, outcome) if is_shown else None,
        design=say.design(answer, outcome) if is_shown else None,
        warning=None
        if response is None or not response.is_changed
        else say.set(
            table.response_warning,
            baseline=say.percent(response.baseline),
            prototype=say.percent(response.prototype),
        ),
        beside=tuple(say.beside(answer)),
        advice=None if answer.advice is None else say.set(table.advice[answer.advice]),
        override=None
        if answer.override is None
        else say.set(
            table.override_why if answer.override[1] else table.override,
            decided=table.decided[answer.override[0]],
            why=answer.override[1],
        ),
    )


def detail_words(comparison: Comparison, language: Language) -> MoreWords:
    """Return the sentences of the details."""
    say = _Say(language)
    answer, details = comparison.answer, comparison.details
    outcome = outcome_of(answer.outcome)
    ordinal, control = details.ordinal, details.control
    told: list[str] = []
    if control is not None:
        effect = say.change(outcome, control.effect, control.interval)
        told.append(say.set(say.table.control, title=control.title, effect=effect))
        if control.difference is not None and control.difference_interval is not None:
            both = say.change(outcome, control.difference, control.difference_interval)
            told.append(say.set(say.table.control_difference, effect=both))
    effect_used = answer.effect
    return MoreWords(
        caveats=tuple(say.caveat(each, answer.time_zone) for each in details.caveats),
        sensitivity=tuple(say.variant(each, outcome) for each in details.sensitivity),
        secondary=tuple(say.secondary(each) for each in details.secondary),
        control=tuple(told),
        superiority=None
        if ordinal is None
        else say.set(
            say.table.superiority,
            share=say.percent(ordinal.superiority),
            low=say.percent(ordinal.superiority_interval.low),
            high=say.percent(ordinal.superiority_interval.high),
        ),
        interval=None
        if effect_used is None
        else say.set(say.table.always if effect_used.used == "always" else say.table.fixed),
        recompute=say.set(
            say.table.recompute,
            version=details.recompute.version,
            sha=details.recompute.inputs_sha256[:12],
            alpha=say.number(details.recompute.alpha, digits=4),
        ),
    )


def outcome_label(name: str, language: Language) -> str:
    """Return what heads a row of an outcome."""
    say = _Say(language)
    return say.set(say.noun(name).label)


def measured(name: str, value: float, language: Language) -> str:
    """Return a figure of an outcome with its unit, such as "72 %" or "14,5 min"."""
    say = _Say(language)
    if name in ("satisfied", "response_rate"):
        return say.set(say.percent(value))
    if name in ("wait_minutes", "stay_minutes", "service_minutes"):
        return say.set(f"{say.number(value, digits=1, is_padded=True)} min")
    return say.set(say.number(value, digits=0 if name == "index" else 1, is_padded=name != "index"))


class _Say(Speaker):
    """Puts the sentences together."""

    # -- sentences ------------------------------------------------------------------------------

    def verdict(self, answer: Answer) -> str:
        verdict, table = answer.verdict, self.table
        outcome = outcome_of(answer.outcome)
        template = table.verdicts[verdict.code]
        if outcome.better == 0:
            template = table.neutral_verdicts.get(verdict.code, template)
        missed = ""
        if verdict.missed is not None:
            missed = self.size(outcome, verdict.missed)
        weeks = self.weeks(verdict.weeks_left or 0)
        sentence = self.set(template, weeks=weeks, missed=missed)
        if verdict.code in (*_DIRECTED, "same") and answer.guardrail != "holds":
            sentence = self.set(table.with_reserve[answer.guardrail], verdict=sentence)
        if verdict.code in NOTHING_TO_SAY and verdict.cause is not None:
            return self.set(f"{sentence} ({table.causes[verdict.cause]})")
        return sentence

    def effect_of(self, answer: Answer, outcome: Outcome) -> str | None:
        effect = answer.effect
        if effect is None or effect.interval is None:
            return None
        sentence = self.change(outcome, effect.value, effect.interval)
        if answer.is_controlled:
            sentence = self.set(self.table.controlled, effect=sentence)
        if outcome.unit in ("share", "index"):
            sentence = f"{sentence}, {self.table.among}"
        return self.set(f"{sentence[0].upper()}{sentence[1:]}.")

    def design(self, answer: Answer, outcome: Outcome) -> str | None:
        code = answer.verdict.code
        if code not in _DIRECTED or answer.effect is None:
            return None
        noun = self.noun(outcome.name)
        is_up = answer.effect.value > 0
        is_guarded = answer.guardrail == "holds"
        is_finished = not code.endswith("so_far")
        is_causal = answer.design == "randomised" or answer.is_controlled
        if not (is_causal and is_guarded and is_finished):
            subject = noun.subject[0].upper() + noun.subject[1:]
            return self.set(
                self.table.designs["before_after"],
                Subject=subject,
                direction=noun.higher if is_up else noun.lower,
                title=answer.tried.title,
            )
        if outcome.name not in (
            "satisfied",
            "index",
        ):  # one does not improve a wait, one shortens it
            direction = "higher" if is_up else "lower"
        else:
            direction = "better" if code.startswith("better") else "worse"
        return self.set(self.table.designs[f"{answer.design}_{direction}"], subject=noun.subject)

    def beside(self, answer: Answer) -> list[str]:
        lines = [
            self.arm(self.table.baseline, answer.baseline, answer),
            self.arm(self.table.prototype, answer.tried, answer),
        ]
        if answer.unmatched_weight is not None:
            share = self.percent(answer.unmatched_weight)
            is_all = share == self.percent(0)
            lines.append(
                self.set(self.table.matched if is_all else self.table.unmatched, share=share)
            )
        return lines

    def arm(self, role: str, facts: ArmFacts, answer: Answer) -> str:
        weeks = self.weeks(facts.full_weeks)
        if answer.question is None:
            return self.set(
                self.table.arm_without_ratings,
                role=role,
                title=facts.title,
                weeks=weeks,
                entries=self.number(facts.entries),
            )
        line = self.set(
            self.table.arm,
            role=role,
            title=facts.title,
            weeks=weeks,
            ratings=self.number(facts.ratings),
        )
        if facts.independent is not None and facts.ratings > facts.independent:
            worth = self.number(facts.independent)
            line += " " + self.set(self.table.independent, n=worth)
        if facts.response_rate is not None:
            line += ", " + self.set(
                self.table.response_rate, rate=self.percent(facts.response_rate)
            )
        return f"{line}."

    def caveat(self, caveat: Caveat, time_zone: str) -> str:
        figures = dict(caveat.figures)
        told: dict[str, str | int] = {}
        for name, value in figures.items():
            if name == "at_ms":
                told["at"] = self.date(int(value), time_zone)
            elif name == "kind":
                told["kind"] = self.table.circumstances.get(str(value), str(value))
            elif name == "what":
                told["what"] = self.table.fields.get(str(value), str(value))
            elif name in ("weeks", "wanted", "prototypes", "ratings"):
                told[name] = self.number(float(value))
            elif name == "points_a_week":
                told[name] = self.number(float(value), digits=1)
            elif isinstance(value, str):
                told[name] = value
            else:
                told[name] = self.percent(value)
        return self.set(self.table.caveats[caveat.code], **told)

    def variant(self, variant: Sensitivity, outcome: Outcome) -> str:
        if variant.verdict in NOTHING_TO_SAY:
            named = self.table.variants[variant.how]
            return self.set(self.table.variant_short, variant=named)
        effect = self.table.variant_untold
        if variant.effect is not None and variant.interval is not None:
            effect = self.change(outcome, variant.effect, variant.interval)
        words = {"variant": self.table.variants[variant.how], "effect": effect}
        if not variant.changes_verdict:
            return self.set(self.table.variant_same, **words)
        template = self.table.verdicts[variant.verdict]
        if outcome.better == 0:
            template = self.table.neutral_verdicts.get(variant.verdict, template)
        short = template.split(" :")[0].split(":")[0]
        return self.set(self.table.variant_changes, **words, verdict=short)

    def secondary(self, row: Secondary) -> str:
        label = self.set(self.noun(row.outcome).label)
        if row.effect is None or row.interval is None:
            why = self.table.why_not[row.why_not or "no_figures"]
            return self.set(self.table.secondary_none, label=label, why=why)
        effect = self.change(_described(row.outcome), row.effect, row.interval)
        return self.set(self.table.secondary, label=label, effect=effect)


def _described(name: str) -> Outcome:
    """Return an outcome, also one that is only ever secondary."""
    if name == "response_rate":
        return Outcome(name=name, unit="share", better=0, default_delta=0.05)
    return outcome_of(name)
