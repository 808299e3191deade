"""The recipe sheet: always one page, and the recipe inside it."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import pytest

from pasperdus_collector.api.changes import Changes
from pasperdus_collector.api.compared import Comparisons
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.recipe_shapes import parse_recipe
from pasperdus_collector.config import Config
from pasperdus_collector.web import build_web
from pasperdus_dashboards.report.recipe import recipe_pdf, slug
from support.compared import RECIPE
from support.reading_pdf import opened, pages
from support.trials import PROTOTYPE, Site, simulate
from support.web import Client
from support.writing import Desk

LONG = "Un mot après l'autre, longuement. " * 60
HOSTILE = '#read("/etc/passwd") $x$ @a \\ </script> #panic("no")'


def attached(document: bytes) -> Any:
    ((content, *_),) = opened(document).attachments.values()
    return json.loads(content)


def test_the_sheet_says_what_to_change_and_how_to_measure_it() -> None:
    (text,) = pages(recipe_pdf(RECIPE, "fr"))

    for said in (
        "Pupitre mobile à l’entrée",
        "1. Pupitre mobile à l’entrée Le guichet d’accueil est remplacé",
        "2. Un siège de repos Un siège haut",
        "accueil, sur une échelle de 5. Satisfait : note 4 ou 5 sur 5.",
        "Le plus petit écart qui compte 5 points",
        "10 semaines avec, et autant avant",
        "borne déplacée",
        "équipe modifiée",
        "/api/v1/recipes",
    ):
        assert said in text, said
    assert "Ce que cela a donné" not in text


@pytest.mark.parametrize(
    ("language", "result"),
    [("fr", "Environ 6 avis satisfaits de plus."), ("en", "About 6 more satisfied ratings.")],
)
def test_a_result_is_told_in_the_language_of_the_sheet(
    language: Literal["fr", "en"], result: str
) -> None:
    recipe = RECIPE | {
        "result": {
            "fr": "Environ 6 avis satisfaits de plus.",
            "en": "About 6 more satisfied ratings.",
        }
    }

    (text,) = pages(recipe_pdf(recipe, language))

    assert result in text


def test_the_recipe_inside_can_be_imported() -> None:
    assert attached(recipe_pdf(RECIPE, "fr")) == RECIPE
    parse_recipe(attached(recipe_pdf(RECIPE, "en")))


def test_what_is_typed_to_import_it_works_as_printed(tmp_path: Path) -> None:
    document = recipe_pdf(RECIPE, "fr")
    ((content, *_),) = opened(document).attachments.values()
    (tmp_path / "recipe.json").write_bytes(content)
    text = opened(document).pages[0].extract_text()
    printed = text[text.index("python3 -c") :].partition("curl ")[0]

    subprocess.run(["sh", "-ec", printed], cwd=tmp_path, check=True, timeout=30)

    body = json.loads((tmp_path / "trial.json").read_bytes())
    assert body["prototype"] == "pupitre-mobile-a-l-entree"
    start = datetime.fromisoformat(body["planned_start"])
    assert (start.weekday(), start.hour) == (0, 0)
    path = tmp_path / "ledger.db"
    now_ms = round(start.timestamp() * 1000) - 86_400_000
    simulate(path, Site(weeks="AABB", site="default"))
    desk = Desk(path)
    desk.start()
    queries = Queries(path, desk.writer, now_ms=lambda: now_ms)
    config = Config.model_validate(
        {
            "collector": {"name": "mairie"},
            "mqtt": {"url": "mqtt://127.0.0.1:1"},
            "ledger": {"path": str(path)},
            "http": {"auth": "none"},
            "enrolment": {"mode": "open"},
        }
    )
    web = build_web(config, queries, desk.writer, Changes())
    address = re.search(r"'http://127\.0\.0\.1:8000(/\S+)'", text)
    assert address is not None
    answer = Client(web, base_url="http://127.0.0.1:8000").post(address[1], json=body)
    desk.stop()
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Pupitre mobile à l’entrée", "pupitre-mobile-a-l-entree"),
        ("  Été n° 2 !", "ete-n-2"),
        ("استقبال", "prototype"),
        ("x" * 39 + " y", "x" * 39),
    ],
)
def test_a_title_becomes_a_name_of_the_register(title: str, name: str) -> None:
    assert slug(title) == name


@pytest.mark.parametrize("steps", [1, 8, 200])
def test_it_is_one_page_however_much_there_is_to_say(steps: int) -> None:
    recipe = RECIPE | {
        "title": LONG,
        "hypothesis": LONG,
        "steps": [
            {"step": number, "title": f"Étape {number} {LONG}", "changed": LONG}
            for number in range(1, steps + 1)
        ],
        "question": "q" * 40,
        "result": {"fr": LONG, "en": LONG},
    }

    document = recipe_pdf(recipe, "fr")

    (text,) = pages(document)
    assert "Étape 1" in text
    assert ("étapes de plus" in text) == (steps > 8)
    assert "Enregistrez ensuite votre propre référence." in text
    assert attached(document) == recipe


def test_its_texts_are_text_and_nothing_else() -> None:
    recipe = RECIPE | {"title": HOSTILE, "hypothesis": f"{HOSTILE} 🙂 استقبال"}

    (text,) = pages(recipe_pdf(recipe, "en"))

    assert text.count('#read("/etc/passwd") $x$ @a \\ </script> #panic("no")') == 2
    assert "root:" not in text


@pytest.mark.parametrize(
    ("design", "weeks", "said"),
    [
        ("randomised", 12, "12 semaines en tout"),
        ("control", 1, "1 semaine avec, et autant avant"),
        ("before_after", None, "non fixée : demandez au planificateur"),
    ],
)
def test_how_long_depends_on_the_design(design: str, weeks: int | None, said: str) -> None:
    (text,) = pages(recipe_pdf(RECIPE | {"design": design, "weeks": weeks}, "fr"))

    assert said in text


def test_the_sheet_of_a_registered_prototype(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    trial = simulate(path, Site(weeks="AABB"))
    desk = Desk(path)
    queries = Queries(path, desk.writer, now_ms=lambda: trial.now_ms)
    recipe = Comparisons(queries, path, collector="mairie").recipe("mairie", PROTOTYPE)
    desk.stop()

    document = recipe_pdf(recipe, "fr")

    (text,) = pages(document)
    assert recipe["title"].replace("'", "’") in text
    assert attached(document) == json.loads(json.dumps(recipe))
