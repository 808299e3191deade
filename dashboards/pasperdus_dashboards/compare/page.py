"""The page *Comparer*: choose a trial, read what came of it, take it away.

What compares loads numpy and scipy, which takes seconds: only who asks for a comparison pays for
that, so it is imported within the functions that need it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from pasperdus_collector.api.compared import Comparisons, Gathered
from pasperdus_collector.errors import QueryError, RefusalError
from pasperdus_collector.register.records import Period, Prototype
from pasperdus_collector.registry import Site
from pasperdus_dashboards.charts.style import Size, Theme
from pasperdus_dashboards.compare.choice import Choice, choose
from pasperdus_dashboards.prototypes.addresses import trial_page
from pasperdus_dashboards.shell.figures import Chart, ChartForm, Figures, frames
from pasperdus_dashboards.shell.forms import shown
from pasperdus_dashboards.shell.navigation import COMPARE
from pasperdus_dashboards.shell.refusals import words
from pasperdus_dashboards.shell.visit import Shell, Visit
from pasperdus_service.languages import DEFAULT, Language

if TYPE_CHECKING:
    from pasperdus_dashboards.charts.of_comparison import Drawable
    from pasperdus_dashboards.compare.view import ComparisonView
    from pasperdus_dashboards.compare.views import Views

DIGEST_SHOWN = 12  # characters of it: enough to tell two apart
_READING = ["GET", "HEAD"]


def compare_routes(shell: Shell, figures: Figures, comparisons: Comparisons) -> APIRouter:
    """Return the routes of the page, its charts and its weeks as CSV."""
    router = APIRouter()
    page = _ComparePage(shell, figures, comparisons)
    router.add_api_route(COMPARE, page.page, methods=_READING)
    router.add_api_route(f"{COMPARE}/semaines.csv", page.weeks, methods=_READING)
    router.add_api_route(f"{COMPARE}/{{name}}.{{form}}", page.chart, methods=_READING)
    return router


class _ComparePage:
    def __init__(self, shell: Shell, figures: Figures, comparisons: Comparisons) -> None:
        self._shell = shell
        self._figures = figures
        self._comparisons = comparisons

    @cached_property
    def _views(self) -> "Views":
        from pasperdus_dashboards.compare.views import Views

        return Views()

    def page(self, request: Request) -> Response:
        visit = self._shell.visit(request, COMPARE)
        if visit.site is None:
            return visit.nothing_here()
        choice = self._choice(request, visit.site)
        found = _Found(visit=visit, site=visit.site, choice=choice)
        if choice.prototype is None or choice.refused is not None:
            is_there = choice.refused != "unknown"
            return found.render(
                state=choice.refused or "unknown",
                status=HTTPStatus.OK if is_there else HTTPStatus.NOT_FOUND,
            )
        try:
            gathered = self._comparisons.gather(visit.site.site, *choice.asked)
        except QueryError as error:
            return found.render(
                state="refused",
                status=HTTPStatus.UNPROCESSABLE_ENTITY,
                why=_why(error, visit),
            )
        from pasperdus_dashboards.compare.limits import time_left

        view = self._view(visit.site, choice, gathered, visit.language)
        was = request.query_params.get("empreinte", "")
        return found.render(
            state="shown",
            view=view,
            time_left=time_left(view.comparison, self._shell.queries.now_ms(), visit.language),
            is_other=bool(was) and not view.sha256.startswith(was),
        )

    def weeks(self, request: Request) -> Response:
        from pasperdus_dashboards.compare.weeks_csv import weeks_csv

        _, _, gathered = self._compared(request)
        name = f"pasperdus-{gathered.inputs.site}-{gathered.inputs.plan.prototype}-weeks.csv"
        return Response(
            weeks_csv(gathered.compared()),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def chart(
        self,
        request: Request,
        name: str,
        form: ChartForm,
        size: Size = "wide",
        theme: Theme = "light",
        v: str = "",
    ) -> Response:
        language = self._shell.visit(request, COMPARE).language
        site, choice, gathered = self._compared(request)
        view = self._view(site, choice, gathered, language)
        charts = _charts(site.site, choice, language, view.charts)
        found = charts.get(name)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"there is nothing to draw as {name!r}")
        return self._figures.answer(
            found, form, language, size=size, theme=theme, asked=v, beside=charts.values()
        )

    def _choice(self, request: Request, site: Site) -> Choice:
        registered = self._comparisons.register(site.site)
        now_ms = self._shell.queries.now_ms()
        return choose(registered, request.query_params, now_ms=now_ms)

    def _compared(self, request: Request) -> tuple[Site, Choice, Gathered]:
        """Return what a chart or a file is made of; there is none where the page shows none."""
        visit = self._shell.visit(request, COMPARE)
        if visit.site is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no site {visit.asked or 'yet'!r}")
        choice = self._choice(request, visit.site)
        if choice.refused is not None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"nothing is compared: {choice.refused}")
        try:
            gathered = self._comparisons.gather(visit.site.site, *choice.asked)
        except QueryError as error:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"nothing is compared: {error}") from None
        return visit.site, choice, gathered

    def _view(
        self, site: Site, choice: Choice, gathered: Gathered, language: Language
    ) -> "ComparisonView":
        from pasperdus_dashboards.compare.guards import Pulse

        comparison = gathered.compared()
        trial = choice.prototype
        if trial is None:
            raise AssertionError("who compares has chosen a trial")
        before, during = (
            tuple(self._comparisons.pulses(site.site, arm.ranges))
            for arm in (comparison.answer.baseline, comparison.answer.tried)
        )
        pulse = Pulse(agents=site.agents, baseline=before, prototype=during)
        return self._views.of(comparison, trial, pulse, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What every state of the page shows: who asks, and the forms to choose with."""

    visit: Visit
    site: Site
    choice: Choice

    def render(
        self,
        *,
        state: str,
        status: HTTPStatus = HTTPStatus.OK,
        view: "ComparisonView | None" = None,
        time_left: str = "",
        is_other: bool = False,
        why: str = "",
    ) -> Response:
        visit, choice = self.visit, self.choice
        context: dict[str, Any] = {
            "state": state,
            "why": why,
            "view": view,
            "time_left": time_left,
            "is_other": is_other,
            "trial": choice.prototype,
            "query": choice.query,
            "form": shown(
                prototype=choice.query.get("prototype"),
                baseline=choice.baseline,
                periods=choice.periods,
            ),
            "kept": _kept(visit),
            "prototypes": [
                (each.prototype, _title(each, visit.language))
                for each in choice.registered.prototypes
            ],
            "baselines": _options(
                choice.baselines, visit.language.gettext("its own, as registered")
            ),
            "periods": _options(choice.own, visit.language.gettext("its latest step")),
            "charts": {},
            "links": {},
        }
        if view is not None:
            context["charts"] = {
                name: {"version": chart.version, "frames": frames(chart)}
                for name, chart in _charts(
                    self.site.site, choice, visit.language, view.charts
                ).items()
            }
            context["links"] = _links(visit, self.site.site, choice, view)
        return visit.render("compare/page.html", status=status, **context)


