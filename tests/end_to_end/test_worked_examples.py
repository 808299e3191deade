"""docs/evaluation.md tells what the software says of four trials: it does say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.worked_examples import EXAMPLES, PAGE, Example, block, told


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example.name))
def test_the_page_has_what_the_command_prints(example: Example, tmp_path: Path) -> None:
    """Where this fails and the new words are right, run script/evaluation-examples."""
    assert block(example.name, told(example, tmp_path)) in PAGE.read_text(encoding="utf-8")
