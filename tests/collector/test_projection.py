"""The projection: nothing that changed is lost on the way to InfluxDB, whoever fails when."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from pasperdus_collector.buckets.days import rebuild_site
from pasperdus_collector.buckets.touched import card_changed
from pasperdus_collector.calendar.grid import midnight
from pasperdus_collector.config import InfluxSettings
from pasperdus_collector.ledger import Ledger
from pasperdus_collector.series.influx import InfluxError, InfluxServer
from pasperdus_collector.series.projection import Projection
from support.collecting import HOUR, MINUTE, QUARTER, batch, passage
from support.conformance import (
    AWAY,
    COLLECTOR,
    FIRST_DAY,
    HOME,
    NOW,
    PARIS,
    Filling,
    event_at,
    late_anchor,
    midnight_ms,
    open_away,
)
from support.copying import copy_all, projection_of, unlike
from support.influx import DATABASE, Influx1
from support.mosquitto import LOOPBACK
from support.processes import eventually
from support.writing import Desk


class Kept(InfluxServer):
    """Stands for a server: keeps what it is told, and fails when it is told to."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.fails_with: InfluxError | None = None
        self.when_written: Callable[[], None] = lambda: None

    def write(self, lines: Sequence[str]) -> None:
        if self.fails_with is not None:
            raise self.fails_with
        self.told += lines
        self.when_written()

    def delete(self, tags: Mapping[str, str]) -> None:
        self.told.append(f"delete {tags['collector']} {tags['site']}")

    def close(self) -> None:
        pass

    def of_site(self, site: str) -> list[str]:
        """Return what came of a site, each kind once, in the order of its first coming."""
        of_site = [told for told in self.told if site in told]
        return list(dict.fromkeys(told.partition("_")[0].partition(",")[0] for told in of_site))


@pytest.fixture
def filling(tmp_path: Path) -> Iterator[Filling]:
    """Two days of both sites."""
    filling = Filling(tmp_path / "ledger.db")
    filling.change(open_away)
    for n in range(2):
        filling.day(FIRST_DAY + timedelta(days=n))
    yield filling
    filling.close()


def waiting(filling: Filling) -> int:
    (days,) = filling.ledger.db.execute("SELECT count(*) FROM changed_days").fetchone()
    return int(days)


# -- copying --------------------------------------------------------------------------------------


def test_what_the_server_has_is_forgotten_and_then_nothing_is_sent(filling: Filling) -> None:
    server = Kept()
    projection = projection_of(filling, server)
    assert waiting(filling) > 0

    copy_all(projection)
    server.told.clear()

    assert (waiting(filling), projection.copy_once(), server.told) == (0, False, [])


def test_a_day_that_changes_while_it_is_sent_is_sent_again(filling: Filling) -> None:
    server = Kept()
    projection = projection_of(filling, server)
    copy_all(projection)
    at = midnight_ms(FIRST_DAY, PARIS) + 10 * HOUR

    def late() -> None:
        server.when_written = lambda: None
        tally = event_at(at, kind="tally", what="phone")
        filling.deliver("counter-1", [tally], at=filling.clock.now_ms)

    tally = event_at(at, kind="tally", what="phone")
    filling.deliver("counter-1", [tally], at=filling.clock.now_ms)
    server.when_written = late
    projection.copy_once()

    assert waiting(filling) > 0
    copy_all(projection)
    sent = [
        told
        for told in server.told
        if told.startswith("tallies_15m,") and "what=phone" in told and f" {at // 1000}" in told
    ]
    one_more = int(sent[-2].split("tallies=")[1].split("i")[0]) + 1
    assert f"tallies={one_more}i" in sent[-1]


def test_what_is_not_taken_waits(filling: Filling) -> None:
    server = Kept()
    server.fails_with = InfluxError("away")
    projection = projection_of(filling, server)
    before = waiting(filling)

    with pytest.raises(InfluxError, match="away"):
        projection.copy_once()

    assert (waiting(filling), projection.waiting) == (before, before)
    assert projection.oldest_at_ms is not None


def test_points_of_a_rebuilt_site_are_deleted_before_any_day_is_sent(filling: Filling) -> None:
    server = Kept()
    projection = projection_of(filling, server)
    copy_all(projection)
    server.told.clear()

    filling.change(lambda ledger: rebuild_site(ledger.db, _site_id(ledger, AWAY)))
    filling.pass_time(filling.clock.now_ms)
    is_more = projection.copy_once()

    # Only what is noted as done may be relied on: the days come with the next look.
    assert is_more
    assert server.of_site(AWAY) == ["delete mairie cayenne", "sites"]
    copy_all(projection)
    assert server.of_site(AWAY)[2:4] == ["passages", "occupancy"]


