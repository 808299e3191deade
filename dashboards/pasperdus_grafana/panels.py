"""The kinds of panels: bars, lines, an estimate with its band, a figure, a table.

Colours tell series apart, never good from bad: no threshold, no red against green, and hues that
people who confuse colours can tell (Okabe and Ito's). Gaps stay gaps.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from grafana_foundation_sdk.builders import barchart, common, stat, table, timeseries
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models import common as looks
from grafana_foundation_sdk.models import dashboard as model

from pasperdus_collector.calendar.grid import BucketSize
from pasperdus_grafana.influxql import SOURCE, Question

Chart: TypeAlias = timeseries.Panel
Bars: TypeAlias = barchart.Panel
Figure: TypeAlias = stat.Panel
Sheet: TypeAlias = table.Panel

BLUE, ORANGE, SKY, VERMILION, PURPLE = "#0072B2", "#E69F00", "#56B4E9", "#D55E00", "#CC79A7"
GREY = "#999999"
SCORES = (VERMILION, ORANGE, GREY, SKY, BLUE)  # worst first

# Units, in French and in English: ``say(*PEOPLE)``.
PEOPLE = ("suffix:personnes", "suffix:people")
MINUTES = ("suffix:minutes", "suffix:minutes")
RATINGS = ("suffix:avis", "suffix:ratings")
TALLIES = ("suffix:relevés", "suffix:tallies")
SHARE = ("percentunit", "percentunit")
INDEX = ("suffix:/ 100", "suffix:/ 100")
DATE = ("dateTimeAsSystem", "dateTimeAsSystem")

_HOUR_MS = 3_600_000
_LONGEST_MS: dict[BucketSize, int] = {  # a day of 25 hours, a month of 31 days and one hour
    "15m": _HOUR_MS // 4,
    "1h": _HOUR_MS,
    "1d": 25 * _HOUR_MS,
    "1w": (7 * 24 + 1) * _HOUR_MS,
    "1mo": (31 * 24 + 1) * _HOUR_MS,
}


def chart(
    title: str,
    description: str,
    questions: Sequence[Question],
    *,
    bucket: BucketSize,
    unit: str,
    colours: Mapping[str, str] | None = None,
    bars: bool = False,
    steps: Sequence[str] = (),
    stacked: looks.StackingMode | None = None,
    most: float | None = None,
) -> Chart:
    """Return bars or lines over time; a line breaks where a bucket is missing.

    ``steps`` names series drawn as a stepped line over the bars, which would hide each other.
    """
    panel = timeseries.Panel().title(title).description(description).unit(unit)
    panel.datasource(SOURCE).targets(_lettered(questions)).min(0)
    panel.tooltip(common.VizTooltipOptions().mode(looks.TooltipDisplayMode.MULTI))
    panel.legend(
        common.VizLegendOptions()
        .show_legend(True)  # noqa: FBT003 (the library's own form)
        .display_mode(looks.LegendDisplayMode.LIST)
        .placement(looks.LegendPlacement.BOTTOM)
    )
    panel.thresholds(_no_verdict()).color_scheme(
        build.FieldColor().mode(model.FieldColorModeId.PALETTE_CLASSIC_BY_NAME)
    )
    panel.insert_nulls(_LONGEST_MS[bucket]).span_nulls(False)  # noqa: FBT003 (the library's own)
    if bars:
        panel.draw_style(looks.GraphDrawStyle.BARS).bar_alignment(looks.BarAlignment.AFTER)
        panel.fill_opacity(70).line_width(1)
    else:
        panel.draw_style(looks.GraphDrawStyle.LINE).line_width(2).fill_opacity(0)
        panel.show_points(looks.VisibilityMode.ALWAYS).point_size(5)
    if stacked is not None:
        panel.stacking(common.StackingConfig().mode(stacked).group("A"))
    if most is not None:
        panel.max(most)
    for name, colour in (colours or {}).items():
        panel.override_by_name(name, [_fixed(colour)])
    for name in steps:
        stepped = {"drawStyle": "line", "lineInterpolation": "stepAfter", "fillOpacity": 0}
        panel.override_by_name(
            name, [_property(f"custom.{key}", value) for key, value in stepped.items()]
        )
    return panel


def band(panel: Chart, *, low: str, high: str, colour: str) -> Chart:
    """Fill the space between two series of a chart: what an estimate may be."""
    hidden_edge = [
        _fixed(colour),
        _property("custom.lineWidth", 0),
        _property("custom.showPoints", "never"),
        _property("custom.drawStyle", "line"),
    ]
    panel.override_by_name(low, hidden_edge)
    panel.override_by_name(
        high,
        [
            *hidden_edge,
            _property("custom.fillBelowTo", low),
            _property("custom.fillOpacity", 20),
        ],
    )
    return panel


def figure(
    title: str, description: str, questions: Sequence[Question], *, unit: str, decimals: int = 0
) -> Figure:
    """Return one or two large numbers."""
    panel = stat.Panel().title(title).description(description).unit(unit).decimals(decimals)
    panel.datasource(SOURCE).targets(_lettered(questions))
    panel.thresholds(_no_verdict()).color_scheme(
        build.FieldColor().mode(model.FieldColorModeId.FIXED).fixed_color(BLUE)
    )
    panel.color_mode(looks.BigValueColorMode.NONE).graph_mode(looks.BigValueGraphMode.NONE)
    panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    panel.text_mode(looks.BigValueTextMode.VALUE_AND_NAME)
    return panel


def sheet(
    title: str,
    description: str,
    questions: Sequence[Question],
    *,
    units: Mapping[str, str],
    transformations: Sequence[model.DataTransformerConfig] = (),
) -> Sheet:
    """Return a table; ``units`` are those of its columns."""
    panel = table.Panel().title(title).description(description)
    panel.datasource(SOURCE).targets(_lettered(questions)).thresholds(_no_verdict())
    panel.transformations(list(transformations))
    for name, of in units.items():
        panel.override_by_name(name, [_property("unit", of)])
    return panel


def bars_by(
    title: str,
    description: str,
    questions: Sequence[Question],
    *,
    unit: str,
    transformations: Sequence[model.DataTransformerConfig],
) -> Bars:
    """Return bars by what the transformations leave in the first column."""
    panel = barchart.Panel().title(title).description(description).unit(unit).decimals(0).min(0)
    panel.datasource(SOURCE).targets(_lettered(questions)).thresholds(_no_verdict())
    panel.transformations(list(transformations)).fill_opacity(70)
    panel.legend(common.VizLegendOptions().show_legend(False))  # noqa: FBT003 (its own form)
    panel.color_scheme(build.FieldColor().mode(model.FieldColorModeId.FIXED).fixed_color(BLUE))
    return panel


def _lettered(questions: Sequence[Question]) -> list[Builder[Dataquery]]:
    return [
        Question(query=each.query, alias=each.alias, is_table=each.is_table, ref_id=chr(65 + place))
        for place, each in enumerate(questions)
    ]


def renamed(name: str, to: str) -> model.DataTransformerConfig:
    """Return the transformation that gives a column another heading."""
    return model.DataTransformerConfig(id_val="organize", options={"renameByName": {name: to}})


def without(name: str) -> model.DataTransformerConfig:
    """Return the transformation that leaves a column out."""
    return model.DataTransformerConfig(
        id_val="filterFieldsByName", options={"exclude": {"names": [name]}}
    )


def _no_verdict() -> build.ThresholdsConfig:
    """Grafana adds green and red of its own where nothing is said."""
    only = model.Threshold(value=None, color=BLUE)
    return build.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps([only])


def _fixed(colour: str) -> model.DynamicConfigValue:
    return _property("color", {"mode": "fixed", "fixedColor": colour})


def _property(name: str, value: object) -> model.DynamicConfigValue:
    return model.DynamicConfigValue(id_val=name, value=value)
