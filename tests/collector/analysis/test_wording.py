"""The sentences, to the letter: what an elected member reads."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np
import pytest

from pasperdus_collector.analysis.comparison import answer, compare
from pasperdus_collector.analysis.outcomes import Unit, outcome_of
from pasperdus_collector.analysis.reading import read
from pasperdus_collector.analysis.result import (
    Answer,
    ArmFacts,
    Caveat,
    Effect,
    Interval,
    ResponseRate,
    Verdict,
    VerdictCode,
)
from pasperdus_collector.analysis.speaking import Speaker
from pasperdus_collector.analysis.wording import answer_words, detail_words
from support.simulated_trials import Reception, weekly

NARROW, FIXED = "\u202f", "\u00a0"


def facts(title: str) -> ArmFacts:
    return ArmFacts(
        title=title,
        ranges=((0, 1),),
        full_weeks=8,
        weeks=8,
        ratings=2940,
        satisfied=2205,
        straddling=0,
        by_score=(100, 200, 435, 1205, 1000),
        share=0.75,
        share_interval=None,
        index=74.0,
        deff=3.5,
        independent=840.0,
        entries=12_250.0,
        exits=12_250.0,
        response_rate=0.24,
        box_coverage=0.98,
        door_coverage=0.99,
    )


def answering(rate: float) -> ResponseRate:
    """Return what is known of who answers, where 24 % did in the baseline."""
    return ResponseRate(
        baseline=0.24,
        prototype=rate,
        ratio=rate / 0.24,
        ratio_interval=Interval(low=0.9, high=1.1, level=0.95),
        is_changed=abs(rate / 0.24 - 1) > 0.2,
        worst_baseline=(0.18, 0.94),
        worst_prototype=(0.28, 0.93),
        tipping=None,
    )


def told(
    code: VerdictCode,
    low: float,
    value: float,
    high: float,
    *,
    outcome: str = "satisfied",
    design: str = "before_after",
    cause: str | None = None,
    weeks_left: int | None = None,
    missed: float | None = None,
) -> Answer:
    interval = Interval(low=low, high=high, level=0.95)
    unit: Unit = outcome_of(outcome).unit
    return Answer(
        site="mairie",
        site_title="Mairie",
        time_zone="Europe/Paris",
        question="accueil",
        scale=5,
        prototype="pupitre",
        title="Pupitre mobile",
        design=design,
        status="ended",
        outcome=outcome,
        unit=unit,
        delta=0.05,
        planned_end_ms=None,
        data_end_ms=0,
        baseline=facts("Avant"),
        tried=facts("Pupitre mobile"),
        verdict=Verdict(code=code, cause=cause, weeks_left=weeks_left, missed=missed),
        effect=Effect(
            value=value,
            standard_error=0.02,
            df=14,
            clusters="weeks",
            fixed=interval,
            always=None,
            used="fixed",
            simple=None,
            p_value=0.02,
        ),
        unmatched_weight=0.031,
        response=answering(0.24),
        advice="keep",
        override=None,
    )


def plain(text: str | None) -> str | None:
    return None if text is None else text.replace(NARROW, " ").replace(FIXED, " ")


def test_the_sentence_that_an_elected_member_takes_home() -> None:
    better = told("better", 0.013, 0.058, 0.108, design="randomised")
    words = answer_words(better, "fr")

    assert words.verdict == "Probablement mieux"
    assert words.effect == (
        "Environ 6 avis satisfaits de plus sur 100, entre 1 et 11, parmi les personnes qui ont "
        "donné leur avis."
    )
    assert words.design == "Le prototype a probablement amélioré la part d’avis satisfaits."
    assert plain(words.beside[0]) == (
        "Référence « Avant » : 8 semaines, 2 940 avis qui valent environ 840 avis indépendants, "
        "taux de réponse 24 %."
    )
    assert plain(words.beside[2]) == (
        "3 % des entrées de la référence n’ont pas d’équivalent : ces jours-là, l’une des deux "
        "périodes n’a aucun avis."
    )
    assert plain(words.advice) == "Proposition : garder."

    english = answer_words(better, "en")
    assert english.verdict == "Probably better"
    assert english.effect == (
        "About 6 more satisfied ratings in 100, between 1 and 11, among the people who gave a "
        "rating."
    )
    assert english.design == "The prototype probably improved the share of satisfied ratings."


@pytest.mark.parametrize(
    ("answer_told", "verdict", "effect"),
    [
        (
            told("unclear", -0.04, 0.013, 0.06, missed=0.072),
            "Pas de différence nette : un changement de moins de 7 points a pu échapper",
            "Environ 1 avis satisfait de plus sur 100, entre 4 de moins et 6 de plus",
        ),
        (
            told("same", -0.01, 0.002, 0.02),
            "Pratiquement pareil",
            "À peu près autant d’avis satisfaits sur 100, entre 1 de moins et 2 de plus",
        ),
        (
            told("better", 0.003, 0.05, 0.11),
            "Probablement mieux",
            "Environ 5 avis satisfaits de plus sur 100, entre moins de 1 et 11",
        ),
        (
            told("worse", -0.11, -0.05, -0.02),
            "Probablement moins bien",
            "Environ 5 avis satisfaits de moins sur 100, entre 2 et 11",
        ),
        (
            told("better", log(1.03), log(1.12), log(1.21), outcome="passages_in"),
            "Probablement plus élevé",
            "Environ 12 % d’entrées de plus, entre 3 % et 21 %.",
        ),
        (
            told("better", -5.04, -3.1, -1.2, outcome="wait_minutes"),
            "Probablement mieux",
            "Environ 3,1 minutes d’attente de moins, entre 1,2 et 5.",
        ),
        (
            told("worse", 0.6, 1.5, 2.4, outcome="tallies:ou-est"),
            "Probablement moins bien",
            "Environ 1,5 relevé « ou-est » de plus pour 100 entrées, entre 0,6 et 2,4.",
        ),
        (
            told("unclear", -0.003, 0.05, 0.11, missed=0.01),
            "Pas de différence nette : un changement de moins de 1 point a pu échapper",
            "Environ 5 avis satisfaits de plus sur 100, entre 0 et 11 de plus",
        ),
        (
            told("better", -0.9, -0.4, -0.04, outcome="wait_minutes"),
            "Probablement mieux",
            "Environ 0,4 minute d’attente de moins, entre moins de 0,1 et 0,9.",
        ),
        (
            told("insufficient", 0, 0, 0, cause="other_question"),
            (
                "Données insuffisantes : pas de comparaison (la question posée ou son échelle "
                "n’est pas la même dans les deux périodes)"
            ),
            None,
        ),
        (
            told("too_early", 0, 0.2, 0.4, weeks_left=1),
            "Trop tôt pour conclure : encore environ 1 semaine",
            None,
        ),
    ],
)
def test_each_verdict_in_french(answer_told: Answer, verdict: str, effect: str | None) -> None:
    words = answer_words(answer_told, "fr")

    assert plain(words.verdict) == verdict
    if effect is None:
        assert words.effect is None
        assert words.design is None
    else:
        assert str(plain(words.effect)).startswith(effect)


@pytest.mark.parametrize(
    ("design", "code", "sentence"),
    [
        ("randomised", "worse", "Le prototype a probablement dégradé la part d’avis satisfaits."),
        (
            "control",
            "better",
            (
                "Par rapport au site témoin, le prototype a probablement amélioré la part d’avis "
                "satisfaits."
            ),
        ),
        (
            "before_after",
            "better",
            (
                "La part d’avis satisfaits était plus élevée pendant « Pupitre mobile » ; d’autres "
                "changements ne sont pas exclus."
            ),
        ),
        # Not before it is over, whatever the design.
        (
            "randomised",
            "better_so_far",
            (
                "La part d’avis satisfaits était plus élevée pendant « Pupitre mobile » ; d’autres "
                "changements ne sont pas exclus."
            ),
        ),
        ("randomised", "unclear", None),
        # A control site that could not be subtracted makes no cause of it.
        (
            "control without enough weeks",
            "better",
            (
                "La part d’avis satisfaits était plus élevée pendant « Pupitre mobile » ; d’autres "
                "changements ne sont pas exclus."
            ),
        ),
    ],
)
def test_causal_words_follow_the_design(
    design: str, code: VerdictCode, sentence: str | None
) -> None:
    sign = -1 if code == "worse" else 1

    found = told(code, 0.01 * sign, 0.05 * sign, 0.1 * sign, design=design.split()[0])

    words = answer_words(replace(found, is_controlled=design == "control"), "fr")

    assert plain(words.design) == sentence
    if design == "control":
        assert str(words.effect).startswith("Par rapport au site témoin, environ 5 avis")


@pytest.mark.parametrize(
    ("answer_told", "effect", "design"),
    [
        (
            told("better", log(1.03), log(1.12), log(1.21), outcome="passages_in"),
            "About 12% more entries, between 3% and 21%.",
            "Footfall was higher",
        ),
        (
            told("better", -5.0, -3.0, -1.0, outcome="wait_minutes", design="randomised"),
            "About 3 fewer minutes of waiting, between 1 and 5.",
            "The prototype probably lowered the wait.",
        ),
        (
            told("same", -0.01, 0.002, 0.02),
            "About as many satisfied ratings in 100, between 1 fewer and 2 more, among",
            None,
        ),
    ],
)
def test_each_unit_in_english(answer_told: Answer, effect: str, design: str | None) -> None:
    words = answer_words(answer_told, "en")

    assert str(words.effect).startswith(effect)
    assert words.design == design if design is None else str(words.design).startswith(design)


def test_the_first_of_a_month_and_a_single_week_agree_in_french() -> None:
    say = Speaker("fr")

    assert say.date(1_772_323_200_000, "Europe/Paris") == "1er mars 2026"
    assert say.date(1_772_409_600_000, "Europe/Paris") == "2 mars 2026"
    assert (say.weeks(1), say.weeks(2)) == ("1 semaine", "2 semaines")


def test_a_box_that_moved_takes_the_causal_word_away_and_warns() -> None:
    better = replace(told("better", 0.01, 0.05, 0.1, design="randomised"), response=answering(0.35))

    words = answer_words(better, "fr")

    assert plain(words.verdict) == (
        "Probablement mieux, sous réserve : le taux de réponse a changé"
    )
    assert str(plain(words.warning)).startswith(
        "Attention : le taux de réponse est passé de 24 % à 35 %."
    )
    assert str(words.design).startswith("La part d’avis satisfaits était plus élevée")


def test_who_answers_is_not_known_without_a_count_of_those_who_leave() -> None:
    better = replace(told("better", 0.01, 0.05, 0.1, design="randomised"), response=None)

    words = answer_words(better, "fr")

    assert plain(words.verdict) == (
        "Probablement mieux, sous réserve : le taux de réponse n’est pas connu"
    )
    assert str(words.design).startswith("La part d’avis satisfaits était plus élevée")


def test_a_change_that_is_no_chance_but_rounds_to_nothing_keeps_its_sign() -> None:
    words = answer_words(told("better_small", 0.001, 0.004, 0.008), "fr")

    assert str(plain(words.effect)).startswith(
        "Moins de 1 avis satisfait de plus sur 100, entre moins de 1 et 1, parmi"
    )


def test_a_decision_against_the_advice_is_told_with_its_reason() -> None:
    kept = replace(told("worse", -0.1, -0.05, -0.01), override=("keep", "les agents y tiennent"))

    assert plain(answer_words(kept, "fr").override) == (
        "L’équipe a décidé de garder : les agents y tiennent"
    )


def test_caveats_name_their_figures() -> None:
    draws = Reception(ratings_a_day=40).draw(
        weekly("A" * 5 + "B" * 8), trials=1, rng=np.random.default_rng(20261122)
    )
    comparison = compare(draws.inputs(0), version="1", inputs_sha256="ab" * 32)
    at_ms = 1_772_409_600_000
    caveats = (
        *comparison.details.caveats,
        Caveat(
            code="changed_after_start",
            figures=(("at_ms", at_ms), ("what", "delta"), ("why", "vote"), ("by", "équipe")),
        ),
        Caveat(code="gaps_prototype", figures=(("coverage", 0.917),)),
        Caveat(code="baseline_trend", figures=(("points_a_week", -1.34),)),
    )
    words = detail_words(
        replace(comparison, details=replace(comparison.details, caveats=caveats)), "fr"
    )

    assert [plain(each) for each in words.caveats[-3:]] == [
        (
            "Le 2 mars 2026, changement après le début de l’essai : le plus petit écart jugé "
            "important (équipe : vote)"
        ),
        "Pendant le prototype, les capteurs ont couvert 92 % des heures d’ouverture.",
        "La référence évoluait déjà, d’environ −1,3 sur 100 par semaine.",
    ]
    assert any("la plus courte : 5 (6" in str(plain(each)) for each in words.caveats)
    assert any("avis par jour" in each for each in words.caveats)


def test_what_is_read_first_is_what_the_whole_comparison_says() -> None:
    draws = Reception().draw(
        weekly("A" * 8 + "B" * 8), trials=1, rng=np.random.default_rng(20261122)
    )
    inputs = draws.inputs(0)

    whole = compare(inputs, version="1", inputs_sha256="ab" * 32)

    assert answer(inputs) == whole.answer
    assert read(inputs).verdict == whole.answer.verdict
