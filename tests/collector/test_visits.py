"""The steps of macarons in the ledger, and the waits of buckets."""

from __future__ import annotations

import itertools

from pasperdus_collector.buckets.visits import (
    MAX_ENDS,
    MAX_STEPS,
    WHOLE_SITE,
    move_step,
    note_step,
    waits,
)
from pasperdus_collector.buckets.waiting import LONGEST_MS, Action, wait_values
from pasperdus_collector.series.published import WAITS
from pasperdus_collector.time_correction import Quality
from pasperdus_contract.events import Token
from support.collecting import DAY, HOUR, MINUTE, MONDAY, NODE, Core
from support.wire import EPOCH

NINE = MONDAY + 9 * HOUR
WEEK = [MONDAY + n * DAY for n in range(8)]


class Reception:
    """Writes steps of visits as a node would; visits are named by small numbers."""

    def __init__(self, core: Core) -> None:
        self.core, self.db = core, core.ledger.db
        with core.ledger.transaction():
            node_id = core.ledger.registry.enrol(NODE, 0)
            self.site_id = core.ledger.registry.site_of(node_id)
            self.epoch_id = core.ledger.epoch(node_id, EPOCH, None).id
        self._seq = 0

    def step(
        self,
        visit: int,
        at: int | None,
        action: Action,
        service: str | None = None,
        quality: Quality = "exact",
    ) -> int:
        self._seq += 1
        with self.core.ledger.transaction():
            note_step(
                self.db,
                epoch_id=self.epoch_id,
                seq=self._seq,
                site_id=self.site_id,
                token=Token(
                    seq=self._seq,
                    wall=at or 0,
                    uptime=1,
                    synced=quality == "exact",
                    visit=f"{visit:016x}",
                    token="blue-triangle",
                    action=action,
                    service=service,
                ),
                at=at,
                quality=quality,
                noted_at=at or 0,
            )
        return self._seq

    def visit(self, visit: int, at: int, *, waited: int, service: str | None = None) -> None:
        """Somebody comes at ``at``, is called after ``waited`` minutes and done 10 min later."""
        self.step(visit, at, "wait", service)
        self.step(visit, at + waited * MINUTE, "call")
        self.step(visit, at + (waited + 10) * MINUTE, "done")

    def waits(self, edges: list[int], service: str = WHOLE_SITE) -> dict[int, dict[str, float]]:
        return {
            bucket: dict(zip(WAITS.fields, values, strict=True))
            for bucket, values in waits(self.db, self.site_id, edges).get(service, {}).items()
        }


def test_visits_are_told_by_service_and_bucket_and_empty_ones_are_left_out(core: Core) -> None:
    reception = Reception(core)
    for n in range(5):
        reception.visit(n, NINE + n * HOUR, waited=10 + n, service="passports")
        reception.visit(10 + n, NINE + 2 * DAY + n * HOUR, waited=20 + n)

    passports = reception.waits(WEEK, "passports")
    everybody = reception.waits(WEEK)

    assert {bucket: values["wait"] for bucket, values in passports.items()} == {0: 12}
    assert {bucket: values["wait"] for bucket, values in everybody.items()} == {0: 12, 2: 22}
    assert everybody[2]["service_time"] == 10
    assert reception.waits([MONDAY, MONDAY + 7 * DAY])[0]["called"] == 10
    assert reception.waits([MONDAY + 3 * DAY, MONDAY + 4 * DAY]) == {}


def test_a_visit_counts_where_it_began_with_the_steps_of_the_next_bucket(core: Core) -> None:
    reception = Reception(core)
    reception.visit(1, MONDAY + DAY - 5 * MINUTE, waited=20)

    assert {bucket: values["called"] for bucket, values in reception.waits(WEEK).items()} == {0: 1}


def test_a_macaron_put_back_in_the_queue_the_next_day_began_the_day_before(core: Core) -> None:
    reception = Reception(core)
    reception.step(1, NINE, "wait")
    reception.step(1, NINE + DAY, "wait")

    assert list(reception.waits(WEEK)) == [0]
    assert reception.waits(WEEK[1:]) == {}


def test_who_waits_now_is_unclosed_until_the_call(core: Core) -> None:
    reception = Reception(core)
    reception.step(1, NINE, "wait")
    before = reception.waits(WEEK)[0]
    reception.step(1, NINE + 5 * MINUTE, "call")
    after = reception.waits(WEEK)[0]

    assert (before["called"], before["unclosed"]) == (0, 1)
    assert (after["called"], after["unclosed"]) == (1, 0)


def test_a_visit_without_its_wait_is_left_out_until_it_arrives(core: Core) -> None:
    reception = Reception(core)
    reception.step(1, NINE + 5 * MINUTE, "call")
    reception.step(2, None, "wait", quality="unknown")
    assert reception.waits(WEEK) == {}

    reception.step(1, NINE, "wait")

    assert reception.waits(WEEK)[0]["called"] == 1


