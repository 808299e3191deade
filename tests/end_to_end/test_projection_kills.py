"""Projection and server die at random instants; after catch-up nothing is missing or wrong.

A sample of what ``script/torture`` does at a hundred instants.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from torture.kills import kill_at_random

INSTANTS = 6


@pytest.mark.slow
def test_whoever_dies_when_both_sources_answer_alike_in_the_end(tmp_path: Path) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")  # script/torture --seed tries it again

    report = kill_at_random(tmp_path, instants=INSTANTS, seed=seed)

    assert not report.differences, f"{report}; such as {report.differences[:3]}"
    assert report.of_projection + report.of_server == INSTANTS
    assert report.behind > 0, f"{report}: every kill came when nothing was under way"
    assert report.known > 10_000, report
