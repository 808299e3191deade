"""Charts of pages: one specification each, as a still picture and for the browser to draw."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, Literal, get_args

import structlog
from fastapi import Response
from fastapi.responses import JSONResponse

from pasperdus_dashboards.charts.style import FRAMES, Frame, Look, Size, Theme, look_in
from pasperdus_dashboards.errors import DrawingError
from pasperdus_dashboards.shell.drawings import Drawings, picture_of_words
from pasperdus_dashboards.shell.statics import FOR_EVER
from pasperdus_service.languages import Language

log = structlog.get_logger()

ChartForm = Literal["svg", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart of one page, not drawn yet.

    ``name`` tells it from all others, site and language included; ``version`` changes with what it
    shows. ``specify`` writes its specification for a look, whose height ``frame`` says.
    """

    name: tuple[str, ...]
    version: str
    specify: Callable[[Look], dict[str, Any]]
    frame: Callable[[Size], Frame] = lambda size: FRAMES[size]


class Figures:
    """Answers for the charts of all pages; pictures are drawn once for each version."""

    def __init__(self, *, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._drawings = Drawings()

    def answer(
        self,
        chart: Chart,
        form: ChartForm,
        language: Language,
        *,
        size: Size,
        theme: Theme,
        asked: str,
        beside: Iterable[Chart] = (),
    ) -> Response:
        """Return a picture or a specification; ``asked`` is the version that the page was told.

        ``beside`` are the page's other charts, whose pictures are drawn along.
        """
        if form == "json":
            return JSONResponse(
                chart.specify(look_in(chart.frame(size), theme, is_fluid=True)),
                headers=_caching(is_named=chart.version == asked),
            )
        try:
            drawn = self._drawings.draw(
                chart.name,
                version=chart.version,
                now_s=self._now_ms() / 1000,
                specify=partial(_specify, chart),
                beside={each.name: (each.version, partial(_specify, each)) for each in beside},
            )
        except DrawingError as error:
            log.error("a chart could not be drawn", chart=chart.name, error=str(error))
            return Response(
                picture_of_words(
                    language.gettext("Chart not drawn: see the table below."),
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


def _specify(chart: Chart) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return a chart's specifications for every look of a still picture."""
    return {
        (size, theme): chart.specify(look_in(chart.frame(size), theme))
        for size in get_args(Size)
        for theme in get_args(Theme)
    }


def frames(chart: Chart) -> dict[Size, Frame]:
    """Return the sizes of a chart, which its place on the page keeps free."""
    return {size: chart.frame(size) for size in get_args(Size)}


def _caching(*, is_named: bool) -> dict[str, str]:
    return {"Cache-Control": FOR_EVER if is_named else "no-store"}
