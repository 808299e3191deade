"""A simulated trial for each verdict that there is: its inputs, and what is computed from them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pasperdus_collector.analysis.comparison import compare
from pasperdus_collector.analysis.inputs import Status
from pasperdus_collector.analysis.result import Comparison, VerdictCode
from support.simulated_trials import Reception, plan_for, weekly

SEED = 1
TITLE = "Pupitre mobile à l'entrée"
CHANGED = "Le guichet est remplacé par un pupitre mobile."
_WEEKS = weekly("A" * 8 + "B" * 8)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What makes a trial end in one verdict; ``until`` is in open days."""

    effect: float
    ratings_a_day: float = 75.0
    delta: float = 0.05
    status: Status = "ended"
    until: int | None = None
    other_question: str | None = None


TRIALS: dict[VerdictCode, Told] = {
    "insufficient": Told(effect=0.1, other_question="propreté"),
    "too_early": Told(effect=0.1, status="running", until=55),
    "better_so_far": Told(effect=0.15, ratings_a_day=300, status="running", until=75),
    "worse_so_far": Told(effect=-0.15, ratings_a_day=300, status="running", until=75),
    "too_early_running": Told(effect=0.01, status="running", until=70),
    "better_small": Told(effect=0.06, ratings_a_day=400, delta=0.15),
    "worse_small": Told(effect=-0.06, ratings_a_day=400, delta=0.15),
    "better": Told(effect=0.1),
    "worse": Told(effect=-0.1),
    "same": Told(effect=0.0, ratings_a_day=400, delta=0.1),
    "unclear": Told(effect=0.0, ratings_a_day=20, delta=0.02),
}


def computed(code: VerdictCode) -> Comparison:
    """Return the comparison of a trial that ends in this verdict."""
    told = TRIALS[code]
    draws = Reception(ratings_a_day=told.ratings_a_day).draw(
        _WEEKS, trials=1, rng=np.random.default_rng(SEED), effects={"B": told.effect}
    )
    plan = replace(plan_for(_WEEKS, 5), delta=told.delta, title=TITLE, changed=CHANGED)
    inputs = draws.inputs(0, plan=plan, status=told.status, until=told.until)
    inputs = replace(inputs, other_question=told.other_question)
    return compare(inputs, version="0.0.0", inputs_sha256="0" * 64)