def test_a_rebuilt_site_that_changes_again_is_not_deleted_after_its_days(filling: Filling) -> None:
    server = Kept()
    projection = projection_of(filling, server)
    copy_all(projection)
    server.told.clear()
    filling.change(lambda ledger: rebuild_site(ledger.db, _site_id(ledger, AWAY)))
    filling.pass_time(filling.clock.now_ms)

    def rename() -> None:
        server.when_written = lambda: None
        filling.change(lambda ledger: card_changed(ledger.db, _site_id(ledger, AWAY)))

    server.when_written = rename
    copy_all(projection)

    deleted = [n for n, told in enumerate(server.told) if told.startswith("delete")]
    days = [
        n
        for n, told in enumerate(server.told)
        if told.startswith("passages_1d,collector=mairie,scope=site,site=cayenne")
    ]
    assert len(deleted) == 2
    assert days[0] > deleted[-1]


def test_a_server_that_does_not_delete_is_told_of_once_and_gets_everything(
    filling: Filling,
) -> None:
    class Undeleting(Kept):
        def delete(self, _tags: Mapping[str, str]) -> None:
            raise InfluxError("answered 400: DELETE is not there", is_refused=True)

    server = Undeleting()
    projection = projection_of(filling, server)
    filling.change(lambda ledger: rebuild_site(ledger.db, _site_id(ledger, AWAY)))
    filling.pass_time(filling.clock.now_ms)

    with capture_logs() as logs:
        server.fails_with = InfluxError("away")
        for _ in range(3):
            with pytest.raises(InfluxError, match="away"):
                projection.copy_once()
        server.fails_with = None
        copy_all(projection)

    told = [each for each in logs if "does not delete" in each["event"] and each["site"] == AWAY]
    assert len(told) == 1
    assert "project --rebuild" in told[0]["event"]
    assert waiting(filling) == 0


def test_a_missing_database_is_a_failure_like_others_until_it_is_made(
    filling: Filling, tmp_path: Path
) -> None:
    with Influx1(tmp_path / "influx") as influx, capture_logs() as logs:
        influx.query(f'DROP DATABASE "{DATABASE}"')
        server = InfluxServer(InfluxSettings(url=influx.url, bucket=DATABASE))
        projection = projection_of(filling, server)
        filling.change(lambda ledger: rebuild_site(ledger.db, _site_id(ledger, AWAY)))
        filling.pass_time(filling.clock.now_ms)

        with pytest.raises(InfluxError, match=r"database not found.*; create the bucket"):
            projection.copy_once()
        influx.query(f'CREATE DATABASE "{DATABASE}"')
        copy_all(projection)

        assert unlike(filling, influx) == []
        projection.stop()
    assert not [each for each in logs if "does not delete" in each["event"]]


def test_a_card_tells_since_when_the_site_was_heard_of_after_an_older_day(
    filling: Filling,
) -> None:
    server = Kept()
    projection = projection_of(filling, server)
    copy_all(projection)
    server.told.clear()

    older = event_at(midnight_ms(FIRST_DAY, PARIS) - 5 * HOUR, kind="tally", what="phone")
    filling.deliver("counter-1", [older], at=filling.clock.now_ms)
    filling.pass_time(filling.clock.now_ms)
    copy_all(projection)

    quarter = (midnight_ms(FIRST_DAY, PARIS) - 5 * HOUR) // QUARTER
    card = next(told for told in server.told if told.startswith("sites,") and HOME in told)
    assert f'\\"tallied_from\\":{quarter}' in card


def test_buckets_that_become_unknown_or_move_are_written_over(
    filling: Filling, tmp_path: Path
) -> None:
    filling.clock.now_ms = NOW
    late_anchor(filling, date(2026, 4, 1), corrected=False)
    filling.pass_time(NOW)
    with Influx1(tmp_path / "influx") as influx:
        projection = projection_of(
            filling, InfluxServer(InfluxSettings(url=influx.url, bucket=DATABASE))
        )
        copy_all(projection)
        assert unlike(filling, influx) == []

        late_anchor(filling, date(2026, 4, 1), corrected=True)
        filling.pass_time(NOW)
        assert unlike(filling, influx) != []
        copy_all(projection)

        assert unlike(filling, influx) == []
        projection.stop()


