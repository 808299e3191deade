"""The page of the form of a trial: its choices, and the planner's answer beside it."""

from http import HTTPStatus
from typing import Any

from fastapi.responses import Response

from pasperdus_collector.errors import RefusalError
from pasperdus_collector.registry import Site
from pasperdus_dashboards.prototypes.addresses import NEW, PLAN
from pasperdus_dashboards.prototypes.choices import (
    Known,
    designs,
    outcomes,
    question_name,
    unit_of,
    usual_deltas,
)
from pasperdus_dashboards.prototypes.desk import Desk, Trial
from pasperdus_dashboards.prototypes.missing import labels_before, refused_here
from pasperdus_dashboards.prototypes.planner import plan_address, plan_view
from pasperdus_dashboards.prototypes.trial_form import (
    FIELDS,
    NAMED,
    asked_value,
    labels,
    plan_query,
    start_day,
)
from pasperdus_dashboards.shell.figures import frames
from pasperdus_dashboards.shell.forms import Form, SentForm
from pasperdus_dashboards.shell.navigation import PROTOTYPES
from pasperdus_dashboards.shell.visit import Visit
from pasperdus_service.languages import Language

CHANGE = "/modifier"


def form_page(
    desk: Desk, visit: Visit, site: Site, form: Form, trial: Trial | None = None
) -> Response:
    """Return the form with the planner's answer beside it."""
    language = visit.language
    known = desk.known(visit, site) if trial is None else trial.known
    query = plan_query(form, site.site)
    plan = plan_view(desk.plan, query, language, start=start_day(form))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.wrong else HTTPStatus.OK
    return visit.render(
        "prototypes/form.html",
        status=status,
        form=form,
        labels=labels(language),
        short_labels=labels_before(form, labels(language), language),
        trial=trial,
        is_late=trial is not None and trial.prototype.started_at_ms is not None,
        action=visit.address(NEW if trial is None else f"{trial.page}{CHANGE}"),
        back=visit.address(PROTOTYPES if trial is None else trial.page),
        plan=plan,
        plan_path=PLAN,
        plan_query=plan_address(query),
        frames=None if plan is None or plan.chart is None else frames(plan.chart),
        **_choices(known, language),
        baselines=[] if trial is None else _baselines(trial),
    )


def refused_trial(sent: SentForm, error: RefusalError, visit: Visit) -> Form:
    return refused_here(sent, error, visit.language, controls=FIELDS, zone=visit.zone, named=NAMED)


def _choices(known: Known, language: Language) -> dict[str, Any]:
    return {
        "outcomes": outcomes(language, known),
        "units": [
            (name, words, unit_of(name, language)) for name, words in outcomes(language, known)
        ],
        "usual_deltas": usual_deltas(language),
        "designs": designs(language),
        "questions": [
            (asked_value(question, scale), question_name(question, scale, language))
            for question, scale in known.questions
        ],
        "others": known.others,
    }


def _baselines(trial: Trial) -> list[tuple[str, str]]:
    """Return the periods that a trial may be compared with."""
    say = trial.say
    return [
        (each.period, f"{each.title} – {say.span(each.start_ms, each.end_ms)}")
        for each in trial.periods
        if each.kind == "baseline" and each.pair is None
    ]
