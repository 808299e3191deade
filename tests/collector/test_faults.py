"""What is refused says in parts what is wrong, and where it stands in what was sent."""

from __future__ import annotations

from typing import Any

import pytest

from pasperdus_collector.api.recipe_shapes import parse_recipe
from pasperdus_collector.api.register_shapes import NewPrototype
from pasperdus_collector.api.shapes import NewSite
from pasperdus_collector.api.slips import SlipBody
from pasperdus_collector.api.written import read
from pasperdus_collector.calendar.opening import SiteCalendar
from pasperdus_collector.errors import Fault, QueryError
from pasperdus_collector.reception.content import FORMS

PROTOTYPE = {
    "prototype": "pupitre",
    "title": "Pupitre",
    "hypothesis": "On attend moins.",
    "changed": "Un pupitre.",
    "design": "before_after",
    "outcome": "satisfied",
    "planned_start": "2026-12-07T00:00:00+01:00",
    "by": "l’accueil",
}


def places(caught: pytest.ExceptionInfo[QueryError]) -> list[tuple[str, str]]:
    return [(each.field, each.reason) for each in caught.value.faults]


def test_every_field_of_a_form_that_is_wrong_is_told_at_once() -> None:
    sent = PROTOTYPE | {
        "prototype": "Le pupitre",
        "title": " ",
        "delta": "cinq",
        "exclusions": [{"first_day": "hier", "last_day": "2026-12-08", "reason": "grève"}],
    }

    with pytest.raises(QueryError) as caught:
        read(NewPrototype, sent)

    assert sorted(places(caught)) == [
        ("delta", "float-type"),
        ("exclusions.0.first_day", "date-from-datetime-parsing"),
        ("prototype", "not-a-name"),
        ("title", "string-too-short"),
    ]


def test_french_spaces_are_text_as_any_other_and_what_nobody_sees_is_not() -> None:
    assert read(NewPrototype, PROTOTYPE | {"title": "Pupitre\u202f: essai"}).title.endswith("essai")
    with pytest.raises(QueryError) as caught:
        read(NewPrototype, PROTOTYPE | {"title": "Pupi\u200btre", "by": "a\nb"})

    assert sorted(places(caught)) == [("by", "not-one-line"), ("title", "not-printable")]


def test_a_refusal_of_ours_keeps_its_own_reason_beside_those_of_the_reader() -> None:
    desk: dict[str, Any] = {"name": "impots", "opens": "09:00", "closes": "08:00"}

    with pytest.raises(QueryError) as closing:
        read(FORMS["desk"], {**desk, "weekdays": ["monday"], "title": {"fr": "a", "en": "b"}})
    with pytest.raises(QueryError) as untitled:
        read(FORMS["desk"], {**desk, "closes": "12:00", "weekdays": ["monday"]})
    with pytest.raises(QueryError) as undrawn:
        read(NewSite, {"site": "mairie", "title": "Mairie 😀"})

    assert places(closing) == [("closes", "closes-before-it-opens")]
    assert places(untitled) == [("title", "desk-without-title")]
    assert places(undrawn) == [("title", "undrawable")]
    assert undrawn.value.faults[0].values == {"character": "😀"}


def test_a_closure_is_told_where_it_was_written_whatever_its_date() -> None:
    works = {"first_day": "2026-12-01", "last_day": "2026-12-20", "label": "travaux"}
    feast = {"first_day": "2026-12-24", "last_day": "2026-12-26", "label": "fêtes"}
    late = {"first_day": "2026-12-19", "last_day": "2026-12-19", "label": "inventaire"}

    with pytest.raises(QueryError) as caught:
        SiteCalendar.from_json({"closures": [feast, late, works]})

    assert places(caught) == [("closures.1.first_day", "closures-overlap")]


def test_a_field_of_a_recipe_is_found_within_the_recipe() -> None:
    with pytest.raises(QueryError) as caught:
        parse_recipe({"schema": 1, "title": "Pupitre", "question": "Sourire ?"})

    assert ("recipe.question", "not-a-name") in places(caught)
    assert ("recipe.steps", "missing") in places(caught)


def test_what_somebody_typed_is_in_no_trace_of_a_fault() -> None:
    with pytest.raises(QueryError) as caught:
        read(SlipBody, {"node": "accueil", "phone": "rappeler Mme Roux", "text": "x"})

    assert caught.value.faults == (Fault("phone", "not-a-phone"),)
    assert "Roux" not in repr(caught.value.faults)