def _charts(
    site: str, choice: Choice, language: Language, drawn: Mapping[str, "Drawable"]
) -> dict[str, Chart]:
    of = (site, language.code, COMPARE, urlencode(choice.query))
    return {
        name: Chart(name=(*of, name), version=each.version, specify=each.specify, frame=each.frame)
        for name, each in drawn.items()
    }


def _links(visit: Visit, site: str, choice: Choice, view: "ComparisonView") -> dict[str, str]:
    """Return where the same is had as documents and data, and the address to keep."""
    baseline, prototype = choice.asked
    told = {"site": site, "prototype": prototype} | ({"baseline": baseline} if baseline else {})
    address = partial(visit.address, **{**choice.query, "site": site})
    return {
        "pdf": f"/api/v1/compare.pdf?{urlencode({**told, 'language': visit.language.code})}",
        "json": f"/api/v1/compare?{urlencode({**told, 'inputs': 'true'})}",
        "csv": address(f"{COMPARE}/semaines.csv"),
        "link": address(COMPARE, empreinte=view.sha256[:DIGEST_SHOWN]),
        "trial": visit.address(trial_page(view.comparison.answer.prototype), site=site),
    }


def _kept(visit: Visit) -> dict[str, str]:
    """Return what a form that asks with GET has to send along."""
    told = {"site": visit.asked, "lang": visit.language.code}
    return {
        name: value
        for name, value in told.items()
        if value is not None and (name, value) != ("lang", DEFAULT)
    }


def _title(trial: Prototype, language: Language) -> str:
    if trial.started_at_ms is None:
        return language.gettext("%(title)s (not begun)", title=trial.title)
    return trial.title


def _options(periods: list[Period], own: str) -> list[tuple[str, str]]:
    return [("", own), *((each.period, each.title) for each in periods)]


def _why(error: RefusalError, visit: Visit) -> str:
    """Return why two periods cannot be compared, in the words of the reader."""
    told = [words(each, visit.language, visit.zone) for each in error.faults]
    return " ".join(told) or visit.language.gettext(
        "These periods cannot be compared as they are. Look at them in the register."
    )
