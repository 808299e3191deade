"""Which questions have an answer (pure): asked one by one, by the fleet, or for an export.

Each function returns why a question cannot be asked so and how to ask it, or None when it can.
"""

from pasperdus_collector.calendar.grid import LAST_MS, BucketSize
from pasperdus_collector.series import Measure, SeriesQuery
from pasperdus_collector.series.figures import figure_of
from pasperdus_collector.series.published import GroupName

_OF_WHOLE_DAYS: tuple[GroupName, ...] = ("stay", "waits")
_CHOOSES: tuple[tuple[str, GroupName, str], ...] = (
    ("question", "ratings", "one question"),
    ("scale", "ratings", "one scale"),
    ("what", "tallies", "one kind of tally"),
    ("service", "waits", "one service"),
)
"""A field of the question, the only group that it chooses in, and what of."""


def why_not(query: SeriesQuery) -> str | None:
    """Look at everything but the time and the names: nothing is read for it."""
    return (
        why_too_fine(query.measure, query.bucket)
        or _why_not_of_a_part(query)
        or _why_not_chosen(query)
        or _why_not_masked(query)
    )


def why_not_then(start_ms: int, end_ms: int) -> str | None:
    """Look at the time ``[start_ms, end_ms)``."""
    if start_ms >= end_ms:
        return "from must be before to"
    if start_ms < 0 or end_ms > LAST_MS:
        return "from and to must be in the years 1970 to 2999"
    return None


def why_not_of_the_fleet(measure: Measure, bucket: BucketSize) -> str | None:
    """Look at a question about every site at once."""
    if "site" not in figure_of(measure).group.scopes:
        return f"{measure} is not one figure of a whole site; ask GET series for each site"
    return why_too_fine(measure, bucket)


def why_too_fine(measure: Measure, bucket: BucketSize) -> str | None:
    """Look at the size of the buckets."""
    figure = figure_of(measure)
    if bucket in figure.group.buckets:
        return None
    return f"{figure.why_coarse}; ask for bucket {figure.group.buckets[0]} or coarser"


def _why_not_of_a_part(query: SeriesQuery) -> str | None:
    figure = figure_of(query.measure)
    if query.line is not None and "line" not in figure.group.scopes:
        return f"{query.measure} is not of one line; leave line out"
    if query.zone is not None and figure.why_whole is not None:
        return f"{figure.why_whole}; leave zone out"
    if query.zone is not None and query.line is not None:
        return "a line lies in one zone; give zone or line, not both"
    return None


def _why_not_chosen(query: SeriesQuery) -> str | None:
    group = figure_of(query.measure).group.name
    for name, only_group, what in _CHOOSES:
        if getattr(query, name) is not None and group != only_group:
            return f"{query.measure} is not of {what}; leave {name} out"
    return None


def _why_not_masked(query: SeriesQuery) -> str | None:
    group = figure_of(query.measure).group.name
    if not query.masks:
        return None
    if group == "pulses":
        return "pulses are pooled over whole months; leave masks out"
    if "open" in query.masks and group in _OF_WHOLE_DAYS:
        return f"{query.measure} is of whole days; leave the mask open out"
    if group == "waits" and query.bucket != "1d":
        return (
            f"{query.measure} is a median, which days cannot be taken out of; ask for bucket 1d, "
            "or leave masks out"
        )
    return None
