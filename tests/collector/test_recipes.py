"""Recipes over HTTP: what another site needs to try the same, and a prototype made of one."""

from __future__ import annotations

from typing import Any

import pytest

from support.collecting import MONDAY, batch, rating
from support.registering import (
    LECTERN,
    OTHER,
    PROTOTYPES,
    SIGNED,
    RegisterDesk,
    at,
    detail,
    done,
)

ONE = f"{PROTOTYPES}/lectern"


# -- recipes --------------------------------------------------------------------------------------


def test_a_recipe_tells_what_to_try_and_nothing_of_who_tried_it(register: RegisterDesk) -> None:
    happened = {"at": "2026-04-21T08:00:00Z", "kind": "button_moved", "text": "par Mme X"}
    register.add_trial()
    register.now_ms = at("2026-05-20T10:00")
    change = {"at": "2026-05-04T00:00:00+02:00", "changed": "Plus haut."}
    done(register.act("adaptations", change))
    done(register.patch(ONE, {**SIGNED, "circumstances": [happened]}))
    done(register.act("decision", {"decided": "keep", "why": "très apprécié"}))

    recipe = register.get(f"{ONE}/recipe")

    assert recipe == {
        "schema": 1,
        "title": "Pupitre mobile",
        "hypothesis": "Aller vers les personnes les rassure.",
        "steps": [
            {"step": 1, "title": "Pupitre mobile", "changed": LECTERN["changed"]},
            {"step": 2, "title": "Pupitre mobile", "changed": "Plus haut."},
        ],
        "design": "before_after",
        "outcome": "satisfied",
        "question": "accueil",
        "scale": 5,
        "delta": 0.05,
        "weeks": 8,
        "watch": ["button_moved"],
        "result": None,
    }


def test_a_recipe_comes_back_as_the_same_recipe_from_another_site(register: RegisterDesk) -> None:
    register.add(PROTOTYPES, LECTERN)
    recipe = register.get(f"{ONE}/recipe")
    node = "annexe-1"
    register.desk.sql(
        "INSERT INTO zones (site_id, name, title) SELECT id, 'hall', 'Hall' FROM sites "
        "WHERE name = 'annexe'"
    )
    register.desk.sql(
        "INSERT INTO nodes (name, zone_id, enrolled_at) SELECT ?, id, 0 FROM zones "
        "WHERE name = 'hall'",
        node,
    )
    told = batch(rating(1, MONDAY), sent_at=MONDAY + 1000, node=node, epoch="1" * 32, boot="b")
    register.desk.deliver(told, node=node)
    register.desk.settle()

    told_here = register.add(
        "/api/v1/recipes",
        {
            "recipe": {**recipe, "result": {"fr": "mieux", "en": "better"}},
            "prototype": "pupitre",
            "planned_start": "2026-09-07T00:00:00+02:00",
            "by": "responsable",
        },
        site=OTHER,
    )

    assert told_here["planned_end"] == "2026-11-01T23:00:00Z"  # eight weeks, over the clock change
    assert told_here["baseline"] == []
    assert register.get(f"{PROTOTYPES}/pupitre/recipe", site=OTHER) == recipe


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"schema": 2}, "recipe.schema: 2 is not 1, which this release reads; upgrade pasperdus"),
        ({"schema": None}, "recipe.schema: None is not 1"),
        ({"schema": True}, "recipe.schema: True is not 1"),
        ({"author": "Mme X"}, "recipe.author: nothing here has that name"),
        ({"steps": []}, "recipe.steps: 0 parts are too few"),
        ({"weeks": 0}, "recipe.weeks: 0 is not at least 1"),
        ({"watch": ["rain"]}, "recipe.watch.0: 'rain' is not one of"),
        ({"design": "control"}, "control_site: design control compares with a site"),
        ({"question": "sortie"}, "question 'sortie' on a scale of 5 is not one of site 'default'"),
    ],
)
def test_a_recipe_that_cannot_be_read_says_why(
    register: RegisterDesk, changed: dict[str, Any], says: str
) -> None:
    register.add(PROTOTYPES, LECTERN)
    body = {
        "recipe": {**register.get(f"{ONE}/recipe"), **changed},
        "prototype": "again",
        "planned_start": "2026-09-07T00:00:00+02:00",
        "by": "responsable",
    }

    assert says in detail(register.client.post("/api/v1/recipes", json=body), 400)
    assert [each["prototype"] for each in register.get(PROTOTYPES)] == ["lectern"]


def test_a_recipe_is_not_begun_in_a_year_that_no_calendar_reaches(register: RegisterDesk) -> None:
    register.add(PROTOTYPES, LECTERN)
    body = {
        "recipe": register.get(f"{ONE}/recipe"),
        "prototype": "again",
        "planned_start": "9999-12-20T00:00:00Z",
        "by": "responsable",
    }

    assert "planned_start: 9999-12-20" in detail(
        register.client.post("/api/v1/recipes", json=body), 400
    )
