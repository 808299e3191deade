"""How charts are set on paper: white ground, the type of the report, sizes in points."""

from dataclasses import replace

from pasperdus_dashboards.charts.style import PALETTES, Look

TYPE = "Libertinus Serif"
TYPE_SIZE = 8.5
_MM = 72 / 25.4
# Greys a little darker than on a screen: paper swallows the lightest.
_PAPER = replace(PALETTES["light"], paper="#ffffff", grid="#dedad0", band="#e3dfd5")


def print_look(width_mm: float, height_pt: float) -> Look:
    """Return the look of a chart of that width; one of its pixels is a point on paper."""
    return Look(
        palette=_PAPER,
        width=round(width_mm * _MM),
        height=round(height_pt),
        font_size=TYPE_SIZE,
        font=TYPE,
    )
