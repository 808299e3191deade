"""What a comparison was computed from: written, read back, and computed again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pasperdus_collector.analysis.comparison import compare
from pasperdus_collector.analysis.inputs import Inputs
from pasperdus_collector.comparison.inputs_json import digest, from_text, to_text
from pasperdus_collector.errors import QueryError
from support.gathering import (
    SITE,
    ask,
)
from support.trials import DAY_MS, Trial, simulate


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """A trial that only ever gets read."""
    return simulate(tmp_path_factory.mktemp("trial") / "ledger.db", SITE)


@pytest.fixture(params=["before_after", "randomised", "control", "empty"])
def gathered(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Inputs]:
    design = request.param
    site = replace(SITE, weeks="ABBA", ratings_a_day=25)
    other = replace(site, site="annexe", title="Annexe", seed=9) if design == "control" else None
    if design == "empty":
        trial = simulate(tmp_path / "ledger.db", replace(site, ratings_a_day=0))
        yield ask(trial, now_ms=site.at(1) - DAY_MS)
    else:
        yield ask(simulate(tmp_path / "ledger.db", site, control=other, design=design))


def test_inputs_read_back_are_the_same_and_give_the_same_result_to_the_last_digit(
    gathered: Inputs,
) -> None:
    text = to_text(gathered)

    again = from_text(text)

    assert to_text(again) == text
    assert repr(compare(again, version="1", inputs_sha256=digest(text))) == repr(
        compare(gathered, version="1", inputs_sha256=digest(text))
    )
    assert again.baseline.blocks.counts.shape[1:] == (5,)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: text[:-5], "no file of inputs"),
        (lambda text: text.replace('"schema":1', '"schema":2'), "schema 2"),
        (lambda text: text.replace('"status":"ended"', '"status":"over"'), "'over' is not one of"),
        (lambda text: text.replace('"scale":5', '"scale":"5"'), "no int"),
    ],
)
def test_what_is_no_text_of_inputs_is_refused(
    trial: Trial, spoil: Callable[[str], str], said: str
) -> None:
    with pytest.raises(QueryError, match=said):
        from_text(spoil(to_text(ask(trial))))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda told: told["baseline"]["blocks"]["day"].pop(), "differ in length"),
        (lambda told: told["baseline"]["blocks"]["counts"][0].__setitem__(0, -1), "not between 0"),
        (lambda told: told["baseline"]["hours"]["hour"].__setitem__(0, 99), "not between 0 and 23"),
        (lambda told: told["baseline"]["hours"]["open_share"].__setitem__(0, 2.0), "not between 0"),
        (lambda told: told["prototype"]["days"]["day"].__setitem__(0, 10**9), "not between 1"),
        (lambda told: told.__setitem__("scale", 7), "scale 7"),
        (lambda told: told.__setitem__("time_zone", "Mars/Base"), "Mars/Base"),
        (lambda told: told["plan"].__setitem__("delta", -1.0), "delta"),
        (lambda told: told["plan"].__setitem__("outcome", "happiness"), "happiness"),
        (lambda told: told.__setitem__("added", 1), "as it was written"),
    ],
)
def test_a_file_that_somebody_changed_is_refused_with_the_place(
    trial: Trial, change: Callable[[Any], object], says: str
) -> None:
    text = to_text(ask(trial))
    told = json.loads(text)
    change(told["inputs"])

    with pytest.raises(QueryError, match=says):
        from_text(json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def test_a_file_without_bottom_is_refused() -> None:
    with pytest.raises(QueryError, match="no file of inputs"):
        from_text("[" * 200_000)
