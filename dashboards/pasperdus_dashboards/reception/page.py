"""The page *Accueil*: the duty desks of a week, and what else the reception has to see to."""

from datetime import date

from fastapi import APIRouter, Request, Response

from pasperdus_collector.api.contents import Contents
from pasperdus_collector.api.desks_shown import DesksShown
from pasperdus_collector.api.sheets import Sheets
from pasperdus_collector.api.slips import Slips
from pasperdus_collector.errors import QueryError
from pasperdus_dashboards.reception.content_pages import content_routes
from pasperdus_dashboards.reception.content_words import listed
from pasperdus_dashboards.reception.previews import Names
from pasperdus_dashboards.reception.rooms import done_words, sections
from pasperdus_dashboards.reception.sheet_pages import sheet_routes
from pasperdus_dashboards.reception.sheet_words import sheet_view
from pasperdus_dashboards.reception.slip_pages import slip_routes, terminal_views
from pasperdus_dashboards.reception.week_words import week_view
from pasperdus_dashboards.shell.navigation import RECEPTION
from pasperdus_dashboards.shell.visit import Shell

MOST_SHEETS = 5  # of those most urgent, beside the week


def reception_routes(
    shell: Shell, contents: Contents, desks: DesksShown, slips: Slips, sheets: Sheets
) -> APIRouter:
    """Return the routes of the page and of its sections."""
    router = APIRouter()

    @router.api_route(RECEPTION, methods=["GET", "HEAD"])
    def page(request: Request, week: str = "") -> Response:
        visit = shell.visit(request, RECEPTION)
        if visit.site is None:
            return visit.nothing_here()
        site, language = visit.site.site, visit.language
        try:
            shown = desks.week(site, date.fromisoformat(week) if week else None)
        except (ValueError, QueryError):
            return visit.not_found(
                language.gettext("There is no such week."), back=visit.address(RECEPTION)
            )
        stored = contents.all(site, on=shown.today)
        names = Names.among(stored)
        found = sheets.open_now(site)
        return visit.render(
            "reception/page.html",
            told=done_words(language),
            subnav=sections(language),
            week=week_view(shown, language),
            notices=listed("notice", stored, today=shown.today, language=language, names=names),
            answers=listed("answer", stored, today=shown.today, language=language, names=names),
            terminals=terminal_views(slips.at_terminals(site), visit, shell.queries.now_ms()),
            sheets=[
                sheet_view(each, today=shown.today, zone=visit.zone, language=language)
                for each in found[:MOST_SHEETS]
            ],
            sheets_open=len(found),
            sheets_overdue=sum(each.is_overdue_on(shown.today) for each in found),
        )

    router.include_router(slip_routes(shell, slips))
    router.include_router(sheet_routes(shell, sheets))
    router.include_router(content_routes(shell, contents, desks))
    return router
