"""The page *Aujourd'hui*: whole, its live parts, and its chart as picture or specification."""

import threading
from http import HTTPStatus
from typing import Any, Literal, get_args

from fastapi import Response
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

from pasperdus_collector.api.changes import Changes
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.today import Today
from pasperdus_collector.registry import Site
from pasperdus_dashboards.day_words import DayView, day_view
from pasperdus_dashboards.drawings import Drawings
from pasperdus_dashboards.hour_chart import Size, Theme, chart_version, hour_chart
from pasperdus_dashboards.languages import DEFAULT, Language, languages
from pasperdus_dashboards.statics import FOR_EVER
from pasperdus_dashboards.templating import addresses, render

PAGE = "/aujourdhui"


class TodayPage:
    """Answers for every site; what it reads is shared by all pages that are open."""

    def __init__(self, queries: Queries, changes: Changes) -> None:
        self._queries = queries
        self._latest = _Latest(queries, changes)
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
        return render("today.html", language, sites=sites, address=address, **shown)

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
        version = chart_version(view.hours)
        if form == "json":
            specification = _specify(view, language, size=size, theme=theme, is_fluid=True)
            return JSONResponse(specification, headers=_caching(is_named=version == v))
        drawn = self._drawings.draw(
            (chosen.site, language.code),
            version=version,
            now_s=self._queries.now_ms() / 1000,
            specify=lambda: {
                (size, theme): _specify(view, language, size=size, theme=theme)
                for size in get_args(Size)
                for theme in get_args(Theme)
            },
        )
        return Response(
            drawn.pictures[size, theme],
            media_type="image/svg+xml",
            headers=_caching(is_named=drawn.version == v),
        )

    def _context(self, site: Site, language: Language) -> dict[str, Any]:
        view = self._view(site, language)
        return {
            "view": view,
            "site": site,
            "trouble": self._queries.trouble,
            "chart": chart_version(view.hours),
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


def _specify(
    view: DayView, language: Language, *, size: Size, theme: Theme, is_fluid: bool = False
) -> dict[str, Any]:
    words = (
        language.gettext("Hour"),
        language.gettext("Entries"),
        language.gettext("Usual %(weekday)s", weekday=language.weekday(view.today.day)),
    )
    return hour_chart(view.hours, size=size, theme=theme, words=words, is_fluid=is_fluid)


def _caching(*, is_named: bool) -> dict[str, str]:
    return {"Cache-Control": FOR_EVER if is_named else "no-store"}


def _choose(sites: list[Site], name: str | None) -> Site | None:
    """Return the site asked for, or the first one."""
    if name is None:
        return sites[0] if sites else None
    return next((site for site in sites if site.site == name), None)


def _language(code: str) -> Language:
    return languages().get(code, languages()[DEFAULT])
