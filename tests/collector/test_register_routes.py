"""The register over HTTP: laid down, under a version, locked and logged; its document."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pasperdus_collector.comparison.gather import gather
from pasperdus_collector.ledger import reading
from pasperdus_collector.register.schedule import is_first_on
from support.collecting import MONDAY, NODE, batch, rating
from support.registering import (
    BEFORE,
    LECTERN,
    OTHER,
    PERIODS,
    PROTOTYPES,
    SIGNED,
    SITE,
    TRIED,
    RegisterDesk,
    at,
    detail,
    done,
)

ONE = f"{PROTOTYPES}/lectern"


# -- laying down ----------------------------------------------------------------------------------


def test_a_prototype_is_kept_with_what_was_left_out_filled_in(register: RegisterDesk) -> None:
    answer = register.client.post(PROTOTYPES, json=LECTERN)

    assert answer.status_code == 201, answer.text
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"] == f"{ONE}?site=default"
    assert answer.json() == {
        "site": SITE,
        "prototype": "lectern",
        "title": "Pupitre mobile",
        "hypothesis": "Aller vers les personnes les rassure.",
        "changed": "Le guichet est remplacé par un pupitre mobile.",
        "design": "before_after",
        "outcome": "satisfied",
        "question": "accueil",
        "scale": 5,
        "delta": 0.05,
        "planned_start": "2026-04-05T22:00:00Z",
        "planned_end": "2026-05-31T22:00:00Z",
        "control_site": None,
        "baseline": [],
        "exclusions": [],
        "circumstances": [],
        "seed": None,
        "decision": None,
        "rolled_back_at": None,
        "started_at": None,
        "version": 1,
        "calibrations": [
            {"node": NODE, "line": "door", "at_start": None, "now": None, "has_changed": False}
        ],
    }
    (listed,) = register.get(PROTOTYPES)
    assert listed == {k: v for k, v in answer.json().items() if k != "calibrations"}
    assert register.get(PROTOTYPES, site=OTHER) == []


def test_its_own_baseline_joins_what_it_is_compared_with(register: RegisterDesk) -> None:
    register.add(PROTOTYPES, LECTERN)

    register.add(PERIODS, BEFORE)

    assert register.prototype()["baseline"] == ["avant"]
    assert register.prototype()["version"] == 2
    assert register.periods()["avant"] == {
        "site": SITE,
        "period": "avant",
        "prototype": "lectern",
        "kind": "baseline",
        "title": "Guichet",
        "step": 1,
        "changed": "",
        "start": "2026-03-01T23:00:00Z",
        "end": "2026-04-05T22:00:00Z",
        "pair": None,
        "version": 1,
    }


def test_a_shared_baseline_is_named_by_each_prototype_and_its_past_is_in_their_logs(
    register: RegisterDesk,
) -> None:
    register.add(PERIODS, BEFORE, prototype=None)
    done(register.patch(f"{PERIODS}/avant", {**SIGNED, "title": "Guichet seul"}))
    for name in ("lectern", "flags"):
        register.add(PROTOTYPES, LECTERN, prototype=name, baseline=["avant"])

    for name in ("lectern", "flags"):
        told = [(each["subject"], next(iter(each["changes"]))) for each in register.log(name)]
        assert told[:2] == [("period avant", "kind"), ("period avant", "title")]
        assert told[2][0] == f"prototype {name}"
    moved = {**SIGNED, "end": "2026-04-01T00:00:00Z"}
    done(register.patch(f"{PERIODS}/avant", moved))
    for name in ("lectern", "flags"):
        assert register.log(name)[-1]["changes"]["end"]["after"] == "2026-04-01T00:00:00Z"
        assert register.prototype(name)["version"] == 2


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"outcome": "happiness"}, "outcome 'happiness' is not one that can be compared"),
        ({"outcome": "tallies:Où ?"}, "outcome: 'tallies:Où ?' names no tally"),
        ({"delta": 5}, "delta: 5 is not a change of satisfied (unit share); write one above 0"),
        ({"delta": 0}, "delta: 0 is not more than 0"),
        ({"delta": "0.05"}, "delta: '0.05' is not a number"),
        ({"planned_end": "2026-04-05T00:00:00Z"}, "planned_end: 2026-04-05T00:00:00Z is not after"),
        ({"planned_start": "2026-04-06"}, "planned_start: '2026-04-06' is no time with offset"),
        ({"design": "control"}, "control_site: design control compares with a site"),
        ({"control_site": SITE}, "control_site: 'default' is the prototype's own site"),
        ({"control_site": "gare"}, "control_site: there is no site 'gare'; known are annexe"),
        ({"question": "sortie"}, "question 'sortie' is not one of site 'default'; known are 'acc"),
        ({"question": "accueil", "scale": 3}, "question 'accueil' on a scale of 3 is not one of"),
        ({"scale": 5, "question": None}, "scale: 5 is of no question"),
        ({"baseline": ["avant"]}, "baseline: site 'default' has no period 'avant'; register it"),
        ({"title": "x" * 81}, "title: 'xxx"),
        ({"title": "deux\nlignes"}, "title: has characters that cannot be printed"),
        ({"by": " "}, "by: ' ' is too short"),
        ({"by": "x" * 81}, "is too long; write at most 80 characters"),
        ({"by": None}, "by: None is not text"),
        ({"prototype": "Pupitre"}, "prototype: 'Pupitre' does not fit the pattern"),
        ({"colour": "green"}, "colour: nothing here has that name"),
        (
            {"exclusions": [{"first_day": "2026-05-02", "last_day": "2026-05-01", "reason": "x"}]},
            "exclusions.0: 2026-05-02 to 2026-05-01 are 0 days",
        ),
        (
            {"circumstances": [{"at": "2026-05-02", "kind": "works", "text": "x"}]},
            "circumstances.0.at: '2026-05-02' is no time",
        ),
        (
            {"circumstances": [{"at": "2026-05-02T08:00:00Z", "kind": "rain", "text": "x"}]},
            "circumstances.0.kind: 'rain' is not one of button_moved, sensor_moved",
        ),
        ({"exclusions": [{}] * 101}, "exclusions: 101 parts are too many; give at most 100"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_reason(
    register: RegisterDesk, changed: dict[str, Any], says: str
) -> None:
    body = {**LECTERN, **changed}
    if changed.get("scale") and changed.get("question") is None:
        body.pop("question")

    assert says in detail(register.client.post(PROTOTYPES, json=body), 400)
    assert register.get(PROTOTYPES) == []


def test_of_several_questions_one_must_be_chosen(register: RegisterDesk) -> None:
    more = rating(3, MONDAY, question="sortie", scale=3, value=2)
    register.desk.deliver(batch(more, sent_at=MONDAY + 90_000))
    register.desk.settle()

    refused = register.client.post(PROTOTYPES, json=LECTERN)

    assert "question: site 'default' has several" in detail(refused, 400)
    assert "'accueil' on 5, 'sortie' on 3" in detail(refused, 400)
    assert register.add(PROTOTYPES, LECTERN, question="sortie")["scale"] == 3
    other = register.add(PROTOTYPES, LECTERN, prototype="counts", outcome="passages_in")
    assert (other["question"], other["delta"]) == (None, 0.1)
    moved = done(register.patch(ONE, {**SIGNED, "question": "accueil"}))
    assert (moved["question"], moved["scale"]) == ("accueil", 5)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"end": "2026-04-06T00:00:00+02:00"}, "end: 2026-04-05T22:00:00Z is not after start"),
        ({"end": "2026-04-05T22:00:30Z"}, "is less than a minute after start"),
        ({"start": "2026-04-05T00:00:00+02:00"}, "periods of prototype 'lectern' overlap: 'avant'"),
        ({"start": "2026-01-05T00:00:00Z"}, "'lectern-1' has no end, and 'avant' begins"),
        ({"prototype": "flags"}, "site 'default' has no prototype 'flags'; known are lectern"),
        ({"prototype": None}, "prototype: is missing, and a period of kind prototype is of one"),
        ({"step": 3}, "step: 3 does not follow"),
    ],
)
def test_a_period_must_fit_those_that_are_there(
    register: RegisterDesk, changed: dict[str, Any], says: str
) -> None:
    register.add(PROTOTYPES, LECTERN)
    register.add(PERIODS, BEFORE)

    answer = register.client.post(PERIODS, json={**TRIED, "why": "essai", **changed})

    assert says in answer.json()["detail"]
    assert list(register.periods()) == ["avant"]
    assert register.prototype()["version"] == 2


def test_a_shared_baseline_cannot_be_moved_into_a_period_with_the_prototype(
    register: RegisterDesk,
) -> None:
    register.add(PERIODS, BEFORE, prototype=None)
    register.add(PROTOTYPES, LECTERN, baseline=["avant"])
    register.add(PERIODS, TRIED)

    refused = register.patch(f"{PERIODS}/avant", {**SIGNED, "end": None})

    assert "periods of prototype 'lectern' overlap: 'avant' has no end" in detail(refused, 400)
    assert register.periods()["avant"]["end"] == "2026-04-05T22:00:00Z"


def test_a_name_that_is_taken_is_a_conflict(register: RegisterDesk) -> None:
    register.add_trial()

    again = register.client.post(PROTOTYPES, json=LECTERN)
    period = register.client.post(PERIODS, json=TRIED)

    assert "has a prototype 'lectern' already; PATCH it" in detail(again, 409)
    assert "has a period 'lectern-1' already; PATCH it" in detail(period, 409)


# -- two editors ----------------------------------------------------------------------------------


def test_nobody_changes_what_they_did_not_read(register: RegisterDesk) -> None:
    register.add_trial()
    read = register.prototype()["version"]
    done(register.patch(ONE, {**SIGNED, "title": "Pupitre"}))

    stale = register.patch(ONE, {**SIGNED, "title": "Comptoir"}, version=read)
    late = register.client.post(
        f"{ONE}/end",
        json={**SIGNED, "at": "2026-05-01T00:00:00Z"},
        headers={"If-Match": f'"{read}"'},
    )
    blind = [
        register.client.patch(ONE, json={**SIGNED, "title": "x"}, headers=headers)
        for headers in ({}, {"If-Match": "*"})
    ]

    said = f"prototype 'lectern' is at version {read + 1}, not {read}; read it again first"
    assert detail(stale, 412) == detail(late, 412) == said
    for each in blind:
        assert "If-Match is missing: two people must never overwrite" in detail(each, 428)
    assert register.prototype()["title"] == "Pupitre"
    period = register.patch(f"{PERIODS}/avant", {**SIGNED, "title": "x"}, version=9)
    assert "period 'avant' is at version 1, not 9" in detail(period, 412)


def test_a_change_of_a_period_is_a_change_of_its_prototype(register: RegisterDesk) -> None:
    register.add_trial()
    read = register.prototype()["version"]
    done(register.patch(f"{PERIODS}/lectern-1", {**SIGNED, "title": "Pupitre"}))

    assert detail(register.patch(ONE, {**SIGNED, "title": "x"}, version=read), 412)


def test_what_changes_nothing_leaves_no_trace(register: RegisterDesk) -> None:
    register.add_trial()
    before, log = register.prototype(), register.log()

    done(register.patch(ONE, {**SIGNED, "title": "Pupitre mobile", "delta": 0.05}))
    done(register.patch(f"{PERIODS}/avant", {**SIGNED, "title": "Guichet"}))

    assert (register.prototype(), register.log()) == (before, log)


# -- locked and logged ----------------------------------------------------------------------------


def test_every_change_is_logged_with_who_when_why_before_and_after(register: RegisterDesk) -> None:
    register.add(PROTOTYPES, LECTERN, why="projet 2026")
    register.now_ms += 60_000

    done(register.patch(ONE, {**SIGNED, "delta": 0.1, "planned_end": None}))

    created, changed = register.log()
    assert (created["by"], created["why"]) == ("chef de projet", "projet 2026")
    assert created["at"] == "2026-03-20T10:00:00Z"
    assert created["changes"]["outcome"] == {"before": None, "after": "satisfied"}
    assert changed == {
        "at": "2026-03-20T10:01:00Z",
        "subject": "prototype lectern",
        **SIGNED,
        "after_start": False,
        "changes": {
            "delta": {"before": 0.05, "after": 0.1},
            "planned_end": {"before": "2026-05-31T22:00:00Z", "after": None},
        },
    }


def test_once_begun_a_change_of_the_plan_is_possible_and_marked(register: RegisterDesk) -> None:
    register.add_trial()
    register.now_ms = at("2026-04-20T10:00")
    assert register.prototype()["started_at"] == "2026-04-05T22:00:00Z"

    done(register.patch(ONE, {**SIGNED, "title": "Pupitre"}))
    done(register.patch(ONE, {**SIGNED, "outcome": "index"}))
    done(register.patch(f"{PERIODS}/avant", {**SIGNED, "start": "2026-02-02T00:00:00+01:00"}))
    strike = {"first_day": "2026-04-21", "last_day": "2026-04-21", "reason": "grève"}
    done(register.patch(ONE, {**SIGNED, "exclusions": [strike]}))
    happened = {"at": "2026-04-21T08:00:00Z", "kind": "strike", "text": "grève nationale"}
    done(register.patch(ONE, {**SIGNED, "circumstances": [happened]}))

    late = [each for each in register.log() if each["after_start"]]
    assert [(each["subject"], sorted(each["changes"])) for each in late] == [
        ("prototype lectern", ["delta", "outcome"]),
        ("period avant", ["start"]),
        ("prototype lectern", ["exclusions"]),
    ]
    assert late[0]["changes"]["delta"] == {"before": 0.05, "after": 5.0}  # of another unit
    assert register.prototype()["circumstances"] == [happened]
    assert "why: is missing" in detail(register.patch(ONE, {"by": "x", "delta": 1.0}), 400)
    # A new baseline is a change of the plan too, and has to say why.
    more = {**BEFORE, "period": "hiver", "start": "2026-01-05T00:00:00Z"}
    more["end"] = "2026-02-01T00:00:00Z"
    assert "why: the trial has begun" in detail(register.client.post(PERIODS, json=more), 400)
    assert "hiver" not in register.periods()
    register.add(PERIODS, more, why="plus de semaines")
    assert register.log()[-1]["after_start"]


def test_a_trial_that_is_registered_after_the_fact_says_so(register: RegisterDesk) -> None:
    register.now_ms = at("2026-05-01T10:00")
    register.add(PROTOTYPES, LECTERN)
    register.add(PERIODS, BEFORE)

    assert "why: the trial has begun" in detail(register.client.post(PERIODS, json=TRIED), 400)
    register.add(PERIODS, TRIED, why="noté sur papier")

    assert [each["after_start"] for each in register.log()][-2:] == [False, True]


def test_exclusions_keep_the_time_at_which_they_were_decided(register: RegisterDesk) -> None:
    register.add(PROTOTYPES, LECTERN)
    works = {"first_day": "2026-05-04", "last_day": "2026-05-08", "reason": "travaux"}
    bridge = {"first_day": "2026-05-15", "last_day": "2026-05-15", "reason": "pont"}
    done(register.patch(ONE, {**SIGNED, "exclusions": [works]}))
    register.now_ms += 86_400_000

    found = done(register.patch(ONE, {**SIGNED, "exclusions": [bridge, works]}))["exclusions"]

    assert found == [
        {**bridge, "decided_at": "2026-03-21T10:00:00Z"},
        {**works, "decided_at": "2026-03-20T10:00:00Z"},
    ]


# -- the document ---------------------------------------------------------------------------------


@pytest.mark.parametrize("today", ["2026-03-20", "2026-10-19", "2027-12-31"])
def test_the_examples_of_the_document_run_one_after_the_other_on_any_day(
    register: RegisterDesk, tmp_path: Path, today: str
) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "register.md").read_text("utf-8")
    asked, digits = run_in_a_shell("\n".join(re.findall(r"(?ms)^```sh\n(.*?)^```$", text)), today)
    assert len(asked) == 10
    answers = []
    for words, body in asked:
        register.now_ms = at(f"{today}T10:00")
        if any("decision" in word for word in words):
            register.now_ms += 30 * 86_400_000
        method = words[words.index("-X") + 1] if "-X" in words else "GET"
        path = next(word for word in words if word.startswith("http")).partition(":8000")[2]
        headers = dict(word.split(": ", 1) for flag, word in pairwise(words) if flag == "-H")
        answers.append(register.client.request(method, path, headers=headers, content=body))
        assert answers[-1].status_code in (200, 201), (path, answers[-1].text)
    log = answers[-3].json()
    assert [each["subject"] for each in log].count("period pupitre-2") == 2
    assert not [each for each in log if each["after_start"]]
    assert digits.split() == re.findall(r"cut -c64; done    # (.*)", text)[0].split()
    assert [int(digit, 16) % 2 == 1 for digit in digits.split()] == [
        is_first_on(42, pair) for pair in range(1, 7)
    ]
    # The return that nobody ended is over at "week 24", as the document says.
    start = datetime.fromisoformat(json.loads(asked[0][1])["planned_start"])
    over = start.replace(tzinfo=ZoneInfo("Europe/Paris")) + timedelta(weeks=24)
    over_ms = round(over.timestamp() * 1000)
    with reading(tmp_path / "ledger.db") as db:
        early, late = (
            gather(db, SITE, None, "pupitre", now_ms=now_ms, collector="mairie")
            for now_ms in (over_ms - 1, over_ms + 100 * 86_400_000)
        )
    assert (early.plan.status, late.plan.status) == ("running", "ended")
    assert late.data_end_ms == over_ms


def run_in_a_shell(script: str, today: str) -> tuple[list[tuple[list[str], bytes]], str]:
    """Return what each curl was asked, with what it was to send, and what else was printed.

    ``date`` counts from ``today``; nothing is sent.
    """
    day = date.fromisoformat(today)
    monday = day + timedelta(days=7 - day.weekday())
    stand_ins = f"""
        curl() {{
            printf '%s\\x1f' "$@"; printf '\\x1e'; case " $* " in *' @- '*) cat;; esac
            printf '\\x1d'
        }}
        date() {{ command date "$1" "${{2/next monday/{monday}}}" "$3"; }}
    """
    ran = subprocess.run(
        ["bash", "-euc", stand_ins + script], capture_output=True, check=True, text=True
    )
    *sent, rest = ran.stdout.split("\x1d")
    asked = [each.partition("\x1e") for each in sent]
    return [(words.split("\x1f")[:-1], body.encode()) for words, _, body in asked], rest


@pytest.mark.parametrize(
    "path", [PROTOTYPES, PERIODS, f"{ONE}", f"{ONE}/log", f"{ONE}/recipe", f"{PERIODS}/avant"]
)
def test_what_is_not_there_is_told(register: RegisterDesk, path: str) -> None:
    nowhere = register.client.get(path, params={"site": "gare"})
    assert detail(nowhere, 404) == "there is no site 'gare'; known are annexe, default"
    if path not in (PROTOTYPES, PERIODS):
        assert "site 'default' has no p" in detail(register.client.get(path), 404)
    assert "nothing here has that name" in detail(
        register.client.get(path, params={"zone": "x"}), 400
    )
