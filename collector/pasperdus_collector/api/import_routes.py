"""The routes that import past counts of a site, list them and take them back."""

from http import HTTPStatus
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from pasperdus_collector.api.imported import Imports, LocalTimes
from pasperdus_collector.api.parameters import one_of, refuse_unknown
from pasperdus_collector.api.problems import problem
from pasperdus_collector.api.shapes import TITLE_MAX, instant
from pasperdus_collector.errors import QueryError
from pasperdus_collector.past_counts.counts import PastCounts
from pasperdus_collector.past_counts.faults import PastCountsError
from pasperdus_collector.past_counts.parse import DELIMITERS
from pasperdus_collector.past_counts.store import Import
from pasperdus_contract.fields import MAX_SEQ, QUARTER_MS

_MINUTES_A_QUARTER = 15
_KNOWN = ("title", "delimiter", "time_zone", "check")
_LOCAL_TIMES: tuple[LocalTimes, ...] = get_args(LocalTimes)


def routes(imports: Imports) -> APIRouter:
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
        is_check = _is_check(check)
        named = _title(title, is_check=is_check)
        chosen = _delimiter(delimiter)
        local = _local_times(time_zone)
        if is_check:
            return JSONResponse(
                _summary(imports.check(site, body, local_times=local, delimiter=chosen))
            )
        kept = imports.keep(site, body, title=named, local_times=local, delimiter=chosen)
        return JSONResponse(
            {
                "id": kept.id,
                "title": named,
                **_summary(kept.past),
                "imported_at": instant(kept.imported_at),
            },
            status_code=HTTPStatus.CREATED,
        )

    @router.get("")
    def all_imports(site: str) -> list[dict[str, Any]]:
        return [_import_json(each) for each in imports.all(site)]

    @router.delete("/{import_id}", status_code=HTTPStatus.NO_CONTENT)
    def remove(site: str, import_id: Annotated[int, InPath(ge=1, le=MAX_SEQ)]) -> None:
        imports.remove(site, import_id)

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


def _local_times(time_zone: str | None) -> LocalTimes | None:
    return None if time_zone is None else one_of("time_zone", time_zone, _LOCAL_TIMES)


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
                for fault in error.problems
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


def _import_json(each: Import) -> dict[str, Any]:
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
