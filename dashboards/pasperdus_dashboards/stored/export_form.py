"""The form that builds the address of an export: what was asked, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from typing import get_args
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pasperdus_collector.api.shapes import parse_instant
from pasperdus_collector.errors import QueryError
from pasperdus_collector.export.extent import ExportForm, Extent, extent
from pasperdus_collector.export.table import choose
from pasperdus_collector.series import BucketSize, Measure
from pasperdus_collector.series.askable import why_too_fine
from pasperdus_collector.series.card import SiteCard
from pasperdus_dashboards.shell.forms import Form, Wrong, instant
from pasperdus_service.languages import Language

FIELDS = ("measures", "first", "last", "bucket", "form")
_BUCKETS: tuple[BucketSize, ...] = get_args(BucketSize)
_FORMS: tuple[ExportForm, ...] = get_args(ExportForm)
_MEASURES: tuple[Measure, ...] = get_args(Measure)
_DEFAULT_DAYS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """An export that can be had: its address, and how large it will be."""

    address: str
    extent: Extent


def unasked(today: date) -> Form:
    """Return the form as it is first shown: the last four weeks by the day, for Excel."""
    return Form(
        values={
            "first": [(today - timedelta(days=_DEFAULT_DAYS)).isoformat()],
            "last": [(today - timedelta(days=1)).isoformat()],
            "bucket": ["1d"],
            "form": ["excel"],
        }
    )


def build(
    card: SiteCard, values: Mapping[str, Sequence[str]], language: Language
) -> tuple[Form, Built | None]:
    """Return the form with what is wrong in it, and the export where nothing is."""
    gettext = language.gettext
    form = Form(values=values)
    zone = ZoneInfo(card.time_zone)
    start, end = _days(form, zone)
    bucket = next((each for each in _BUCKETS if each == form.value("bucket")), None)
    file = next((each for each in _FORMS if each == form.value("form")), None)
    asked = values.get("measures", ())
    measures = tuple(each for each in _MEASURES if each in asked)
    wrong = []
    for name, text in (("first", start), ("last", end)):
        if text is None:
            wrong.append((name, gettext("This is not a date. Write a day, a month and a year.")))
    if start is not None and end is not None and start >= end:
        wrong.append(("last", gettext("The last day comes before the first one.")))
    for name, chosen in (("bucket", bucket), ("form", file)):
        if chosen is None:
            wrong.append((name, gettext("Choose one of those offered.")))
    if len(measures) < len(asked):
        wrong.append(("measures", gettext("Choose one of those offered.")))
    if bucket is not None:
        names = measure_names(language)
        wrong += [
            ("measures", gettext("“%(name)s” does not exist that finely.", name=names[measure]))
            for measure in measures
            if why_too_fine(measure, bucket)
        ]
    if wrong or start is None or end is None or bucket is None or file is None:
        return _with(form, wrong), None
    return _chosen(
        card, form, language, bucket=bucket, file=file, span=(start, end), measures=measures
    )


def status(form: Form) -> HTTPStatus:
    """Return what a page with this form answers."""
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.wrong else HTTPStatus.OK


def measure_names(language: Language) -> Mapping[Measure, str]:
    """Return what each measure is called."""
    gettext = language.gettext
    return {
        "passages_in": gettext("entries"),
        "passages_out": gettext("exits"),
        "occupancy": gettext("people inside"),
        "stay_minutes": gettext("dwell time"),
        "wait_minutes": gettext("wait"),
        "service_minutes": gettext("time at the desk"),
        "ratings": gettext("ratings by score"),
        "satisfied": gettext("share satisfied"),
        "index": gettext("satisfaction index"),
        "tallies": gettext("tallies"),
        "pulse": gettext("agents' pulse"),
    }


def offered(card: SiteCard) -> list[Measure]:
    """Return the measures that the site has, in their order."""
    absent: set[Measure] = set()
    if not card.questions:
        absent |= {"ratings", "satisfied", "index"}
    if not card.tallies:
        absent.add("tallies")
    return [measure for measure in _MEASURES if measure not in absent]


def bucket_names(language: Language) -> Mapping[BucketSize, str]:
    """Return how long each size of bucket is, in words."""
    gettext = language.gettext
    return {
        "15m": gettext("a quarter of an hour"),
        "1h": gettext("an hour"),
        "1d": gettext("a day"),
        "1w": gettext("a week"),
        "1mo": gettext("a month"),
    }


def _chosen(
    card: SiteCard,
    form: Form,
    language: Language,
    *,
    bucket: BucketSize,
    file: ExportForm,
    span: tuple[str, str],
    measures: tuple[Measure, ...],
) -> tuple[Form, Built | None]:
    try:
        table = choose(
            card,
            bucket=bucket,
            start_ms=parse_instant("from", span[0]),
            end_ms=parse_instant("to", span[1]),
            measures=measures or None,
        )
    except QueryError:
        # All that can be asked here is checked above, but for measures of which there is nothing.
        text = language.gettext("There is nothing of this at the site in these years.")
        return _with(form, [("measures", text)]), None
    query = {"site": card.site, "from": span[0], "to": span[1], "bucket": bucket}
    if measures:
        query["measures"] = ",".join(measures)
    if file == "excel":
        query["excel"] = "fr"
    path = "/api/v1/export.jsonl" if file == "jsonl" else "/api/v1/export.csv"
    return form, Built(address=f"{path}?{urlencode(query, safe=':,')}", extent=extent(table, file))


def _days(form: Form, zone: ZoneInfo) -> tuple[str | None, str | None]:
    """Return the instants at which the first day begins and the last one is over."""
    first = instant(form.value("first"), zone)
    try:
        after = date.fromisoformat(form.value("last")) + timedelta(days=1)
    except (ValueError, OverflowError):
        return first, None
    return first, instant(after.isoformat(), zone)


def _with(form: Form, wrong: Sequence[tuple[str, str]]) -> Form:
    return Form(
        values=form.values,
        wrong=tuple(Wrong(control=control, text=text) for control, text in wrong),
    )
