"""InfluxDB: what is written to a real server comes back number for number."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pasperdus_collector.calendar.grid import BucketSize
from pasperdus_collector.config import InfluxSettings
from pasperdus_collector.series.card import LineCard, SiteCard
from pasperdus_collector.series.influx import InfluxError, InfluxRows, InfluxServer
from pasperdus_collector.series.line_protocol import card_line, line_maker, unknown
from pasperdus_collector.series.published import (
    GROUPS,
    OCCUPANCY,
    PASSAGES,
    Group,
    RowQuestion,
    Scope,
    Values,
)
from support.influx import DATABASE, Influx1, Server, VictoriaMetrics, other_server
from support.mosquitto import LOOPBACK, free_port

QUARTER = 1_969_344  # 2026-03-02T00:00:00Z
STEPS: dict[BucketSize, int] = {"15m": 1, "1h": 4, "1d": 96, "1w": 672, "1mo": 2880}
SITES = itertools.count()

numbers = {
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
}
tag_texts = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40).filter(
    lambda text: not text.endswith("\\")
)


@pytest.fixture(scope="module")
def influx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influx1]:
    with Influx1(tmp_path_factory.mktemp("influx")) as influx:
        yield influx


def settings_of(server: Influx1 | VictoriaMetrics | Server, **more: Any) -> InfluxSettings:
    return InfluxSettings.model_validate({"url": server.url, "bucket": DATABASE, **more})


@pytest.fixture(scope="module")
def server(influx: Influx1) -> Iterator[InfluxServer]:
    server = InfluxServer(settings_of(influx))
    yield server
    server.close()


def a_card(**changes: Any) -> SiteCard:
    told: dict[str, Any] = {
        "collector": "test-mairie",
        "site": f"site-{next(SITES)}",
        "title": "Mairie",
        "time_zone": "Europe/Paris",
    }
    return SiteCard(**told | changes)


def a_question(
    card: SiteCard,
    group: Group = OCCUPANCY,
    bucket: BucketSize = "1h",
    scope: Scope = "site",
    *,
    tags: dict[str, str] | None = None,
    buckets: int = 8,
) -> RowQuestion:
    step = STEPS[bucket]
    edges = range(QUARTER, QUARTER + step * (buckets + 1), step)
    return RowQuestion(
        card=card, group=group, bucket=bucket, scope=scope, tags=tags or {}, edges=edges
    )


def lines_of(question: RowQuestion, rows: Mapping[int, Values]) -> list[str]:
    make = line_maker(question)
    return [make(quarter, values) for quarter, values in rows.items()]


@st.composite
def series(draw: st.DrawFn) -> tuple[RowQuestion, dict[int, Values]]:
    """Return one series of any group, with any numbers, tagged with anything that can be a tag."""
    group = draw(st.sampled_from(GROUPS))
    scope = draw(st.sampled_from(sorted(group.scopes)))
    tags = {name: draw(tag_texts) for name in group.scopes[scope]}
    question = a_question(a_card(), group, draw(st.sampled_from(group.buckets)), scope, tags=tags)
    values = st.tuples(*(numbers[kind] for kind in group.fields.values()))
    return question, draw(st.dictionaries(st.sampled_from(question.edges[:-1]), values, min_size=1))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(series())
def test_every_number_comes_back_as_it_was(
    server: InfluxServer, drawn: tuple[RowQuestion, dict[int, Values]]
) -> None:
    question, rows = drawn

    server.write(lines_of(question, rows))

    found = InfluxRows(server).rows(question)
    assert found == {quarter: values for quarter, values in rows.items() if any(values)}
    kinds = list(question.group.fields.values())
    assert all([type(value) for value in values] == kinds for values in found.values())


def test_only_the_wanted_fields_come_and_a_known_zero_stays_known(server: InfluxServer) -> None:
    known_zero = (0, 1, *unknown(PASSAGES)[2:])
    whole = a_question(a_card(), PASSAGES)
    server.write(lines_of(whole, {QUARTER: known_zero, QUARTER + 4: unknown(PASSAGES)}))
    asked = RowQuestion(
        card=whole.card,
        group=PASSAGES,
        bucket="1h",
        scope="site",
        tags={},
        edges=whole.edges,
        fields=("coverage", "ins"),
    )

    assert InfluxRows(server).rows(asked) == {QUARTER: (0.0, 0)}


def test_a_row_replaces_the_one_before_also_by_nothing_known(server: InfluxServer) -> None:
    question = a_question(a_card())
    before, after = (3.5, 3.0, 1.2, 4, 1, 1.0, 0), (2.0, 2.0, 0.4, 4, 1, 1.0, 0)
    server.write(lines_of(question, {QUARTER: before, QUARTER + 4: before}))

    server.write(lines_of(question, {QUARTER: after, QUARTER + 4: unknown(OCCUPANCY)}))

    assert InfluxRows(server).rows(question) == {QUARTER: after}


def test_rows_of_other_sites_series_and_bucket_starts_are_not_mixed_in(
    server: InfluxServer,
) -> None:
    card = a_card()
    values = (1, 1, *unknown(PASSAGES)[2:])
    hall = a_question(card, PASSAGES, "1d", "zone", tags={"zone": "hall"})
    line = a_question(
        card, PASSAGES, "1d", "line", tags={"zone": "hall", "node": "entrance-1", "line": "door"}
    )
    elsewhere = a_question(a_card(), PASSAGES, "1d", "zone", tags={"zone": "hall"})
    server.write(lines_of(line, {QUARTER: values}) + lines_of(elsewhere, {QUARTER: values}))
    server.write(lines_of(hall, {QUARTER + 4: values}))  # as when the site was in another time zone

    assert InfluxRows(server).rows(hall) == {}


def test_a_card_comes_back_as_it_was_and_replaces_the_one_before(
    influx: Influx1, server: InfluxServer
) -> None:
    card = a_card(
        title='Mairie "annexe" \\ Pôle d\'accueil, 2ᵉ étage\n🙂',
        calendar={"hours": {"mon": [["08:30", "12:00"]]}},
        zones=("hall", "guichet"),
        lines=(LineCard(node="entrance-1", line="door", zone="hall", role="outer"),),
        questions=(("accueil", 5),),
        tallies=(("hall", "phone"),),
        services=("état",),
    )
    server.write([card_line(a_card(site=card.site, title="Before")), card_line(a_card())])

    server.write([card_line(card)])

    rows = InfluxRows(server)
    assert rows.cards(card.site) == [card]
    assert card in rows.cards()
    (stored,) = influx.query("SELECT site, zones FROM sites")
    assert {"time": 0, "site": card.site, "zones": 2} in stored.records()


def test_a_site_is_deleted_without_its_neighbours(server: InfluxServer) -> None:
    gone, kept = a_question(a_card()), a_question(a_card())
    row = {QUARTER: (3.5, 3.0, 1.2, 4, 1, 1.0, 0)}
    for question in (gone, kept):
        server.write([card_line(question.card), *lines_of(question, row)])

    server.delete({"collector": gone.card.collector, "site": gone.card.site})

    rows = InfluxRows(server)
    assert (rows.rows(gone), rows.rows(kept)) == ({}, row)
    assert (rows.cards(gone.card.site), rows.cards(kept.card.site)) == ([], [kept.card])


class Listening(InfluxServer):
    """Keeps what is asked."""

    def __init__(self, server: InfluxServer) -> None:
        self._server = server
        self.asked: list[str] = []

    def select(
        self, measurement: str, fields: Sequence[str], where: str
    ) -> Sequence[Sequence[Any]]:
        self.asked.append(where)
        return self._server.select(measurement, fields, where)


def test_a_long_question_is_asked_in_parts_of_three_days_of_quarter_hours(
    server: InfluxServer,
) -> None:
    question = a_question(a_card(), OCCUPANCY, "15m", buckets=1000)
    rows = {quarter: (float(quarter), 0.0, 0.0, 1, 1, 1.0, 0) for quarter in question.edges[:-1]}
    server.write(lines_of(question, rows))
    listening = Listening(server)

    assert InfluxRows(listening).rows(question) == rows
    bounds = [part.rpartition("time >= ")[2].split("ms AND time < ") for part in listening.asked]
    spans_ms = [int(end.removesuffix("ms")) - int(first) for first, end in bounds]
    assert spans_ms == [*3 * [259_200_000], 136 * 900_000]


@pytest.mark.parametrize("value", ["", "two\nlines", "ends in \\"])
def test_a_tag_that_the_protocol_cannot_carry_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="cannot be a tag"):
        line_maker(a_question(a_card(), PASSAGES, "1h", "zone", tags={"zone": value}))


def test_a_field_that_is_no_number_is_refused_by_name() -> None:
    make = line_maker(a_question(a_card(site="annexe")))

    with pytest.raises(ValueError, match=r"occupancy_1h,.*site=annexe at quarter 7 .*nan"):
        make(7, (float("nan"), 0.0, 0.0, 0, 0, 0.0, 0))


def test_of_a_measurement_that_is_not_there_nothing_is_known(tmp_path: Path) -> None:
    with Influx1(tmp_path) as empty:
        server = InfluxServer(settings_of(empty))
        rows = InfluxRows(server)

        assert (rows.cards(), rows.rows(a_question(a_card()))) == ([], {})
        server.close()


def test_only_who_has_the_password_is_let_in(tmp_path: Path) -> None:
    secret, wrong = tmp_path / "password", tmp_path / "wrong"
    secret.write_text(f"{Influx1.password}\n")
    wrong.write_text("guess")
    question, row = a_question(a_card()), {QUARTER: (3.5, 3.0, 1.2, 4, 1, 1.0, 0)}
    with Influx1(tmp_path / "influx", auth=True) as guarded:
        trusted = InfluxServer(settings_of(guarded, username=Influx1.user, password_file=secret))
        stranger = InfluxServer(settings_of(guarded, username=Influx1.user, password_file=wrong))
        trusted.write(lines_of(question, row))

        assert InfluxRows(trusted).rows(question) == row
        what_to_do = "answered 401: .*check the token or the password"
        with pytest.raises(InfluxError, match=what_to_do) as unwritten:
            stranger.write(lines_of(question, row))
        with pytest.raises(InfluxError, match=what_to_do) as unread:
            InfluxRows(stranger).rows(question)
        assert "guess" not in f"{unwritten.value} {unread.value}"
        trusted.close()
        stranger.close()


def test_a_missing_database_is_told_with_what_to_do(influx: Influx1) -> None:
    server = InfluxServer(settings_of(influx, bucket="elsewhere"))

    with pytest.raises(InfluxError, match=r"answered 404: .*elsewhere.*; create the bucket"):
        server.write(lines_of(a_question(a_card()), {QUARTER: unknown(OCCUPANCY)}))
    for asked in (InfluxRows(server).cards, lambda: server.delete({"site": "annexe"})):
        with pytest.raises(
            InfluxError, match=r"404: database not found: elsewhere; create the bucket"
        ) as missing:
            asked()
        assert not missing.value.is_refused  # it goes on once somebody made the database
    server.close()


def test_a_server_that_is_not_there_is_told_with_what_to_do() -> None:
    server = InfluxServer(InfluxSettings(url=f"http://{LOOPBACK}:{free_port()}", bucket=DATABASE))

    for attempt in (lambda: server.write(["sites zones=1i 0"]), InfluxRows(server).cards):
        with pytest.raises(InfluxError, match=r"cannot be reached: .*check \[influx\] url"):
            attempt()
    server.close()


def test_victoria_metrics_takes_the_same_bytes_and_keeps_every_number(tmp_path: Path) -> None:
    question = a_question(a_card(), OCCUPANCY, "1d")
    rows: dict[int, Values] = {
        QUARTER: (31.9, 30.25, 1.5, 40, 1, 0.9375, 4),
        QUARTER + 96: (0.0, 0.0, 0.0, 40, 1, 1.0, 0),
    }
    with VictoriaMetrics(tmp_path) as metrics:
        server = InfluxServer(settings_of(metrics))
        server.write([card_line(question.card), *lines_of(question, rows)])
        for refused in (lambda: server.delete({"site": "annexe"}), InfluxRows(server).cards):
            with pytest.raises(InfluxError, match="does not answer InfluxQL") as refusal:
                refused()
            assert refusal.value.is_refused
        server.close()

        found = {
            each["metric"]["__name__"]: dict(zip(each["timestamps"], each["values"], strict=True))
            for each in metrics.export(f'{{site="{question.card.site}"}}')
        }

    stored_ms = [quarter * 900_000 for quarter in rows]
    for place, name in enumerate(OCCUPANCY.fields):
        values = [row[place] for row in rows.values()]
        assert found[f"occupancy_1d_{name}"] == dict(zip(stored_ms, values, strict=True)), name
    assert list(found["sites_zones"].values()) == [0]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_the_document_lists_every_group_with_its_scopes_and_fields(group: Group) -> None:
    document = (Path(__file__).parents[2] / "docs/influxdb.md").read_text(encoding="utf-8")
    scopes = "; ".join(
        f"`{scope}`" + (": " + " ".join(f"`{tag}`" for tag in tags) if tags else "")
        for scope, tags in group.scopes.items()
    )
    fields = " ".join(
        f"`{name}`" + (" (int)" if kind is int else "") for name, kind in group.fields.items()
    )

    row = f"| `{group.name}` | {' '.join(group.buckets)} | {scopes} | {fields} |"
    assert row in document.splitlines(), f"docs/influxdb.md should have this row:\n{row}"


def test_another_server_gives_back_what_it_is_given(tmp_path: Path) -> None:
    other = other_server()
    if other is None:
        pytest.skip("PASPERDUS_TEST_INFLUX_URL names no other InfluxDB (1.8, 2 or 3) to try")
    secret = tmp_path / "token"
    secret.write_text(other.token)
    server = InfluxServer(
        InfluxSettings(
            url=other.url,
            bucket=other.bucket,
            org=other.org,
            token_file=secret if other.token else None,
        )
    )
    question = a_question(a_card(collector="test-other"), PASSAGES, "15m", buckets=500)
    rows = {
        quarter: (quarter, 1, 7, 1, 0.1 + 0.2, 4, 1, *(quarter / 7,) * 8)
        for quarter in question.edges[:-1]
    }
    server.write([card_line(question.card), *lines_of(question, rows)])

    found = InfluxRows(server)
    assert found.rows(question) == rows
    assert question.card in found.cards(question.card.site)
    server.close()


def test_without_the_client_the_extra_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "influxdb_client", None)

    with pytest.raises(InfluxError, match=r"not installed .*; install the extra influx"):
        InfluxServer(InfluxSettings(url="http://127.0.0.1:8086", bucket=DATABASE))
