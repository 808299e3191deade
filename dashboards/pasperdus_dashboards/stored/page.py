"""The page *Données*: what is stored, the privacy notice, and how to take a copy away."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.stored import Stored
from pasperdus_dashboards.shell.navigation import STORED
from pasperdus_dashboards.shell.visit import Shell
from pasperdus_dashboards.stored import export_form
from pasperdus_dashboards.stored.notice_words import notice_view
from pasperdus_dashboards.stored.overview import overview
from pasperdus_dashboards.stored.sections import EXPORT, PRIVACY, sections
from pasperdus_dashboards.stored.sizes import size_text

_READING = ["GET", "HEAD"]


def stored_routes(shell: Shell, queries: Queries, stored: Stored) -> APIRouter:
    """Return the page and those under it that only read."""
    router = APIRouter()

    @router.api_route(STORED, methods=_READING)
    def page(request: Request) -> Response:
        visit = shell.visit(request, STORED)
        if visit.site is None:
            return visit.nothing_here()
        return visit.render(
            "stored/page.html",
            sections=sections(visit.language),
            view=overview(stored.inventory(), visit.language, visit.zone),
            notice=stored.notice(visit.site.site),
        )

    @router.api_route(PRIVACY, methods=_READING)
    def privacy(request: Request) -> Response:
        visit = shell.visit(request, PRIVACY)
        if visit.site is None:
            return visit.nothing_here()
        now = datetime.fromtimestamp(queries.now_ms() / 1000, UTC).astimezone(visit.zone)
        return visit.render(
            "stored/privacy.html",
            sections=sections(visit.language),
            notice=stored.notice(visit.site.site),
            view=notice_view(stored.notice(visit.site.site), visit.language),
            today=visit.language.short_day(now.date()),
            facts=f"/api/v1/privacy?{urlencode({'site': visit.site.site})}",
        )

    @router.api_route(EXPORT, methods=_READING)
    def export(request: Request) -> Response:
        visit = shell.visit(request, EXPORT)
        if visit.site is None:
            return visit.nothing_here()
        card = queries.card(visit.site.site)
        query = request.query_params
        values = {name: query.getlist(name) for name in export_form.FIELDS if name in query}
        language, built = visit.language, None
        if values:
            form, built = export_form.build(card, values, language)
        else:
            now = datetime.fromtimestamp(queries.now_ms() / 1000, UTC).astimezone(visit.zone)
            form = export_form.unasked(now.date())
        names = export_form.measure_names(language)
        return visit.render(
            "stored/export.html",
            status=export_form.status(form),
            sections=sections(language),
            form=form,
            measures=[(each, language.capital(names[each])) for each in export_form.offered(card)],
            buckets=list(export_form.bucket_names(language).items()),
            built=built,
            rows="" if built is None else language.number(built.extent.rows),
            columns="" if built is None else language.number(built.extent.columns),
            size="" if built is None else size_text(built.extent.size, language),
        )

    return router
