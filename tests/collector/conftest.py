"""A collector's core, or its register, on a fresh ledger for each test that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.collecting import Core
from support.registering import RegisterDesk


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    core = Core(tmp_path / "ledger.db")
    yield core
    core.close()


@pytest.fixture
def register(tmp_path: Path) -> Iterator[RegisterDesk]:
    register = RegisterDesk(tmp_path / "ledger.db")
    yield register
    register.close()
