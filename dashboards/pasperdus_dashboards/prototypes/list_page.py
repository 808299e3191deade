"""The register of a site: all its trials, each with its state and, once it began, its verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pasperdus_collector.registry import Site
from pasperdus_dashboards.prototypes.addresses import trial_page
from pasperdus_dashboards.prototypes.desk import Desk
from pasperdus_dashboards.prototypes.trial_words import (
    Say,
    State,
    own_periods,
    state_name,
    state_of,
)
from pasperdus_dashboards.shell.navigation import PROTOTYPES
from pasperdus_dashboards.shell.visit import Visit
from pasperdus_service.languages import Language

MOST_VERDICTS = 4
"""Read for one list, the latest first: each takes up to a second when it is first computed."""

_ORDER: tuple[State, ...] = ("running", "planned", "ended", "taken_back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One trial in the list; ``verdict`` is None where none was read."""

    name: str
    title: str
    page: str
    state: State
    state_name: str
    when: str
    verdict: str | None
    can_compare: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Trials of one state."""

    title: str
    rows: Sequence[Row]


def list_routes(desk: Desk) -> APIRouter:
    """Return the route of the list."""
    router = APIRouter()

    @router.api_route(PROTOTYPES, methods=["GET", "HEAD"])
    def page(request: Request) -> Response:
        visit = desk.shell.visit(request, PROTOTYPES)
        if visit.site is None:
            return visit.nothing_here()
        return trials_page(desk, visit, visit.site)

    return router


def trials_page(desk: Desk, visit: Visit, site: Site, *, lost: str = "") -> Response:
    """Return the list; ``lost`` is a sentence about a trial that was asked for and is not there."""
    return visit.render(
        "prototypes/list.html",
        status=HTTPStatus.NOT_FOUND if lost else HTTPStatus.OK,
        groups=_groups(desk, visit, site.site),
        lost=lost,
    )


def _groups(desk: Desk, visit: Visit, site: str) -> list[Group]:
    language = visit.language
    now_ms = desk.shell.queries.now_ms()
    periods = desk.registering.periods(site)
    say = Say(language, visit.zone)
    latest = sorted(
        desk.registering.prototypes(site),
        key=lambda each: each.started_at_ms or each.planned_start_ms,
        reverse=True,
    )
    rows, read = [], 0
    for each in latest:
        state = state_of(each, periods, now_ms)
        answer = None
        can_compare = state != "planned" and bool(each.baseline)
        if can_compare and read < MOST_VERDICTS:
            read += 1
            answer = desk.answer(site, each.prototype, language)
        rows.append(
            Row(
                name=each.prototype,
                title=each.title,
                page=trial_page(each.prototype),
                state=state,
                state_name=state_name(state, language),
                when=say.when(each, own_periods(each, periods), state),
                verdict=None if answer is None else answer.verdict,
                can_compare=can_compare,
            )
        )
    return [
        Group(title=_titles(language)[state], rows=found)
        for state in _ORDER
        if (found := [row for row in rows if row.state == state])
    ]


def _titles(language: Language) -> dict[State, str]:
    return {
        "running": language.gettext("Running"),
        "planned": language.gettext("Planned"),
        "ended": language.gettext("Ended"),
        "taken_back": language.gettext("Taken back"),
    }