def test_an_untrusted_step_makes_the_wait_unknown_wherever_it_lies_until_it_is_moved(
    core: Core,
) -> None:
    reception = Reception(core)
    reception.step(1, NINE, "wait")
    reception.step(1, NINE + 40 * MINUTE, "recall")
    far = reception.step(1, NINE + 3 * DAY + LONGEST_MS, "call", quality="bounded")
    none = reception.step(1, None, "serve", quality="unknown")
    assert [values["unclosed"] for values in reception.waits(WEEK).values()] == [1]

    with core.ledger.transaction():
        move_step(
            reception.db,
            epoch_id=reception.epoch_id,
            seq=far,
            at=NINE + 30 * MINUTE,
            quality="corrected",
        )
    assert reception.waits(WEEK)[0]["unclosed"] == 1
    with core.ledger.transaction():
        move_step(
            reception.db,
            epoch_id=reception.epoch_id,
            seq=none,
            at=NINE + 41 * MINUTE,
            quality="corrected",
        )

    assert reception.waits(WEEK)[0]["called"] == 1
    assert core.rows("SELECT waited_ms FROM token_waits") == [(30 * MINUTE,)]


def test_a_wait_that_is_moved_takes_its_visit_to_another_bucket(core: Core) -> None:
    reception = Reception(core)
    seq = reception.step(1, NINE + 2 * DAY, "wait", quality="bounded")
    reception.step(1, NINE + 5 * MINUTE, "call")
    assert {day: each["unclosed"] for day, each in reception.waits(WEEK).items()} == {2: 1}

    with core.ledger.transaction():
        move_step(reception.db, epoch_id=reception.epoch_id, seq=seq, at=NINE, quality="corrected")

    assert {day: each["called"] for day, each in reception.waits(WEEK).items()} == {0: 1}


def test_other_sites_have_no_part_in_it(core: Core) -> None:
    reception = Reception(core)
    reception.visit(1, NINE, waited=5)
    with core.ledger.transaction():
        core.ledger.registry.create_site(name="annexe", title="Annexe", time_zone="Europe/Paris")
    ((annexe_id,),) = core.rows("SELECT id FROM sites WHERE name = 'annexe'")

    assert waits(reception.db, annexe_id, WEEK) == {}
    assert reception.waits(WEEK)[0]["called"] == 1


def test_a_transfer_makes_one_visit_wait_twice_in_the_bucket_where_it_began(core: Core) -> None:
    reception = Reception(core)
    reception.step(1, NINE, "wait", "welcome")
    reception.step(1, NINE + 5 * MINUTE, "call")
    reception.step(1, NINE + 6 * MINUTE, "transfer", "passports")
    reception.step(1, NINE + 20 * MINUTE, "call")

    by_service = waits(reception.db, reception.site_id, WEEK)

    assert sorted(by_service) == [WHOLE_SITE, "passports", "welcome"]
    assert reception.waits(WEEK)[0]["called"] == 2
    assert by_service["passports"].keys() == {0}
    for service in by_service:
        alone = waits(reception.db, reception.site_id, WEEK, service=service)
        assert alone == {service: by_service[service]}


def test_a_month_of_buckets_is_the_same_whether_asked_at_once_or_one_by_one(core: Core) -> None:
    reception = Reception(core)
    for n in range(40):
        reception.visit(n, NINE + n * 7 * HOUR, waited=5 + n % 13, service="ab"[n % 2])
    together = waits(reception.db, reception.site_id, WEEK)

    for bucket, (start, end) in enumerate(itertools.pairwise(WEEK)):
        alone = waits(reception.db, reception.site_id, [start, end])
        for service, buckets in together.items():
            assert alone.get(service, {}).get(0) == buckets.get(bucket)
    assert wait_values([])[-4:] == (0, 0, 0, 64)


def test_a_visit_without_end_costs_no_more_than_a_long_one(core: Core) -> None:
    reception = Reception(core)
    for n in range(MAX_STEPS + 50):
        reception.step(1, NINE + n * 1000, "recall")

    assert core.rows("SELECT count(*) FROM token_steps") == [(MAX_STEPS,)]
    with core.ledger.transaction():
        move_step(
            core.ledger.db, epoch_id=reception.epoch_id, seq=MAX_STEPS + 9, at=0, quality="exact"
        )


def test_a_visit_of_too_many_steps_can_be_closed_none_the_less(core: Core) -> None:
    reception = Reception(core)
    for n in range(MAX_STEPS + 50):
        reception.step(1, NINE + n * 1000, "recall" if n else "wait")
    for n in range(MAX_ENDS + 5):
        reception.step(1, NINE + HOUR + n, "done")

    assert core.rows("SELECT action, count(*) FROM token_steps GROUP BY 1 ORDER BY 1") == [
        ("done", MAX_ENDS), ("recall", MAX_STEPS - 1), ("wait", 1),
    ]  # fmt: skip
    assert core.rows("SELECT is_served FROM token_waits") == [(1,)]
