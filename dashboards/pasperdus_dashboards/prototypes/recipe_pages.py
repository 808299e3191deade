"""Pages that bring a recipe in: first the sheet, then what only this site can say."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pasperdus_collector.analysis.outcomes import outcome_of
from pasperdus_collector.api.recipe_shapes import Trial as RecipeTrial
from pasperdus_collector.api.written import read
from pasperdus_collector.errors import RefusalError
from pasperdus_collector.registry import Site
from pasperdus_dashboards.charts.outcome_words import size_written
from pasperdus_dashboards.prototypes.addresses import RECIPE, trial_page
from pasperdus_dashboards.prototypes.choices import Known, design_name, outcome_name, question_name
from pasperdus_dashboards.prototypes.desk import Desk
from pasperdus_dashboards.prototypes.missing import labels_before, refused_here
from pasperdus_dashboards.prototypes.recipe_form import (
    FIELDS,
    NAMED,
    Received,
    received,
    trial_sent,
)
from pasperdus_dashboards.prototypes.trial_form import asked_value
from pasperdus_dashboards.prototypes.trial_words import Fact
from pasperdus_dashboards.shell.forms import Form, Sent, SentForm
from pasperdus_dashboards.shell.navigation import PROTOTYPES
from pasperdus_dashboards.shell.visit import Visit
from pasperdus_service.languages import Language


def recipe_routes(desk: Desk) -> APIRouter:
    """Return the routes of both steps."""
    router = APIRouter()

    @router.api_route(RECIPE, methods=["GET", "HEAD"])
    def blank(request: Request) -> Response:
        visit = desk.shell.visit(request, RECIPE)
        if visit.site is None:
            return visit.nothing_here()
        return _first(visit, Form())

    @router.post(RECIPE)
    def take(request: Request, sent: Sent) -> Response:
        visit = desk.shell.visit(request, RECIPE)
        if visit.site is None:
            return visit.nothing_here()
        try:
            found = received(sent)
            outcome_of(found.recipe.outcome)
        except RefusalError as error:
            return _first(visit, _refused(sent, error, visit))
        if sent.text("do") == "read":
            return _second(desk, visit, visit.site, found, Form(values=sent.values))
        taken = {each.prototype for each in desk.registering.prototypes(visit.site.site)}
        try:
            body = read(RecipeTrial, trial_sent(sent, found, visit.zone, taken))
            made = desk.registering.try_recipe(visit.site.site, body)
        except RefusalError as error:
            form = _refused(sent, error, visit)
            return _second(desk, visit, visit.site, found, form)
        return visit.moved_on(trial_page(made.prototype.prototype), "registered")

    return router


def _refused(sent: SentForm, error: RefusalError, visit: Visit) -> Form:
    return refused_here(sent, error, visit.language, controls=FIELDS, zone=visit.zone, named=NAMED)


def _status(form: Form) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.wrong else HTTPStatus.OK


def _first(visit: Visit, form: Form) -> Response:
    return visit.render(
        "prototypes/recipe_file.html",
        status=_status(form),
        form=form,
        labels=_labels(visit.language),
        action=visit.address(RECIPE),
        back=visit.address(PROTOTYPES),
    )


def _second(desk: Desk, visit: Visit, site: Site, found: Received, form: Form) -> Response:
    language = visit.language
    known = desk.known(visit, site)
    return visit.render(
        "prototypes/recipe_trial.html",
        status=_status(form),
        form=form,
        labels=_labels(language),
        short_labels=labels_before(form, _labels(language), language),
        recipe=found.recipe,
        recipe_text=found.text,
        facts=_facts(found, known, language),
        result=None if found.recipe.result is None else found.recipe.result.get(language.code),
        needs_control=found.recipe.design == "control",
        others=known.others,
        questions=[
            (asked_value(question, scale), question_name(question, scale, language))
            for question, scale in known.questions
        ],
        asks_another=found.recipe.question is not None
        and (found.recipe.question, found.recipe.scale) not in known.questions,
        action=visit.address(RECIPE),
        back=visit.address(RECIPE),
    )


def _facts(found: Received, known: Known, language: Language) -> list[Fact]:
    recipe, gettext = found.recipe, language.gettext
    facts = [
        Fact(
            name=gettext("Primary outcome"),
            value=outcome_name(recipe.outcome, language, known),
            term="critere-principal",
        ),
        Fact(
            name=gettext("Smallest change that matters"),
            value=size_written(recipe.delta, outcome_of(recipe.outcome).unit, language),
            term="plus-petit-ecart-qui-compte",
        ),
        Fact(name=gettext("Design"), value=design_name(recipe.design, language)),
    ]
    if recipe.question is not None:
        asked = question_name(recipe.question, recipe.scale, language)
        facts.append(Fact(name=gettext("Question"), value=asked))
    if recipe.weeks is not None:
        weeks = language.ngettext("%(count)s week", "%(count)s weeks", recipe.weeks)
        facts.append(Fact(name=gettext("How long"), value=weeks))
    return facts


def _labels(language: Language) -> dict[str, str]:
    gettext = language.gettext
    return {
        "sheet": gettext("The file recipe.json"),
        "pasted": gettext("Or its text"),
        "planned_start": gettext("First day"),
        "control_site": gettext("Control site"),
        "asked": gettext("Which question?"),
        "by": gettext("Who are you?"),
        "why": gettext("Why?"),
    }
