"""What a plan says in French or English: whole points, "about", nothing promised.

Spaces are plain in the tables; French ones are set as everywhere else.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from math import ceil, exp

from pasperdus_collector.analysis.outcomes import TALLIES, Outcome, outcome_of
from pasperdus_collector.analysis.plan import WeeksPlan
from pasperdus_collector.analysis.time_left import TimeLeft
from pasperdus_collector.analysis.words import Language
from pasperdus_service.typography import french


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWords:
    """``answer`` is read first; the others stand beside it, None where there is nothing to say."""

    answer: str
    detectable: str | None
    basis: str
    hint: str | None
    running: str | None
    meaning: str


def plan_words(plan: WeeksPlan, language: Language) -> PlanWords:
    """Return the sentences of a plan."""
    say = _Say(plan, language)
    return PlanWords(
        answer=say.answer(),
        detectable=say.detectable(),
        basis=say.basis(),
        hint=say.hint(),
        running=None if plan.running is None else say.running(plan.running),
        meaning=say.set("meaning"),
    )


def curve_words(plan: WeeksPlan, weeks: Collection[int], language: Language) -> list[str]:
    """Return a small table: the weeks of each side, and what they would show."""
    say = _Say(plan, language)
    rows = [each for each in plan.curve if each.weeks in weeks or each.weeks == plan.weeks]
    if not rows:
        return []
    shown = [
        (
            str(each.weeks),
            "\N{EM DASH}" if each.detectable is None else say.promise(each.detectable),
        )
        for each in rows
    ]
    heads = say.set("head_weeks"), say.set("head_change")
    widths = [max(map(len, column)) for column in zip(heads, *shown, strict=True)]
    return [f"{left:>{widths[0]}}  {right:>{widths[1]}}" for left, right in (heads, *shown)]


class _Say:
    """Fills the templates of one language for one plan."""

    def __init__(self, plan: WeeksPlan, language: Language) -> None:
        self._plan = plan
        self._language = language
        self._words = _WORDS[language]
        self._outcome = outcome_of(plan.outcome)
        self._delta = self.size(plan.delta)

    def answer(self) -> str:
        plan = self._plan
        if plan.largest is None:
            return self.set("unknown")
        if plan.delta > plan.largest:
            return self.set("impossible", delta=self._delta, largest=self.size(plan.largest))
        if plan.needed is None:
            return self.set("never", delta=self._delta)
        return self.set(
            f"needed_{plan.design}",
            delta=self._delta,
            weeks=self.weeks(plan.needed),
            n=str(plan.needed),
            both=self.weeks(2 * plan.needed),
        )

    def detectable(self) -> str | None:
        plan = self._plan
        if plan.largest is None:
            return None
        weeks = self.weeks(plan.weeks)
        if plan.detectable is None:
            return self.set(f"nothing_{plan.design}", weeks=weeks)
        return self.set("detectable", weeks=weeks, change=self.promise(plan.detectable))

    def basis(self) -> str:
        plan = self._plan
        if plan.largest is None:
            return self.set("basis_none")
        parts = []
        if any(figure.own > 0 for figure in plan.figures.values()):
            parts.append(self.set("basis_own", weeks=self.weeks(plan.own_weeks)))
        assumed = [
            self._words[f"assumed_{name}"].format(value=self.assumed(name, figure.value))
            for name, figure in plan.figures.items()
            if figure.own == 0
        ]
        if assumed:
            parts.append(self.set("basis_default", assumed=", ".join(assumed)))
        return " ".join(parts)

    def hint(self) -> str | None:
        plan, hint = self._plan, self._plan.hint
        if plan.outcome == "passages_in" and plan.design != "randomised":
            return self.set("hint_counts")
        if hint is None or hint.twice_the_ratings is None or hint.twice_the_weeks is None:
            return None
        return self.set(
            "hint_days" if hint.more_days_help_more else "hint_both",
            weeks=self.weeks(plan.weeks),
            ratings=self.promise(hint.twice_the_ratings),
            longer=self.promise(hint.twice_the_weeks),
        )

    def running(self, left: TimeLeft) -> str:
        figures = {
            "delta": self._delta,
            "end": self.weeks(left.to_end or 0),
            "missed": "" if left.at_end is None else self.promise(left.at_end),
            "lacking": self.weeks(left.to_detectable or 0),
            "more": self.weeks(max(0, (left.to_detectable or 0) - (left.to_end or 0))),
            "baseline": self.weeks(left.baseline_weeks),
        }
        code = f"running_{left.outlook}"
        if left.outlook == "no_end" and left.to_detectable == 0:
            code = "running_enough"
        elif left.outlook in ("over", "too_short") and left.at_end is None:
            code += "_nothing"
        elif left.outlook == "over" and left.at_end is not None and left.at_end <= self._plan.delta:
            code = "running_over_enough"
        said = [self.set(code, **figures)]
        if left.outlook in ("never", "too_short", "over") and left.is_short_of_baseline:
            said.append(self.set("short_baseline", **figures))
        if left.to_first_reading > 0 and left.outlook != "over":
            said.append(self.set("first_reading", weeks=self.weeks(left.to_first_reading)))
        return " ".join(said)

    # -- parts ----------------------------------------------------------------------------------

    def set(self, code: str, **figures: str) -> str:
        text = self._words[code].format(**figures)
        return french(text) if self._language == "fr" else text

    def weeks(self, n: int) -> str:
        return self._words["week" if n == 1 else "weeks"].format(n=n)

    def promise(self, detectable: float) -> str:
        """Return a detectable change, rounded up: what is asked for is then not found sooner."""
        return self._sized(self._rounded(_shown(self._outcome, detectable), ceil))

    def size(self, change: float) -> str:
        """Return a change without direction: "5 points", "12 %", "3 minutes"."""
        return self._sized(self._rounded(_shown(self._outcome, change), round))

    def _sized(self, shown: float) -> str:
        unit = TALLIES if self._outcome.name.startswith(TALLIES) else self._outcome.unit
        is_one = shown < 2 if self._language == "fr" else shown == 1
        text = f"{shown:.1f}".removesuffix(".0")
        number = text.replace(".", ",") if self._language == "fr" else text
        return self._words[f"{'one' if is_one else 'many'}_{unit}"].format(n=number)

    def _rounded(self, value: float, whole: Callable[[float], int]) -> float:
        """Return whole numbers, 1 at least; small ones of other units with one decimal."""
        if self._outcome.unit in ("share", "index", "log_ratio") or value >= 10:
            return float(max(1, whole(round(value, 6))))
        return max(1, whole(round(10 * value, 6))) / 10

    def assumed(self, name: str, value: float) -> str:
        if name in ("share", "weekly_sd") and self._outcome.unit in ("share", "log_ratio"):
            return f"{100 * value:.0f}"
        text = f"{value:.3f}".rstrip("0").rstrip(".") if value < 1 else f"{value:.0f}"
        return text.replace(".", ",") if self._language == "fr" else text


def _shown(outcome: Outcome, change: float) -> float:
    match outcome.unit:
        case "share":
            return 100 * change
        case "log_ratio":
            return 100 * (exp(min(change, 5.0)) - 1)
        case _:
            return change


_FRENCH: Mapping[str, str] = {
    "week": "1 semaine",
    "weeks": "{n} semaines",
    "one_share": "{n} point",
    "many_share": "{n} points",
    "one_index": "{n} point",
    "many_index": "{n} points",
    "one_log_ratio": "{n} %",
    "many_log_ratio": "{n} %",
    "one_minutes": "{n} minute",
    "many_minutes": "{n} minutes",
    "one_persons": "{n} personne",
    "many_persons": "{n} personnes",
    f"one_{TALLIES}": "{n} relevé pour 100 entrées",
    f"many_{TALLIES}": "{n} relevés pour 100 entrées",
    "needed_before_after": "Pour voir un changement de {delta}, comptez environ {weeks} de "
    "référence, puis autant avec le prototype.",
    "needed_control": "Pour voir un changement de {delta}, comptez environ {weeks} de référence, "
    "puis autant avec le prototype, sur les deux sites.",
    "needed_randomised": "Pour voir un changement de {delta}, comptez environ {n} paires de "
    "semaines tirées au sort, avec et sans le prototype : {both} en tout.",
    "never": "Un changement de {delta} échapperait sans doute, même avec un an de chaque côté. "
    "Visez un changement plus grand, ou un autre critère.",
    "impossible": "Une hausse de {delta} n'est pas possible ici : il ne reste que {largest} à "
    "gagner.",
    "unknown": "Impossible à prévoir : ce site n'a pas encore quatre semaines de mesures de ce "
    "critère. Mesurez d'abord sans rien changer.",
    "detectable": "Avec {weeks} de chaque côté, un changement de moins d'environ {change} pourrait "
    "échapper.",
    "nothing_before_after": "Avec {weeks} de chaque côté, aucun changement possible ne se verrait "
    "assez souvent.",
    "nothing_control": "Avec {weeks} de chaque côté, la comparaison avec le site témoin ne dirait "
    "rien : il en faut au moins 6.",
    "nothing_randomised": "Avec {weeks} de chaque côté, le tirage au sort ne dirait rien : il faut "
    "au moins 6 paires.",
    "head_weeks": "semaines de chaque côté",
    "head_change": "changement visible",
    "basis_none": "Aucune valeur par défaut n'existe pour ce critère.",
    "basis_own": "Calculé avec {weeks} de mesures de ce site.",
    "basis_default": "Valeurs supposées, faute de mesures : {assumed}.",
    "assumed_share": "{value} % d'avis satisfaits",
    "assumed_index": "un indice de {value}",
    "assumed_sd": "un écart type de {value} points entre avis",
    "assumed_ratings_a_day": "{value} avis par jour",
    "assumed_days_per_week": "{value} jours d'ouverture par semaine",
    "assumed_rho_day": "une ressemblance de {value} entre avis d'un même jour",
    "assumed_rho_week": "une ressemblance de {value} entre avis d'une même semaine",
    "assumed_weekly_sd": "des semaines qui varient de {value} %",
    "assumed_serial": "une corrélation de {value} d'une semaine à l'autre",
    "hint_days": "Au-delà de 75 avis par jour, plus de semaines aident davantage que plus d'avis : "
    "avec deux fois plus d'avis par jour, {weeks} de chaque côté permettraient de voir un "
    "changement d'environ {ratings} ; avec deux fois plus de semaines, de {longer}.",
    "hint_both": "Avec deux fois plus d'avis par jour, {weeks} de chaque côté permettraient "
    "de voir un changement d'environ {ratings} ; avec deux fois plus de semaines, de {longer}.",
    "hint_counts": "La fréquentation bouge d'elle-même de semaine en semaine : tirer au sort des "
    "semaines avec et sans le prototype demande bien moins de temps qu'un avant/après.",
    "running_at_end": "Encore environ {end} jusqu'à la fin prévue : un changement de {delta} "
    "devrait alors se voir.",
    "running_too_short": "À la fin prévue, dans environ {end}, un changement de moins d'environ "
    "{missed} pourrait encore échapper. Pour {delta}, il faudrait prolonger d'environ {more}.",
    "running_too_short_nothing": "La fin prévue, dans environ {end}, vient trop tôt pour répondre. "
    "Pour {delta}, il faudrait prolonger d'environ {more}.",
    "running_no_end": "Aucune fin n'est prévue. Un changement de {delta} devrait se voir dans "
    "environ {lacking} : fixez la fin dès maintenant.",
    "running_enough": "L'essai a déjà assez de semaines pour voir un changement de {delta} : "
    "fixez-en la fin.",
    "running_never": "Un changement de {delta} échapperait sans doute, même en continuant un an.",
    "running_over": "La fin prévue est atteinte : un changement de moins d'environ {missed} a pu "
    "échapper.",
    "running_over_nothing": "La fin prévue est atteinte, mais l'essai était trop court pour "
    "répondre.",
    "running_over_enough": "La fin prévue est atteinte : un changement de {delta} devrait se voir.",
    "short_baseline": "La référence ne compte que {baseline} complètes : revenir quelques "
    "semaines à la situation d'avant aiderait plus que prolonger.",
    "first_reading": "Première lecture possible dans environ {weeks}.",
    "meaning": "« Voir » : quatre essais sur cinq comme celui-ci le trouveraient.",
}
_ENGLISH: Mapping[str, str] = {
    "week": "1 week",
    "weeks": "{n} weeks",
    "one_share": "{n} point",
    "many_share": "{n} points",
    "one_index": "{n} point",
    "many_index": "{n} points",
    "one_log_ratio": "{n}%",
    "many_log_ratio": "{n}%",
    "one_minutes": "{n} minute",
    "many_minutes": "{n} minutes",
    "one_persons": "{n} person",
    "many_persons": "{n} persons",
    f"one_{TALLIES}": "{n} tally per 100 entries",
    f"many_{TALLIES}": "{n} tallies per 100 entries",
    "needed_before_after": "To see a change of {delta}, allow about {weeks} of baseline, then as "
    "many with the prototype.",
    "needed_control": "To see a change of {delta}, allow about {weeks} of baseline, then as many "
    "with the prototype, at both sites.",
    "needed_randomised": "To see a change of {delta}, allow about {n} pairs of weeks drawn by lot, "
    "with and without the prototype: {both} in all.",
    "never": "A change of {delta} would probably be missed even with a year on each side. Aim for "
    "a larger change, or another outcome.",
    "impossible": "A rise of {delta} is not possible here: only {largest} are left to gain.",
    "unknown": "This cannot be planned: the site does not have four weeks of measurements of this "
    "outcome yet. Measure first, without changing anything.",
    "detectable": "With {weeks} on each side, a change of less than about {change} could be "
    "missed.",
    "nothing_before_after": "With {weeks} on each side, no change that there can be would be seen "
    "often enough.",
    "nothing_control": "With {weeks} on each side, the comparison with the control site would say "
    "nothing: it takes 6 at least.",
    "nothing_randomised": "With {weeks} on each side, the draw would say nothing: it takes 6 pairs "
    "at least.",
    "head_weeks": "weeks on each side",
    "head_change": "change that shows",
    "basis_none": "There is no default for this outcome.",
    "basis_own": "Computed from {weeks} of this site's own measurements.",
    "basis_default": "Assumed, for lack of measurements: {assumed}.",
    "assumed_share": "{value}% of ratings satisfied",
    "assumed_index": "an index of {value}",
    "assumed_sd": "a standard deviation of {value} points between ratings",
    "assumed_ratings_a_day": "{value} ratings a day",
    "assumed_days_per_week": "{value} open days a week",
    "assumed_rho_day": "a resemblance of {value} between ratings of a day",
    "assumed_rho_week": "a resemblance of {value} between ratings of a week",
    "assumed_weekly_sd": "weeks that vary by {value}%",
    "assumed_serial": "a correlation of {value} from week to week",
    "hint_days": "Above 75 ratings a day, more weeks help more than more ratings: with twice the "
    "ratings a day, {weeks} on each side would see about {ratings}; with twice the weeks, "
    "{longer}.",
    "hint_both": "With twice the ratings a day, {weeks} on each side would see about {ratings}; "
    "with twice the weeks, {longer}.",
    "hint_counts": "Footfall moves by itself from week to week: drawing weeks with and without the "
    "prototype by lot takes far less time than before and after.",
    "running_at_end": "About {end} more until the planned end: a change of {delta} should show by "
    "then.",
    "running_too_short": "At the planned end, in about {end}, a change of less than about {missed} "
    "could still be missed. For {delta}, it would have to go on about {more} longer.",
    "running_too_short_nothing": "The planned end, in about {end}, comes too early for an answer. "
    "For {delta}, it would have to go on about {more} longer.",
    "running_no_end": "No end is planned. A change of {delta} should show in about {lacking}: set "
    "the end now.",
    "running_enough": "The trial has weeks enough to see a change of {delta}: set its end.",
    "running_never": "A change of {delta} would probably be missed even after another year.",
    "running_over": "The planned end is reached: a change of less than about {missed} may have "
    "been missed.",
    "running_over_nothing": "The planned end is reached, but the trial was too short for an "
    "answer.",
    "running_over_enough": "The planned end is reached: a change of {delta} should show.",
    "short_baseline": "The baseline has {baseline} only: going back to how it was for some weeks "
    "would help more than going on.",
    "first_reading": "First reading possible in about {weeks}.",
    "meaning": "\u201cSee\u201d: four of five trials like this one would find it.",
}
_WORDS: Mapping[Language, Mapping[str, str]] = {"fr": _FRENCH, "en": _ENGLISH}
