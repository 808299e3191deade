"""A collector's core on a fresh ledger, for each test that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.collecting import Core


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    core = Core(tmp_path / "ledger.db")
    yield core
    core.close()