def test_another_time_zone_leaves_no_point_of_the_former_one(
    filling: Filling, tmp_path: Path
) -> None:
    def move(ledger: Ledger) -> None:
        ledger.db.execute("UPDATE sites SET time_zone = 'Asia/Kolkata' WHERE name = ?", (AWAY,))
        rebuild_site(ledger.db, _site_id(ledger, AWAY))

    with Influx1(tmp_path / "influx") as influx:
        projection = projection_of(
            filling, InfluxServer(InfluxSettings(url=influx.url, bucket=DATABASE))
        )
        copy_all(projection)
        filling.change(move)
        filling.pass_time(filling.clock.now_ms)
        copy_all(projection)

        (days,) = influx.query(
            f"SELECT coverage FROM passages_1d WHERE site = '{AWAY}' AND scope = 'site'"  # noqa: S608
        )
        projection.stop()
    kolkata = ZoneInfo("Asia/Kolkata")
    starts = {midnight(FIRST_DAY + timedelta(days=n), kolkata) * QUARTER for n in range(-2, 5)}
    assert {row["time"] for row in days.records()} <= starts


# -- the thread -----------------------------------------------------------------------------------


def test_a_server_that_dies_and_comes_back_is_told_of_twice_and_lacks_nothing(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path / "ledger.db")
    desk.start()
    with Influx1(tmp_path / "influx") as influx, capture_logs() as logs:
        projection = Projection(
            InfluxServer(InfluxSettings(url=influx.url, bucket=DATABASE)),
            path=desk.path,
            collector=COLLECTOR,
            submit=desk.run,
            every_s=0.01,
            first_pause_s=0.02,
        )
        projection.start()
        desk.deliver(_came(1))
        eventually(lambda: _ins(influx) == 1, "first passage in InfluxDB")

        influx.kill()
        desk.deliver(_came(2))
        eventually(lambda: projection.failures >= 3, "third failure")
        lag = projection.lag()
        influx.start()

        eventually(lambda: _ins(influx) == 2, "second passage in InfluxDB")
        eventually(lambda: projection.is_up and not projection.waiting, "end of the lag")
        assert lag.waiting > 0
        assert lag.oldest_s is not None
        assert "cannot be reached" in (lag.error or "")
        assert projection.lag().error is None
        projection.stop()
        desk.stop()
    told = [each["event"] for each in logs if "InfluxDB" in each["event"]]
    assert told == [
        "InfluxDB does not get the series; changes wait in the ledger",
        "InfluxDB gets the series again",
    ]


def test_a_server_that_never_answers_holds_up_nobody(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.db")
    desk.start()
    with socket.create_server((LOOPBACK, 0)) as silent:
        url = f"http://{LOOPBACK}:{silent.getsockname()[1]}"
        projection = Projection(
            InfluxServer(InfluxSettings(url=url, bucket=DATABASE, timeout_s=300)),
            path=desk.path,
            collector=COLLECTOR,
            submit=desk.run,
            every_s=0.01,
        )
        desk.deliver(_came(1))
        desk.settle()
        projection.start()
        silent.settimeout(10)
        connection, _ = silent.accept()  # from now on it waits for an answer

        for number in range(2, 40):
            desk.deliver(_came(number))
        desk.settle()

        assert len(desk.subscriber.answers) == 39
        projection.stop()
        connection.close()
    desk.stop()


def _site_id(ledger: Ledger, site: str) -> int:
    (site_id,) = ledger.db.execute("SELECT id FROM sites WHERE name = ?", (site,)).fetchone()
    return int(site_id)


def _came(number: int) -> bytes:
    """Return that somebody came in, a moment ago."""
    now_ms = time.time_ns() // 1_000_000
    booted = now_ms - HOUR
    came = passage(number, now_ms - MINUTE, booted=booted)
    return batch(came, sent_at=now_ms, booted=booted, boot=f"boot-{number}", epoch=f"{number:032x}")


def _ins(influx: Influx1) -> int:
    """Return the entries of all days."""
    found = influx.query("SELECT sum(ins) FROM passages_1d WHERE scope = 'site'")
    return int(found[0].records()[0]["sum"]) if found else 0
