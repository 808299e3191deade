"""The routes that import past counts of a site, list them and take them back."""

from datetime import UTC, tzinfo
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from pasperdus_collector.api.parameters import refuse_unknown
from pasperdus_collector.api.problems import problem
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.shapes import TITLE_MAX, instant
from pasperdus_collector.errors import QueryError
from pasperdus_collector.ledger import reading
from pasperdus_collector.past_counts import store
from pasperdus_collector.past_counts.counts import PastCounts
from pasperdus_collector.past_counts.faults import PastCountsError
from pasperdus_collector.past_counts.parse import DELIMITERS, parse
from pasperdus_collector.writer import Writer
from pasperdus_contract.fields import MAX_SEQ, QUARTER_MS

_MINUTES_A_QUARTER = 15
_KNOWN = ("title", "delimiter", "time_zone", "check")


def routes(queries: Queries, ledger_path: Path, writer: Writer) -> APIRouter:
    """Return ``/api/v1/sites/{site}/imports`` and what is below it."""
    router = APIRouter(prefix="/api/v1/sites/{site}/imports")

    @router.post("")
    async def new_import(
        request: Request,
        site: str,
        title: str | None = None,
        delimiter: str | None = None,
        time_zone: str | None = None,
        check: str = "0",
    ) -> Response:
        refuse_unknown(request, _KNOWN)
        refusal = _wrong_type(request)
        if refusal is not None:
            return refusal
        body = await request.body()
        try:
            return await run_in_threadpool(
                take, site, body, title, delimiter=delimiter, time_zone=time_zone, check=check
            )
        except PastCountsError as error:
            return _faults(request, error)

    def take(
        site: str,
        body: bytes,
        title: str | None,
        *,
        delimiter: str | None,
        time_zone: str | None,
        check: str,
    ) -> Response:
        site_zone = ZoneInfo(queries.site(site).time_zone)
        is_check = _is_check(check)
        named = _title(title, is_check=is_check)
        now_ms = queries.now_ms()
        past = parse(
            body,
            now_ms=now_ms,
            site_zone=site_zone,
            local_zone=_local_zone(time_zone, site_zone),
            delimiter=_delimiter(delimiter),
        )
        if is_check:
            with reading(ledger_path) as db:
                store.check_overlap(db, site, past)
            return JSONResponse(_summary(past))
        bundles = store.bundle(past)
        import_id = writer.submit(
            lambda ledger: store.keep(ledger.db, site, past, bundles, title=named, now_ms=now_ms)
        )
        return JSONResponse(
            {"id": import_id, "title": named, **_summary(past), "imported_at": instant(now_ms)},
            status_code=HTTPStatus.CREATED,
        )

    @router.get("")
    def imports(site: str) -> list[dict[str, Any]]:
        with reading(ledger_path) as db:
            return [_import_json(each) for each in store.read_imports(db, site)]

    @router.delete("/{import_id}", status_code=HTTPStatus.NO_CONTENT)
    def remove(site: str, import_id: Annotated[int, InPath(ge=1, le=MAX_SEQ)]) -> None:
        writer.submit(lambda ledger: store.remove(ledger.db, site, import_id))

    return router


def _wrong_type(request: Request) -> Response | None:
    """Refuse what is no CSV in UTF-8; a form of another site's page can send none either."""
    kind, *parameters = request.headers.get("content-type", "").lower().split(";")
    charset = "".join(parameters).strip().removeprefix("charset=").strip('"')
    if kind.strip() == "text/csv" and (not parameters or charset in ("utf-8", "utf8")):
        return None
    return problem(
        request,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "send the file itself as the body, with Content-Type: text/csv; charset=utf-8",
    )


def _is_check(check: str) -> bool:
    if check not in ("0", "1"):
        raise QueryError(f"check {check!r} is not one of 0, 1")
    return check == "1"


def _title(title: str | None, *, is_check: bool) -> str:
    named = (title or "").strip()
    if not (named and len(named) <= TITLE_MAX and named.isprintable()) and not is_check:
        raise QueryError(
            f"title must say in 1 to {TITLE_MAX} characters what the file is, such as "
            "title=Compteur%202024"
        )
    return named


def _delimiter(delimiter: str | None) -> str | None:
    if delimiter is not None and delimiter not in DELIMITERS:
        raise QueryError(
            f"delimiter {delimiter!r} is not one of {' '.join(DELIMITERS)} (; is written %3B)"
        )
    return delimiter


def _local_zone(time_zone: str | None, site_zone: ZoneInfo) -> tzinfo | None:
    match time_zone:
        case None:
            return None
        case "site":
            return site_zone
        case "UTC":
            return UTC
        case _:
            raise QueryError(f"time_zone {time_zone!r} is not one of site, UTC")


def _faults(request: Request, error: PastCountsError) -> JSONResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return JSONResponse(
        {
            "type": "about:blank",
            "title": status.phrase,
            "status": status.value,
            "detail": str(error),
            "instance": request.url.path,
            "errors": [
                {"line": fault.line, "what": fault.what, "do": fault.remedy}
                for fault in error.faults
            ],
        },
        status_code=status.value,
        media_type="application/problem+json",
    )


def _summary(past: PastCounts) -> dict[str, Any]:
    return {
        "from": instant(past.first_quarter * QUARTER_MS),
        "to": instant(past.end_quarter * QUARTER_MS),
        "step_minutes": past.step_quarters * _MINUTES_A_QUARTER,
        "steps": past.steps,
        "missing": past.missing,
        "passages_in": past.total_ins,
        "passages_out": past.total_outs,
        "left_out": past.left_out,
        "ignored_columns": list(past.ignored_columns),
    }


def _import_json(each: store.Import) -> dict[str, Any]:
    return {
        "id": each.id,
        "title": each.title,
        "from": instant(each.first_quarter * QUARTER_MS),
        "to": instant(each.end_quarter * QUARTER_MS),
        "step_minutes": each.step_quarters * _MINUTES_A_QUARTER,
        "steps": each.steps,
        "missing": each.missing,
        "passages_in": each.ins,
        "passages_out": each.outs,
        "imported_at": instant(each.imported_at),
    }
