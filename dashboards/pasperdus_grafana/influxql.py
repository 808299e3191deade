"""Questions to InfluxDB about published rows, in the dialect that its versions 1, 2 and 3 share.

A published row says of each value whether it is known, and an unknown one is written as 0. So no
question is written by hand: :func:`select` adds the conditions that the fields it names ask for.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from pasperdus_collector.calendar.grid import BucketSize
from pasperdus_collector.series.published import (
    OCCUPANCY,
    PASSAGES,
    RATINGS,
    STAY,
    TALLIES,
    WAITS,
    Group,
    Scope,
)

SOURCE = DataSourceRef(type_val="influxdb", uid="${datasource}")

_CORRECTED = re.compile(r"(ins|outs)_(corrected|error|factor_error|chance_variance)")
_LENGTHS_MS = {"15m": 900_000, "1h": 3_600_000}
_QUOTED = re.compile(r'"(\w+)"')
_ALWAYS_KNOWN = {"coverage", "flags", "quarters", "called", "left", "unclosed"}
_VALIDITY = {OCCUPANCY.name: "valid", STAY.name: "valid", RATINGS.name: "valid"}
_OF_ALL_RATINGS = {"satisfied", "index"}  # no share and no mean of no ratings
_SERVICE_TIMES = {"service_time", "service_low", "service_high"}
_WAIT_TIMES = {"wait", "wait_low", "wait_high"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Dataquery):
    """One query of a panel. ``alias`` names its series: ``$col`` is a column, ``$tag_x`` a tag."""

    query: str
    alias: str
    is_table: bool
    ref_id: str

    def to_json(self) -> dict[str, object]:
        """Return what Grafana's InfluxDB data source keeps of a query."""
        return {
            "refId": self.ref_id,
            "datasource": SOURCE,
            "query": self.query,
            "rawQuery": True,
            "resultFormat": "table" if self.is_table else "time_series",
            **({"alias": self.alias} if self.alias else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Builder[Target]):
    """A query before it has its letter in a panel."""

    query: str
    alias: str = "$col"
    is_table: bool = False
    ref_id: str = "A"

    def build(self) -> Target:
        """Return the query as a panel holds it."""
        return Target(
            query=self.query,
            alias="" if self.is_table else self.alias,
            is_table=self.is_table,
            ref_id=self.ref_id,
        )


def select(
    group: Group,
    bucket: BucketSize,
    scope: Scope,
    columns: Mapping[str, str],
    *,
    tags: Mapping[str, str] | None = None,
    by: Sequence[str] = (),
    during: str = "$timeFilter",
    without_flags: int = 0,
) -> str:
    """Return a question about one measurement: ``columns`` are expressions by their headings.

    Names of fields stand in double quotes. ``tags`` maps a tag to the variable that chooses it,
    beside collector and site. Rows with one of ``without_flags`` are left out. Raises ValueError
    for a field, scope, bucket or tag that is not published.
    """
    known_tags = {"collector", "site", *group.scopes[scope]}
    chosen = {"collector": "collector", "site": "site", **(tags or {})}
    if strangers := {*chosen, *by} - known_tags:
        raise ValueError(f"{group.name} of a {scope} has no tag {sorted(strangers)}")
    if bucket not in group.buckets:
        raise ValueError(f"{group.name} is not published by {bucket}")
    conditions = [
        during,
        *(f'"{tag}" =~ /^${variable}$/' for tag, variable in chosen.items()),
        f"\"scope\" = '{scope}'",
        *_known(group, known_tags, columns.values()),
    ]
    if without_flags:
        conditions.append(f'"flags" & {without_flags} = 0')
    headings = ", ".join(f'{expression} AS "{name}"' for name, expression in columns.items())
    grouped = f" GROUP BY {', '.join(_quoted(tag) for tag in by)}" if by else ""
    return (
        f'SELECT {headings} FROM "{group.measurement(bucket)}"'  # noqa: S608 (no user's text)
        f" WHERE {' AND '.join(conditions)}{grouped}"
    )


def each_site(inner: str, columns: Sequence[str]) -> str:
    """Return a question whose answer has collector and site as columns of a table.

    Grafana mixes up the tags of an answer grouped by two of them when it makes a table of it; as
    columns of an outer question they arrive in order.
    """
    headings = ", ".join(_quoted(name) for name in ("collector", "site", *columns))
    return f"SELECT {headings} FROM ({inner})"  # noqa: S608 (no user's text)


def mean_coverage(bucket: Literal["15m", "1h"], heading: str, *, by: Sequence[str] = ()) -> str:
    """Return a question for the share of the range that a site's sensors covered.

    Where a site told nothing there may be no row. That is no coverage, so the sum is divided by the
    range and not by the number of rows. (Rows filled in by a question inside this one would do, but
    InfluxDB 1.6 reckons wrongly as soon as a third one surrounds them.)
    """
    share = f'sum("coverage") * {_LENGTHS_MS[bucket]} / (${{__to}} - ${{__from}})'
    return select(PASSAGES, bucket, "site", {heading: share}, by=by)


def tag_values(
    group: Group, bucket: BucketSize, key: str, *, within: Mapping[str, str] | None = None
) -> str:
    """Return a question for the values of a tag, among rows that the chosen variables leave.

    InfluxDB 3 looks one day back unless told, so the range is said: a little more than a year.
    """
    conditions = [
        *(f'"{tag}" =~ /^${variable}$/' for tag, variable in (within or {}).items()),
        "time >= ${__to}ms - 400d",
    ]
    return (
        f'SHOW TAG VALUES FROM "{group.measurement(bucket)}" WITH KEY = "{key}"'
        f" WHERE {' AND '.join(conditions)}"
    )


def _known(group: Group, tags: set[str], expressions: Iterable[str]) -> list[str]:
    """Return the conditions under which the fields in these expressions are known."""
    names = set(_QUOTED.findall(" ".join(expressions))) - tags
    if strangers := names - set(group.fields):
        raise ValueError(f"{group.name} has no field {sorted(strangers)}")
    conditions: dict[str, None] = {}
    for name in sorted(names - _ALWAYS_KNOWN):
        for condition in _conditions_of(group, name):
            conditions[condition] = None
    return list(conditions)


def _conditions_of(group: Group, name: str) -> list[str]:
    if group is PASSAGES:
        if corrected := _CORRECTED.fullmatch(name):
            return ['"calibrated" = 1', f'"{corrected[1]}_valid" = 1']
        return [f'"{name}_valid" = 1']
    if group is WAITS:
        if name in _WAIT_TIMES:
            return ['"wait_valid" = 1']
        if name in _SERVICE_TIMES:
            return ['"service_valid" = 1']
    if group is RATINGS and name in _OF_ALL_RATINGS:
        return ['"valid" = 1', '"ratings" > 0']
    if group is TALLIES:
        return ['"tallies" > 0']  # none noted, and not known, are both written as 0
    if group.name not in _VALIDITY:
        raise ValueError(f"nothing says whether {group.name}.{name} is known")
    return [f'"{_VALIDITY[group.name]}" = 1']


def _quoted(name: str) -> str:
    return f'"{name}"'
