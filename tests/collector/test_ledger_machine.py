"""Any history of recording, sending, resending and crashing, against a model of plain dicts.

The model never asks the ledger: it knows what nodes recorded and delivered, and recounts every
quarter-hour from scratch.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pasperdus_contract.messages import Ack
from support import scratch
from support.collecting import DAY, MONDAY, QUARTER, Core, batch, coverage, event

NODES = ("entrance-1", "entrance-2")
Key = tuple[str, str, int]

kinds = st.one_of(
    st.fixed_dictionaries(
        {
            "kind": st.just("passage"),
            "line": st.sampled_from(["door", "back"]),
            "direction": st.sampled_from(["in", "out"]),
            "flags": st.sampled_from([[], ["staff"], ["ambiguous"], ["ambiguous", "staff"]]),
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("uncounted"),
            "line": st.just("door"),
            "why": st.sampled_from(["back", "unresolved", "undirected"]),
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("rating"),
            "question": st.sampled_from(["accueil", "attente"]),
            "value": st.integers(1, 4),
            "scale": st.sampled_from([4, 5]),
            "flags": st.sampled_from([[], ["burst"]]),
        }
    ),
    st.fixed_dictionaries(
        {"kind": st.just("tally"), "what": st.just("phone")},
        optional={"category": st.just("desk")},
    ),
    st.fixed_dictionaries({"kind": st.just("adjust"), "occupancy": st.integers(0, 9)}),
    st.fixed_dictionaries(
        {
            "kind": st.just("token"),
            "visit": st.sampled_from(["0" * 16, "f" * 16]),
            "token": st.just("blue-moon"),
            "action": st.sampled_from(["wait", "call", "done"]),
        }
    ),
    st.fixed_dictionaries({"kind": st.just("pulse"), "value": st.integers(1, 5)}),
)
UNDOABLE = frozenset({"token", "tally", "pulse"})
invalid = st.sampled_from(
    [
        {"kind": "rating", "question": "accueil", "value": 9, "scale": 5},
        {"kind": "passage", "line": "door", "direction": "up"},
        {"kind": "of-tomorrow", "what": 1},
        {},
    ]
)


def meaning(content: dict[str, Any]) -> dict[str, Any]:
    """A valid event with its defaults filled in: all that counts when two are compared."""
    return {"flags": [], **content}


class Outbox:
    """What one node recorded; nothing is ever deleted, so that anything can be sent again."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seq = 0
        self.epochs: list[str] = []
        self.booted: dict[str, int] = {}
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.restart(MONDAY)

    def restart(self, now: int) -> None:
        epoch = f"{len(self.epochs):x}{self.name.encode().hex()}".ljust(32, "0")[:32]
        self.epochs.append(epoch)
        self.booted[epoch] = now
        self.events[epoch] = []


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="ledger-machine-", dir=scratch.in_memory()))
        self.core = Core(self.directory / "ledger.db")
        self.now = MONDAY + QUARTER - 40_000
        self.outboxes = {name: Outbox(name) for name in NODES}
        self.stored: dict[Key, dict[str, Any]] = {}
        self.aside: defaultdict[Key, set[str]] = defaultdict(set)
        self.counters: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.sent: list[tuple[str, str, list[dict[str, Any]], bool]] = []

    # -- what nodes do --------------------------------------------------------------------------

    @initialize()
    def first_event(self) -> None:
        self._record(NODES[0], {"kind": "passage", "line": "door", "direction": "in"}, True)

    @rule(node=st.sampled_from(NODES), fields=kinds | invalid, synced=st.booleans())
    def record(self, node: str, fields: dict[str, Any], synced: bool) -> None:
        self._record(node, fields, synced)

    @rule(node=st.sampled_from(NODES), lasted=st.integers(1, 3 * QUARTER), share=st.fractions(0, 1))
    def record_coverage(self, node: str, lasted: int, share: Fraction) -> None:
        outbox = self.outboxes[node]
        epoch = outbox.epochs[-1]
        start = max(outbox.booted[epoch], self.now - lasted)
        outbox.seq += 1
        told = coverage(
            outbox.seq,
            start,
            self.now,
            ok_ms=int((self.now - start) * share),
            booted=outbox.booted[epoch],
        )
        outbox.events[epoch].append(told)

    @rule(
        node=st.sampled_from(NODES),
        choice=st.data(),
        ahead=st.integers(0, 3),
        synced=st.booleans(),
    )
    def take_back(self, node: str, choice: st.DataObject, ahead: int, synced: bool) -> None:
        """Mostly an event that it recorded; at times one that is still to come, or never will."""
        outbox = self.outboxes[node]
        epoch = choice.draw(st.sampled_from(outbox.epochs))
        seqs = [content["seq"] for content in outbox.events[epoch]]
        undone = choice.draw(st.sampled_from([*seqs, outbox.seq + ahead]))
        key = {"epoch": epoch, "seq": max(1, undone)}
        self._record(node, {"kind": "undo", "undone": key}, synced)

    @rule(passed=st.sampled_from([1, 7_000, 20 * 60_000, DAY]))
    def time_passes(self, passed: int) -> None:
        self.now += passed

    @rule(node=st.sampled_from(NODES))
    def restart(self, node: str) -> None:
        self.outboxes[node].restart(self.now)

    # -- what the network does ------------------------------------------------------------------

    @rule(
        node=st.sampled_from(NODES),
        choice=st.data(),
        clock_is_right=st.booleans(),
    )
    def send(self, node: str, choice: st.DataObject, clock_is_right: bool) -> None:
        outbox = self.outboxes[node]
        epochs = [epoch for epoch in outbox.epochs if outbox.events[epoch]]
        if not epochs:
            return
        epoch = choice.draw(st.sampled_from(epochs))
        recorded = outbox.events[epoch]
        events = choice.draw(st.lists(st.sampled_from(recorded), min_size=1, max_size=6))
        self._deliver(node, epoch, events, clock_is_right)

    @precondition(lambda self: self.sent)
    @rule(choice=st.data())
    def resend(self, choice: st.DataObject) -> None:
        node, epoch, events, clock_is_right = choice.draw(st.sampled_from(self.sent))
        self._deliver(node, epoch, events, clock_is_right)

    @precondition(lambda self: self.stored)
    @rule(choice=st.data(), fields=kinds | invalid)
    def send_other_content(self, choice: st.DataObject, fields: dict[str, Any]) -> None:
        node, epoch, seq = choice.draw(st.sampled_from(sorted(self.stored)))
        booted = self.outboxes[node].booted[epoch]
        self._deliver(node, epoch, [event(seq, self.now, booted=booted, **fields)], True)

    @precondition(lambda self: self.sent)
    @rule(choice=st.data())
    def crash_before_the_commit(self, choice: st.DataObject) -> None:
        node, epoch, events, clock_is_right = choice.draw(st.sampled_from(self.sent))
        fresh = self.outboxes[node].events[epoch]
        self.core.ledger.db.execute("BEGIN IMMEDIATE")
        payload = self._payload(node, epoch, [*events, *fresh][:500], clock_is_right)
        self.core.take_uncommitted(payload, at=self.now, node=node)
        self.core.crash()

    @rule()
    def crash_after_the_commit(self) -> None:
        self.core.crash()

    # -- what must hold -------------------------------------------------------------------------

    @invariant()
    def totals_add_up(self) -> None:
        for node, counted in self.counters.items():
            received, stored, duplicate, quarantined = self.core.counters(node)
            assert received == stored + duplicate + quarantined
            assert (received, stored, duplicate, quarantined) == tuple(
                counted[name] for name in ("received", "stored", "duplicate", "quarantined")
            )

    @rule()
    def everything_agrees_with_a_recount(self) -> None:
        self._check()

    def teardown(self) -> None:
        try:
            self._check()
        finally:
            self.core.close()
            shutil.rmtree(self.directory)

    def _record(self, node: str, fields: dict[str, Any], synced: bool) -> None:
        outbox = self.outboxes[node]
        outbox.seq += 1
        epoch = outbox.epochs[-1]
        booted = outbox.booted[epoch]
        outbox.events[epoch].append(
            event(outbox.seq, self.now, booted=booted, synced=synced, **fields)
        )

    def _payload(
        self, node: str, epoch: str, events: list[dict[str, Any]], clock_is_right: bool
    ) -> bytes:
        outbox = self.outboxes[node]
        recorded = outbox.events[epoch]
        return batch(
            *events,
            sent_at=self.now,
            node=node,
            epoch=epoch,
            boot=f"boot-{epoch[:8]}",
            booted=outbox.booted[epoch],
            synced=clock_is_right,
            first=recorded[0]["seq"],
            head=recorded[-1]["seq"],
        )

    def _deliver(
        self, node: str, epoch: str, events: list[dict[str, Any]], clock_is_right: bool
    ) -> None:
        self.sent.append((node, epoch, events, clock_is_right))
        payload = self._payload(node, epoch, events, clock_is_right)
        answer = self.core.take(payload, at=self.now, node=node)

        stored: set[int] = set()
        quarantined: set[int] = set()
        for content in events:
            outcome, is_kept_aside = self._expected((node, epoch, content["seq"]), content)
            (quarantined if is_kept_aside else stored).add(content["seq"])
            self.counters[node].update(("received", outcome))
        assert isinstance(answer, Ack)
        assert spelled_out(answer.stored) == stored
        assert spelled_out([(a, b) for a, b, _ in answer.quarantined]) == quarantined

    def _expected(self, key: Key, content: dict[str, Any]) -> tuple[str, bool]:
        """Return the counter that an event adds to, and whether it is answered as quarantined."""
        first = self.stored.get(key)
        if first is not None and is_valid(content) and meaning(first) == meaning(content):
            return "duplicate", False
        if first is None and key not in self.aside and is_valid(content):
            self.stored[key] = content
            return "stored", False
        if json.dumps(content) in self.aside[key]:
            return "duplicate", True
        self.aside[key].add(json.dumps(content))
        return "quarantined", True

    def _check(self) -> None:
        found = {
            (node, epoch, seq): json.loads(body)
            for node, epoch, seq, body in self.core.rows(
                "SELECT nodes.name, epoch, seq, body FROM events "
                "JOIN epochs ON epochs.id = epoch_id JOIN nodes ON nodes.id = node_id"
            )
        }
        assert found == self.stored
        assert Counter(
            (node, epoch, seq)
            for node, epoch, seq in self.core.rows(
                "SELECT nodes.name, epoch, seq FROM quarantine JOIN epochs ON epochs.id = epoch_id "
                "JOIN nodes ON nodes.id = node_id"
            )
        ) == Counter({key: len(contents) for key, contents in self.aside.items() if contents})
        ranges = self.core.rows(
            "SELECT nodes.name, epoch, ranges.first, last FROM ranges "
            "JOIN epochs ON epochs.id = epoch_id JOIN nodes ON nodes.id = node_id ORDER BY 1, 2, 3"
        )
        keys = [(node, epoch, n) for node, epoch, a, b in ranges for n in range(a, b + 1)]
        assert keys == sorted(self.stored)
        assert not set(keys) & {(node, epoch, b + 1) for node, epoch, _, b in ranges}
        assert self._quarters() == self._recount()
        undone = self._undone()
        for table, kind in (
            ("unreleased", "rating"),
            ("token_steps", "token"),
            ("pulses", "pulse"),
        ):
            rows = self.core.rows(
                f"SELECT nodes.name, epoch, seq, at FROM {table} "  # noqa: S608 (literals)
                "JOIN epochs ON epochs.id = epoch_id JOIN nodes ON nodes.id = node_id"
            )
            assert {tuple(row) for row in rows} == {
                (*key, self._time_of(key))
                for key, content in self.stored.items()
                if content["kind"] == kind and key not in undone
            }

    def _time_of(self, key: Key) -> int:
        node, epoch, _ = key
        uptime: int = self.stored[key]["uptime"]
        return self.outboxes[node].booted[epoch] + uptime

    def _undone(self) -> set[Key]:
        """Return the keys that count nothing: a node takes back what is its own."""
        named = (
            (key[0], content["undone"]["epoch"], content["undone"]["seq"])
            for key, content in self.stored.items()
            if content["kind"] == "undo"
        )
        return {key for key in named if self.stored.get(key, {}).get("kind") in UNDOABLE}

    def _recount(self) -> Counter[tuple[Any, ...]]:
        counted: Counter[tuple[Any, ...]] = Counter()
        undone = self._undone()
        for key, content in self.stored.items():
            if key in undone:
                continue
            node = key[0]
            at = self._time_of(key)
            quarter = at // QUARTER
            flags = content.get("flags", [])
            match content["kind"]:
                case "passage":
                    who = "staff_" if "staff" in flags else ""
                    column = f"{who}{content['direction']}s"
                    counted[node, content["line"], quarter, column] += 1
                    counted[node, content["line"], quarter, "ambiguous"] += "ambiguous" in flags
                case "uncounted":
                    counted[node, content["line"], quarter, content["why"]] += 1
                case "rating":
                    box = (content["question"], content["scale"])
                    column = f"{'burst' if flags else 's'}{content['value']}"
                    counted[node, box, quarter, column] += 1
                case "tally":
                    what = (content["what"], content.get("category", ""))
                    counted[node, what, quarter, "tallies"] += 1
                case "coverage":
                    self._recount_coverage(counted, node, at - content["uptime"], content)
        return +counted

    @staticmethod
    def _recount_coverage(
        counted: Counter[tuple[Any, ...]], node: str, booted: int, content: dict[str, Any]
    ) -> None:
        start, end = booted + content["from"], booted + content["to"]
        if start == end:
            return

        def ok_until(at: int) -> int:
            return int(Fraction(content["ok_ms"] * (min(at, end) - start), end - start))

        for quarter in range(start // QUARTER, (end - 1) // QUARTER + 1):
            opens, closes = max(start, quarter * QUARTER), min(end, (quarter + 1) * QUARTER)
            counted[node, content["sensor"], quarter, "told_ms"] += closes - opens
            counted[node, content["sensor"], quarter, "ok_ms"] += ok_until(closes) - ok_until(opens)

    def _quarters(self) -> Counter[tuple[Any, ...]]:
        found: Counter[tuple[Any, ...]] = Counter()
        for table, watched, names in (
            ("passage_quarters", "lines ON lines.id = line_id", "lines.name"),
            ("rating_quarters", "boxes ON boxes.id = box_id", "question, scale"),
            ("coverage_quarters", "sensors ON sensors.id = sensor_id", "sensors.name"),
            ("tally_quarters", "nodes AS same ON same.id = node_id", "what, category"),
        ):
            owner = "nodes ON nodes.id = node_id"
            cursor = self.core.ledger.db.execute(
                f"SELECT nodes.name, {names}, {table}.* FROM {table} "  # noqa: S608 (literals)
                f"JOIN {watched} JOIN {owner}"
            )
            columns = [description[0] for description in cursor.description]
            for row in cursor:
                cells = dict(zip(columns, row, strict=True))
                width = names.count(",") + 1
                name = row[1] if width == 1 else tuple(row[1 : 1 + width])
                first = columns.index("quarter") + 1
                assert any(row[first:]), "a row of zeros claims that somebody watched"
                for column in columns[first:]:
                    found[row[0], name, cells["quarter"], column] += cells[column]
        return +found


def is_valid(content: dict[str, Any]) -> bool:
    return (
        content.get("kind")
        in {"passage", "uncounted", "rating", "tally", "adjust", "coverage", "undo", *UNDOABLE}
        and content.get("value", 1) <= content.get("scale", 5)
        and content.get("direction", "in") in {"in", "out"}
    )


def spelled_out(ranges: list[tuple[int, int]]) -> set[int]:
    return {n for first, last in ranges for n in range(first, last + 1)}


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
