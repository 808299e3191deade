"""Laying a trial down."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pasperdus_collector.api.register_shapes import NewPrototype
from pasperdus_collector.api.written import read
from pasperdus_collector.errors import RefusalError
from pasperdus_dashboards.prototypes.addresses import NEW, trial_page
from pasperdus_dashboards.prototypes.desk import Desk
from pasperdus_dashboards.prototypes.naming import free_slug
from pasperdus_dashboards.prototypes.trial_form import new_trial
from pasperdus_dashboards.prototypes.trial_form_page import form_page, refused_trial
from pasperdus_dashboards.shell.forms import Form, Sent, shown


def new_routes(desk: Desk) -> APIRouter:
    """Return the routes of the form that registers a trial."""
    router = APIRouter()

    @router.api_route(NEW, methods=["GET", "HEAD"])
    def blank(request: Request) -> Response:
        visit = desk.shell.visit(request, NEW)
        if visit.site is None:
            return visit.nothing_here()
        form = shown(outcome="satisfied", design="before_after")
        return form_page(desk, visit, visit.site, form)

    @router.post(NEW)
    def register(request: Request, sent: Sent) -> Response:
        visit = desk.shell.visit(request, NEW)
        if visit.site is None:
            return visit.nothing_here()
        site = visit.site.site
        if sent.text("do") == "plan":
            return form_page(desk, visit, visit.site, Form(values=sent.values))
        taken = {each.prototype for each in desk.registering.prototypes(site)}
        name = free_slug(sent.text("title"), taken)
        try:
            body = read(NewPrototype, new_trial(sent, visit.zone, name))
            desk.registering.register(site, body)
        except RefusalError as error:
            return form_page(desk, visit, visit.site, refused_trial(sent, error, visit))
        return visit.moved_on(trial_page(name), "registered")

    return router
