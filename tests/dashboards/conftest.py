"""Sites for the pages to show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.pages import TUESDAY, Site
from support.reception import open_day, reception, usual_weeks


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with reception(tmp_path / "ledger.db") as place:
        yield Site(place)


@pytest.fixture
def busy_site(site: Site) -> Site:
    """Eight usual Tuesdays, and this one until half past two."""
    usual_weeks(site.place, TUESDAY)
    open_day(site.place, TUESDAY, visitors=235, until="14:30")
    site.place.status("entree", site.now_ms - 60_000)
    site.place.heartbeat("entree", site.now_ms - 9_000, sensors={"porte": "ok"})
    return site
