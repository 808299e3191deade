"""``GET compare`` and ``GET blocks``: the verdict over HTTP, and what anybody can add up again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from pasperdus_collector.analysis.comparison import answer, compare
from pasperdus_collector.analysis.result import Caveat, Interval
from pasperdus_collector.api.compare_shapes import answer_json, comparison_json
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.comparison.gather import gather
from pasperdus_collector.comparison.inputs_json import digest, from_text, to_text
from pasperdus_collector.ledger import reading
from support.asking import client_of
from support.trials import HOUR_MS, Site, Trial, simulate
from support.web import Client
from support.writing import Desk

SITE = Site(weeks="AAAABBBB", ratings_a_day=45, visitors_a_day=120, effects={"B": 0.08})
BLOCKS = {"site": "mairie", "from": "2026-01-05T00:00:00Z", "to": "2026-03-05T00:00:00Z"}


@dataclass
class Asked:
    """A collector's web application over a trial, with a clock to turn."""

    trial: Trial
    now_ms: int
    desk: Desk
    client: Client

    def get(self, path: str = "compare", **request: Any) -> httpx.Response:
        return self.client.get(f"/api/v1/{path}", **request)

    def compare(self, **params: str) -> Any:
        found = self.get(params={"site": "mairie", "prototype": "pupitre", **params})
        assert found.status_code == 200, found.text
        return found.json()


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    path = tmp_path_factory.mktemp("compared") / "ledger.db"
    trial = simulate(path, SITE)
    desk = Desk(path)
    queries = Queries(path, desk.writer, now_ms=lambda: found.now_ms)
    found = Asked(trial, trial.now_ms, desk, client_of(desk, queries))
    yield found
    desk.stop()


@pytest.fixture(autouse=True)
def _now(asked: Asked) -> None:
    asked.now_ms = asked.trial.now_ms


def test_the_whole_answer_has_the_verdict_its_words_and_what_it_rests_on(asked: Asked) -> None:
    told = asked.compare()

    first, details = told["answer"], told["details"]
    assert first["site"] == "mairie"
    assert first["unit"] == "share"
    assert first["planned_end"] == "2026-03-01T23:00:00Z"
    assert first["baseline"]["ranges"] == [
        {"from": "2026-01-04T23:00:00Z", "to": "2026-02-01T23:00:00Z"}
    ]
    assert 0 < first["baseline"]["share"] < first["tried"]["share"] < 1
    assert first["effect"]["fixed"]["low"] < first["effect"]["value"]
    assert first["words"]["fr"]["verdict"]
    assert first["words"]["en"]["verdict"]
    assert first["words"]["fr"]["verdict"] != first["words"]["en"]["verdict"]
    assert len(details["words"]["fr"]["caveats"]) == len(details["caveats"])
    assert [each["week"] for each in details["weeks"]][:2] == ["2026-01-05", "2026-01-12"]
    assert sum(each["ratings"] for each in details["weeks"]) == (
        first["baseline"]["ratings"] + first["tried"]["ratings"]
    )
    assert details["recompute"]["alpha"] == 0.05


def test_the_first_part_is_the_same_answer_alone(asked: Asked) -> None:
    assert asked.compare(part="answer") == {"answer": asked.compare()["answer"]}


def test_a_baseline_may_be_named_and_is_the_prototypes_own_otherwise(asked: Asked) -> None:
    assert asked.compare(baseline="avant", prototype="essai") == asked.compare()


def test_the_inputs_come_with_the_answer_and_give_it_again(asked: Asked) -> None:
    told = asked.compare(inputs="true")

    inputs = from_text(json.dumps(told["inputs"]))
    assert digest(to_text(inputs)) == told["details"]["recompute"]["inputs_sha256"]
    again = compare(
        inputs,
        version=told["details"]["recompute"]["version"],
        inputs_sha256=told["details"]["recompute"]["inputs_sha256"],
    )
    of_again = json.loads(json.dumps(comparison_json(again, {}, {})))
    for part in ("answer", "details"):
        del told[part]["words"]
        del of_again[part]["words"]
        assert of_again[part] == told[part]


def test_an_answer_that_did_not_change_is_not_sent_again(asked: Asked) -> None:
    params = {"site": "mairie", "prototype": "pupitre", "part": "answer"}
    first = asked.get(params=params)
    tag = first.headers["ETag"]

    asked.now_ms += HOUR_MS // 3
    again = asked.get(params=params, headers={"If-None-Match": f'"other", W/{tag}'})

    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["ETag"] == tag
    assert first.headers["Cache-Control"] == "private, no-cache"
    other_part = asked.get(params={**params, "part": "all"}, headers={"If-None-Match": tag})
    assert other_part.status_code == 200
    asked.now_ms = SITE.at(5)
    earlier = asked.get(params=params, headers={"If-None-Match": tag})
    assert earlier.status_code == 200
    assert earlier.json()["answer"]["status"] == "running"


@pytest.mark.parametrize(
    ("params", "status", "said"),
    [
        ({"prototype": "pupitre"}, 404, "there is no site 'default'; known are mairie"),
        ({"site": "mairie"}, 400, "prototype is missing"),
        ({"site": "mairie", "prototype": "x"}, 404, "known are avant, essai, pupitre"),
        ({"site": "mairie", "prototype": "avant"}, 400, "is a baseline"),
        ({"site": "mairie", "prototype": "pupitre", "part": "half"}, 400, "answer, all"),
        ({"site": "mairie", "prototype": "pupitre", "inputs": "oui"}, 400, "false, true"),
        ({"site": "mairie", "prototype": "pupitre", "against": "x"}, 400, "unknown parameter"),
        ({"site": "mairie", "prototype": "pupitre", "baseline": "essai"}, 400, "share some time"),
    ],
)
def test_what_cannot_be_compared_is_a_problem_that_says_what_to_do(
    asked: Asked, params: dict[str, str], status: int, said: str
) -> None:
    found = asked.get(params=params)

    assert found.status_code == status
    assert found.headers["content-type"] == "application/problem+json"
    assert said in found.json()["detail"]


