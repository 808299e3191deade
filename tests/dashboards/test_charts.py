"""The charts of a comparison: their figures, their gaps, and what they look like without colour."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from pasperdus_collector.analysis.result import Interval, VerdictCode
from pasperdus_dashboards.charts.arms import colour_of, contrast, in_grey, shades
from pasperdus_dashboards.charts.compared import (
    effect_axis,
    effect_row,
    heat_cells,
    month_labels,
    score_bars,
    spans,
    week_points,
)
from pasperdus_dashboards.charts.effect import (
    effect_chart,
    effect_frame,
    effect_version,
    tick_values,
)
from pasperdus_dashboards.charts.heat import heat_chart, heat_frame
from pasperdus_dashboards.charts.planner import PlanMarks, PlanPoint, plan_chart, plan_rows
from pasperdus_dashboards.charts.print_look import print_look
from pasperdus_dashboards.charts.ratings import rating_chart, rating_frame, rating_rows
from pasperdus_dashboards.charts.style import PALETTES, Look, Size, Theme, look_in, look_of
from pasperdus_dashboards.charts.weekly import (
    months_between,
    starts_above_zero,
    weekly_chart,
    weekly_rows,
)
from pasperdus_dashboards.shell.drawings import draw_pictures
from pasperdus_dashboards.shell.languages import languages
from support.compared import BASELINE_WEEKS, FIRST_MONDAY, SILENT_WEEK, compared

FR = languages()["fr"]
PRINT = print_look(174, 140)
READABLE = 4.5  # of WCAG 2.2, for text
TOLD_APART = 1.5  # of one grey from another
GREY = 26  # by which red, green and blue of ink and paper differ at most
COLOUR = re.compile(r'(?:fill|stroke)="#([0-9a-f]{6})"')
PLAN = PlanMarks(
    least=5,
    least_written="5 points",
    weeks=16,
    weeks_written="16 semaines",
    along="semaines",
    decimal=",",
)
CURVE = [
    PlanPoint(weeks=weeks, change=None if weeks < 2 else 20 / weeks**0.5, written="")
    for weeks in range(1, 21)
]


def weekly(look: Look, code: VerdictCode = "better", *, kind: Any = "share") -> dict[str, Any]:
    comparison = compared(code)
    points, periods = week_points(comparison, FR), spans(comparison)
    months = month_labels(periods, FR)
    return weekly_chart(points, periods, months, look, kind=kind, number=("\u202f", "\u202f%"))


def effect(look: Look) -> dict[str, Any]:
    comparison = compared()
    found = comparison.answer.effect
    assert found is not None
    row = effect_row("Écart", found.value, found.fixed, "share", FR, is_main=True)
    return effect_chart([row, row], effect_axis(comparison, FR), look)


def every_chart(look: Look) -> list[dict[str, Any]]:
    comparison = compared()
    bars, satisfied_from = score_bars(comparison, FR)
    cells, weekdays, hours, limits = heat_cells(comparison, FR)
    return [
        effect(look),
        weekly(look),
        rating_chart(bars, satisfied_from, look, words=("moins", "plus")),
        heat_chart(cells["prototype"], look, weekdays=weekdays, hours=hours, limits=limits),
        plan_chart(CURVE, PLAN, look),
    ]


def test_vega_draws_every_chart_for_page_and_paper_without_a_complaint() -> None:
    looks = [PRINT, look_of("wide", "dark"), look_of("narrow", "light")]

    pictures = draw_pictures([chart for look in looks for chart in every_chart(look)])

    assert len(pictures) == 15
    for picture in pictures:
        assert b"<svg" in picture
        assert b"style=" not in picture  # the pages' policy allows none
        assert b"NaN" not in picture


def test_an_effect_is_drawn_in_points_with_the_changes_that_do_not_matter() -> None:
    axis = effect_axis(compared(), FR)
    row = effect_row(
        "", 0.062, Interval(low=0.011, high=0.113, level=0.95), "share", FR,
        is_main=True,
    )  # fmt: skip

    assert (row.value, row.low, row.high) == pytest.approx((6.2, 1.1, 11.3))
    assert row.written == "+6\u00a0points (+1 à +11)"
    assert (axis.least_low, axis.least_high) == (-5, 5)
    assert axis.least_written == "moins de 5\u00a0points\u00a0: jugé négligeable"
    assert (axis.lower, axis.higher) == ("←\u00a0moins bien", "mieux\u00a0→")
    assert effect_version([row]) != effect_version([replace(row, low=1.0)])


@pytest.mark.parametrize(
    ("least", "domain", "ticks"),
    [
        ((-5.0, 5.0), (-6.2, 13.1), [-5, 0, 5, 10]),
        ((-3.0, 3.0), (-40.0, 40.0), [-30, -15, 0, 15, 30]),
        ((-2.0, 2.0), (-2.5, 2.5), [-2, 0, 2]),
        ((-9.5, 10.5), (-21.0, 42.0), [-20, -9.5, 0, 10.5, 20, 30, 40]),
    ],
)
def test_an_axis_has_numbers_at_no_change_and_at_the_smallest_that_matters(
    least: tuple[float, float], domain: tuple[float, float], ticks: list[float]
) -> None:
    assert tick_values(*least, domain) == pytest.approx(ticks)


def test_an_axis_of_shares_that_leaves_out_zero_is_known_to() -> None:
    points = week_points(compared(), FR)

    assert starts_above_zero(points, "share")
    assert not starts_above_zero(week_points(compared("insufficient"), FR), "number")
    low = [replace(point, value=0.1) for point in points]
    assert not starts_above_zero(low, "share")


def test_better_lies_on_the_side_where_it_is_and_neither_where_it_is_neither() -> None:
    waits = compared(outcome="wait_minutes", unit="minutes", delta=2.0)
    counts = compared(outcome="passages_in", unit="log_ratio", delta=0.1)

    assert effect_axis(waits, FR).lower.endswith("mieux")
    assert "mieux" not in effect_axis(counts, FR).lower + effect_axis(counts, FR).higher
    assert effect_axis(counts, FR).least_high == pytest.approx(10.5, abs=0.1)


def test_a_gap_in_the_weeks_breaks_the_line() -> None:
    rows = weekly_rows(week_points(compared(), FR))

    silent = rows[SILENT_WEEK]
    assert silent["value"] is None
    assert silent["tip"] == "semaine du 2\u00a0février 2026, aucun avis"
    assert rows[SILENT_WEEK - 1]["run"] != rows[SILENT_WEEK + 1]["run"]
    assert rows[BASELINE_WEEKS - 1]["run"] != rows[BASELINE_WEEKS]["run"]
    assert len({row["run"] for row in rows[BASELINE_WEEKS:]}) == 1
    missing = week_points(compared(), FR)
    del missing[SILENT_WEEK]
    again = weekly_rows(missing)
    assert again[SILENT_WEEK - 1]["run"] != again[SILENT_WEEK]["run"]


def test_the_line_is_drawn_in_as_many_pieces_as_there_are_runs() -> None:
    (picture,) = draw_pictures([weekly(PRINT)])

    lines = re.findall(r'<path[^>]*aria-roledescription="line mark"[^>]*>', picture.decode())
    assert len(lines) == 3


def test_periods_are_shaded_from_their_first_day_to_their_last() -> None:
    periods = spans(compared())

    assert [(span.arm, span.first_day) for span in periods] == [
        ("baseline", FIRST_MONDAY),
        ("prototype", FIRST_MONDAY + timedelta(weeks=BASELINE_WEEKS)),
    ]
    assert periods[0].end_day == periods[1].first_day


def test_names_of_months_are_thinned_until_they_have_room() -> None:
    few = months_between(date(2026, 1, 5), date(2026, 5, 18))
    many = months_between(date(2024, 1, 5), date(2026, 12, 31))

    assert few == [date(2026, month, 1) for month in (2, 3, 4, 5)]
    assert len(many) <= 12
    assert all(later - earlier > timedelta(days=80) for earlier, later in pairwise(many))


def test_scores_diverge_at_what_counts_as_satisfied() -> None:
    bars, satisfied_from = score_bars(compared(), FR)
    rows = rating_rows(bars, satisfied_from)

    for bar in bars:
        parts = [row for row in rows if row["label"] == bar.label]
        assert sum(part["to"] - part["from"] for part in parts) == pytest.approx(1)
        for part in parts:
            is_right = part["from"] >= -1e-9
            assert is_right == (part["score"] >= satisfied_from)
        assert parts[-1]["to"] == pytest.approx(sum(bar.counts[3:]) / sum(bar.counts))


def test_the_map_says_nothing_where_nothing_is_known() -> None:
    cells, weekdays, hours, limits = heat_cells(compared(), FR)

    unknown = [cell for cell in cells["baseline"] if cell.value is None]
    assert [(cell.weekday, cell.hour, cell.written) for cell in unknown] == [
        ("ven.", "15–18\u00a0h", "–")
    ]
    assert weekdays == ["lun.", "mar.", "mer.", "jeu.", "ven."]
    assert hours == ["9–12\u00a0h", "12–15\u00a0h", "15–18\u00a0h"]
    assert limits[0] <= 0.7


def test_the_planner_draws_only_trials_that_can_find_something() -> None:
    assert [row["weeks"] for row in plan_rows(CURVE)] == [*range(2, 21)]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("scale", [2, 3, 4, 5])
def test_what_is_written_on_a_score_can_be_read(theme: Theme, scale: int) -> None:
    satisfied_from = {2: 2, 3: 3, 4: 3, 5: 4}[scale]
    found = shades(scale, satisfied_from, look_of("wide", theme))

    assert len(found.fills) == scale
    for fill, text in zip(found.fills, found.texts, strict=True):
        assert contrast(fill, text) >= READABLE, fill


def test_the_two_periods_are_told_apart_in_grey_print() -> None:
    for look in (PRINT, look_of("wide", "light")):
        colours = [colour_of(arm, look.palette) for arm in ("baseline", "prototype")]
        assert contrast(*colours) >= TOLD_APART
        for colour in colours:
            assert contrast(colour, look.palette.paper) >= 3  # of WCAG 2.2, for graphics


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_a_frame_is_as_high_as_what_it_holds(size: Size) -> None:
    assert effect_frame(6, size).height > effect_frame(1, size).height
    assert rating_frame(2, size).height > rating_frame(1, size).height
    assert heat_frame(4, size).height > heat_frame(2, size).height


def test_on_a_narrow_page_names_stand_above_and_nothing_reaches_over_the_edge() -> None:
    comparison = compared()
    bars, satisfied_from = score_bars(comparison, FR)
    frame = effect_frame(2, "narrow")

    pictures = draw_pictures(
        [
            effect(look_in(frame, "light")),
            rating_chart(
                bars,
                satisfied_from,
                look_in(rating_frame(len(bars), "narrow"), "light"),
                words=("moins satisfaits", "satisfaits"),
            ),
            weekly(look_of("narrow", "light")),
        ]
    )

    for picture in pictures:
        assert f'width="{frame.width}"' in picture.decode()  # as asked for: nothing was in the way


def test_a_map_of_entries_has_its_figures_in_the_middle_of_its_cells() -> None:
    counts = compared(outcome="passages_in", unit="log_ratio", delta=0.1)
    cells, weekdays, hours, limits = heat_cells(counts, FR)

    assert limits[1] == 400
    assert {cell.under for cell in cells["baseline"]} == {""}
    assert {cell.written for cell in cells["baseline"]} == {"400"}
    (picture,) = draw_pictures(
        [
            heat_chart(
                cells["baseline"],
                look_in(heat_frame(len(hours), "narrow"), "dark"),
                weekdays=weekdays,
                hours=hours,
                limits=limits,
            )
        ]
    )
    assert picture.decode().count(">400<") == len(weekdays) * len(hours)


def test_before_a_comparison_can_be_made_nothing_has_a_colour() -> None:
    (picture,) = draw_pictures([weekly(in_grey(PRINT), "insufficient", kind="number")])

    for colour in COLOUR.findall(picture.decode()):
        parts = [int(colour[n : n + 2], 16) for n in (0, 2, 4)]
        assert max(parts) - min(parts) <= GREY, colour
    blue = PALETTES["light"].bar[1:]
    (coloured,) = draw_pictures([weekly(PRINT)])
    assert blue in COLOUR.findall(coloured.decode())
