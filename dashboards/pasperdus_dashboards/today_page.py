"""The page *Aujourd'hui*: whole, its live parts, and its charts as picture or specification."""

import threading
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, Literal, Protocol, get_args

import structlog
from babel.numbers import get_group_symbol
from fastapi import Response
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

from pasperdus_collector.api.changes import Changes
from pasperdus_collector.api.past import Week
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.today import Today
from pasperdus_collector.registry import Site
from pasperdus_dashboards.chart_style import Size, Theme
from pasperdus_dashboards.day_words import DayView, day_view
from pasperdus_dashboards.drawings import Drawings, picture_of_words
from pasperdus_dashboards.errors import DrawingError
from pasperdus_dashboards.hour_chart import chart_version, hour_chart
from pasperdus_dashboards.languages import languages
from pasperdus_dashboards.past_words import PastView, past_view
from pasperdus_dashboards.statics import FOR_EVER
from pasperdus_dashboards.templating import addresses, render
from pasperdus_dashboards.week_chart import week_chart, week_version
from pasperdus_service.languages import DEFAULT, Language

log = structlog.get_logger()

PAGE = "/aujourdhui"
PAST_READ_EVERY_MS = 20_000


class TodayPage:
    """Answers for every site; what it reads is shared by all pages that are open."""

    def __init__(self, queries: Queries, changes: Changes) -> None:
        self._queries = queries
        self._latest = _Latest(queries, changes)
        self._past = _Past(queries)
        self._drawings = Drawings()

    def page(self, site: str | None = None, lang: str = DEFAULT) -> HTMLResponse:
        """Return the whole page, or what to do where there is nothing to show."""
        language = _language(lang)
        sites = self._queries.sites()
        chosen = _choose(sites, site)
        address = addresses(PAGE, language, site if chosen else None)
        if chosen is None:
            return render(
                "empty.html",
                language,
                status=HTTPStatus.NOT_FOUND if sites else HTTPStatus.OK,
                sites=sites,
                asked=site,
                trouble=self._queries.trouble,
                address=address,
            )
        shown = self._context(chosen, language)
        past = past_view(self._past.weeks(chosen.site), language)
        return render(
            "today.html",
            language,
            sites=sites,
            address=address,
            past=past,
            weeks=week_version(past.rows),
            **shown,
        )

    def live_parts(self, site: str | None = None, lang: str = DEFAULT) -> HTMLResponse:
        """Return the parts of the page that change by themselves."""
        language = _language(lang)
        return render("live.html", language, **self._context(self._site(site), language))

    def chart(
        self,
        form: Literal["svg", "json"],
        site: str | None = None,
        lang: str = DEFAULT,
        size: Size = "wide",
        theme: Theme = "light",
        v: str = "",
    ) -> Response:
        """Return the chart of the hours; ``v`` is the version that the page was written with."""
        language = _language(lang)
        chosen = self._site(site)
        view = self._view(chosen, language)
        if not view.hours:
            raise HTTPException(HTTPStatus.NOT_FOUND, "there is nothing to draw yet today")
        return self._drawn(
            _Chart(
                name=(chosen.site, language.code, "hours"),
                language=language,
                version=chart_version(view.hours),
                specify=partial(_specify_hours, view, language),
            ),
            form,
            size=size,
            theme=theme,
            asked=v,
        )

    def past_chart(
        self,
        form: Literal["svg", "json"],
        site: str | None = None,
        lang: str = DEFAULT,
        size: Size = "wide",
        theme: Theme = "light",
        v: str = "",
    ) -> Response:
        """Return the chart of the past weeks."""
        language = _language(lang)
        chosen = self._site(site)
        past = past_view(self._past.weeks(chosen.site), language)
        if not past.rows:
            raise HTTPException(HTTPStatus.NOT_FOUND, "no week is over yet")
        return self._drawn(
            _Chart(
                name=(chosen.site, language.code, "weeks"),
                language=language,
                version=week_version(past.rows),
                specify=partial(_specify_weeks, past, language),
            ),
            form,
            size=size,
            theme=theme,
            asked=v,
        )

    def _drawn(
        self, chart: "_Chart", form: Literal["svg", "json"], *, size: Size, theme: Theme, asked: str
    ) -> Response:
        if form == "json":
            return JSONResponse(
                chart.specify(size=size, theme=theme, is_fluid=True),
                headers=_caching(is_named=chart.version == asked),
            )
        try:
            drawn = self._drawings.draw(
                chart.name,
                version=chart.version,
                now_s=self._queries.now_ms() / 1000,
                specify=lambda: {
                    (size, theme): chart.specify(size=size, theme=theme)
                    for size in get_args(Size)
                    for theme in get_args(Theme)
                },
            )
        except DrawingError as error:
            log.error("a chart could not be drawn", chart=chart.name, error=str(error))
            return Response(
                picture_of_words(
                    chart.language.gettext("Chart not drawn: see the table below."),
                    size=size,
                    theme=theme,
                ),
                status_code=HTTPStatus.SERVICE_UNAVAILABLE,
                media_type="image/svg+xml",
                headers=_caching(is_named=False),
            )
        return Response(
            drawn.pictures[size, theme],
            media_type="image/svg+xml",
            headers=_caching(is_named=drawn.version == asked),
        )

    def _context(self, site: Site, language: Language) -> dict[str, Any]:
        view = self._view(site, language)
        return {
            "view": view,
            "site": site,
            "trouble": self._queries.trouble,
            "chart": chart_version(view.hours) if view.hours else "",
        }

    def _view(self, site: Site, language: Language) -> DayView:
        return day_view(self._latest.today(site.site), language)

    def _site(self, name: str | None) -> Site:
        chosen = _choose(self._queries.sites(), name)
        if chosen is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no site {name or 'yet'!r}")
        return chosen


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


class _Specify(Protocol):
    def __call__(self, *, size: Size, theme: Theme, is_fluid: bool = False) -> dict[str, Any]:
        """Return a specification."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chart:
    """One chart of one site and language, not drawn yet."""

    name: tuple[str, ...]
    language: Language
    version: str
    specify: _Specify


def _specify_hours(
    view: DayView, language: Language, *, size: Size, theme: Theme, is_fluid: bool = False
) -> dict[str, Any]:
    words = (
        language.gettext("Hour"),
        language.gettext("Entries"),
        language.capital(
            language.gettext("Usual %(weekday)s", weekday=language.weekday(view.today.day))
        ),
    )
    return hour_chart(view.hours, size=size, theme=theme, words=words, is_fluid=is_fluid)


def _specify_weeks(
    past: PastView, language: Language, *, size: Size, theme: Theme, is_fluid: bool = False
) -> dict[str, Any]:
    words = (language.gettext("Week of"), language.gettext("Entries"))
    return week_chart(
        past.rows,
        size=size,
        theme=theme,
        words=words,
        separator=get_group_symbol(language.locale),
        is_fluid=is_fluid,
    )


def _caching(*, is_named: bool) -> dict[str, str]:
    return {"Cache-Control": FOR_EVER if is_named else "no-store"}


def _choose(sites: list[Site], name: str | None) -> Site | None:
    """Return the site asked for, or the first one."""
    if name is None:
        return sites[0] if sites else None
    return next((site for site in sites if site.site == name), None)


def _language(code: str) -> Language:
    return languages().get(code, languages()[DEFAULT])
