"""The route that compares: the verdict first, or all of it, with what it was computed from."""

import json
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse

from pasperdus_collector.api.compare_shapes import LANGUAGES, answer_json, comparison_json
from pasperdus_collector.api.parameters import one_of, refuse_unknown
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.errors import QueryError
from pasperdus_collector.ledger import reading
from pasperdus_collector.registry import DEFAULT_SITE

Part = Literal["answer", "all"]

_KNOWN = ("site", "baseline", "prototype", "part", "inputs")
_PARTS: tuple[Part, ...] = ("answer", "all")
_NO_OR_YES = ("false", "true")


def routes(queries: Queries, ledger: Path, *, collector: str) -> APIRouter:
    """Return ``/api/v1/compare``."""
    router = APIRouter(prefix="/api/v1")
    release = version("pasperdus")

    @router.get("/compare")
    def compare(  # the parameters are documented in docs/comparing-by-api.md
        request: Request,
        prototype: str | None = None,
        baseline: str | None = None,
        site: str = DEFAULT_SITE,
        part: str = "all",
        inputs: str = "false",
        if_none_match: Annotated[str | None, Header()] = None,
    ) -> Response:
        refuse_unknown(request, _KNOWN)
        if prototype is None:
            raise QueryError("prototype is missing; name a prototype, or some of its periods")
        asked_part = one_of("part", part, _PARTS)
        with_inputs = one_of("inputs", inputs, _NO_OR_YES) == "true"
        # numpy takes a tenth of a second to load, scipy over one: only who compares pays for them.
        from pasperdus_collector.comparison.gather import gather
        from pasperdus_collector.comparison.inputs_json import digest, to_text

        with reading(ledger) as db:
            found = gather(
                db, site, baseline, prototype, now_ms=queries.now_ms(), collector=collector
            )
        text = to_text(found)
        sha = digest(text)
        tag = sha256(f"{release} {asked_part} {with_inputs} {sha}".encode()).hexdigest()[:32]
        headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
        if if_none_match is not None and _names(if_none_match, tag):
            return Response(status_code=304, headers=headers)

        from pasperdus_collector.analysis import comparison, wording

        told: dict[str, Any]
        if asked_part == "answer":
            answer = comparison.answer(found)
            words = {each: wording.answer_words(answer, each) for each in LANGUAGES}
            told = {"answer": answer_json(answer, words)}
        else:
            result = comparison.compare(found, version=release, inputs_sha256=sha)
            words = {each: wording.answer_words(result.answer, each) for each in LANGUAGES}
            more = {each: wording.detail_words(result, each) for each in LANGUAGES}
            told = comparison_json(result, words, more)
        if with_inputs:
            told["inputs"] = json.loads(text)
        return JSONResponse(told, headers=headers)

    return router


def _names(if_none_match: str, tag: str) -> bool:
    given = [each.strip().removeprefix("W/").strip('"') for each in if_none_match.split(",")]
    return "*" in given or tag in given
