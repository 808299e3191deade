"""The route that compares: the verdict first, or all of it, with what it was computed from."""

import json
from hashlib import sha256
from importlib.metadata import version
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse

from pasperdus_collector.api.compare_shapes import LANGUAGES, answer_json, comparison_json
from pasperdus_collector.api.compared import Comparisons
from pasperdus_collector.api.parameters import one_of, refuse_unknown
from pasperdus_collector.errors import QueryError
from pasperdus_collector.registry import DEFAULT_SITE

Part = Literal["answer", "all"]

_KNOWN = ("site", "baseline", "prototype", "part", "inputs")
_PARTS: tuple[Part, ...] = ("answer", "all")
_NO_OR_YES = ("false", "true")


def routes(comparisons: Comparisons) -> APIRouter:
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
        gathered = comparisons.gather(site, baseline, prototype)
        named = f"{release} {asked_part} {with_inputs} {gathered.sha256}"
        tag = sha256(named.encode()).hexdigest()[:32]
        headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
        if if_none_match is not None and _names(if_none_match, tag):
            return Response(status_code=304, headers=headers)

        from pasperdus_collector.analysis import comparison, wording  # loads scipy

        told: dict[str, Any]
        if asked_part == "answer":
            answer = comparison.answer(gathered.inputs)
            words = {each: wording.answer_words(answer, each) for each in LANGUAGES}
            told = {"answer": answer_json(answer, words)}
        else:
            result = gathered.compared()
            words = {each: wording.answer_words(result.answer, each) for each in LANGUAGES}
            more = {each: wording.detail_words(result, each) for each in LANGUAGES}
            told = comparison_json(result, words, more)
        if with_inputs:
            told["inputs"] = json.loads(gathered.text)
        return JSONResponse(told, headers=headers)

    return router


def _names(if_none_match: str, tag: str) -> bool:
    given = [each.strip().removeprefix("W/").strip('"') for each in if_none_match.split(",")]
    return "*" in given or tag in given
