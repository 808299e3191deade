"""The page of one trial: what was laid down, where it stands, what comes next, and its log."""

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pasperdus_collector.errors import NotFoundError
from pasperdus_dashboards.prototypes.addresses import trial_page
from pasperdus_dashboards.prototypes.desk import Desk, Trial
from pasperdus_dashboards.prototypes.list_page import trials_page
from pasperdus_dashboards.prototypes.log_words import log_entries
from pasperdus_dashboards.shell.navigation import PROTOTYPES
from pasperdus_dashboards.shell.visit import Visit
from pasperdus_service.languages import Language


def trial_routes(desk: Desk) -> APIRouter:
    """Return the route of one trial's page."""
    router = APIRouter()

    @router.api_route(f"{PROTOTYPES}/essais/{{name}}", methods=["GET", "HEAD"])
    def page(request: Request, name: str) -> Response:
        try:
            trial = desk.trial(request, name)
        except NotFoundError:
            return no_trial(desk, request, name)
        visit, site = trial.visit, trial.site.site
        view = trial.view()
        can_compare = view.state != "planned" and bool(trial.prototype.baseline)
        return visit.render(
            "prototypes/trial.html",
            told=told(visit.language),
            view=view,
            trial_page=trial.page,
            pdf=_report(trial),
            answer=desk.answer(site, name, visit.language) if can_compare else None,
            log=log_entries(
                desk.registering.log(site, name),
                trial.prototype,
                trial.periods,
                trial.known,
                trial.say,
            ),
        )

    return router


def _report(trial: Trial) -> str:
    """Return where the comparison is had as a document, as the page Compare links it."""
    told = {
        "site": trial.site.site,
        "prototype": trial.prototype.prototype,
        "language": trial.visit.language.code,
    }
    return f"/api/v1/compare.pdf?{urlencode(told)}"


def no_trial(desk: Desk, request: Request, name: str) -> Response:
    """Return the trials that are there, where one is asked for that is not; or no such site."""
    visit: Visit = desk.shell.visit(request, trial_page(name))
    if visit.site is None:
        return visit.nothing_here()
    return trials_page(
        desk,
        visit,
        visit.site,
        lost=visit.language.gettext(
            "This site has no trial or period of that name. Here is what it has."
        ),
    )


def told(language: Language) -> Mapping[str, str]:
    """Return what each change has done, in words."""
    gettext = language.gettext
    return {
        "registered": gettext("The trial is in the register. What comes next is below."),
        "changed": gettext("The change is kept, and stands in the log."),
        "period": gettext("The period is in the register."),
        "period-changed": gettext("The period is changed, and the change stands in the log."),
        "tirage": gettext("The weeks are drawn. Here they are: keep to them, come what may."),
        "adapter": gettext("The adaptation is kept: a new step begins."),
        "terminer": gettext("The end is kept."),
        "retirer": gettext("It is kept that the trial was taken back."),
        "decider": gettext("The decision is kept."),
        "days": gettext("The list of days left out is kept."),
        "circumstances": gettext("What else changed is kept."),
        "undone": gettext("It is as it was before; both changes stand in the log."),
    }
