"""What Grafana makes of a dashboard: the queries that it sends, and the series that it shows.

Grafana writes variables into a query in the browser and the range of time in its server; both are
done here by the same rules, so that a query can be put to a real InfluxDB without a Grafana.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.influx import Rows

DASHBOARDS = Path(__file__).resolve().parents[2] / "dashboards" / "grafana"
ALL = "$__all"
Chosen = str | list[str]
Points = list[tuple[int, Any]]

_MACRO = re.compile(r"\$(\w+)|\[\[(\w+)\]\]|\$\{(\w+)\}")
_SPECIAL = re.compile(r"[\\^$*+?.()|\[\]{}/]")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A dashboard opened for a range of time, with a value chosen for each variable."""

    model: Mapping[str, Any]
    from_ms: int
    to_ms: int
    chosen: Mapping[str, Chosen]

    def sent(self, query: str) -> str:
        """Return the query as InfluxDB receives it."""
        variables = {each["name"]: each for each in self.model["templating"]["list"]}
        built_in = {"__from": str(self.from_ms), "__to": str(self.to_ms)}

        def written(found: re.Match[str]) -> str:
            name = found[1] or found[2] or found[3]
            if name in built_in:
                return built_in[name]
            if name not in variables or name not in self.chosen:
                return found[0]
            return _formatted(variables[name], self.chosen[name])

        in_browser = _MACRO.sub(written, query)
        in_server = in_browser.replace(
            "$timeFilter", f"time >= {self.from_ms}ms and time <= {self.to_ms}ms"
        )
        for macro, value in (("$__interval_ms", "900000"), ("$__interval", "15m")):
            in_server = in_server.replace(macro, value)
        assert "$" not in in_server.replace("$/", ""), f"nobody writes a value into {in_server}"
        return in_server


def dashboards() -> dict[str, dict[str, Any]]:
    """Return every dashboard by its path below the directory that ships."""
    return {
        file.relative_to(DASHBOARDS).as_posix(): json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(DASHBOARDS.rglob("*.json"))
    }


def targets(model: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every query of every panel with the panel's title."""
    for panel in model["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target


def series(target: Mapping[str, Any], answer: Sequence[Rows]) -> dict[str, Points]:
    """Return what a time series panel draws: points by the name of each series."""
    drawn: dict[str, Points] = {}
    for rows in answer:
        for place, column in enumerate(rows.columns[1:], start=1):
            name = _named(target.get("alias", ""), column, rows)
            assert name not in drawn, f"two series are called {name}"
            drawn[name] = [(row[0], row[place]) for row in rows.values]
    return drawn


def table(answer: Sequence[Rows]) -> list[dict[str, Any]]:
    """Return the rows of a table; an answer grouped by tags has no certain order of columns."""
    assert not any(rows.tags for rows in answer), "Grafana mixes up the tags in a table"
    return [record for rows in answer for record in rows.records()]


def _named(alias: str, column: str, rows: Rows) -> str:
    if not alias:
        return f"{rows.name}.{column}"

    def written(found: re.Match[str]) -> str:
        name = found[1]
        if name == "col":
            return column
        return rows.tags[name.removeprefix("tag_")]

    return re.sub(r"\$(\w+)", written, alias)


def _formatted(variable: Mapping[str, Any], value: Chosen) -> str:
    if value == ALL:
        assert variable["includeAll"]
        assert variable["allValue"], f"{variable['name']} needs a value that stands for all"
        return str(variable["allValue"])
    if isinstance(value, list):
        assert variable["multi"], f"{variable['name']} takes one value only"
        return f"({'|'.join(map(_escaped, value))})"
    return _escaped(value)


def _escaped(value: str) -> str:
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", value)
