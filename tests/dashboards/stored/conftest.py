"""A site of one day: what is kept is told the same way of a year."""

from __future__ import annotations

import pytest

from support.pages import TUESDAY, Site
from support.reception import open_day


@pytest.fixture
def day_site(site: Site) -> Site:
    open_day(site.place, TUESDAY, visitors=40, until="14:30")
    site.place.status("entree", site.now_ms - 60_000)
    return site
