"""The sites whose pages are opened, behind real ports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.places import Serving, serving


@pytest.fixture(scope="package")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("sites")) as served:
        yield served
