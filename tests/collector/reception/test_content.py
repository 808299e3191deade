"""Contents: which forms are taken, and what of them a board shows on a day."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from pasperdus_collector.calendar.opening import Closure, Hours, OtherHours, SiteCalendar
from pasperdus_collector.errors import QueryError
from pasperdus_collector.reception.compose import Gathered, Shown, Terminal, compose
from pasperdus_collector.reception.content import DEFAULT_TALLIES, Content, Kind
from pasperdus_collector.reception.content_limits import (
    MAX_CONTENT_BYTES,
    MAX_SITE_DATES,
    MOST_SHOWN,
    check_boards,
)
from pasperdus_collector.reception.showing import days_from, desks_of, on, shown
from pasperdus_contract.board import MAX_BOARD_BYTES, MAX_TERMINALS, Board, BothTitles, Inside
from pasperdus_contract.codec import encode
from pasperdus_contract.tokens import TOKENS, deal
from pasperdus_contract.visits import Call, Visit
from support.contents import WRITTEN, content

MONDAY = date(2026, 11, 23)
UNTOLD = SiteCalendar()
OFFICE_HOURS = SiteCalendar(hours=((Hours(540, 1020),),) * 5 + ((), ()))


def days_after(days: int) -> date:
    return MONDAY + timedelta(days=days)


def desk(**changed: Any) -> Content:
    return content("desk", **changed)


# -- validity and order ---------------------------------------------------------------------------


def test_a_content_is_valid_on_its_first_and_its_last_day_and_not_around_them() -> None:
    notice = content("notice", valid_from="2026-11-23", valid_to="2026-11-24")

    found = [day for day in range(-1, 4) if on([notice], days_after(day))]

    assert found == [0, 1]
    assert on([content("notice", valid_to="2026-11-23")], date(2020, 1, 1))
    assert on([content("notice", valid_from="2026-11-23")], date(2099, 1, 1))


def test_contents_are_in_the_order_of_their_positions_then_of_their_names() -> None:
    told = [content("need", name=name, position=n) for name, n in (("b", 2), ("c", 1), ("a", 2))]

    assert [each.name for each in on([*told, content("need", name="0")], MONDAY)] == [
        *("c", "a", "b"),
        "0",  # without a position
    ]


# -- desks ----------------------------------------------------------------------------------------


def test_a_desk_is_told_on_each_of_its_weekdays_and_dates_within_seven_days() -> None:
    told = desk(weekdays=["friday", "monday"], dates=["2026-11-25", "2026-12-01"])

    found = desks_of([told], days_from(MONDAY), UNTOLD)

    assert [each.day for each in found] == ["2026-11-23", "2026-11-25", "2026-11-27"]
    assert {(each.opens, each.closes) for each in found} == {("09:00", "12:00")}


def test_desks_of_a_day_are_told_by_the_hour_at_which_they_open() -> None:
    late = desk(name="late", opens="14:00", closes="15:00", position=0, title={"fr": "Tard"})
    early = desk(name="early", opens="08:30", position=1, title={"fr": "Tôt"})

    found = desks_of([late, early], [MONDAY], UNTOLD)

    assert [each.title.fr for each in found] == ["Tôt", "Tard"]


def test_a_desk_outside_its_own_validity_is_not_told_within_the_week() -> None:
    told = desk(weekdays=["monday", "tuesday", "wednesday"], valid_to="2026-11-24")

    found = desks_of([told], days_from(MONDAY), UNTOLD)

    assert [each.day for each in found] == ["2026-11-23", "2026-11-24"]


@pytest.mark.parametrize(
    ("day", "calendar"),
    [
        ("2026-05-25", OFFICE_HOURS),  # Pentecost Monday
        (
            "2026-11-23",
            SiteCalendar(closures=(Closure(first_day=MONDAY, last_day=MONDAY, label="travaux"),)),
        ),
        ("2026-11-28", OFFICE_HOURS),  # a Saturday
    ],
)
def test_a_desk_is_cancelled_where_the_site_is_closed_unless_it_says_otherwise(
    day: str, calendar: SiteCalendar
) -> None:
    held = {"weekdays": [], "dates": [day]}
    days = [date.fromisoformat(day)]

    assert [each.is_cancelled for each in desks_of([desk(**held)], days, calendar)] == [True]
    stays = desk(**held, held_when_closed=True)
    assert [each.is_cancelled for each in desks_of([stays], days, calendar)] == [False]
    assert [each.is_cancelled for each in desks_of([desk(**held)], days, UNTOLD)] == [False]


def test_a_desk_is_held_on_a_public_holiday_on_which_the_site_opens() -> None:
    holiday = date(2026, 5, 25)
    opened = SiteCalendar(
        hours=OFFICE_HOURS.hours, exceptions=(OtherHours(day=holiday, hours=(Hours(540, 720),)),)
    )

    (found,) = desks_of([desk()], [holiday], opened)

    assert not found.is_cancelled


def test_a_date_that_is_cancelled_is_told_as_such_even_where_closed_days_do_not_matter() -> None:
    told = desk(cancelled=["2026-11-23"], held_when_closed=True)

    found = desks_of([told], [MONDAY, days_after(7)], UNTOLD)

    assert [each.is_cancelled for each in found] == [True, False]


def test_a_service_lends_its_title_and_place_where_a_desk_has_none() -> None:
    service = content("service", valid_to="2026-11-01")

    (lent,) = desks_of([service, desk(title=None, service="etat-civil")], [MONDAY], UNTOLD)
    (own,) = desks_of([service, desk(service="etat-civil")], [MONDAY], UNTOLD)

    assert lent.title == BothTitles(fr="État civil", en="Registry office")
    assert own.title == BothTitles(fr="Impôts", en="Taxes")
    assert lent.place == own.place == BothTitles(fr="Bureau 2")


# -- tallies --------------------------------------------------------------------------------------


def test_agents_can_tally_before_the_site_wrote_anything() -> None:
    found = shown([], MONDAY, UNTOLD).tallies

    names = [each.what for each in found]
    assert names == ["repeated-question", "misorientation", "phone", "incident"]
    assert all(each.title.en for each in found)


def test_a_tally_of_the_site_replaces_the_default_of_its_name_wherever_it_is_valid_or_not() -> None:
    own = content("tally", position=9, valid_from="2026-11-24")

    before, after = (shown([own], days_after(n), UNTOLD).tallies for n in (0, 1))

    assert [each.what for each in before] == ["repeated-question", "misorientation", "incident"]
    assert after[-1].title.fr == "Téléphone"
    assert [each.category for each in after[-1].categories] == ["horaires"]


def test_a_hidden_tally_leaves_its_place_to_another() -> None:
    own = [
        content("tally", name="incident", is_shown=False),
        content("tally", name="retour", position=0),
    ]
    check_boards(own, MONDAY)

    found = shown(own, MONDAY, UNTOLD).tallies

    assert {each.what for each in found} == {
        *("repeated-question", "misorientation", "phone", "retour")
    }
    with pytest.raises(QueryError, match="tally: 5 would be shown on 2026-11-23, at most 4"):
        check_boards(own[1:], MONDAY)


# -- forms ----------------------------------------------------------------------------------------


def test_each_kind_is_on_the_board_as_it_was_written() -> None:
    told = shown([content(kind) for kind in WRITTEN], MONDAY, UNTOLD)

    board = board_of(told)
    assert Board.model_validate_json(encode(board)) == board
    told_json = board.model_dump(mode="json", exclude_none=True)
    parts: list[tuple[str, Kind, str | None]] = [
        ("services", "service", "service"),
        ("needs", "need", "need"),
        ("contacts", "contact", "contact"),
        ("phrases", "phrase", "phrase"),
        ("notices", "notice", None),
        ("answers", "answer", None),
    ]
    for part, kind, named in parts:
        (found,) = told_json[part]
        written = {**WRITTEN[kind]}
        name = written.pop("name")
        assert found == (written if named is None else {named: name, **written})
    assert len(told_json["desks"]) == 1


@pytest.mark.parametrize(
    ("kind", "changed", "field"),
    [
        ("service", {"title": {"fr": "é" * 41}}, "title.fr"),
        ("service", {"title": {"en": "Taxes"}}, "title.fr"),
        ("service", {"title": {"fr": "Impôts", "de": "Steuern"}}, "title.de"),
        ("service", {"titre": "Impôts"}, "titre"),
        ("service", {"name": "Impôts"}, "name"),
        ("service", {"position": -1}, "position"),
        ("notice", {"title": {"fr": "Fermé 🙁"}}, "title.fr"),
        ("notice", {"title": {"fr": "   "}}, "title.fr"),
        ("notice", {"text": {"fr": "deux\nlignes"}}, "text.fr"),
        ("notice", {"valid_from": "2026-11-24", "valid_to": "2026-11-23"}, "valid_to"),
        ("notice", {"valid_from": 20_000}, "valid_from"),
        ("notice", {"valid_from": "2026-11-31"}, "valid_from"),
        ("notice", {"valid_to": "2101-01-01"}, "valid_to"),
        ("desk", {"opens": "9h"}, "opens"),
        ("desk", {"closes": "09:00"}, "closes"),
        ("desk", {"weekdays": ["lundi"]}, "weekdays.0"),
        ("desk", {"weekdays": []}, ""),
        ("desk", {"title": None}, ""),
        ("desk", {"cancelled": ["2026-11-24"]}, "cancelled"),
        ("desk", {"dates": ["2026-11-24"] * 61}, "dates"),
        ("contact", {"needs": []}, "needs"),
        ("contact", {"phone": "appelez-moi"}, "phone"),
        ("phrase", {"texts": {"en": "Upstairs"}}, "texts"),
        ("phrase", {"texts": {"fr": "En haut", "ar": "فوق"}}, "texts"),
        ("phrase", {"arrow": "back"}, "arrow"),
        ("tally", {"categories": WRITTEN["tally"]["categories"] * 2}, "categories"),
        ("tally", {"is_shown": "no"}, "is_shown"),
    ],
)
def test_what_no_screen_could_show_is_refused_at_its_field(
    kind: Kind, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        content(kind, **changed)

    assert [".".join(map(str, each["loc"])) for each in refused.value.errors()] == [field]


# -- limits ---------------------------------------------------------------------------------------


def test_notices_of_different_days_leave_room_for_each_other() -> None:
    monthly = [
        content(
            "notice",
            name=f"mois-{n}",
            valid_from=str(days_after(30 * n)),
            valid_to=str(days_after(30 * n + 29)),
        )
        for n in range(-10, 20)
    ]
    always = [content("notice", name=f"toujours-{n}") for n in range(7)]

    check_boards([*monthly, *always], MONDAY)
    overlapping = content("notice", valid_from=str(days_after(400)), valid_to=str(days_after(401)))
    with pytest.raises(QueryError, match=r"notice: 9 would be shown on 20.*at most 8 fit"):
        check_boards([*monthly, *always, overlapping], MONDAY)


def test_only_what_some_board_to_come_cannot_hold_is_refused() -> None:
    """Against the boards of each single day, composed one by one."""
    seed = random.randrange(2**32)
    rng = random.Random(seed)
    outcomes = set()
    for _ in range(60):
        contents = _some_contents(rng)
        fits = all(_fits(shown(contents, days_after(n), UNTOLD)) for n in range(120))
        try:
            check_boards(contents, MONDAY)
            is_taken = True
        except QueryError:
            is_taken = False
        assert is_taken == fits, f"seed {seed}: {contents}"
        outcomes.add(fits)
    assert outcomes == {True, False}, f"seed {seed}"


def test_what_a_check_costs_grows_as_what_is_written_and_no_faster() -> None:
    def calls(desks: int) -> int:
        told = [
            content(
                "desk",
                name=f"d{n}",
                weekdays=[],
                dates=[str(days_after(60 * n + k)) for k in range(60)],
            )
            for n in range(desks)
        ]
        found = 0

        def count(*_: object) -> None:
            nonlocal found
            found += 1

        sys.setprofile(count)
        try:
            check_boards(told, MONDAY)
        finally:
            sys.setprofile(None)
        return found

    few, many = calls(10), calls(50)

    assert few > 600  # each date costs something: else nothing was counted
    assert many < 6 * few


def test_a_site_keeps_so_many_dates_and_no_more() -> None:
    dates = [str(days_after(n)) for n in range(60)]
    desks = [
        content(
            "desk", name=f"d{n}", weekdays=[], dates=dates[n % 2 :: 2], cancelled=dates[n % 2 :: 2]
        )
        for n in range(MAX_SITE_DATES // 60)
    ]
    fitting = [desk.model_copy(update={"valid_to": MONDAY - timedelta(days=1)}) for desk in desks]

    check_boards(fitting, MONDAY)
    with pytest.raises(QueryError, match=rf"would have 3060 dates .* at most {MAX_SITE_DATES}"):
        check_boards([*fitting, fitting[0].model_copy(update={"name": "more"})], MONDAY)


def test_the_fullest_contents_that_are_taken_leave_room_for_a_full_hall() -> None:
    contents: list[Content] = [content("need")]
    refusal = ""
    while not refusal:
        # Three bytes a letter, as in Vietnamese, fill a board before it has too many contacts.
        more = content("contact", name=f"c{len(contents)}", detail={"fr": "ế" * 240})
        try:
            check_boards([*contents, more], MONDAY)
            contents.append(more)
        except QueryError as error:
            refusal = str(error)

    board = board_of(shown(contents, MONDAY, UNTOLD), is_full=True)

    assert f"at most {MAX_CONTENT_BYTES} reach the screens" in refusal
    assert "most are of kind contact" in refusal
    assert len(contents) > 40
    assert MAX_BOARD_BYTES - 2_000 < len(encode(board)) <= MAX_BOARD_BYTES


def board_of(told: Shown, *, is_full: bool = False) -> Board:
    """Return a board of contents: with nobody, or with all tokens at the most terminals."""
    nodes = [f"{'n' * 38}{n:02}" for n in range(MAX_TERMINALS if is_full else 1)]
    call = Call(at=1_795_346_400_000, node=nodes[0], epoch="f" * 32, seq=10**9)
    return compose(
        Gathered(
            site="s" * 40,
            title="é" * 80,
            time_zone="America/Argentina/ComodRivadavia",
            day=MONDAY,
            now_ms=1_795_346_400_000,
            asks_pulse=False,
            visits=[
                Visit(
                    visit="f" * 16,
                    token=token,
                    state="serving",
                    service="s" * 40,
                    since=1_795_346_400_000,
                    is_timed=False,
                    call=call,
                )
                for token in TOKENS
                if is_full
            ],
            terminals=[Terminal(node=node, title=f"{'é' * 38}{node[-2:]}") for node in nodes],
            hands=deal("s", MONDAY, nodes),
            heard=dict.fromkeys(nodes, 10**9),
            inside=Inside(people=100, error=10, at=1_795_346_400_000),
            shown=told,
        )
    )


def _fits(told: Shown) -> bool:
    counts: dict[Kind, Sequence[object]] = {
        "desk": told.desks,
        "notice": told.notices,
        "tally": told.tallies,
    }
    return all(len(found) <= MOST_SHOWN[kind] for kind, found in counts.items())


def _some_contents(rng: random.Random) -> list[Content]:
    """Return contents about as many as a board holds, with bounds in the past and to come."""

    def bounds() -> dict[str, str | None]:
        first, last = sorted(rng.sample(range(-40, 110), 2))
        return {
            "valid_from": rng.choice((None, str(days_after(first)))),
            "valid_to": rng.choice((None, str(days_after(last)))),
        }

    weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    return [
        *(
            content(
                "desk",
                name=f"d{n}",
                weekdays=rng.sample(weekdays, rng.randrange(1, 7)),
                dates=[str(days_after(rng.randrange(-20, 110))) for _ in range(5)],
                **bounds(),
            )
            for n in range(rng.randrange(12, 30))
        ),
        *(content("notice", name=f"n{n}", **bounds()) for n in range(rng.randrange(8, 16))),
        *(each.model_copy(update={"is_shown": False}) for each in DEFAULT_TALLIES[:2]),
        *(content("tally", name=f"t{n}", **bounds()) for n in range(rng.randrange(4))),
    ]
