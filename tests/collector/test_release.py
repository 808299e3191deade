"""Release blocks: what leaves the ledger never tells who pressed which button."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from pasperdus_collector.ledger import reading
from pasperdus_collector.release import K, Unreleased, close_blocks, release
from pasperdus_collector.series import BucketSize, Measure, Point, SeriesQuery
from pasperdus_collector.series.embedded import EmbeddedSeries
from support.collecting import DAY, HOUR, MINUTE, MONDAY, Core, rating

NINE = MONDAY + 9 * HOUR


def waiting(*at: int) -> list[Unreleased]:
    return [Unreleased(1, n, each, 3, is_burst=False) for n, each in enumerate(sorted(at), 1)]


def close(core: Core, now: int) -> int:
    with core.ledger.transaction():
        return release(core.ledger.db, now)


def rate(core: Core, seqs: range, start: int, step: int = MINUTE, value: int = 4) -> None:
    core.store(*(rating(seq, start + n * step, value) for n, seq in enumerate(seqs)))


def points(
    core: Core, *, start: int, end: int, bucket: BucketSize = "1h", measure: Measure = "ratings"
) -> list[Point]:
    with reading(core.path) as db:
        return (
            EmbeddedSeries(db, now_ms=end)
            .read(
                SeriesQuery(
                    site="default",
                    measure=measure,
                    bucket=bucket,
                    start_ms=start,
                    end_ms=end,
                    question="accueil",
                    scale=5,
                )
            )
            .points
        )


def test_ten_ratings_wait_and_the_eleventh_closes_a_block() -> None:
    assert K == 11
    ten = waiting(*range(NINE, NINE + 10))
    eleven = waiting(*range(NINE, NINE + 11))

    assert list(close_blocks(ten, now_ms=NINE + DAY)) == []
    assert list(close_blocks(eleven, now_ms=NINE + DAY)) == [eleven]


def test_an_hour_that_goes_on_is_not_touched_and_a_finished_one_goes_whole() -> None:
    ratings = waiting(*range(NINE, NINE + 30))

    assert list(close_blocks(ratings, now_ms=NINE + HOUR - 1)) == []
    assert list(close_blocks(ratings, now_ms=NINE + HOUR)) == [ratings]


@given(
    st.lists(st.integers(0, 12 * HOUR - 1), max_size=80),
    st.integers(0, 12),
    st.integers(1, 20),
)
def test_blocks_are_whole_finished_hours_in_order_of_at_least_k(
    offsets: list[int], hours: int, k: int
) -> None:
    ratings = waiting(*(NINE + offset for offset in offsets))
    now = NINE + hours * HOUR + 59 * MINUTE

    blocks = list(close_blocks(ratings, now_ms=now, k=k))

    held = list(itertools.chain.from_iterable(blocks))
    assert held == ratings[: len(held)]
    assert all(len(block) >= k for block in blocks)
    finished = [each for each in ratings if each.at // HOUR < now // HOUR]
    assert len(finished) - len(held) < k
    assert set(held) <= set(finished)
    hours_of_blocks = [{each.at // HOUR for each in block} for block in blocks]
    assert all(not a & b for a, b in itertools.combinations(hours_of_blocks, 2))
    for block in blocks:  # as small as whole hours allow
        last_hour = max(each.at // HOUR for each in block)
        assert sum(each.at // HOUR < last_hour for each in block) < k


def test_a_block_counts_in_the_bucket_of_its_last_hour(core: Core) -> None:
    rate(core, range(1, 7), NINE)
    rate(core, range(7, 13), NINE + 2 * HOUR, value=2)

    assert close(core, NINE + 3 * HOUR) == 1

    values = [point.value for point in points(core, start=NINE, end=NINE + 4 * HOUR)]
    assert values == [None, None, [0, 6, 0, 6, 0], None]


def test_bursts_are_kept_apart_in_the_block_and_published_with_the_others(core: Core) -> None:
    core.store(
        *(
            rating(seq, NINE, value=1, flags=["burst"]) if seq % 2 else rating(seq, NINE, value=5)
            for seq in range(1, 13)
        )
    )
    close(core, NINE + HOUR)

    assert core.rows("SELECT s1, s5, burst1, burst5 FROM blocks") == [(0, 6, 6, 0)]
    assert points(core, start=NINE, end=NINE + HOUR)[0].value == [6, 0, 0, 0, 6]


def test_late_ratings_form_later_blocks_and_none_is_redrawn(core: Core) -> None:
    rate(core, range(1, 13), NINE)
    close(core, NINE + HOUR)
    first = core.rows("SELECT * FROM blocks")

    rate(core, range(13, 18), NINE + 5 * MINUTE)
    assert close(core, NINE + 2 * HOUR) == 0
    assert core.rows("SELECT * FROM blocks") == first
    rate(core, range(18, 24), NINE + 4 * HOUR)
    assert close(core, NINE + 5 * HOUR) == 1

    assert core.rows("SELECT * FROM blocks ORDER BY id")[:1] == first
    assert core.rows("SELECT first_hour, last_hour, s4 FROM blocks ORDER BY id") == [
        (NINE // HOUR, NINE // HOUR, 12),
        (NINE // HOUR, NINE // HOUR + 4, 11),
    ]


def test_what_is_published_changes_only_when_a_block_closes(core: Core) -> None:
    rate(core, range(1, 13), NINE)
    close(core, NINE + HOUR)
    views: list[object] = []
    for seq in range(13, 23):
        views.append(points(core, start=NINE, end=NINE + 5 * HOUR))
        rate(core, range(seq, seq + 1), NINE + HOUR + seq * MINUTE)
        assert close(core, NINE + 3 * HOUR) == 0
    views.append(points(core, start=NINE, end=NINE + 5 * HOUR))

    assert all(view == views[0] for view in views)
    rate(core, range(23, 24), NINE + HOUR)
    assert close(core, NINE + 3 * HOUR) == 1
    assert points(core, start=NINE, end=NINE + 5 * HOUR) != views[0]


def test_a_block_never_mixes_questions_scales_or_sites(core: Core) -> None:
    core.store(*(rating(seq, NINE, question="accueil") for seq in range(1, 11)))
    core.store(*(rating(seq, NINE, question="attente") for seq in range(11, 21)))
    core.store(*(rating(seq, NINE, value=2, scale=4) for seq in range(21, 31)))
    with core.ledger.transaction():
        core.ledger.registry.create_site(name="annexe", title="Annexe", time_zone="Europe/Paris")
        core.rows("INSERT INTO zones (site_id, name, title) VALUES (2, 'hall', 'Hall')")
        core.rows("INSERT INTO nodes (name, zone_id, enrolled_at) VALUES ('other', 2, 0)")
    core.store(*(rating(seq, NINE) for seq in range(1, 11)), node="other")

    assert close(core, NINE + DAY) == 0

    core.store(rating(11, NINE), node="other")
    assert close(core, NINE + DAY) == 1
    assert core.rows("SELECT site_id, question, scale, s4 FROM blocks") == [(2, "accueil", 5, 11)]


def differences(answers: Sequence[tuple[int, ...]]) -> set[tuple[int, ...]]:
    return {
        tuple(a - b for a, b in zip(one, other, strict=True))
        for one, other in itertools.combinations(answers, 2)
    }


def test_no_sum_over_any_range_and_no_difference_between_two_isolates_fewer_than_k(
    core: Core,
) -> None:
    """Every answer over every range at every bucket, before and after each closing."""
    seed = 20260302
    chance = random.Random(seed)
    days = 3
    seqs = itertools.count(1)
    answers: dict[tuple[int, int], list[tuple[int, ...]]] = {}
    recorded = Counter({4: 1})
    core.store(rating(next(seqs), MONDAY))
    for step in range(days * 12):
        now = MONDAY + (step + 1) * 2 * HOUR
        for _ in range(chance.choice([0, 1, 3, 9, 14])):
            # Most are of the last two hours, some arrive a day late.
            at = now - chance.randrange(2 * HOUR) - (DAY if chance.random() < 0.1 else 0)
            value = chance.randint(1, 5)
            recorded[value] += 1
            core.store(rating(next(seqs), at, value), at=now)
        close(core, now)
        hourly = [
            tuple(point.value) if isinstance(point.value, list) else (0,) * 5
            for point in points(core, start=MONDAY - DAY, end=MONDAY + days * DAY)
        ]
        for first in range(0, len(hourly), 4):
            for last in range(first + 1, len(hourly) + 1, 5):
                total = tuple(map(sum, zip(*hourly[first:last], strict=True)))
                answers.setdefault((first, last), []).append(total)

    # In time: the same question asked again later.
    for asked_again in answers.values():
        for grown in differences(list(dict.fromkeys(asked_again))):
            assert grown == (0,) * 5 or abs(sum(grown)) >= K, f"seed {seed}: {grown}"
    # In range: one range inside another, at the end.
    final = {span: totals[-1] for span, totals in answers.items()}
    for (first, last), total in final.items():
        assert sum(total) == 0 or sum(total) >= K, f"seed {seed}: {total}"
        for (other_first, other_last), other in final.items():
            if first <= other_first and other_last <= last:
                rest = tuple(a - b for a, b in zip(total, other, strict=True))
                assert sum(rest) == 0 == max(rest) or sum(rest) >= K, f"seed {seed}: {rest}"
    # Coarser buckets are sums of the same blocks, and nothing is lost but what still waits.
    daily = points(core, start=MONDAY - DAY, end=MONDAY + days * DAY, bucket="1d")
    by_day = [sum(each.value) for each in daily if isinstance(each.value, list)]
    assert all(each == 0 or each >= K for each in by_day)
    ((released,),) = core.rows("SELECT sum(s1 + s2 + s3 + s4 + s5) FROM blocks")
    ((left,),) = core.rows("SELECT count(*) FROM unreleased")
    assert sum(by_day) == released == recorded.total() - left
    assert released > 5 * K
