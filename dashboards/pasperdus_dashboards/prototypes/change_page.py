"""Changing what was laid down of a trial: signed, said why, and never over somebody else's."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pasperdus_collector.api.register_shapes import WHY_MAX, PrototypeChange, record_json
from pasperdus_collector.api.written import read
from pasperdus_collector.errors import NotFoundError, PreconditionError, RefusalError
from pasperdus_dashboards.prototypes.desk import Desk, Trial
from pasperdus_dashboards.prototypes.trial_form import (
    changed_trial,
    differences,
    shown_trial,
)
from pasperdus_dashboards.prototypes.trial_form_page import CHANGE, form_page, refused_trial
from pasperdus_dashboards.prototypes.trial_page import no_trial
from pasperdus_dashboards.shell.forms import Form, Sent, SentForm
from pasperdus_dashboards.shell.navigation import PROTOTYPES


def change_routes(desk: Desk) -> APIRouter:
    """Return the routes of the form that changes a trial."""
    router = APIRouter()

    @router.api_route(f"{PROTOTYPES}/essais/{{name}}{CHANGE}", methods=["GET", "HEAD"])
    def edit(request: Request, name: str) -> Response:
        try:
            trial = desk.trial(request, name, CHANGE)
        except NotFoundError:
            return no_trial(desk, request, name)
        form = shown_trial(trial.prototype, trial.visit.language, trial.visit.zone)
        return form_page(desk, trial.visit, trial.site, form, trial)

    @router.post(f"{PROTOTYPES}/essais/{{name}}{CHANGE}")
    def change(request: Request, name: str, sent: Sent) -> Response:
        try:
            trial = desk.trial(request, name, CHANGE)
        except NotFoundError:
            return no_trial(desk, request, name)
        if sent.text("do") == "plan":
            return form_page(desk, trial.visit, trial.site, Form(values=sent.values), trial)
        return _change(desk, trial, sent)

    return router


def _change(desk: Desk, trial: Trial, sent: SentForm) -> Response:
    visit, before = trial.visit, trial.prototype
    site, name = trial.site.site, before.prototype
    try:
        told = changed_trial(sent, before, visit.language, visit.zone)
        body = read(PrototypeChange, told)
        after = desk.registering.change(site, name, body, version=sent.version())
    except PreconditionError:
        return visit.conflict(
            action=visit.address(f"{trial.page}{CHANGE}"),
            sent=sent.fields,
            version=before.version,
            differences=differences(
                sent, before, trial.known, trial.periods, visit.language, visit.zone
            ),
            back=visit.address(trial.page),
        )
    except RefusalError as error:
        return form_page(desk, visit, trial.site, refused_trial(sent, error, visit), trial)

    return visit.moved_on(
        trial.page, "changed", undo=_undo(desk, trial, body, version=after.prototype.version)
    )


def _undo(
    desk: Desk, trial: Trial, change: PrototypeChange, *, version: int
) -> Callable[[], object]:
    """Return what lays down again what was there before a change: the record's, to the second."""
    before, language = trial.prototype, trial.visit.language
    was = record_json(before)
    given = change.model_fields_set - {"by", "why"}
    if "outcome" in given:
        given |= {"delta"}  # is in another unit
    why = language.gettext("Undone: %(why)s", why=change.why)[:WHY_MAX]
    body = read(
        PrototypeChange,
        {**{name: was[name] for name in given}, "by": change.by, "why": why},
    )

    def undo() -> object:
        return desk.registering.change(before.site, before.prototype, body, version=version)

    return undo
