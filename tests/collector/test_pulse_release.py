"""Release blocks of the pulse: nobody can work out whose day it was."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasperdus_collector.buckets.pulses import move_pulse, note_pulse
from pasperdus_collector.calendar.grid import midnight
from pasperdus_collector.pulse_release import (
    MIN_AGENTS,
    SPAN_DAYS,
    K,
    UnreleasedPulse,
    close_pulse_blocks,
    read_pulses,
    release_pulses,
)
from pasperdus_collector.series.embedded import EmbeddedRows
from pasperdus_collector.series.published import PULSES, RowQuestion
from pasperdus_contract.events import Pulse
from support.collecting import DAY, HOUR, MONDAY, NODE, Core
from support.wire import EPOCH

FIRST = date(2026, 3, 2).toordinal()  # the day that MONDAY begins
NOON = 12 * HOUR
PARIS = ZoneInfo("Europe/Paris")


class Agents:
    """Writes pulses as the terminals of one site would."""

    def __init__(self, core: Core, *, agents: int = MIN_AGENTS) -> None:
        self.core, self.db = core, core.ledger.db
        with core.ledger.transaction():
            node_id = core.ledger.registry.enrol(NODE, 0)
            self.site_id = core.ledger.registry.site_of(node_id)
            self.epoch_id = core.ledger.epoch(node_id, EPOCH, None).id
            self.declare(agents)
        self._seq = 0

    def declare(self, agents: int) -> None:
        self.db.execute("UPDATE sites SET agents = ? WHERE id = ?", (agents, self.site_id))

    def pulse(self, day: int | None, value: int = 4) -> int:
        """Keep a pulse of the noon of ``day``, counted from the first one."""
        self._seq += 1
        at = None if day is None else MONDAY + day * DAY + NOON
        with self.core.ledger.transaction():
            note_pulse(
                self.db,
                epoch_id=self.epoch_id,
                seq=self._seq,
                site_id=self.site_id,
                at=at,
                pulse=Pulse(seq=self._seq, wall=at or 0, uptime=1, synced=True, value=value),
            )
        return self._seq

    def close(self, day: int) -> int:
        """Close what is due at noon of ``day``."""
        with self.core.ledger.transaction():
            return release_pulses(self.db, MONDAY + day * DAY + NOON)

    def published(self, end: int) -> dict[int, tuple[int, ...]]:
        """Return the rows of the pulse that are known before day ``end``, by their day."""
        rows = EmbeddedRows(self.db, now_ms=MONDAY)
        (card,) = rows.cards()
        edges = [midnight(date.fromordinal(FIRST + day), PARIS) for day in range(end + 1)]
        (bucket, *_) = PULSES.buckets
        found = rows.rows(
            RowQuestion(card=card, group=PULSES, bucket=bucket, scope="site", tags={}, edges=edges)
        )
        return {edges.index(edge): tuple(map(int, values[:5])) for edge, values in found.items()}

    def blocks(self) -> list[tuple[int, int, int]]:
        """Return first day, last day and number of pulses of each block, by its closing."""
        return [
            (first - FIRST, last - FIRST, pulses)
            for first, last, pulses in self.core.rows(
                "SELECT first_day, last_day, p1 + p2 + p3 + p4 + p5 FROM pulse_blocks ORDER BY id"
            )
        ]


def waiting(*days: int) -> list[UnreleasedPulse]:
    return [UnreleasedPulse(1, seq, day, 3) for seq, day in enumerate(sorted(days), 1)]


def test_a_block_needs_four_weeks_and_eleven_pulses() -> None:
    assert (K, SPAN_DAYS, MIN_AGENTS) == (11, 28, 5)
    ten = waiting(*range(10))

    def spans(pulses: Sequence[UnreleasedPulse], today: int) -> list[tuple[int, int, int]]:
        closed = close_pulse_blocks(pulses, today=today, released_to=None)
        return [(block.first_day, block.last_day, len(block.pulses)) for block in closed]

    assert spans(ten, 1000) == []
    assert spans([*ten, *waiting(10)], 27) == []
    assert spans([*ten, *waiting(10)], 28) == [(0, 27, 11)]
    assert spans([*ten, *waiting(40)], 40) == []
    assert spans([*ten, *waiting(40, 40)], 41) == [(0, 40, 12)]
    assert spans(waiting(*[5] * 11), 32) == []
    assert spans(waiting(*[5] * 11), 33) == [(5, 32, 11)]


@given(
    st.lists(st.integers(0, 200), max_size=120),
    st.integers(0, 240),
    st.none() | st.integers(0, 150),
)
def test_blocks_are_whole_finished_days_in_order_of_four_weeks_and_of_at_least_k(
    days: list[int], today: int, released_to: int | None
) -> None:
    pulses = waiting(*(day for day in days if day < today))

    blocks = list(close_pulse_blocks(pulses, today=today, released_to=released_to))

    held = list(itertools.chain.from_iterable(block.pulses for block in blocks))
    assert held == pulses[: len(held)]
    ends = [] if released_to is None else [released_to]
    for block in blocks:
        assert len(block.pulses) >= K
        assert block.first_day == block.pulses[0].day
        assert block.first_day + SPAN_DAYS - 1 <= block.last_day < today
        assert all(pulse.day <= block.last_day for pulse in block.pulses)
        ends.append(block.last_day)
    assert all(b - a >= SPAN_DAYS for a, b in itertools.pairwise(ends))
    days_of_blocks = [{pulse.day for pulse in block.pulses} for block in blocks]
    assert all(not a & b for a, b in itertools.combinations(days_of_blocks, 2))
    rest = pulses[len(held) :]
    if rest:  # what waits could not leave yet
        fresh_from = max(rest[0].day, ends[-1] + 1 if ends else 0)
        assert len(rest) < K or fresh_from + SPAN_DAYS - 1 >= today


def test_pulses_of_all_terminals_are_pooled_and_leave_after_four_weeks(core: Core) -> None:
    agents = Agents(core)
    for day in range(0, 28, 2):
        agents.pulse(day, value=1 + day % 5)

    assert agents.close(27) == 0
    assert agents.close(28) == 1
    assert agents.close(28) == 0

    assert agents.blocks() == [(0, 27, 14)]
    assert agents.published(28) == {27: (3, 3, 3, 2, 3)}
    assert agents.published(27) == {}
    assert core.is_empty("pulses")


@pytest.mark.parametrize("declared", [0, MIN_AGENTS - 1])
def test_nothing_leaves_a_site_with_fewer_agents(core: Core, declared: int) -> None:
    agents = Agents(core, agents=declared)
    for day in range(60):
        agents.pulse(day)

    assert agents.close(300) == 0
    with core.ledger.transaction():
        agents.declare(MIN_AGENTS)
    assert agents.close(300) == 2


def test_days_are_those_of_the_site_and_the_one_that_goes_on_waits(core: Core) -> None:
    agents = Agents(core)
    with core.ledger.transaction():
        agents.db.execute("UPDATE sites SET time_zone = 'America/Martinique'")
    for day in range(K):
        agents.pulse(day)
    midnight = MONDAY + 28 * DAY + 4 * HOUR  # in Fort-de-France

    with core.ledger.transaction():
        assert release_pulses(agents.db, midnight - 1) == 0
        assert release_pulses(agents.db, midnight) == 1


def test_late_pulses_form_a_later_block_that_lasts_four_weeks_more(core: Core) -> None:
    agents = Agents(core)
    for day in range(12):
        agents.pulse(day)
    agents.close(28)
    first = core.rows("SELECT * FROM pulse_blocks")

    for day in [3, *range(28, 45)]:
        agents.pulse(day)
    assert agents.close(55) == 0
    assert agents.close(56) == 1

    assert core.rows("SELECT * FROM pulse_blocks ORDER BY id")[:1] == first
    assert agents.blocks() == [(0, 27, 12), (3, 55, 18)]


def test_a_pulse_that_is_dated_anew_moves_until_a_block_holds_it(core: Core) -> None:
    agents = Agents(core)
    undated = agents.pulse(None)
    for day in range(K - 1):
        agents.pulse(day)
    assert agents.close(100) == 0

    for day in (90, 5):
        with core.ledger.transaction():
            move_pulse(
                agents.db,
                epoch_id=agents.epoch_id,
                seq=undated,
                at=MONDAY + day * DAY + NOON,
            )
    assert agents.close(100) == 1
    with core.ledger.transaction():
        move_pulse(agents.db, epoch_id=agents.epoch_id, seq=undated, at=MONDAY + 70 * DAY)

    assert agents.blocks() == [(0, 27, 11)]
    assert core.is_empty("pulses")


def test_each_site_has_blocks_of_its_own(core: Core) -> None:
    agents = Agents(core)
    with core.ledger.transaction():
        core.ledger.registry.create_site(name="annexe", title="Annexe", time_zone="Europe/Paris")
        agents.db.execute("UPDATE sites SET agents = 9")
    for day in range(K - 1):
        agents.pulse(day)
    agents.db.execute(
        "INSERT INTO pulses SELECT epoch_id, seq + 100, 2, at, value FROM pulses LIMIT 5"
    )

    assert agents.close(100) == 0


def test_the_day_in_which_a_block_counts_is_told_to_the_projection(core: Core) -> None:
    agents = Agents(core)
    for day in range(K):
        agents.pulse(day)
    core.ledger.db.execute("DELETE FROM changed_days")

    agents.close(28)

    assert (FIRST + 27,) in core.rows("SELECT day FROM changed_days")


def sums(agents: Agents, end: int) -> dict[tuple[int, int], tuple[int, ...]]:
    """Return what is published over every range of days."""
    by_day = agents.published(end)
    return {
        (first, last): tuple(
            sum(counts[n] for day, counts in by_day.items() if first <= day < last)
            for n in range(5)
        )
        for first, last in itertools.combinations(range(0, end + 1, 12), 2)
    }


def assert_safe(before: Sequence[int], after: Sequence[int], seed: int) -> None:
    difference = [b - a for a, b in zip(before, after, strict=True)]
    told = any(difference)
    assert not told or (min(difference) >= 0 and sum(difference) >= K), f"{seed=}: {difference}"


def test_no_range_of_days_and_no_difference_of_two_isolates_fewer_than_k(core: Core) -> None:
    """Before and after each closing, and each range inside every other one."""
    seed = 20260302
    chance = random.Random(seed)
    agents = Agents(core)
    end = 300
    recorded: Counter[int] = Counter()
    views = [sums(agents, end)]
    for today in range(1, end):
        for _ in range(chance.choice([0, 0, 1, 1, 2, 3])):
            # Most are of yesterday, some arrive weeks late.
            day = max(0, today - 1 - (chance.randrange(60) if chance.random() < 0.1 else 0))
            value = chance.randint(1, 5)
            recorded[value] += 1
            agents.pulse(day, value)
        if agents.close(today):
            views.append(sums(agents, end))

    for before, after in itertools.combinations(views, 2):
        for span, total in after.items():
            assert_safe(before[span], total, seed)
    for (first, last), total in views[-1].items():
        assert_safe([0] * 5, total, seed)
        for (inner_first, inner_last), inner in views[-1].items():
            if first <= inner_first and inner_last <= last:
                assert_safe(inner, total, seed)
    assert len(agents.blocks()) >= 5
    assert all(pulses >= K and last - first >= 27 for first, last, pulses in agents.blocks())
    # Nothing is lost but what still waits.
    ((left,),) = core.rows("SELECT count(*) FROM pulses")
    assert sum(views[-1][0, end]) == recorded.total() - left


def test_pulses_are_read_by_whole_blocks_within_a_range_and_never_of_few_agents(
    core: Core,
) -> None:
    db = core.ledger.db
    with core.ledger.transaction():
        core.ledger.registry.create_site(name="annexe", title="Annexe", time_zone="UTC")
    db.execute("UPDATE sites SET agents = 6 WHERE name = 'annexe'")
    for first, last, good in ((730_000, 730_030, 12), (730_031, 730_060, 15)):
        db.execute(
            "INSERT INTO pulse_blocks (site_id, first_day, last_day, closed_at, p1, p2, p3, p4, "
            "p5) SELECT id, ?, ?, 0, 0, 0, 0, 0, ? FROM sites WHERE name = 'annexe'",
            (first, last, good),
        )

    def midnight_ms(day: int) -> int:
        return (day - date(1970, 1, 1).toordinal()) * DAY

    both = (midnight_ms(730_000), midnight_ms(730_061))
    assert read_pulses(db, "annexe", [both]) == [0, 0, 0, 0, 27]
    assert read_pulses(db, "annexe", [(both[0], both[1] - 1)]) == [0, 0, 0, 0, 27]
    # A day less on either side, or cut in two: what reaches over an edge belongs to nobody.
    assert read_pulses(db, "annexe", [(both[0] + DAY, both[1])]) == [0, 0, 0, 0, 15]
    assert read_pulses(db, "annexe", [(both[0], both[1] - DAY)]) == [0, 0, 0, 0, 12]
    cut = midnight_ms(730_020)
    assert read_pulses(db, "annexe", [(both[0], cut), (cut, both[1])]) == [0, 0, 0, 0, 15]
    db.execute("UPDATE sites SET agents = 4 WHERE name = 'annexe'")
    assert read_pulses(db, "annexe", [both]) == [0] * 5
