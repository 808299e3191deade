"""Published rows and cards as lines of InfluxDB's line protocol (pure).

Times are in seconds, of which every bucket begins on a whole one. A line is put together from parts
that are escaped once a series: building a ``Point`` of the client for each row costs seven times as
much.
"""

import math
from collections.abc import Callable, Mapping

from pasperdus_collector.series.card import SiteCard
from pasperdus_collector.series.published import GROUPS, Group, RowQuestion, Values
from pasperdus_contract.fields import QUARTER_MS

CARDS = "sites"
"""The measurement of the cards: one point a site, always at the same time, so it is replaced."""

CARD_S = 0  # 1970-01-01, which every server takes
QUARTER_S = QUARTER_MS // 1000
_TAG_ESCAPES = str.maketrans({",": r"\,", "=": r"\=", " ": r"\ "})
_STRING_ESCAPES = str.maketrans({'"': r"\"", "\\": r"\\"})
_FORMATS: dict[type, str] = {int: "%di", float: "%r"}


def card_line(card: SiteCard) -> str:
    """Return a card as a line.

    ``zones`` is there for servers that keep numbers only: they learn at least that there is a site.
    """
    text = card.to_json().translate(_STRING_ESCAPES)
    start = series_key(CARDS, {"collector": card.collector, "site": card.site})
    return f'{start} card="{text}",zones={len(card.zones)}i {CARD_S}'


def line_maker(question: RowQuestion) -> Callable[[int, Values], str]:
    """Return what makes a line of a row of this series, given its first quarter and its values.

    The values are those of all fields of the group.
    """
    tags = tags_of(question.card, question.scope, question.tags)
    start = series_key(question.group.measurement(question.bucket), tags)
    fields = ",".join(f"{name}={_FORMATS[kind]}" for name, kind in question.group.fields.items())

    def make(quarter: int, values: Values) -> str:
        if not all(map(math.isfinite, values)):
            raise ValueError(
                f"{start} at quarter {quarter} has a field that is no number: {values}"
            )
        return f"{start} {fields % values} {quarter * QUARTER_S}"

    return make


def unknown(group: Group) -> Values:
    """Return the row of a bucket of which nothing is known: it is written over what was there."""
    return tuple(kind() for kind in group.fields.values())


def tags_of(card: SiteCard, scope: str, tags: Mapping[str, str]) -> dict[str, str]:
    """Return all tags of a series."""
    return {"collector": card.collector, "site": card.site, "scope": scope, **tags}


def series_key(measurement: str, tags: Mapping[str, str]) -> str:
    """Return measurement and tags, these sorted, as servers like them best.

    Raises :class:`ValueError` for a tag that the protocol cannot carry.
    """
    return ",".join([measurement, *(f"{name}={_tag(tags[name])}" for name in sorted(tags))])


def measurements() -> list[str]:
    """Return the names of all measurements but that of the cards."""
    return [group.measurement(bucket) for group in GROUPS for bucket in group.buckets]


def _tag(value: str) -> str:
    if not value or "\n" in value or value.endswith("\\"):
        raise ValueError(f"{value!r} cannot be a tag: empty, of several lines or ending in \\")
    return value.translate(_TAG_ESCAPES)
