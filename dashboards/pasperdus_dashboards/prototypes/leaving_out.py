"""Pages of days left out, decided before anybody sees ratings, and of what else changed."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pasperdus_collector.api.register_shapes import WHY_MAX, PrototypeChange
from pasperdus_collector.api.written import read
from pasperdus_collector.errors import NotFoundError, PreconditionError, RefusalError
from pasperdus_dashboards.prototypes.choices import circumstance_kinds
from pasperdus_dashboards.prototypes.days_form import (
    CIRCUMSTANCE_FIELDS,
    EXCLUSION_FIELDS,
    circumstances_sent,
    exclusions_sent,
    proposals,
    restored,
)
from pasperdus_dashboards.prototypes.desk import Desk, Trial
from pasperdus_dashboards.prototypes.missing import labels_before, refused_here
from pasperdus_dashboards.prototypes.trial_page import no_trial
from pasperdus_dashboards.shell.forms import Form, Sent, SentForm, shown
from pasperdus_dashboards.shell.navigation import PROTOTYPES
from pasperdus_dashboards.shell.visit import Difference
from pasperdus_service.languages import Language

Which = Literal["exclusions", "circumstances"]

_PATHS: dict[Which, str] = {"exclusions": "/jours", "circumstances": "/circonstances"}
_FIELDS = {"exclusions": EXCLUSION_FIELDS, "circumstances": CIRCUMSTANCE_FIELDS}
_DONE = {"exclusions": "days", "circumstances": "circumstances"}


def leaving_out_routes(desk: Desk) -> APIRouter:
    """Return the routes of both lists."""
    router = APIRouter()
    for which in _PATHS:
        router.include_router(_routes(desk, which))
    return router


def _routes(desk: Desk, which: Which) -> APIRouter:
    router = APIRouter()
    path = f"{PROTOTYPES}/essais/{{name}}{_PATHS[which]}"

    @router.api_route(path, methods=["GET", "HEAD"])
    def lists(request: Request, name: str) -> Response:
        try:
            trial = desk.trial(request, name, _PATHS[which])
        except NotFoundError:
            return no_trial(desk, request, name)
        kept = [str(n) for n in range(len(_there(trial, which)))]
        return _page(desk, trial, which, shown(kept=kept, version=trial.prototype.version))

    @router.post(path)
    def change(request: Request, name: str, sent: Sent) -> Response:
        try:
            trial = desk.trial(request, name, _PATHS[which])
        except NotFoundError:
            return no_trial(desk, request, name)
        return _change(desk, trial, which, sent)

    return router


def _change(desk: Desk, trial: Trial, which: Which, sent: SentForm) -> Response:
    visit, before = trial.visit, trial.prototype
    told, named = (
        exclusions_sent(sent, before.exclusions)
        if which == "exclusions"
        else circumstances_sent(sent, before.circumstances, visit.zone)
    )
    try:
        body = read(PrototypeChange, told)
        after = desk.registering.change(before.site, before.prototype, body, version=sent.version())
    except PreconditionError:
        # Ticks stand for places in a list that is another one now: they are set again by hand.
        return visit.conflict(
            action=visit.address(f"{trial.page}{_PATHS[which]}"),
            sent=[
                *((name, value) for name, value in sent.fields if name != "kept"),
                *(("kept", str(n)) for n in range(len(_there(trial, which)))),
            ],
            version=before.version,
            differences=[
                Difference(
                    label=_title(which, visit.language),
                    theirs="\n".join(_there(trial, which)),
                    yours="\n".join(_added(sent, trial, which)),
                )
            ],
            back=visit.address(f"{trial.page}{_PATHS[which]}"),
        )
    except RefusalError as error:
        form = refused_here(
            sent, error, visit.language, controls=_FIELDS[which], zone=visit.zone, named=named
        )
        return _page(desk, trial, which, form)
    return visit.moved_on(
        trial.page,
        _DONE[which],
        undo=_undo(desk, trial, which, body, version=after.prototype.version),
    )


def _undo(
    desk: Desk, trial: Trial, which: Which, change: PrototypeChange, *, version: int
) -> Callable[[], object]:
    before = trial.prototype
    why = trial.visit.language.gettext("Undone: %(why)s", why=change.why)[:WHY_MAX]
    told = {which: restored(before, which), "by": change.by, "why": why}

    def undo() -> object:
        body = read(PrototypeChange, told)
        return desk.registering.change(before.site, before.prototype, body, version=version)

    return undo


def _page(desk: Desk, trial: Trial, which: Which, form: Form) -> Response:
    visit = trial.visit
    context: dict[str, Any] = {}
    if which == "exclusions":
        found = proposals(desk.comparisons, trial.prototype, trial.say)
        context["proposals"] = found
        context["proposed_options"] = [(each.day, each.words) for each in found.days]
    else:
        context["kinds"] = circumstance_kinds(visit.language)
    return visit.render(
        f"prototypes/{which}.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.wrong else HTTPStatus.OK,
        form=form,
        labels=_labels(visit.language),
        short_labels=labels_before(form, _labels(visit.language), visit.language),
        trial=trial,
        there=list(enumerate(_there(trial, which))),
        has_begun=trial.prototype.started_at_ms is not None,
        action=visit.address(f"{trial.page}{_PATHS[which]}"),
        back=visit.address(trial.page),
        **context,
    )


def _there(trial: Trial, which: Which) -> list[str]:
    say = trial.say
    if which == "exclusions":
        return [say.exclusion(each) for each in trial.prototype.exclusions]
    return [say.circumstance(each) for each in trial.prototype.circumstances]


def _added(sent: SentForm, trial: Trial, which: Which) -> Sequence[str]:
    """Return what somebody wrote into the form, as they wrote it."""
    if which == "exclusions":
        typed = " – ".join(filter(None, (sent.text("first_day"), sent.text("last_day"))))
        days = [*sent.texts("proposed"), *([typed] if typed else [])]
        return [*_there(trial, which), *days]
    return [*_there(trial, which), *filter(None, [sent.text("text")])]


def _title(which: Which, language: Language) -> str:
    return {
        "exclusions": language.gettext("Days left out"),
        "circumstances": language.gettext("What else changed"),
    }[which]


def _labels(language: Language) -> dict[str, str]:
    gettext = language.gettext
    return {
        "kept": gettext("Kept"),
        "proposed": gettext("Proposed"),
        "proposed_reason": gettext("What happened on the days ticked above?"),
        "first_day": gettext("First day"),
        "last_day": gettext("Last day"),
        "reason": gettext("What happened?"),
        "kind": gettext("What changed?"),
        "day": gettext("On what day"),
        "time": gettext("At what time"),
        "text": gettext("In a few words"),
        "by": gettext("Who are you?"),
        "why": gettext("Why this change?"),
    }
