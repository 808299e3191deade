"""The curve of the day so far: its gaps, its sums of at least, and the present."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pasperdus_dashboards.charts.cumulative import (
    NowMark,
    SumRow,
    sum_chart,
    sum_frame,
    sum_rows,
    sum_version,
)
from pasperdus_dashboards.charts.style import Size, Theme, look_in
from pasperdus_dashboards.shell.drawings import draw_pictures
from pasperdus_dashboards.shell.languages import languages
from pasperdus_dashboards.today.so_far_words import so_far_view
from support.pages import TUESDAY, Site
from support.reception import wall

FR = languages()["fr"]
EIGHT, SILENT, AFTER = 32, (36, 37), 38


def row(at: int, **changed: Any) -> SumRow:
    fields: dict[str, Any] = {
        "at": at,
        "label": f"{at // 4} h" if at % 4 == 0 else "",
        "entries": None if at in SILENT else 3 * (at - EIGHT),
        "is_at_least": at >= SILENT[0],
        "low": 2 * (at - EIGHT),
        "median": 3.0 * (at - EIGHT),
        "high": 5 * (at - EIGHT),
        "written": f"{at}",
        **changed,
    }
    return SumRow(**fields)


ROWS = [row(at) for at in range(EIGHT, 44)]
NOW = NowMark(at=43.6, entries=36, written="10 h 54 · au moins 36 entrées")


def test_the_line_ends_at_a_silence_and_goes_on_as_another_one() -> None:
    runs = {each["at"]: each["run"] for each in sum_rows(ROWS)}

    assert len({runs[at] for at in range(EIGHT, SILENT[0])}) == 1
    assert runs[SILENT[0] - 1] != runs[AFTER]
    assert len({runs[at] for at in range(AFTER, 44)}) == 1


def test_a_quarter_hour_between_two_silences_is_seen_as_a_point() -> None:
    lonely = [replace(each, entries=None) if each.at != 40 else each for each in ROWS]

    assert [each["at"] for each in sum_rows(lonely) if each["is_alone"]] == [40]
    assert not any(each["is_alone"] for each in sum_rows(ROWS))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_vega_draws_it_with_the_present_and_without(size: Size, theme: Theme) -> None:
    look = look_in(sum_frame(size), theme)
    usual_only = [replace(each, entries=None) for each in ROWS]

    pictures = draw_pictures(
        [
            sum_chart(ROWS, NOW, look, separator=" "),
            sum_chart(usual_only, None, look, separator=" "),
        ]
    )

    assert NOW.written in pictures[0].decode()
    for picture in pictures:
        assert b"NaN" not in picture
        assert b"style=" not in picture


def test_each_minute_is_a_drawing_of_its_own() -> None:
    assert sum_version(ROWS, NOW) == sum_version(list(ROWS), replace(NOW))
    assert sum_version(ROWS, NOW) != sum_version(ROWS, replace(NOW, at=43.7))
    assert sum_version(ROWS, NOW) != sum_version(ROWS[:-1], NOW)


def test_the_rows_are_those_of_the_day(busy_site: Site) -> None:
    # The last whole quarter-hour is told; the present lies seven minutes further.
    busy_site.place.covered("entree", "porte", wall(TUESDAY, "14:30"), wall(TUESDAY, "14:37"))
    today = busy_site.queries.today("default")

    view = so_far_view(today, FR)

    assert view.now is not None
    assert view.now.entries == today.passages_in
    assert view.now.at == pytest.approx(4 * 14 + 37 / 15)
    known = [each for each in view.rows if each.entries is not None]
    assert known[-1].at == 4 * 14 + 2
    assert known[-1].entries == today.compared_in
    assert (known[-1].low, known[-1].high) == (today.usual.so_far.low, today.usual.so_far.high)  # type: ignore[union-attr]  # there are eight weeks
    assert [each.label for each in view.rows[:4]] == ["", "", "", "9\u00a0h"]
    assert not view.draws_at_least
    assert view.draws_usual
