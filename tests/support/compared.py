"""Comparisons written by hand, for what is made of them: no figure here was computed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pasperdus_collector.analysis.outcomes import outcome_of
from pasperdus_collector.analysis.result import (
    Advice,
    Answer,
    ArmFacts,
    Caveat,
    Comparison,
    Control,
    Details,
    Effect,
    HourCell,
    Interval,
    Ordinal,
    Recompute,
    ResponseRate,
    Secondary,
    Sensitivity,
    Stratum,
    Verdict,
    VerdictCode,
    Week,
)

PARIS = ZoneInfo("Europe/Paris")
FIRST_MONDAY = date(2026, 1, 5)
BASELINE_WEEKS, TRIED_WEEKS = 9, 10
SILENT_WEEK, SHORT_WEEK = 4, 9
_SHARES = (0.74, 0.76, 0.71, 0.75, 0.0, 0.73, 0.72, 0.77, 0.74)
_TRIED = (0.83, 0.80, 0.82, 0.84, 0.79, 0.81, 0.83, 0.80, 0.78, 0.82)
_RATINGS = 375
_MEAN_SHARES: tuple[tuple[Literal["baseline", "prototype"], float], ...] = (
    ("baseline", 0.70),
    ("prototype", 0.78),
)

RECIPE: dict[str, Any] = {
    "schema": 1,
    "title": "Pupitre mobile à l'entrée",
    "hypothesis": "Les personnes attendent debout devant un guichet fermé sans savoir à qui "
    "s'adresser : si un agent vient vers elles avec un pupitre mobile, elles repartiront plus "
    "souvent satisfaites.",
    "steps": [
        {
            "step": 1,
            "title": "Pupitre mobile à l'entrée",
            "changed": "Le guichet d'accueil est remplacé par un pupitre mobile ; un agent se "
            "tient debout à l'entrée et va vers les personnes.",
        },
        {
            "step": 2,
            "title": "Un siège de repos",
            "changed": "Un siège haut est placé derrière le pupitre, après la demande des agents ; "
            "relève toutes les deux heures.",
        },
    ],
    "design": "before_after",
    "outcome": "satisfied",
    "question": "accueil",
    "scale": 5,
    "delta": 0.05,
    "weeks": 10,
    "watch": ["button_moved", "staff_changed"],
    "result": None,
}


def compared(code: VerdictCode = "better", **changed: Any) -> Comparison:
    """Return a comparison with this verdict; ``changed`` replaces fields of the answer."""
    is_gated = code not in ("insufficient", "too_early")
    is_running = code in ("better_so_far", "worse_so_far", "too_early_running")
    sign = -1 if code.startswith("worse") else 1
    width = 0.09 if code in ("unclear", "too_early_running") else 0.05
    size = {"better_small": 0.026, "worse_small": 0.026, "same": 0.004}.get(code, 0.062)
    if code in ("better_small", "worse_small", "same"):
        width = 0.019
    low, high = sorted((sign * size - width, sign * size + width))
    fixed = Interval(low=low, high=high, level=0.95)
    effect = Effect(
        value=sign * size,
        standard_error=width / 2.1,
        df=17.0,
        clusters="weeks",
        fixed=fixed,
        always=Interval(low=low - 0.001, high=high + 0.001, level=0.95),
        used="always" if is_running else "fixed",
        simple=Interval(low=sign * size - width / 2, high=sign * size + width / 2, level=0.95),
        p_value=0.02,
    )
    answer = Answer(
        site="mairie",
        site_title="Mairie de Saint-Martin",
        time_zone="Europe/Paris",
        question="accueil",
        scale=5,
        prototype="pupitre",
        title="Pupitre mobile à l'entrée",
        changed=RECIPE["steps"][0]["changed"],
        hypothesis=RECIPE["hypothesis"],
        design="before_after",
        status="running" if is_running else "ended",
        outcome="satisfied",
        unit=outcome_of("satisfied").unit,
        delta=0.05,
        planned_end_ms=midnight_ms(FIRST_MONDAY + timedelta(weeks=BASELINE_WEEKS + TRIED_WEEKS)),
        data_end_ms=midnight_ms(FIRST_MONDAY + timedelta(weeks=BASELINE_WEEKS + TRIED_WEEKS)),
        baseline=_facts("Guichet fermé", 0, BASELINE_WEEKS, (95, 190, 465, 1100, 1150)),
        tried=_facts("Pupitre mobile", BASELINE_WEEKS, TRIED_WEEKS, (80, 150, 420, 1250, 1850)),
        verdict=Verdict(
            code=code,
            cause="box_coverage_baseline" if code == "insufficient" else None,
            weeks_left=3 if code in ("too_early", "too_early_running") else None,
            missed=0.08 if code == "unclear" else None,
        ),
        effect=effect if is_gated else None,
        unmatched_weight=0.03 if is_gated else None,
        response=ResponseRate(
            baseline=0.124,
            prototype=0.138,
            ratio=1.113,
            ratio_interval=Interval(low=1.02, high=1.21, level=0.95),
            is_changed=False,
            worst_baseline=(0.093, 0.969),
            worst_prototype=(0.112, 0.974),
            tipping=0.18,
        ),
        advice=_advice(code),
        override=None,
    )
    return Comparison(answer=replace(answer, **changed), details=_details(code, is_gated=is_gated))


def _advice(code: VerdictCode) -> Advice | None:
    if code in ("insufficient", "too_early", "too_early_running"):
        return None
    return "keep" if code in ("better", "better_so_far") else "discuss"


def _details(code: VerdictCode, *, is_gated: bool) -> Details:
    within = Interval(low=0.004, high=0.103, level=0.95)
    return Details(
        strata=tuple(
            Stratum(
                cells=((day, 9),) if day < 4 else ((4, 9), (4, 15)),
                weight=0.2,
                baseline_ratings=300,
                baseline_satisfied=220,
                prototype_ratings=350,
                prototype_satisfied=285,
            )
            for day in range(5)
        )
        if is_gated
        else (),
        mantel_haenszel=(1.44, Interval(low=1.29, high=1.61, level=0.95)) if is_gated else None,
        ordinal=Ordinal(
            superiority=0.556,
            superiority_interval=Interval(low=0.51, high=0.602, level=0.95),
            odds_ratio=1.46,
            odds_interval=Interval(low=1.18, high=1.81, level=0.95),
            cuts=(0.01, 0.034, 0.077, 0.11),
            index_difference=4.9,
            index_interval=Interval(low=0.6, high=9.2, level=0.95),
        )
        if is_gated
        else None,
        control=Control(
            title="Mairie annexe",
            effect=-0.004,
            interval=Interval(low=-0.04, high=0.032, level=0.95),
            difference=None,
            difference_interval=None,
        )
        if is_gated
        else None,
        secondary=(
            Secondary(
                outcome="stay_minutes",
                baseline=24.3,
                prototype=21.1,
                effect=-3.2,
                interval=Interval(low=-6.4, high=0.0, level=0.95),
                p_value=0.05,
                adjusted_p=0.1,
            ),
            Secondary(
                outcome="tallies:repeated-question",
                baseline=12.4,
                prototype=6.9,
                effect=-5.5,
                interval=Interval(low=-7.9, high=-3.1, level=0.95),
                p_value=0.0002,
                adjusted_p=0.0006,
            ),
            Secondary(
                outcome="passages_in",
                baseline=298.5,
                prototype=301.2,
                effect=0.009,
                interval=Interval(low=-0.04, high=0.06, level=0.95),
                p_value=0.7,
                adjusted_p=0.7,
            ),
            Secondary(
                outcome="occupancy",
                baseline=7.0,
                prototype=7.02,
                effect=0.02,
                interval=Interval(low=-0.5, high=0.54, level=0.95),
                p_value=0.9,
                adjusted_p=0.9,
            ),
            Secondary(
                outcome="wait_minutes",
                baseline=None,
                prototype=None,
                effect=None,
                interval=None,
                p_value=None,
                adjusted_p=None,
                why_not="few_weeks",
            ),
        )
        if is_gated
        else (),
        sensitivity=(
            Sensitivity(
                how="without_bursts",
                effect=0.058,
                interval=within,
                verdict=code,
                changes_verdict=False,
            ),
            Sensitivity(
                how="without_first_week",
                effect=0.053,
                interval=Interval(low=-0.002, high=0.108, level=0.95),
                verdict="unclear",
                changes_verdict=True,
            ),
        )
        if is_gated
        else (),
        caveats=(
            *([Caveat(code="verdict_changes_without_first_week")] if is_gated else []),
            Caveat(code="before_after"),
            Caveat(code="season"),
            Caveat(
                code="circumstance",
                figures=(
                    ("at_ms", midnight_ms(date(2026, 4, 2))),
                    ("kind", "works"),
                    ("text", "Travaux de voirie devant l'entrée pendant deux semaines."),
                ),
            ),
            Caveat(
                code="changed_after_start",
                figures=(
                    ("at_ms", midnight_ms(date(2026, 3, 20))),
                    ("what", "planned_end"),
                    ("why", "deux semaines de plus, demandées par le conseil municipal"),
                    ("by", "chef de projet"),
                ),
            ),
            Caveat(code="gaps_baseline", figures=(("coverage", 0.91),)),
        ),
        weeks=(*_weeks("baseline"), *_weeks("prototype")),
        cells=tuple(
            HourCell(
                arm=arm,
                weekday=weekday,
                first_hour=hour,
                ratings=0 if (weekday, hour) == (4, 15) else 120 + 9 * weekday,
                satisfied=0
                if (weekday, hour) == (4, 15)
                else round((120 + 9 * weekday) * (share + 0.02 * ((weekday + hour) % 4))),
                entries=400.0,
            )
            for arm, share in _MEAN_SHARES
            for weekday in range(5)
            for hour in (9, 12, 15)
        ),
        recompute=Recompute(
            version="0.2.0",
            inputs_sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            seed=None,
            alpha=0.05,
        ),
    )


def _facts(title: str, first: int, weeks: int, by_score: tuple[int, ...]) -> ArmFacts:
    ratings, satisfied = sum(by_score), sum(by_score[3:])
    start = FIRST_MONDAY + timedelta(weeks=first)
    share = satisfied / ratings
    return ArmFacts(
        title=title,
        ranges=((midnight_ms(start), midnight_ms(start + timedelta(weeks=weeks))),),
        full_weeks=weeks - 1,
        weeks=weeks,
        ratings=ratings,
        satisfied=satisfied,
        straddling=37,
        by_score=by_score,
        share=share,
        share_interval=Interval(low=share - 0.03, high=share + 0.03, level=0.95),
        index=77.4,
        deff=2.1,
        independent=ratings / 2.1,
        entries=24_870.0,
        exits=24_310.0,
        response_rate=ratings / 24_310,
        box_coverage=0.93,
        door_coverage=0.97,
    )


def _weeks(arm: str) -> list[Week]:
    is_baseline = arm == "baseline"
    first = 0 if is_baseline else BASELINE_WEEKS
    return [
        Week(
            week=(FIRST_MONDAY + timedelta(weeks=first + number)).toordinal(),
            arm="baseline" if is_baseline else "prototype",
            is_full=first + number not in (SILENT_WEEK, SHORT_WEEK),
            ratings=_RATINGS if share else 0,
            satisfied=round(_RATINGS * share),
            entries=2_500.0,
            exits=2_480.0,
            coverage=0.97 if share else 0.0,
        )
        for number, share in enumerate(_SHARES if is_baseline else _TRIED)
    ]


def midnight_ms(day: date) -> int:
    """Return midnight of a day in France."""
    return round(datetime(day.year, day.month, day.day, tzinfo=PARIS).timestamp()) * 1000
