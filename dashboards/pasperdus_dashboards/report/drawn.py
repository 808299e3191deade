"""The charts of a report, drawn together in one child process."""

from dataclasses import dataclass

from pasperdus_collector.analysis.result import Comparison
from pasperdus_dashboards.charts.effect import effect_height
from pasperdus_dashboards.charts.of_comparison import (
    EFFECT,
    MAPS,
    OTHERWISE,
    SCORES,
    WEEKLY,
    Drawable,
    drawables,
)
from pasperdus_dashboards.charts.print_look import TYPE_SIZE, print_look
from pasperdus_dashboards.charts.ratings import rating_height
from pasperdus_dashboards.charts.style import Look
from pasperdus_dashboards.shell.drawings import draw_pictures
from pasperdus_service.languages import Language

WHOLE_MM = 174.0
BESIDE_MM = 89.0
HALF_MM = 83.5
_WEEKLY_PT = 138
_CELL_PT = 27


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """What stands for each chart: its SVG on paper, its name on a page; None where there is none.

    Until a comparison can be made there is only ``weekly``, of what there is to go by.
    """

    effect: str | None
    weekly: str | None
    scores: str | None
    otherwise: str | None
    map_of: dict[str, str]
    """By arm: weekdays and hours."""


def draw(comparison: Comparison, language: Language) -> Pictures:
    """Draw what the comparison has figures for."""
    wanted = drawables(comparison, language)
    charts = [each.specify(_look(name, each)) for name, each in wanted.items()]
    drawn = dict(zip(wanted, draw_pictures(charts), strict=True))
    return pictures({name: svg.decode() for name, svg in drawn.items()})


def pictures(by_name: dict[str, str]) -> Pictures:
    """Return what stands for the charts of :func:`.drawables`, by their names."""
    return Pictures(
        effect=by_name.get(EFFECT),
        weekly=by_name.get(WEEKLY),
        scores=by_name.get(SCORES),
        otherwise=by_name.get(OTHERWISE),
        map_of={arm: by_name[arm] for arm in MAPS if arm in by_name},
    )


def _look(name: str, chart: Drawable) -> Look:
    if name == EFFECT:
        return print_look(BESIDE_MM, effect_height(chart.count, TYPE_SIZE) + 16)
    if name == OTHERWISE:
        return print_look(WHOLE_MM, effect_height(chart.count, TYPE_SIZE))
    if name == SCORES:
        return print_look(WHOLE_MM, rating_height(chart.count, TYPE_SIZE))
    if name == WEEKLY:
        return print_look(WHOLE_MM, _WEEKLY_PT)
    return print_look(HALF_MM, 24 + _CELL_PT * chart.count)