def test_no_number_that_json_cannot_tell_ever_leaves(asked: Asked) -> None:
    with reading(asked.trial.path) as db:
        inputs = gather(
            db, "mairie", None, "pupitre", now_ms=asked.trial.now_ms, collector="mairie"
        )
    result = compare(inputs, version="1", inputs_sha256="0")
    effect = result.answer.effect
    assert effect is not None
    wild = replace(effect, value=float("nan"), always=Interval(low=float("-inf"), high=1, level=1))
    spoilt = replace(
        result,
        answer=replace(result.answer, effect=wild, override=("drop", "trop bruyant")),
        details=replace(
            result.details, caveats=(Caveat(code="x", figures=(("at_ms", 0), ("r", 1e400))),)
        ),
    )

    told = comparison_json(spoilt, {}, {})

    text = json.dumps(told, allow_nan=False)  # raises ValueError otherwise
    assert json.loads(text)["answer"]["effect"]["value"] is None
    assert told["answer"]["effect"]["always"]["low"] is None
    assert told["answer"]["override"] == {"decided": "drop", "why": "trop bruyant"}
    assert told["details"]["caveats"][0]["figures"] == {"at": "1970-01-01T00:00:00Z", "r": None}


def test_the_first_part_is_what_the_function_answers(asked: Asked) -> None:
    with reading(asked.trial.path) as db:
        inputs = gather(
            db, "mairie", None, "pupitre", now_ms=asked.trial.now_ms, collector="mairie"
        )
    told = asked.compare(part="answer")["answer"]
    del told["words"]
    mine = answer_json(answer(inputs), {})
    del mine["words"]

    assert json.loads(json.dumps(mine)) == told


def test_nothing_that_takes_seconds_to_load_is_loaded_before_anybody_compares() -> None:
    script = (
        "import sys, pasperdus_collector.app, pasperdus_collector.__main__\n"
        "print([name for name in ('numpy', 'scipy', 'statsmodels', 'typst', 'pandas') "
        "if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )

    assert found.stdout.strip() == "[]"


# -- blocks ---------------------------------------------------------------------------------------


def test_blocks_are_told_as_they_are_and_add_up_to_the_series(asked: Asked) -> None:
    found = asked.get("blocks", params=BLOCKS)

    assert found.status_code == 200
    told = found.json()
    assert told["unit"] == "ratings by score, worst first"
    blocks = told["blocks"]
    assert set(blocks[0]) == {"question", "scale", "from", "to", "value"}
    assert min(sum(each["value"]) for each in blocks) >= 11
    assert [each["to"] for each in blocks] == sorted(each["to"] for each in blocks)
    series = asked.get(
        "series",
        params={**BLOCKS, "measure": "ratings", "bucket": "1d"},
    ).json()["points"]
    sums = [point["value"] for point in series if point["value"] is not None]
    assert [sum(column) for column in zip(*sums, strict=True)] == [
        sum(column) for column in zip(*(each["value"] for each in blocks), strict=True)
    ]


def test_a_block_is_told_where_its_last_hour_begins(asked: Asked) -> None:
    every = asked.get("blocks", params=BLOCKS).json()["blocks"]
    block = next(each for each in every if each["to"] != every[0]["to"])
    last_hour = f"{block['to'][:11]}{int(block['to'][11:13]) - 1:02}:00:00Z"

    there = asked.get("blocks", params={**BLOCKS, "from": last_hour, "to": block["to"]})
    before = asked.get("blocks", params={**BLOCKS, "to": last_hour})

    assert there.json()["blocks"] == [block]
    assert block not in before.json()["blocks"]


@pytest.mark.parametrize(
    ("params", "status", "said"),
    [
        ({**BLOCKS, "site": "annexe"}, 404, "there is no site"),
        ({**BLOCKS, "to": BLOCKS["from"]}, 400, "from must be before to"),
        ({**BLOCKS, "masks": "open"}, 400, "unknown parameter"),
        ({"site": "mairie"}, 400, "from"),
    ],
)
def test_a_question_about_blocks_that_has_no_answer_is_a_problem(
    asked: Asked, params: dict[str, str], status: int, said: str
) -> None:
    found = asked.get("blocks", params=params)

    assert found.status_code == status
    assert said in found.json()["detail"]


def test_blocks_of_one_question_are_those_of_it(asked: Asked) -> None:
    every = asked.get("blocks", params=BLOCKS).json()["blocks"]

    assert (
        asked.get("blocks", params={**BLOCKS, "question": "accueil", "scale": "5"}).json()["blocks"]
        == every
    )
    assert asked.get("blocks", params={**BLOCKS, "question": "attente"}).json()["blocks"] == []


def test_a_recipe_says_what_came_of_it_once_the_trial_is_over(asked: Asked) -> None:
    def told() -> Any:
        return asked.get("prototypes/pupitre/recipe", params={"site": "mairie"}).json()["result"]

    result = told()
    words = asked.compare(part="answer")["answer"]["words"]["fr"]
    said = (f"{words['verdict']}.", words["effect"], words["design"])
    assert result["fr"] == " ".join(each for each in said if each)
    assert "ratings" in result["en"]

    asked.now_ms = asked.trial.site.at(7)
    assert told() is None
