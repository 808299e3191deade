"""Contents in the ledger: kept under versions, within limits, and what they name stays there."""

from __future__ import annotations

import json
from datetime import date

import pytest

from pasperdus_collector.calendar.opening import Closure, SiteCalendar
from pasperdus_collector.errors import NotFoundError, PreconditionError, QueryError
from pasperdus_collector.reception import content_store
from pasperdus_collector.reception.content import DEFAULT_TALLIES, Content, Kind
from pasperdus_collector.reception.content_limits import MAX_KEPT
from pasperdus_collector.reception.content_store import Stored
from pasperdus_collector.registry import site_id_of
from pasperdus_collector.site_calendar import write_calendar
from support.collecting import Core
from support.contents import WRITTEN, content

MONDAY = date(2026, 11, 23)
SITE, OTHER = "mairie", "annexe"


class Desk:
    """Writes contents of one site as of a Monday; each call is a transaction."""

    def __init__(self, core: Core) -> None:
        self.ledger, self.db = core.ledger, core.ledger.db
        with self.ledger.transaction():
            for site in (SITE, OTHER):
                core.ledger.registry.create_site(name=site, title=site, time_zone="Europe/Paris")

    def add(self, *contents: Content, site: str = SITE) -> None:
        for each in contents:
            with self.ledger.transaction():
                content_store.add(self.db, site, each, today=MONDAY)

    def replace(self, changed: Content, *, version: int) -> Stored:
        with self.ledger.transaction():
            return content_store.replace(self.db, SITE, changed, version=version, today=MONDAY)

    def remove(self, kind: Kind, name: str, *, version: int = 1) -> None:
        with self.ledger.transaction():
            content_store.remove(self.db, SITE, kind, name, version=version, today=MONDAY)

    def names(self, kind: Kind, *, site: str = SITE) -> list[str]:
        return [each.content.name for each in content_store.read_contents(self.db, site, kind)]


@pytest.fixture
def desk(core: Core) -> Desk:
    return Desk(core)


def test_each_kind_is_read_back_as_it_was_written(desk: Desk) -> None:
    ordered: list[Kind] = [
        *("service", "need"),  # what others name comes first
        *("desk", "notice", "answer", "contact", "phrase"),
    ]
    written = [content(kind, position=3, valid_from="2026-11-01") for kind in ordered]
    written.append(content("tally", name="retour", position=3, is_shown=False))
    desk.add(*written)

    for each in written:
        found = content_store.read_content(desk.db, SITE, each.kind, each.name)
        assert found == Stored(content=each, version=1)
    kinds = [each.content.kind for each in content_store.read_contents(desk.db, SITE)]
    assert list(dict.fromkeys(kinds)) == list(WRITTEN)


def test_sites_do_not_see_one_another(desk: Desk) -> None:
    desk.add(content("need"))

    assert desk.names("need", site=OTHER) == []
    with pytest.raises(NotFoundError, match="no site 'gare'; known are annexe, mairie"):
        desk.add(content("need"), site="gare")
    with pytest.raises(QueryError, match="names the need 'logement', which would not be there"):
        desk.add(content("contact"), site=OTHER)


def test_what_has_no_position_comes_last_and_stays_where_it_came(desk: Desk) -> None:
    desk.add(content("need", name="z", position=5), content("need", name="a"))
    desk.add(content("need", name="b", position=0))

    assert desk.names("need") == ["b", "z", "a"]
    desk.replace(content("need", name="z"), version=1)
    assert desk.names("need") == ["b", "a", "z"]


def test_a_name_is_taken_once(desk: Desk) -> None:
    desk.add(content("need"))

    with pytest.raises(PreconditionError, match="there is a need 'logement' already"):
        desk.add(content("need"))


def test_only_the_version_that_somebody_read_is_changed_or_removed(desk: Desk) -> None:
    desk.add(content("need"))
    changed = desk.replace(content("need", title={"fr": "Logement"}), version=1)

    assert changed.version == 2
    with pytest.raises(PreconditionError, match="is at version 2, not 1"):
        desk.replace(content("need"), version=1)
    with pytest.raises(PreconditionError, match="is at version 2, not 1"):
        desk.remove("need", "logement", version=1)
    with pytest.raises(NotFoundError, match="no need 'santé'; known are logement"):
        desk.remove("need", "santé")
    assert content_store.read_content(desk.db, SITE, "need", "logement") == changed
    desk.remove("need", "logement", version=2)
    assert desk.names("need") == []


