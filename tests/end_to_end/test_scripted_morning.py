"""A whole morning at two terminals, replayed tap by tap, against what the script says.

Everything is real but the time: broker, collector, two terminals and the waiting room's screen are
programs of their own, and each tap is a pygame event on the target that bears its name. The
morning's script (:mod:`support.morning`) knows what has to come out of it.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from support import morning
from support.morning import FIRST, SECOND, SERVICES, Wait, median_ms, waits
from support.played_morning import Reception, Step, reception

SEED_VARIABLE = "PASPERDUS_MORNING_SEED"
CLOCK_ERROR_MS = 20
"""Of a corrected time: what an anchor may differ from its neighbour without being kept. Uptime and
true time run alike here, so that nothing else is lost."""
ROUNDING_MINUTES = 0.005  # of what series publish


@pytest.mark.slow(about_s=40)
def test_a_morning_comes_out_as_it_was_scripted(tmp_path: Path) -> None:
    seed = int(os.environ.get(SEED_VARIABLE, random.SystemRandom().randrange(10**6)))
    print(f"replay this morning with {SEED_VARIABLE}={seed}")
    script = morning.write(seed)
    with reception(tmp_path, script) as played:
        played.play()

        check_counters(played)
        check_stories(played)
        check_waits(played)
        check_board(played)
        check_hall(played)


def check_counters(played: Reception) -> None:
    """No event was lost, and none is there twice."""
    undone = sum(tap.is_undone for tap in played.script.taps)
    expected = {FIRST: 0, SECOND: 1}  # the call on the phone
    for tap in played.script.taps:
        expected[tap.node] += 2 if tap.is_undone else 1
    for name in (FIRST, SECOND):
        node = played.nodes[name]
        assert node.recorded() == expected[name], f"{name} recorded more or less than was tapped"
        counters = played.collector.counters(name)
        assert counters["stored"] == node.recorded(), f"events of {name} lost or doubled"
        assert counters["quarantined"] == 0, f"events of {name} were refused"
    (count,) = played.rows("SELECT count(*) FROM undone")[0]
    assert count == undone, "taps that were taken back"


def check_stories(played: Reception) -> None:
    """Each visit's steps in the ledger are the script's."""
    ledger = played.stories()
    for visitor, story in played.told().items():
        visit = played.given[visitor].visit
        found = ledger.pop(visit, ())
        expected = tuple(one.told for one in story)
        is_alike = len(found) == len(expected) and all(
            mine[1:] == theirs[1:] and abs(mine[0] - theirs[0]) <= CLOCK_ERROR_MS
            for mine, theirs in zip(found, expected, strict=True)
        )
        assert is_alike, (
            f"visitor {visitor} (visit {visit}) has another story in the ledger\n"
            f"script:\n{_lines(played, expected)}\nledger:\n{_lines(played, found)}"
        )
    assert ledger == {}, "the ledger has visits that nobody made"


def check_waits(played: Reception) -> None:
    """Waits and service times are those that follow from the script."""
    told: defaultdict[str, list[tuple[str | None, str, int | None, int | None, bool]]]
    told = defaultdict(list)
    for visit, *wait in played.rows(
        "SELECT visit, service, outcome, waited_ms, served_ms, is_served FROM token_waits "
        "ORDER BY visit, n"
    ):
        told[visit].append((*wait[:4], bool(wait[4])))
    all_waits: list[Wait] = []
    for visitor, story in played.told().items():
        visit = played.given[visitor].visit
        expected = waits(played.script.plots[visitor], story) if story else []
        all_waits += expected
        found = told.pop(visit, [])
        is_alike = len(found) == len(expected) and all(
            (mine.service, mine.outcome, mine.is_served) == (service, outcome, is_served)
            and _is_near(mine.waited_ms, waited_ms)
            and _is_near(mine.served_ms, served_ms)
            for mine, (service, outcome, waited_ms, served_ms, is_served) in zip(
                expected, found, strict=True
            )
        )
        assert is_alike, (
            f"visitor {visitor} (visit {visit}): the ledger tells the waits {found}\n"
            f"script:\n{_lines(played, [one.told for one in story])}\nwaits {expected}"
        )
    assert told == {}, "waits of visits that nobody made"
    for service in (None, *SERVICES):
        _check_series(
            played, service, [each for each in all_waits if service in (None, each.service)]
        )


def _check_series(played: Reception, service: str | None, of: Sequence[Wait]) -> None:
    waited = median_ms(
        [each.waited_ms for each in of if each.outcome == "called"],
        [each.waited_ms for each in of if each.outcome != "called"],
    )
    served = [each for each in of if each.served_ms is not None]
    service_time = median_ms(
        [each.served_ms or 0 for each in served if each.is_served],
        [each.served_ms or 0 for each in served if not each.is_served],
    )
    midnight = datetime.fromtimestamp(played.midnight_at / 1000, played.zone)
    for measure, expected_ms in (("wait_minutes", waited), ("service_minutes", service_time)):
        asked = {"measure": measure, "bucket": "1d", "site": "default"}
        asked |= {"from": midnight.isoformat(), "to": (midnight + timedelta(days=1)).isoformat()}
        asked |= {} if service is None else {"service": service}
        (point,) = played.collector.get("series", **asked)["points"]
        assert expected_ms is not None
        difference = abs(point["value"] - float(expected_ms) / morning.MINUTE_MS)
        assert difference <= ROUNDING_MINUTES + CLOCK_ERROR_MS / morning.MINUTE_MS, (
            f"{measure} of {service or 'all services'}: {point}, by the script "
            f"{float(expected_ms) / morning.MINUTE_MS} minutes"
        )


def check_board(played: Reception) -> None:
    """What is closed is gone from the board, and nothing else."""
    states = {"wait": "waiting", "call": "called", "serve": "serving"}
    expected = {
        story[-1].visit: states[story[-1].tap.action]
        for story in played.told().values()
        if story and story[-1].tap.action in states
    }
    found = {each["visit"]: each["state"] for each in played.board()["visits"]}
    assert found == expected, "the board at the end has other visits than those nobody closed"
    assert len(expected) == morning.NEVER_CLOSED, "the script left others open than it meant to"


def check_hall(played: Reception) -> None:
    """The waiting room heard each call once."""
    assert played.hall.sight().chimes == played.witness.chimes(), (
        "the waiting room chimed more or less often than boards told of new calls"
    )
    unheard = [
        one
        for place, one in enumerate(played.done)
        if one.tap.action in ("call", "recall")
        and not one.tap.is_undone
        and morning.isolated(one.tap.at_ms) is None
        and place not in played.heard_in_hall
    ]
    assert unheard == [], "calls that the waiting room never showed"


def _is_near(mine: int | None, theirs: int | None) -> bool:
    """Compare two lengths, each between two corrected times."""
    if mine is None or theirs is None:
        return mine is theirs
    return abs(mine - theirs) <= 2 * CLOCK_ERROR_MS


def _lines(played: Reception, steps: Sequence[Step]) -> str:
    return "\n".join(
        f"  {datetime.fromtimestamp(at / 1000, played.zone):%H:%M:%S.%f} "
        f"{action:9}{token:16}{service or '-':12}{node}"
        for at, action, token, service, node in steps
    )
