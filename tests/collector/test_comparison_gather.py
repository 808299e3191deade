"""What is compared, and with what: names, designs, questions, the plan."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pasperdus_collector.comparison.arm import bursts_told
from pasperdus_collector.comparison.gather import gather
from pasperdus_collector.comparison.inputs_json import to_text
from pasperdus_collector.errors import NotFoundError, QueryError
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.register.log import Signed
from pasperdus_collector.register.plan import change_prototype, register_period
from pasperdus_collector.register.records import Circumstance, Period
from pasperdus_collector.register.store import (
    add_period,
    add_prototype,
    read_prototype,
)
from pasperdus_collector.series.released import ReleasedBlock
from support.gathering import (
    SITE,
    ask,
    change,
    change_period,
    counted,
    released,
)
from support.trials import DAY_MS, FIRST_MONDAY, HOUR_MS, PROTOTYPE, Trial, register, simulate


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """A trial that only ever gets read."""
    return simulate(tmp_path_factory.mktemp("trial") / "ledger.db", SITE)


@pytest.fixture
def changing(tmp_path: Path) -> Trial:
    """A short trial for a test that changes it."""
    return simulate(tmp_path / "ledger.db", replace(SITE, weeks="AABB"))


# -- names ----------------------------------------------------------------------------------------


def test_periods_may_be_named_one_by_one(trial: Trial) -> None:
    by_prototype = ask(trial)

    assert to_text(ask(trial, "avant", "essai")) == to_text(by_prototype)
    assert to_text(ask(trial, PROTOTYPE, PROTOTYPE)) == to_text(by_prototype)


@pytest.mark.parametrize(
    ("baseline", "tried", "said"),
    [
        (None, "pupitres", "known are avant, essai, pupitre"),
        ("hier", PROTOTYPE, "known are avant, essai, pupitre"),
        ("essai", PROTOTYPE, "share some time"),
        ("avant", "avant,essai", "period 'avant' is a baseline"),
        ("", PROTOTYPE, "baseline: name a period or a prototype"),
    ],
)
def test_names_that_cannot_be_compared_are_refused_with_what_to_do(
    trial: Trial, baseline: str | None, tried: str, said: str
) -> None:
    with pytest.raises(QueryError, match=said):
        ask(trial, baseline, tried)


def test_a_site_that_is_not_there_is_told_with_those_that_are(trial: Trial) -> None:
    with reading(trial.path) as db, pytest.raises(NotFoundError, match="known are mairie"):
        gather(db, "annexe", None, PROTOTYPE, now_ms=trial.now_ms, collector="mairie")


def test_the_last_step_that_has_begun_is_compared(changing: Trial) -> None:
    site = changing.site
    change_period(changing, "essai", end_ms=site.at(3))
    with closing(Ledger(changing.path, quarantine_max=10)) as ledger, ledger.transaction():
        register_period(
            ledger.db,
            Period(
                site="mairie",
                period="essai-plus-grand",
                prototype=PROTOTYPE,
                kind="prototype",
                title="Plus grand",
                step=2,
                changed="Caractères plus grands",
                start_ms=site.at(3),
                end_ms=site.at(4),
                pair=None,
                version=1,
            ),
            Signed(by="équipe", why="trop petit", at_ms=site.at(3) - DAY_MS),
        )

    both = ask(changing)
    first = ask(changing, now_ms=site.at(2, 3))

    assert [each.period for each in both.prototype.ranges] == ["essai-plus-grand"]
    assert both.plan.changed.endswith(" · Caractères plus grands")
    assert (both.prototype.title, first.prototype.title) == ("Plus grand", "Avec pupitre")


def test_prototypes_with_a_common_baseline_are_counted(changing: Trial) -> None:
    assert ask(changing).plan.prototypes == 1
    with closing(Ledger(changing.path, quarantine_max=10)) as ledger, ledger.transaction():
        other = read_prototype(ledger.db, "mairie", PROTOTYPE)
        add_prototype(ledger.db, replace(other, prototype="fleches", baseline=("avant",)))

    assert ask(changing).plan.prototypes == 2


def test_another_name_for_the_same_weeks_is_no_other_baseline(changing: Trial) -> None:
    site = changing.site
    with closing(Ledger(changing.path, quarantine_max=10)) as ledger, ledger.transaction():
        other = read_prototype(ledger.db, "mairie", PROTOTYPE)
        for name, start_ms, end_ms in (
            ("copie", site.at(0), site.at(1)),
            ("plus-tot", site.at(-9), site.at(-5)),
        ):
            add_period(
                ledger.db,
                Period(
                    site="mairie",
                    period=name,
                    prototype=None,
                    kind="baseline",
                    title=name,
                    step=1,
                    changed="",
                    start_ms=start_ms,
                    end_ms=end_ms,
                    pair=None,
                    version=1,
                ),
            )
            add_prototype(ledger.db, replace(other, prototype=f"de-{name}", baseline=(name,)))

    assert ask(changing).plan.prototypes == 2


def test_a_trial_entered_afterwards_has_no_planned_end(tmp_path: Path) -> None:
    trial = simulate(tmp_path / "ledger.db", replace(SITE, weeks="AABB"), is_registered=False)
    site = trial.site
    with closing(Ledger(trial.path, quarantine_max=10)) as ledger, ledger.transaction():
        register(ledger, site, at_ms=site.at(4))

    plan = ask(trial).plan

    assert plan.status == "ended_early"
    assert "period" in {each.what for each in plan.late_changes}


def test_decades_are_refused_before_anything_is_read(changing: Trial) -> None:
    change_period(changing, "avant", start_ms=changing.site.at(-52 * 7))

    with pytest.raises(QueryError, match="days, more than 2200"):
        ask(changing)


# -- designs, questions, the plan -----------------------------------------------------------------


def test_weeks_drawn_in_pairs_are_told_in_pairs(tmp_path: Path) -> None:
    order = "ABBAABABBAAB"
    trial = simulate(
        tmp_path / "ledger.db", replace(SITE, weeks=order, ratings_a_day=25), design="randomised"
    )

    inputs = ask(trial)

    assert inputs.plan.seed == 7
    assert inputs.plan.planned_weeks == 6
    assert len(inputs.pairs) == 6
    first = FIRST_MONDAY.toordinal()
    for n, (off, on) in enumerate(inputs.pairs):
        assert (off - first) // 7 == 2 * n + order[2 * n : 2 * n + 2].index("A")
        assert (on - first) // 7 == 2 * n + order[2 * n : 2 * n + 2].index("B")
    early = ask(trial, now_ms=trial.site.at(5, 3))
    assert early.pairs == inputs.pairs[:2]


def test_a_control_site_has_the_same_two_periods_with_its_own_figures(tmp_path: Path) -> None:
    other = replace(SITE, site="annexe", title="Annexe", weeks="AABB", seed=5, visitors_a_day=90)
    trial = simulate(tmp_path / "ledger.db", replace(SITE, weeks="AABB"), control=other)

    inputs = ask(trial)

    assert inputs.control is not None
    assert inputs.control_title == "Annexe"
    for arm, (first, end) in zip(inputs.control, ((0, 2), (2, 4)), strict=True):
        passed = counted(trial, SITE.at(first), SITE.at(end), "annexe")
        assert (arm.hours.entries.sum(), arm.hours.exits.sum()) == passed
        assert arm.full_weeks == 2
        assert arm.blocks.counts.sum() > 0


def test_a_control_site_is_read_up_to_the_same_full_hour(tmp_path: Path) -> None:
    """Also of a clock that was put back, after blocks of the hour at hand had been closed."""
    other = replace(SITE, site="annexe", title="Annexe", weeks="AABB", seed=5, visitors_a_day=90)
    trial = simulate(tmp_path / "ledger.db", replace(SITE, weeks="AABB"), control=other)
    last = released(replace(trial, site=other), SITE.at(3), SITE.at(4))[-1]
    hour_ms = last.end_ms - HOUR_MS
    change_period(trial, "essai", end_ms=hour_ms + HOUR_MS // 2)  # in the course of that block

    on_the_hour, later = (ask(trial, now_ms=hour_ms + ms) for ms in (0, HOUR_MS - 1))

    assert to_text(later) == to_text(on_the_hour)


def test_another_question_in_one_arm_is_named(tmp_path: Path) -> None:
    site = replace(SITE, weeks="AABB", questions={"B": ("attente", 3)})
    trial = simulate(tmp_path / "ledger.db", site, question=None, scale=None, outcome="passages_in")

    inputs = ask(trial)

    assert inputs.other_question == "accueil (1-5) / attente (1-3)"


def test_a_box_that_was_off_is_not_covered(tmp_path: Path) -> None:
    off = frozenset({14, 15, 16, 17, 18})
    trial = simulate(tmp_path / "ledger.db", replace(SITE, weeks="AABB", box_breaks=off))

    inputs = ask(trial)

    hours = inputs.prototype.hours
    opened = hours.open_share > 0
    dead = np.isin(hours.day, [FIRST_MONDAY.toordinal() + day for day in off])
    assert hours.box_coverage[opened & dead].max() == 0.0
    assert hours.box_coverage[opened & ~dead].min() == 1.0
    assert hours.door_coverage[opened].min() == 1.0


def test_late_changes_and_circumstances_come_with_the_plan(changing: Trial) -> None:
    site = changing.site
    change(
        changing,
        circumstances=(
            Circumstance(at_ms=site.at(2, 3), kind="button_moved", text="près de la sortie"),
            Circumstance(at_ms=site.at(9), kind="strike", text="bien après"),
        ),
    )
    with closing(Ledger(changing.path, quarantine_max=10)) as ledger, ledger.transaction():
        signed = Signed(by="cheffe de projet", why="le conseil l'a demandé", at_ms=site.at(3))
        before = read_prototype(ledger.db, "mairie", PROTOTYPE, now_ms=site.at(3))
        change_prototype(
            ledger.db, "mairie", PROTOTYPE, {"delta": 0.03}, version=before.version, signed=signed
        )

    plan = ask(changing).plan

    assert [(each.kind, each.at_ms) for each in plan.circumstances] == [
        ("button_moved", site.at(2, 3))
    ]
    assert [(each.what, each.why, each.by) for each in plan.late_changes] == [
        ("delta", "le conseil l'a demandé", "cheffe de projet")
    ]
    assert plan.delta == 0.03


def test_an_end_that_was_moved_after_the_start_is_no_planned_end(changing: Trial) -> None:
    """Else a team that likes what it sees could move the end to today, and be sure of it."""
    site = changing.site
    assert ask(changing).plan.status == "ended"
    with closing(Ledger(changing.path, quarantine_max=10)) as ledger, ledger.transaction():
        signed = Signed(by="équipe", why="nous avons ce qu'il faut", at_ms=site.at(5))
        before = read_prototype(ledger.db, "mairie", PROTOTYPE, now_ms=site.at(5))
        change_prototype(
            ledger.db,
            "mairie",
            PROTOTYPE,
            {"planned_end_ms": site.at(6)},
            version=before.version,
            signed=signed,
        )

    plan = ask(changing).plan

    assert plan.status == "ended_early"
    assert [each.what for each in plan.late_changes] == ["planned_end_ms"]


def test_periods_chosen_afterwards_are_not_the_declared_comparison(changing: Trial) -> None:
    assert ask(changing).plan.is_declared
    assert ask(changing, baseline="avant", tried="essai").plan.is_declared
    site = changing.site
    with closing(Ledger(changing.path, quarantine_max=10)) as ledger, ledger.transaction():
        add_period(
            ledger.db,
            Period(
                site="mairie",
                period="bonnes-semaines",
                prototype=None,
                kind="baseline",
                title="Les semaines qui arrangent",
                step=1,
                changed="",
                start_ms=site.at(1),
                end_ms=site.at(2),
                pair=None,
                version=1,
            ),
        )

    assert not ask(changing, baseline="bonnes-semaines").plan.is_declared


@pytest.mark.parametrize(
    ("counts", "bursts", "told"),
    [
        ((11, 0, 0, 0, 11), (11, 0, 0, 0, 0), (11, 0, 0, 0, 0)),
        ((12, 0, 0, 0, 10), (12, 0, 0, 0, 0), (12, 0, 0, 0, 10)),
        ((5, 0, 0, 0, 20), (5, 0, 0, 0, 0), (0, 0, 0, 0, 0)),
        ((12, 0, 0, 0, 0), (12, 0, 0, 0, 0), (12, 0, 0, 0, 0)),
        ((0, 0, 6, 6, 0), (0, 0, 6, 0, 0), (0, 0, 0, 0, 0)),
    ],
)
def test_bursts_are_told_apart_only_where_eleven_are_on_both_sides(
    counts: tuple[int, ...], bursts: tuple[int, ...], told: tuple[int, ...]
) -> None:
    assert bursts_told(ReleasedBlock("accueil", 5, 1, 1, counts, bursts)) == told
