"""The routes that export published series: CSV and JSON lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Annotated, TypeVar, get_args

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from pasperdus_collector.api.parameters import (
    BUCKETS,
    MEASURES,
    one_of,
    parse_masks,
    refuse_unknown,
)
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.shapes import parse_instant
from pasperdus_collector.export.csv_text import CsvForm, csv_text, excel_fr
from pasperdus_collector.export.json_lines import json_lines
from pasperdus_collector.export.table import Table, choose
from pasperdus_collector.export.words import LANGUAGES, Language
from pasperdus_collector.registry import DEFAULT_SITE

T = TypeVar("T", bound=str)

_ASKED = ("site", "from", "to", "bucket", "zone", "line", "measures", "masks")
_CSV = "text/csv; charset=utf-8; header=present"
_JSON_LINES = "application/jsonl; charset=utf-8"
_EXCELS = ("fr",)
_IN_NO_FILE_NAME = re.compile(r"[^A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What both addresses take; docs/export.md documents it."""

    start: Annotated[str, Query(alias="from")]
    end: Annotated[str, Query(alias="to")]
    bucket: str
    site: str = DEFAULT_SITE
    zone: str | None = None
    line: str | None = None
    measures: str | None = None
    masks: str = ""


def routes(queries: Queries) -> APIRouter:
    """Return ``/api/v1/export.csv`` and ``/api/v1/export.jsonl``."""
    router = APIRouter(prefix="/api/v1")

    @router.get("/export.csv")
    def export_csv(
        request: Request,
        asked: Annotated[Asked, Depends()],
        excel: str | None = None,
        lang: str | None = None,
    ) -> StreamingResponse:
        refuse_unknown(request, (*_ASKED, "excel", "lang"))
        table = _table(queries, asked)
        form = _form(excel, lang)
        return _stream(csv_text(table, queries.series, form), _CSV, _file_name(table, "csv"))

    @router.get("/export.jsonl")
    def export_json_lines(
        request: Request, asked: Annotated[Asked, Depends()]
    ) -> StreamingResponse:
        refuse_unknown(request, _ASKED)
        table = _table(queries, asked)
        text = json_lines(table, queries.series, now_ms=queries.now_ms())
        return _stream(text, _JSON_LINES, _file_name(table, "jsonl"))

    return router


def _table(queries: Queries, asked: Asked) -> Table:
    return choose(
        queries.card(asked.site),
        bucket=one_of("bucket", asked.bucket, BUCKETS),
        start_ms=parse_instant("from", asked.start),
        end_ms=parse_instant("to", asked.end),
        zone=asked.zone,
        line=asked.line,
        measures=None
        if asked.measures is None
        else tuple(one_of("measure", name, MEASURES) for name in asked.measures.split(",")),
        masks=parse_masks(asked.masks),
    )


def _form(excel: str | None, lang: str | None) -> CsvForm:
    languages: tuple[Language, ...] = get_args(Language)
    if excel is None:
        return CsvForm(words=LANGUAGES[one_of("lang", lang or "en", languages)])
    one_of("excel", excel, _EXCELS)
    return excel_fr(LANGUAGES[one_of("lang", lang or "fr", languages)])


def _stream(text: Iterator[str], media_type: str, file_name: str) -> StreamingResponse:
    first = next(text)  # what cannot be answered is told before the answer begins
    return StreamingResponse(
        chain((first,), text),
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{file_name}"',
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        },
    )


def _file_name(table: Table, ending: str) -> str:
    """Return ``pasperdus-mairie-2026-03-02-2026-03-08-1h.csv``: site, first and last day, bucket.

    Only letters, digits, points and hyphens, whatever the names are.
    """
    first_ms, end_ms = table.whole_range_ms()
    days = (
        datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(table.time_zone).date().isoformat()
        for at_ms in (first_ms, end_ms - 1)
    )
    parts = ("pasperdus", table.card.site, table.zone or table.line or "", *days, table.bucket)
    return "-".join(_IN_NO_FILE_NAME.sub("-", part) for part in parts if part) + f".{ending}"