def test_what_others_name_cannot_be_removed_before_them(desk: Desk) -> None:
    desk.add(content("service"), content("desk", service="etat-civil", title=None))
    desk.add(content("need"), content("contact"))

    with pytest.raises(QueryError, match="desk 'impots' names the service 'etat-civil'"):
        desk.remove("service", "etat-civil")
    with pytest.raises(QueryError, match="contact 'adil' names the need 'logement'"):
        desk.remove("need", "logement")
    desk.remove("desk", "impots")
    desk.remove("service", "etat-civil")
    assert desk.names("service") == []


def test_a_change_that_no_board_can_hold_leaves_everything_as_it_was(desk: Desk) -> None:
    desk.add(*(content("notice", name=f"n{n}") for n in range(8)))
    desk.add(content("notice", name="fini", valid_to="2026-11-22"))

    with pytest.raises(QueryError, match="notice: 9 would be shown on 2026-11-23, at most 8"):
        desk.add(content("notice"))
    with pytest.raises(QueryError, match="notice: 9 would be shown"):
        desk.replace(content("notice", name="fini"), version=1)
    assert content_store.read_content(desk.db, SITE, "notice", "fini").version == 1
    assert len(desk.names("notice")) == 9


def test_contents_that_are_over_are_to_be_removed_one_day(desk: Desk) -> None:
    over = content("notice", valid_to="2026-01-01").model_dump_json(
        exclude={"name", "valid_from", "valid_to", "position"}
    )
    with desk.ledger.transaction():
        desk.db.executemany(
            "INSERT INTO contents (site_id, kind, name, body, valid_to, position) "
            "VALUES (?, 'notice', ?, ?, '2026-01-01', 0)",
            [(site_id_of(desk.db, SITE), f"n{n}", over) for n in range(MAX_KEPT)],
        )

    with pytest.raises(QueryError, match="notice: 200 are kept, no more fit; remove some"):
        desk.add(content("notice"))


def test_a_default_tally_is_there_until_it_is_written_and_again_when_that_is_removed(
    desk: Desk,
) -> None:
    before = content_store.read_content(desk.db, SITE, "tally", "phone")
    changed = desk.replace(content("tally", is_shown=False), version=before.version)

    assert before.version == content_store.BY_DEFAULT
    assert before.content in DEFAULT_TALLIES
    assert changed.version == 1
    with pytest.raises(PreconditionError, match="is at version 1, not 0"):
        desk.replace(content("tally"), version=0)
    desk.add(content("tally", name="retour"))
    with pytest.raises(QueryError, match="tally: 5 would be shown"):
        desk.remove("tally", "phone")
    desk.remove("tally", "retour")
    desk.remove("tally", "phone")
    assert content_store.read_content(desk.db, SITE, "tally", "phone") == before
    with pytest.raises(QueryError, match="there by default; hide it"):
        desk.remove("tally", "phone", version=0)


def test_a_board_shows_the_contents_of_its_site_under_its_calendar(desk: Desk) -> None:
    desk.add(content("desk"), content("notice", valid_to="2026-11-22"))
    closed = SiteCalendar(closures=(Closure(first_day=MONDAY, last_day=MONDAY, label="travaux"),))
    with desk.ledger.transaction():
        write_calendar(desk.db, SITE, closed, version=None)

    told = content_store.shown(desk.db, site_id_of(desk.db, SITE), MONDAY)

    assert [(each.day, each.is_cancelled) for each in told.desks] == [("2026-11-23", True)]
    assert not told.notices
    assert not content_store.shown(desk.db, site_id_of(desk.db, OTHER), MONDAY).desks


def test_what_is_left_out_is_not_stored(desk: Desk) -> None:
    desk.add(content("notice", text=None))

    ((body,),) = desk.db.execute("SELECT body FROM contents").fetchall()
    assert json.loads(body) == {"title": WRITTEN["notice"]["title"]}
