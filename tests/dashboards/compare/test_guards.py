"""What must hold beside an answer: each row says whether it does, and never more than is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pasperdus_collector.analysis.result import Comparison, Interval
from pasperdus_collector.analysis.wording import detail_words
from pasperdus_dashboards.compare.guards import Guard, Pulse, guards
from pasperdus_dashboards.compare.limits import not_said, time_left
from pasperdus_dashboards.shell.languages import languages
from support.compared import compared
from support.pages import plain

FR = languages()["fr"]
NOBODY = Pulse(agents=8, baseline=(0,) * 5, prototype=(0,) * 5)
DAY_MS = 86_400_000


def rows(comparison: Comparison, pulse: Pulse = NOBODY) -> dict[str, Guard]:
    found = guards(comparison, detail_words(comparison, "fr"), pulse, FR)
    return {plain(each.label): each for each in found}


def with_response(**changed: Any) -> Comparison:
    known = compared()
    response = known.answer.response
    assert response is not None
    return compared(response=replace(response, **changed))


def test_a_changed_response_rate_does_not_hold() -> None:
    sure = Interval(low=0.85, high=1.15, level=0.95)
    assert rows(with_response(ratio_interval=sure))["Avis pour 100 sorties"].state == "holds"

    broken = rows(with_response(is_changed=True, ratio=1.6))["Avis pour 100 sorties"]

    assert (broken.state, broken.word) == ("broken", "ne tient pas")
    assert "1,60 fois celui d’avant" in plain(broken.said)


@pytest.mark.parametrize(("low", "high"), [(0.7, 1.63), (0.79, 1.1), (0.9, 1.21)])
def test_a_response_rate_that_may_have_changed_is_not_said_to_hold(low: float, high: float) -> None:
    told = with_response(ratio=1.06, ratio_interval=Interval(low=low, high=high, level=0.95))

    guard = rows(told)["Avis pour 100 sorties"]

    assert (guard.state, guard.word, guard.mark) == ("unsure", "pas encore sûr", "?")


def test_what_nobody_knows_is_not_said_to_hold() -> None:
    unknown = rows(compared(response=None))["Avis pour 100 sorties"]

    assert (unknown.state, unknown.word) == ("unknown", "inconnu")


@pytest.mark.parametrize(("coverage", "state"), [(0.81, "holds"), (0.79, "broken")])
def test_sensors_have_to_work_for_four_fifths_of_the_opening_hours(
    coverage: float, state: str
) -> None:
    known = compared()
    poor = compared(tried=replace(known.answer.tried, box_coverage=coverage))

    assert rows(poor)["La borne d’avis a fonctionné"].state == state
    assert rows(poor)["Les portes ont compté"].state == "holds"


def test_another_outcome_has_moved_only_where_its_interval_says_so() -> None:
    found = rows(compared())

    assert found["Fréquentation"].word == "pas de changement net"
    assert found["Attente"].state == "unknown"
    assert found["Attente"].said.endswith(".")
    known = compared()
    fewer = [
        replace(row, interval=Interval(low=-0.2, high=-0.1, level=0.95))
        if row.outcome == "passages_in"
        else row
        for row in known.details.secondary
    ]
    moved = replace(known, details=replace(known.details, secondary=tuple(fewer)))
    assert rows(moved)["Fréquentation"].word == "a changé"


def test_before_a_comparison_can_be_made_no_other_outcome_is_shown() -> None:
    assert "Fréquentation" not in rows(compared("insufficient"))
    assert "Baromètre des agents, sur 5" not in rows(compared("insufficient"))


def test_the_pulse_of_few_agents_is_nobodys_business() -> None:
    told = Pulse(agents=4, baseline=(0, 0, 0, 20, 20), prototype=(0, 0, 0, 20, 20))

    guard = rows(compared(), told)["Baromètre des agents, sur 5"]

    assert (guard.baseline, guard.prototype, guard.state) == ("–", "–", "unknown")


def test_the_pulse_is_a_mean_with_its_margin_and_never_judged() -> None:
    told = Pulse(agents=8, baseline=(0, 0, 10, 10, 0), prototype=(0, 0, 0, 20, 20))

    guard = rows(compared(), told)["Baromètre des agents, sur 5"]

    assert (guard.baseline, guard.prototype) == ("3,5 ± 0,2", "4,5 ± 0,2")
    assert guard.state == "shown"


def test_a_running_trial_needs_four_weeks_with_the_prototype() -> None:
    known = compared("too_early_running", status="running")
    young = compared(
        "too_early_running",
        status="running",
        tried=replace(known.answer.tried, full_weeks=3),
    )

    assert rows(young)["Semaines complètes"].state == "broken"
    assert rows(known)["Semaines complètes"].state == "holds"


def test_what_is_not_said_follows_the_design() -> None:
    def told(**changed: Any) -> str:
        return plain(" ".join(not_said(compared(**changed), FR)))

    assert "en est la cause" in told()
    assert "en est la cause" not in told(design="randomised")
    assert "un seul des deux sites" in told(design="control", is_controlled=True)
    assert "en est la cause" in told(design="randomised", response=None)
    assert "Pas que rien n’a changé" in told(code="unclear")
    assert "Pas que rien n’a changé" not in told()
    assert "ni qu’il aide" in told(code="insufficient")


def test_time_left_counts_days_and_stops_at_the_end() -> None:
    running = compared("better_so_far", status="running")
    end_ms = running.answer.planned_end_ms
    assert end_ms is not None

    assert "aujourd’hui" in plain(time_left(running, end_ms - DAY_MS // 2, FR))
    assert "dans 1 jour." in plain(time_left(running, end_ms - 3 * DAY_MS // 2, FR))
    assert "dans 7 jours." in plain(time_left(running, end_ms - 15 * DAY_MS // 2, FR))
    assert "compte encore" in plain(time_left(running, end_ms + DAY_MS, FR))
    assert time_left(compared(), end_ms, FR) == ""
    unplanned = compared("better_so_far", status="running", planned_end_ms=None)
    assert "Aucune fin" in time_left(unplanned, end_ms, FR)
