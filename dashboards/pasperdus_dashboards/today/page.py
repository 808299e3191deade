"""The page *Aujourd'hui*: whole, its live parts, and its charts as picture or specification."""

import threading
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from babel.numbers import get_group_symbol
from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from pasperdus_collector.api.changes import Changes
from pasperdus_collector.api.past import Week
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.today import Today
from pasperdus_dashboards.charts.cumulative import sum_chart, sum_frame, sum_version
from pasperdus_dashboards.charts.hours import chart_version, hour_chart, hour_frame
from pasperdus_dashboards.charts.style import Look, Size, Theme
from pasperdus_dashboards.charts.weeks import week_chart, week_frame, week_version
from pasperdus_dashboards.shell.figures import Chart, ChartForm, Figures, frames
from pasperdus_dashboards.shell.navigation import TODAY
from pasperdus_dashboards.shell.visit import Shell, Visit
from pasperdus_dashboards.today.day_words import DayView, day_view
from pasperdus_dashboards.today.past_words import PastView, past_view
from pasperdus_dashboards.today.so_far_words import SoFarView, so_far_view
from pasperdus_service.languages import Language

PAST_READ_EVERY_MS = 20_000
_READING = ["GET", "HEAD"]


def today_routes(shell: Shell, figures: Figures, queries: Queries, changes: Changes) -> APIRouter:
    """Return the routes of the page; what it reads is shared by all pages that are open."""
    router = APIRouter()
    latest, past = _Latest(queries, changes), _Past(queries)

    def shown(visit: Visit) -> _Shown:
        if visit.site is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no site {visit.asked or 'yet'!r}")
        language, site = visit.language, visit.site.site
        today = latest.today(site)
        return _Shown(
            site=site,
            language=language,
            view=day_view(today, language),
            so_far=so_far_view(today, language),
            past=past_view(past.weeks(site), language),
        )

    @router.api_route(TODAY, methods=_READING)
    def page(request: Request) -> Response:
        visit = shell.visit(request, TODAY)
        if visit.site is None:
            return visit.nothing_here() if visit.sites else visit.render("today/empty.html")
        found = shown(visit)
        return visit.render("today/page.html", past=found.past, **found.context())

    @router.api_route(f"{TODAY}/en-direct", methods=_READING)
    def live_parts(request: Request) -> Response:
        visit = shell.visit(request, TODAY)
        return visit.render("today/live.html", **shown(visit).context())

    @router.api_route(f"{TODAY}/{{name}}.{{form}}", methods=_READING)
    def chart(
        request: Request,
        name: str,
        form: ChartForm,
        size: Size = "wide",
        theme: Theme = "light",
        v: str = "",
    ) -> Response:
        visit = shell.visit(request, TODAY)
        found = shown(visit).charts().get(name)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"there is nothing to draw as {name!r} now")
        return figures.answer(found, form, visit.language, size=size, theme=theme, asked=v)

    return router


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A site's day and its past weeks in one language."""

    site: str
    language: Language
    view: DayView
    so_far: SoFarView
    past: PastView

    def context(self) -> dict[str, Any]:
        """Return what the templates read of the day."""
        charts = self.charts()
        return {
            "view": self.view,
            "so_far": self.so_far,
            "charts": {name: chart.version for name, chart in charts.items()},
            "frames": {name: frames(chart) for name, chart in self._all().items()},
        }

    def charts(self) -> dict[str, Chart]:
        """Return the charts that have something to show, by the names of their addresses."""
        there = {
            "graphique": self.view.hours,
            "cumul": self.so_far.rows,
            "semaines": self.past.rows,
        }
        return {name: chart for name, chart in self._all().items() if there[name]}

    def _all(self) -> dict[str, Chart]:
        of = (self.site, self.language.code)
        return {
            "graphique": Chart(
                name=(*of, "hours"),
                version=chart_version(self.view.hours),
                specify=partial(_specify_hours, self.view, self.language),
                frame=hour_frame,
            ),
            "cumul": Chart(
                name=(*of, "so far"),
                version=sum_version(self.so_far.rows, self.so_far.now),
                specify=partial(_specify_so_far, self.so_far, self.language),
                frame=sum_frame,
            ),
            "semaines": Chart(
                name=(*of, "weeks"),
                version=week_version(self.past.rows),
                specify=partial(_specify_weeks, self.past, self.language),
                frame=week_frame,
            ),
        }


class _Latest:
    """Each site's day, read at most once a second and change for all pages that are open."""

    def __init__(self, queries: Queries, changes: Changes) -> None:
        self._queries = queries
        self._changes = changes
        self._known: dict[str, tuple[tuple[int, int], Today]] = {}
        self._lock = threading.Lock()

    def today(self, site: str) -> Today:
        with self._lock:
            # Looked at before reading: what is committed meanwhile is read again next time.
            state = (self._changes.generation, self._queries.now_ms() // 1000)
            known = self._known.get(site)
            if known is not None and known[0] == state:
                return known[1]
            today = self._queries.today(site)
            self._known[site] = (state, today)
            return today


class _Past:
    """Each site's finished weeks: they change once a week, or while a node tells of its past."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._known: dict[str, tuple[int, list[Week]]] = {}
        self._lock = threading.Lock()

    def weeks(self, site: str) -> list[Week]:
        with self._lock:
            now_ms = self._queries.now_ms()
            known = self._known.get(site)
            if known is None or now_ms - known[0] >= PAST_READ_EVERY_MS:
                known = (now_ms, self._queries.past(site))
                self._known[site] = known
            return known[1]


def _specify_hours(view: DayView, language: Language, look: Look) -> dict[str, Any]:
    words = (
        language.gettext("Hour"),
        language.gettext("Entries"),
        language.capital(
            language.gettext("Usual %(weekday)s", weekday=language.weekday(view.today.day))
        ),
    )
    return hour_chart(view.hours, look, words=words)


def _specify_so_far(view: SoFarView, language: Language, look: Look) -> dict[str, Any]:
    return sum_chart(view.rows, view.now, look, separator=get_group_symbol(language.locale))


def _specify_weeks(past: PastView, language: Language, look: Look) -> dict[str, Any]:
    words = (language.gettext("Week of"), language.gettext("Entries"))
    return week_chart(past.rows, look, words=words, separator=get_group_symbol(language.locale))
