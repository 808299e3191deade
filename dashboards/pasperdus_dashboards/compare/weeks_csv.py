"""The weeks of a comparison as CSV: what the weekly series shows, for whoever computes further."""

import csv
from datetime import date
from io import StringIO

from pasperdus_collector.analysis.result import Comparison
from pasperdus_dashboards.charts.compared import is_gated

COLUMNS = ("week", "arm", "is_full", "ratings", "satisfied", "entries", "exits", "coverage")


def weeks_csv(comparison: Comparison) -> str:
    """Return one line a week and period: numbers as programs read them, empty where unknown.

    ``satisfied`` stays empty while nothing may be compared.
    """
    text = StringIO()
    written = csv.writer(text, lineterminator="\r\n")
    written.writerow(COLUMNS)
    may_compare = is_gated(comparison)
    for week in sorted(comparison.details.weeks, key=lambda week: (week.week, week.arm)):
        is_counted = week.coverage > 0
        written.writerow(
            [
                date.fromordinal(week.week).isoformat(),
                week.arm,
                int(week.is_full),
                week.ratings,
                week.satisfied if may_compare else "",
                round(week.entries, 2) if is_counted else "",
                round(week.exits, 2) if is_counted else "",
                f"{week.coverage:.4f}",
            ]
        )
    return text.getvalue()
