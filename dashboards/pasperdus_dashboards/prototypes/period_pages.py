"""Pages of periods: one more of a trial, or another start, end or title of one that is there."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pasperdus_collector.api.register_shapes import NewPeriod, PeriodChange
from pasperdus_collector.api.written import read
from pasperdus_collector.errors import NotFoundError, PreconditionError, RefusalError
from pasperdus_collector.register.records import Period
from pasperdus_dashboards.prototypes.addresses import period_page
from pasperdus_dashboards.prototypes.desk import Desk, Trial
from pasperdus_dashboards.prototypes.missing import labels_before, refused_here
from pasperdus_dashboards.prototypes.period_form import (
    FIELDS,
    NAMED,
    changed_period,
    labels,
    new_period,
    shown_period,
    suggested,
)
from pasperdus_dashboards.prototypes.trial_page import no_trial
from pasperdus_dashboards.shell.forms import Form, Sent, SentForm
from pasperdus_dashboards.shell.navigation import PROTOTYPES
from pasperdus_dashboards.shell.visit import Difference

_NEW = "/periodes/nouvelle"
_OF_TRIAL = f"{PROTOTYPES}/essais/{{name}}"
_READING = ["GET", "HEAD"]


def period_routes(desk: Desk) -> APIRouter:
    """Return the routes of the forms of periods."""
    router = APIRouter()

    @router.api_route(f"{_OF_TRIAL}{_NEW}", methods=_READING)
    def blank(request: Request, name: str, kind: str = "prototype") -> Response:
        try:
            trial = desk.trial(request, name, _NEW)
        except NotFoundError:
            return no_trial(desk, request, name)
        form = suggested(trial.prototype, kind, trial.visit.language, trial.visit.zone)
        return _page(trial, form)

    @router.post(f"{_OF_TRIAL}{_NEW}")
    def add(request: Request, name: str, sent: Sent) -> Response:
        try:
            trial = desk.trial(request, name, _NEW)
        except NotFoundError:
            return no_trial(desk, request, name)
        taken = {each.period for each in trial.periods}
        try:
            body = read(NewPeriod, new_period(sent, trial.prototype, trial.visit.zone, taken))
            desk.registering.register_period(trial.site.site, body)
        except RefusalError as error:
            return _page(trial, _refused(trial, sent, error))
        return trial.visit.moved_on(trial.page, "period")

    @router.api_route(f"{_OF_TRIAL}/periodes/{{period}}", methods=_READING)
    def edit(request: Request, name: str, period: str) -> Response:
        try:
            trial = desk.trial(request, name, f"/periodes/{period}")
            found = desk.registering.period(trial.site.site, period)
        except NotFoundError:
            return no_trial(desk, request, name)
        return _page(trial, shown_period(found, trial.visit.zone), found)

    @router.post(f"{_OF_TRIAL}/periodes/{{period}}")
    def change(request: Request, name: str, period: str, sent: Sent) -> Response:
        try:
            trial = desk.trial(request, name, f"/periodes/{period}")
            before = desk.registering.period(trial.site.site, period)
        except NotFoundError:
            return no_trial(desk, request, name)
        return _change(desk, trial, before, sent)

    return router


def _change(desk: Desk, trial: Trial, before: Period, sent: SentForm) -> Response:
    visit = trial.visit
    try:
        body = read(PeriodChange, changed_period(sent, before, visit.zone))
        desk.registering.change_period(trial.site.site, before.period, body, version=sent.version())
    except PreconditionError:
        there = shown_period(before, visit.zone)
        names = labels(visit.language)
        return visit.conflict(
            action=visit.address(period_page(trial.prototype.prototype, before.period)),
            sent=sent.fields,
            version=before.version,
            differences=[
                Difference(label=names[name], theirs=there.value(name), yours=sent.text(name))
                for name in FIELDS
                if name in sent.values
                and name not in ("by", "why", "kind")
                and sent.text(name) != there.value(name)
            ],
            back=visit.address(trial.page),
        )
    except RefusalError as error:
        return _page(trial, _refused(trial, sent, error), before)
    return visit.moved_on(trial.page, "period-changed")


def _refused(trial: Trial, sent: SentForm, error: RefusalError) -> Form:
    return refused_here(
        sent,
        error,
        trial.visit.language,
        controls=FIELDS,
        zone=trial.visit.zone,
        named=NAMED,
    )


def _page(trial: Trial, form: Form, period: Period | None = None) -> Response:
    visit = trial.visit
    name = trial.prototype.prototype
    path = f"{trial.page}{_NEW}" if period is None else period_page(name, period.period)
    return visit.render(
        "prototypes/period.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.wrong else HTTPStatus.OK,
        form=form,
        labels=labels(visit.language),
        short_labels=labels_before(form, labels(visit.language), visit.language),
        trial=trial,
        period=period,
        is_drawn=period is not None and period.pair is not None,
        has_begun=trial.prototype.started_at_ms is not None,
        action=visit.address(path),
        back=visit.address(trial.page),
    )
