"""Pages of a trial's course: weeks drawn, an adaptation, the end, a return, the decision."""

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pasperdus_collector.errors import NotFoundError, PreconditionError, RefusalError
from pasperdus_dashboards.prototypes.choices import verdicts
from pasperdus_dashboards.prototypes.course_form import DECIDE, MOVES, Move
from pasperdus_dashboards.prototypes.desk import Desk, Trial
from pasperdus_dashboards.prototypes.missing import labels_before, refused_here
from pasperdus_dashboards.prototypes.trial_page import no_trial
from pasperdus_dashboards.shell.forms import Form, Sent
from pasperdus_dashboards.shell.navigation import PROTOTYPES
from pasperdus_service.languages import Language

if TYPE_CHECKING:
    from pasperdus_collector.analysis.wording import Words


def course_routes(desk: Desk) -> APIRouter:
    """Return the routes of the forms of a trial's course."""
    router = APIRouter()
    for move in MOVES:
        router.include_router(_routes(desk, move))
    return router


def _routes(desk: Desk, move: Move) -> APIRouter:
    router = APIRouter()
    path = f"{PROTOTYPES}/essais/{{name}}/{move.path}"

    @router.api_route(path, methods=["GET", "HEAD"])
    def blank(request: Request, name: str) -> Response:
        try:
            trial = desk.trial(request, name, f"/{move.path}")
        except NotFoundError:
            return no_trial(desk, request, name)
        today = trial.say.day_of(trial.now_ms)
        return _page(desk, trial, move, move.suggested(trial.prototype, today))

    @router.post(path)
    def run(request: Request, name: str, sent: Sent) -> Response:
        try:
            trial = desk.trial(request, name, f"/{move.path}")
        except NotFoundError:
            return no_trial(desk, request, name)
        visit = trial.visit
        try:
            body = move.body(sent, visit.zone)
            move.run(desk.registering, trial.site.site, name, body, sent.version())
        except RefusalError as error:
            form = refused_here(
                sent,
                error,
                visit.language,
                controls=move.fields,
                zone=visit.zone,
                named=move.named,
            )
            is_changed = isinstance(error, PreconditionError)
            if is_changed:  # what changed meanwhile is told on the page; it can be sent again
                form = replace(form, values={**form.values, "version": [_version(trial)]})
            return _page(desk, trial, move, form, is_changed=is_changed)
        return visit.moved_on(trial.page, move.path)

    return router


def _version(trial: Trial) -> str:
    return str(trial.prototype.version)


def _page(
    desk: Desk, trial: Trial, move: Move, form: Form, *, is_changed: bool = False
) -> Response:
    visit, prototype = trial.visit, trial.prototype
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.wrong else HTTPStatus.OK
    context: dict[str, Any] = {}
    if move is DECIDE:
        context["answer"] = _answer(desk, trial)
        context["is_too_early"] = trial.view().state == "running" and desk.is_too_early(
            trial.site.site, prototype.prototype
        )
        context["verdicts"] = verdicts(visit.language)
    return visit.render(
        "prototypes/course.html",
        status=HTTPStatus.CONFLICT if is_changed else status,
        form=form,
        labels=_labels(move, visit.language),
        short_labels=labels_before(form, _labels(move, visit.language), visit.language),
        move=move.path,
        trial=trial,
        view=trial.view(),
        is_drawn=prototype.design == "randomised",
        action=visit.address(f"{trial.page}/{move.path}"),
        back=visit.address(trial.page),
        **context,
    )


def _answer(desk: Desk, trial: Trial) -> "Words | None":
    if not trial.prototype.baseline:
        return None
    return desk.answer(trial.site.site, trial.prototype.prototype, trial.visit.language)


def _labels(move: Move, language: Language) -> dict[str, str]:
    gettext = language.gettext
    day = {
        "adapter": gettext("First day of the new version"),
        "terminer": gettext("Last day of the trial"),
        "retirer": gettext("First day without it"),
    }
    return {
        "day": day.get(move.path, ""),
        "time": gettext("At what time"),
        "title": gettext("Title"),
        "changed": gettext("What changes now?"),
        "first_week": gettext("First Monday"),
        "pairs": gettext("Pairs of weeks"),
        "seed": gettext("Seed of the draw"),
        "returns_to_baseline": gettext("Does everything go back to how it was?"),
        "decided": gettext("What do you decide?"),
        "by": gettext("Who are you?"),
        "why": gettext("Why?"),
    }
