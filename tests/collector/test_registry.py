"""Sites, zones, lines and boxes: how they become known and how they are changed."""

from __future__ import annotations

import pytest

from pasperdus_collector.errors import NotFoundError, PreconditionError, QueryError
from pasperdus_collector.registry import DEMO_SITE, Box, Line, LineRole, read_sites
from support.collecting import MONDAY, NODE, Core, passage, rating


def change(
    core: Core,
    name: str = "default",
    *,
    title: str | None = None,
    time_zone: str | None = None,
    lines: list[LineRole] | None = None,
    version: int | None = None,
) -> None:
    with core.ledger.transaction():
        core.ledger.registry.change_site(
            name, title=title, time_zone=time_zone, lines=lines or [], version=version
        )


def test_an_unknown_node_is_enrolled_into_a_zone_of_its_own_name(core: Core) -> None:
    core.store(passage(1, MONDAY), rating(2, MONDAY))
    core.store(passage(1, MONDAY, line="gate"), node="annexe")

    (site,) = read_sites(core.ledger.db)

    assert (site.site, site.time_zone, site.version) == ("default", "Europe/Paris", 1)
    assert [zone.zone for zone in site.zones] == ["annexe", NODE]
    assert site.zones[0].lines == [Line(node="annexe", line="gate", role="outer")]
    assert site.zones[1].boxes == [Box(node=NODE, question="accueil", scale=5)]


def test_a_node_can_be_enrolled_into_a_site_of_its_own_before_it_speaks(core: Core) -> None:
    with core.ledger.transaction():
        for _ in range(2):
            core.ledger.registry.enrol(
                NODE, MONDAY, site=DEMO_SITE, title="Shown", zone_title="Door", time_zone="UTC"
            )
        core.ledger.registry.create_site(name="mairie", title="Mairie", time_zone="Europe/Paris")
    core.store(passage(1, MONDAY))

    mairie, own = read_sites(core.ledger.db)

    assert mairie.zones == []
    assert (own.site, own.title, own.time_zone) == (DEMO_SITE, "Shown", "UTC")
    assert [(zone.title, len(zone.lines)) for zone in own.zones] == [("Door", 1)]


def test_a_site_that_is_there_cannot_be_added_again(core: Core) -> None:
    with core.ledger.transaction():
        core.ledger.registry.create_site(name="annexe", title="A", time_zone="Asia/Kolkata")

    with pytest.raises(PreconditionError, match="site 'annexe' already; PATCH"):
        core.ledger.registry.create_site(name="annexe", title="B", time_zone="Europe/Paris")
    assert [site.title for site in read_sites(core.ledger.db)] == ["A"]


@pytest.mark.parametrize(
    "time_zone", ["Mars/Base", "", "Europe", "../Europe/Paris", "/etc/passwd", "x" * 5000, "a\0b"]
)
def test_a_time_zone_that_is_none_is_refused(core: Core, time_zone: str) -> None:
    with pytest.raises(QueryError, match="is not known; write one like Europe/Paris"):
        core.ledger.registry.create_site(name="annexe", title="A", time_zone=time_zone)


def test_only_what_is_given_changes_and_the_version_grows(core: Core) -> None:
    core.store(passage(1, MONDAY))

    change(core, title="Mairie")
    change(core, time_zone="Asia/Kolkata", lines=[LineRole(node=NODE, line="door", role="inner")])

    (site,) = read_sites(core.ledger.db)
    assert (site.title, site.time_zone, site.version) == ("Mairie", "Asia/Kolkata", 3)
    assert site.zones[0].lines[0].role == "inner"


def test_a_change_made_from_an_older_version_is_refused(core: Core) -> None:
    core.store(passage(1, MONDAY))
    change(core, title="Mairie", version=1)

    with pytest.raises(PreconditionError, match="at version 2, not 1; read it again first"):
        change(core, title="Other", version=1)
    assert read_sites(core.ledger.db)[0].title == "Mairie"


def test_a_change_with_an_unknown_line_changes_nothing(core: Core) -> None:
    core.store(passage(1, MONDAY))
    lines = [
        LineRole(node=NODE, line="door", role="inner"),
        LineRole(node=NODE, line="dor", role="inner"),
    ]

    with pytest.raises(NotFoundError, match="knows no line 'dor' of node 'entrance-1'"):
        change(core, title="Mairie", lines=lines)

    (site,) = read_sites(core.ledger.db)
    assert (site.title, site.version, site.zones[0].lines[0].role) == ("default", 1, "outer")


def test_a_site_that_is_not_there_is_named(core: Core) -> None:
    with pytest.raises(NotFoundError, match="there is no site 'nowhere'"):
        change(core, "nowhere", title="x")
