"""Series as every reader sees them: null is not zero, and every bucket is there."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest

from pasperdus_collector.buckets.flags import PROVISIONAL
from pasperdus_collector.calendar.grid import LAST_MS
from pasperdus_collector.calendar.opening import Hours, SiteCalendar
from pasperdus_collector.errors import NotFoundError, QueryError
from pasperdus_collector.registry import LineRole
from pasperdus_collector.release import release
from pasperdus_collector.series import Series, SeriesQuery
from pasperdus_collector.series.embedded import EmbeddedSeries
from pasperdus_collector.series.reader import MAX_POINTS
from support.collecting import (
    DAY,
    HOUR,
    MINUTE,
    MONDAY,
    QUARTER,
    Core,
    batch,
    coverage,
    event,
    passage,
    rating,
)

NINE = MONDAY + 9 * HOUR
FOUR = MONDAY + 3 * HOUR  # 04:00 in Paris: the nightly close


def read(core: Core, measure: str, *, now: int = MONDAY + 7 * DAY, **query: Any) -> Series:
    asked = {"site": "default", "bucket": "1h", "start_ms": NINE, "end_ms": NINE + HOUR, **query}
    return EmbeddedSeries(core.ledger.db, now_ms=now).read(SeriesQuery(measure=measure, **asked))  # type: ignore[arg-type] # any measure may be asked for


def values(core: Core, measure: str, **query: Any) -> list[object]:
    return [point.value for point in read(core, measure, **query).points]


def shares(core: Core, measure: str, **query: Any) -> list[float]:
    return [point.coverage for point in read(core, measure, **query).points]


def cover(core: Core, start: int, end: int, seq: int, **changes: Any) -> None:
    """Tell of ``start`` to ``end`` as a node does, by the quarter-hour."""
    told = range(start, end, QUARTER)
    quarters = [
        coverage(seq + n, at, min(end, at + QUARTER), **changes) for n, at in enumerate(told)
    ]
    core.store(*quarters)


def know_the_door(core: Core) -> None:
    """A line is known from its first event; this one is no passage."""
    core.store(event(999, NINE, kind="uncounted", line="door", why="back"))


# Passages


def test_zero_means_open_and_nobody_came_and_null_that_nobody_knows(core: Core) -> None:
    cover(core, NINE, NINE + HOUR, 1)
    core.store(passage(10, NINE + 2 * HOUR, "out"), passage(11, NINE + 5 * MINUTE))

    span = {"start_ms": NINE, "end_ms": NINE + 4 * HOUR}
    assert values(core, "passages_in", **span) == [1, None, 0, None]
    assert values(core, "passages_out", **span) == [0, None, 1, None]
    assert shares(core, "passages_in", **span) == [1.0, 0.0, 0.0, 0.0]
    assert read(core, "passages_in").unit == "persons"


def test_coverage_is_the_share_of_working_time(core: Core) -> None:
    know_the_door(core)
    core.store(coverage(1, NINE, NINE + QUARTER, ok_ms=QUARTER // 3))
    core.store(coverage(2, NINE + QUARTER, NINE + HOUR))

    assert shares(core, "passages_in") == [round((1 / 3 + 3) / 4, 4)]
    assert shares(core, "passages_in", bucket="15m")[:2] == [0.3333, 1.0]


def test_coverage_told_twice_is_not_more_than_all(core: Core) -> None:
    know_the_door(core)
    cover(core, NINE, NINE + HOUR, 1)
    cover(core, NINE, NINE + HOUR, 11)

    assert shares(core, "passages_in") == [1.0]


def test_coverage_of_a_zone_is_the_mean_over_the_lines_known_by_then(core: Core) -> None:
    core.store(passage(1, NINE, line="door"), passage(2, NINE + 2 * HOUR, line="gate"))
    cover(core, NINE, NINE + 3 * HOUR, 10)

    found = shares(core, "passages_in", end_ms=NINE + 3 * HOUR, zone="entrance-1")

    assert found == [1.0, 1.0, 0.5]


def test_a_whole_site_counts_its_outer_lines_and_a_zone_all_of_its_own(core: Core) -> None:
    core.store(passage(1, NINE), passage(2, NINE, line="waiting"))
    core.store(passage(1, NINE, "out"), node="entrance-2")
    with core.ledger.transaction():
        core.ledger.registry.change_site(
            "default", title=None, time_zone=None, version=None,
            lines=[LineRole(node="entrance-1", line="waiting", role="inner")],
        )  # fmt: skip

    assert values(core, "passages_in") == [1]
    assert values(core, "passages_out") == [1]
    assert values(core, "passages_in", zone="entrance-1") == [2]
    assert values(core, "passages_in", zone="entrance-2") == [0]


def test_staff_is_not_among_the_visitors(core: Core) -> None:
    core.store(passage(1, NINE, flags=["staff"]), passage(2, NINE, flags=["ambiguous"]))

    assert values(core, "passages_in") == [1]


def test_a_quarter_from_which_a_late_anchor_took_everything_is_null_again(core: Core) -> None:
    unsure = passage(1, NINE, synced=False)
    core.take(batch(unsure, sent_at=NINE, synced=False), at=NINE + 2 * HOUR)
    span = {"end_ms": NINE + 3 * HOUR}
    assert values(core, "passages_in", **span) == [None, None, 1]

    core.store(event(2, NINE + MINUTE, kind="adjust", occupancy=0))

    assert values(core, "passages_in", **span) == [1, None, None]


# The question


def test_a_range_is_widened_to_whole_buckets_and_every_bucket_is_there(core: Core) -> None:
    core.store(passage(1, NINE))

    points = read(core, "passages_in", start_ms=NINE + 1, end_ms=NINE + 2 * HOUR + 1).points

    assert [point.start_ms for point in points] == [NINE, NINE + HOUR, NINE + 2 * HOUR]


def test_a_day_of_a_site_begins_at_its_own_midnight(core: Core) -> None:
    core.store(passage(1, MONDAY - HOUR), passage(2, MONDAY - HOUR - 1))

    (point,) = read(core, "passages_in", bucket="1d", start_ms=MONDAY, end_ms=NINE).points

    assert (point.start_ms, point.value) == (MONDAY - HOUR, 1)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"end_ms": NINE}, "from must be before to"),
        ({"end_ms": NINE - 1}, "from must be before to"),
        ({"start_ms": -1}, "from and to must be in the years 1970 to 2999"),
        ({"end_ms": 2**45}, "from and to must be in the years 1970 to 2999"),
        (
            {"bucket": "15m", "start_ms": 0, "end_ms": 32_503_680_000_000},
            f"about 36115200 buckets are more than {MAX_POINTS}; ask for a shorter time or a ",
        ),
        ({"measure": "ratings", "zone": "entrance-1"}, "released for a whole site"),
        ({"measure": "index", "bucket": "15m"}, "released by the hour"),
        ({"measure": "occupancy", "zone": "entrance-1"}, "occupancy is of a whole site"),
        (
            {"zone": "entrance-1", "line": "entrance-1/door"},
            "a line lies in one zone; give zone or line, not both",
        ),
        ({"question": "accueil"}, "passages_in is not of one question; leave question out"),
        ({"scale": 5}, "passages_in is not of one scale; leave scale out"),
        ({"what": "phone"}, "passages_in is not of one kind of tally; leave what out"),
        ({"service": "caisse"}, "passages_in is not of one service; leave service out"),
        (
            {"measure": "pulse", "bucket": "1mo", "masks": frozenset({"open"})},
            "pulses are pooled over whole months; leave masks out",
        ),
        (
            {"measure": "wait_minutes", "bucket": "1d", "masks": frozenset({"open"})},
            "wait_minutes is of whole days; leave the mask open out",
        ),
        (
            {"measure": "ratings"},
            "choose question=accueil&scale=4, question=accueil&scale=5, question=attente&scale=5",
        ),
        (
            {"measure": "ratings", "question": "accueil"},
            "choose question=accueil&scale=4, question=accueil&scale=5",
        ),
    ],
)
def test_a_question_that_cannot_be_asked_so_is_told_how(
    core: Core, query: dict[str, Any], words: str
) -> None:
    core.store(
        rating(1, NINE), rating(2, NINE, scale=4), rating(3, NINE, question="attente"),
        passage(4, NINE),
    )  # fmt: skip
    asked: list[str] = []
    core.ledger.db.set_trace_callback(asked.append)

    with pytest.raises(QueryError) as refused:
        read(core, **{"measure": "passages_in", **query})

    assert words in str(refused.value)
    assert not [each for each in asked if "quarter >=" in each]  # before it is worked out


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"site": "nowhere"}, "there is no site 'nowhere'; known are default"),
        ({"collector": "annexe"}, "collector 'annexe' has no site 'default' here; known are mai"),
        ({"zone": "cellar"}, "site 'default' has no zone 'cellar'; known are entrance-1"),
        ({"line": "entrance-1/x"}, "has no line 'entrance-1/x'; known are entrance-1/door"),
        ({"measure": "tallies", "what": "fax"}, "nothing called 'fax' .*; known are ph"),
        (
            {"measure": "wait_minutes", "bucket": "1d", "service": "caisse"},
            "nobody waited for a service 'caisse' yet; known are none yet",
        ),
        ({"measure": "ratings", "question": "other"}, "no rating box of this site asks that"),
        ({"measure": "index", "scale": 3}, "no rating box of this site asks that"),
    ],
)
def test_what_is_not_there_is_named(core: Core, query: dict[str, Any], words: str) -> None:
    core.store(passage(1, NINE), event(2, NINE, kind="tally", what="phone"))
    series = EmbeddedSeries(core.ledger.db, now_ms=MONDAY + 7 * DAY, collector="mairie")
    asked: dict[str, Any] = {"site": "default", "measure": "passages_in", "bucket": "1h"}

    with pytest.raises(NotFoundError, match=words):
        series.read(SeriesQuery(start_ms=NINE, end_ms=NINE + HOUR, **{**asked, **query}))


@pytest.mark.parametrize("start", [0, MONDAY])
@pytest.mark.parametrize("bucket", ["1d", "1w", "1mo"])
@pytest.mark.parametrize("time_zone", ["America/Los_Angeles", "Pacific/Kiritimati"])
def test_the_ends_of_the_calendar_can_be_asked_for(
    core: Core, time_zone: str, bucket: str, start: int
) -> None:
    core.store(passage(1, NINE))
    core.rows("UPDATE sites SET time_zone = ?", time_zone)
    end = start + 30 * DAY if start else 30 * DAY

    assert len(values(core, "passages_in", bucket=bucket, start_ms=start, end_ms=end)) >= 1
    last = 32_503_680_000_000
    assert values(core, "passages_in", bucket=bucket, start_ms=last - 1, end_ms=last) == [None]


# Occupancy


def test_occupancy_is_what_entered_less_what_left_since_the_close(core: Core) -> None:
    cover(core, FOUR, NINE + HOUR, 100)
    core.store(
        passage(1, NINE + MINUTE), passage(2, NINE + MINUTE), passage(3, NINE + 20 * MINUTE),
        passage(4, NINE + 50 * MINUTE, "out"),
    )  # fmt: skip

    found = values(core, "occupancy", bucket="15m", now=NINE + HOUR)

    assert found == [2, 3, 3, 2]
    assert values(core, "occupancy", now=NINE + HOUR) == [2.5]


def test_occupancy_is_null_where_nothing_was_ever_heard_and_in_the_future(core: Core) -> None:
    know_the_door(core)
    cover(core, FOUR, NINE + HOUR, 100)

    span = {"start_ms": FOUR - DAY, "end_ms": NINE + 3 * HOUR, "now": NINE + HOUR - 1}
    found = values(core, "occupancy", **span)

    hours_known = (NINE + HOUR - FOUR) // HOUR
    assert found == [None] * 24 + [0] * hours_known + [None, None]


def test_occupancy_of_a_door_first_heard_of_by_day_is_null_until_the_nightly_close(
    core: Core,
) -> None:
    cover(core, NINE, FOUR + DAY + HOUR, 100)
    core.store(passage(1, NINE + MINUTE))

    span = {"start_ms": NINE, "end_ms": FOUR + DAY + HOUR, "now": FOUR + DAY + HOUR}
    found = values(core, "occupancy", **span)

    assert set(found[:-1]) == {None}
    assert found[-1] == 0


def test_occupancy_after_a_gap_is_null_until_the_nightly_close(core: Core) -> None:
    cover(core, FOUR, NINE, 100)
    core.store(passage(1, NINE - HOUR))
    cover(core, NINE + 10 * MINUTE, FOUR + DAY + HOUR, 200)

    found = values(
        core, "occupancy", start_ms=NINE - HOUR, end_ms=FOUR + DAY + HOUR, now=FOUR + DAY + HOUR
    )

    assert found[0] == 1
    assert set(found[1:-1]) == {None}
    assert found[-1] == 0


def test_a_minute_without_a_sensor_is_no_gap_and_a_second_more_is(core: Core) -> None:
    know_the_door(core)
    cover(core, FOUR, NINE, 100)
    core.store(coverage(1, NINE, NINE + QUARTER, ok_ms=QUARTER - MINUTE))
    core.store(coverage(2, NINE + QUARTER, NINE + 2 * QUARTER, ok_ms=QUARTER - MINUTE - 1000))

    found = values(core, "occupancy", bucket="15m", now=NINE + HOUR)

    assert found[:2] == [0, None]


def test_coverage_that_is_only_late_is_no_gap_yet(core: Core) -> None:
    cover(core, FOUR, NINE, 100)
    core.store(passage(1, NINE + MINUTE))

    now = NINE + QUARTER + 2 * MINUTE
    assert values(core, "occupancy", bucket="15m", now=now) == [1, 1, None, None]
    later = NINE + QUARTER + 6 * MINUTE
    assert values(core, "occupancy", bucket="15m", now=later)[0] is None


def test_a_recount_restarts_occupancy_after_a_gap(core: Core) -> None:
    cover(core, NINE, NINE + HOUR, 100)
    core.rows("UPDATE coverage_quarters SET ok_ms = 0 WHERE quarter = ?", NINE // QUARTER)
    recount = event(1, NINE + 16 * MINUTE, kind="adjust", occupancy=7)
    core.store(
        passage(2, NINE + 15 * MINUTE + 1), recount, passage(3, NINE + 17 * MINUTE, "out"),
        passage(4, NINE + 31 * MINUTE),
    )  # fmt: skip

    assert values(core, "occupancy", bucket="15m", now=NINE + HOUR) == [None, 6, 7, 7]


def test_bounds_are_told_of_a_finished_day_only(core: Core) -> None:
    """Before the close nobody knows by how much the counts drifted."""
    cover(core, FOUR, FOUR + DAY, 100)
    came = [passage(n, NINE + n * MINUTE) for n in range(1, 9)]
    left = [passage(n, NINE + n * MINUTE, "out") for n in range(20, 27)]
    core.store(*came, *left)
    span = {"bucket": "15m", "end_ms": NINE + QUARTER}

    (going_on,) = read(core, "occupancy", now=NINE + HOUR, **span).points
    (mixed,) = read(core, "occupancy", now=NINE + HOUR, bucket="1d", end_ms=NINE + 1).points
    (finished,) = read(core, "occupancy", now=FOUR + DAY + HOUR, **span).points

    assert (going_on.value, going_on.low, going_on.high) == (8, None, None)
    assert going_on.flags & PROVISIONAL
    assert (mixed.low, mixed.high) == (None, None)
    assert finished.low is not None
    assert finished.high is not None
    assert isinstance(finished.value, float)
    assert finished.low < finished.value < finished.high


def test_a_close_comes_once_a_night_also_when_the_clocks_change(core: Core) -> None:
    sunday = MONDAY + 27 * DAY  # 2026-03-29, one hour shorter in Paris
    before = sunday - DAY
    cover(core, before, before + QUARTER, 1)
    core.rows(
        "WITH RECURSIVE q (n) AS (SELECT ? UNION ALL SELECT n + 1 FROM q WHERE n < ?) "
        "INSERT OR REPLACE INTO coverage_quarters (sensor_id, quarter, told_ms, ok_ms) "
        "SELECT 1, n, 900000, 900000 FROM q",
        before // QUARTER, (sunday + DAY) // QUARTER,
    )  # fmt: skip
    core.store(passage(500, sunday + HOUR))

    points = read(
        core, "occupancy", start_ms=sunday, end_ms=sunday + 4 * HOUR, now=sunday + DAY
    ).points

    assert [point.raw for point in points] == [0, 1, 0, 0]  # 04:00 in summer is 02:00 UTC


# Ratings


def released(core: Core, *counts: int, **changes: Any) -> None:
    scale = len(counts)
    scores = [score for score, count in enumerate(counts, 1) for _ in range(count)]
    core.store(
        *(rating(n, NINE, score, scale=scale, **changes) for n, score in enumerate(scores, 1))
    )
    with core.ledger.transaction():
        assert release(core.ledger.db, NINE + HOUR) == 1


@pytest.mark.parametrize(
    ("counts", "satisfied", "index"),
    [
        ((4, 16), 0.8, 80.0),
        ((5, 5, 10), 0.5, 62.5),
        ((17, 16, 60, 126), round(186 / 219, 4), 78.23),
        ((1, 2, 3, 4, 10), 0.7, 75.0),
    ],
)
def test_satisfied_and_index_follow_the_scale(
    core: Core, counts: tuple[int, ...], satisfied: float, index: float
) -> None:
    released(core, *counts)

    assert values(core, "ratings") == [list(counts)]
    assert values(core, "satisfied") == [satisfied]
    assert values(core, "index") == [index]
    assert (read(core, "ratings").question, read(core, "ratings").scale) == ("accueil", len(counts))


def test_one_of_several_questions_is_chosen(core: Core) -> None:
    released(core, 5, 6)
    core.store(rating(90, NINE, question="attente"))

    assert values(core, "ratings", question="accueil") == [[5, 6]]
    assert values(core, "ratings", question="attente") == [None]


def test_a_covered_box_that_nobody_pressed_has_no_rating_and_no_share(core: Core) -> None:
    released(core, 5, 6)
    cover(core, NINE, NINE + 2 * HOUR, 50, sensor="accueil")

    span = {"end_ms": NINE + 3 * HOUR}
    assert values(core, "ratings", **span) == [[5, 6], [0, 0], None]
    assert values(core, "satisfied", **span) == [round(6 / 11, 4), None, None]
    assert shares(core, "satisfied", **span) == [1.0, 1.0, 0.0]


def test_a_site_without_a_rating_box_has_null_ratings(core: Core) -> None:
    core.store(passage(1, NINE))

    assert values(core, "ratings") == [None]
    assert read(core, "ratings").question is None


def test_a_day_that_begins_at_half_past_holds_each_block_once(core: Core) -> None:
    released(core, 5, 6)
    core.rows("UPDATE sites SET time_zone = 'Asia/Kolkata'")

    found = values(core, "ratings", bucket="1d", start_ms=MONDAY - DAY, end_ms=MONDAY + 2 * DAY)

    assert [value for value in found if value is not None] == [[5, 6]]


# Tallies


def test_tallies_are_summed_and_can_be_chosen(core: Core) -> None:
    tallied: dict[str, Any] = {"kind": "tally"}
    core.store(
        event(1, NINE, **tallied, what="phone"),
        event(2, NINE, **tallied, what="phone", category="desk"),
        event(3, NINE + HOUR, **tallied, what="incident"),
    )

    span = {"end_ms": NINE + 3 * HOUR}
    assert values(core, "tallies", **span) == [2, 1, 0]
    assert values(core, "tallies", **span, what="phone") == [2, 0, 0]
    assert values(core, "tallies", **span, zone="entrance-1") == [2, 1, 0]


@pytest.mark.parametrize("first_told", [passage(1, NINE), coverage(1, NINE, NINE + QUARTER)])
def test_tallies_are_null_before_the_site_was_heard_of_and_in_the_future(
    core: Core, first_told: dict[str, Any]
) -> None:
    core.store(first_told, event(2, NINE + 2 * HOUR, kind="tally", what="phone"))
    span = {"start_ms": NINE - HOUR, "end_ms": NINE + 6 * HOUR, "now": NINE + 4 * HOUR - 1}

    assert values(core, "tallies", **span) == [None, 0, 0, 1, 0, None, None]
    assert shares(core, "tallies", **span) == [0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0]
    years = {"bucket": "1mo", "start_ms": 0, "end_ms": MONDAY + 900 * DAY}
    assert [value for value in values(core, "tallies", **years) if value is not None] == [1]


def test_the_first_of_all_tallies_is_found_among_nodes_kinds_and_categories(core: Core) -> None:
    tallies = [("phone", None, 5), ("phone", "desk", 3), ("misorientation", None, 4)]
    core.store(
        *(
            event(n, NINE + hour * HOUR, kind="tally", what=what, category=category)
            for n, (what, category, hour) in enumerate(tallies, 1)
        )
    )
    core.store(event(1, NINE + HOUR, kind="tally", what="phone", category="z"), node="entrance-2")

    found = values(core, "tallies", end_ms=NINE + 6 * HOUR, what="misorientation")

    assert found == [None, 0, 0, 0, 1, 0]


# What must not be bought with memory, or with a figure that is none


def test_a_masked_question_too_long_is_refused_before_its_parts_are_made(core: Core) -> None:
    core.store(passage(1, NINE))
    with core.ledger.transaction():
        core.rows(
            "UPDATE sites SET calendar = ?",
            json.dumps(SiteCalendar(hours=((Hours(0, 1440),),) * 7).to_json()),
        )
    tracemalloc.start()
    try:
        with pytest.raises(QueryError, match="buckets of 15m would be read, more than 200000"):
            read(
                core, "passages_in", bucket="1mo", start_ms=0, end_ms=LAST_MS,
                masks=frozenset({"open"}),
            )  # fmt: skip
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


def test_a_corrected_day_stays_corrected_when_another_line_appears(core: Core) -> None:
    core.store(
        *(passage(n, NINE + n * 1000) for n in range(1, 11)), coverage(11, NINE, NINE + HOUR)
    )
    with core.ledger.transaction():
        core.rows(
            "INSERT INTO calibrations (line_id, from_at, by_sensor_in, by_hand_in, "
            "by_sensor_out, by_hand_out, entered_at) SELECT id, 0, 100, 110, 100, 100, 0 FROM lines"
        )
    core.store(event(12, NINE + 2 * DAY, kind="uncounted", line="side", why="back"))

    (day,) = read(core, "passages_in", bucket="1d").points
    (week,) = read(core, "passages_in", bucket="1w").points

    assert (day.value, day.corrected) == (10, 11.0)
    assert (week.value, week.corrected) == (10, 11.0)
