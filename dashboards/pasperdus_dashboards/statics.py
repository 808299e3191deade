"""What pages load: styles, scripts, pictures; and Vega, made when first asked for."""

import mimetypes
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from pasperdus_dashboards.drawings import vega_script

FOR_EVER = "public, max-age=31536000, immutable"  # of addresses that name their content

_STATIC = Path(__file__).parent / "static"
_VERSION_CHARACTERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asset:
    content: bytes
    media_type: str
    version: str


def statics() -> APIRouter:
    """Return the routes under ``/static``."""
    router = APIRouter(prefix="/static", include_in_schema=False)

    @router.api_route("/vega.js", methods=["GET", "HEAD"])
    def vega() -> Response:
        # Every browser that knows modules takes gzip; there is no other form of it.
        return Response(
            vega_script(),
            media_type="text/javascript",
            headers={"Cache-Control": FOR_EVER, "Content-Encoding": "gzip"},
        )

    @router.api_route("/{name}", methods=["GET", "HEAD"])
    def static(name: str, v: str = "") -> Response:
        asset = _assets().get(name)
        if asset is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no file {name!r}")
        caching = FOR_EVER if v == asset.version else "no-cache"
        return Response(
            asset.content, media_type=asset.media_type, headers={"Cache-Control": caching}
        )

    return router


def asset_address(name: str) -> str:
    """Return the address of one file, which changes with its content."""
    if name == "vega.js":
        return f"/static/vega.js?v={version('vl-convert-python')}"
    return f"/static/{name}?v={_assets()[name].version}"


@cache
def _assets() -> dict[str, _Asset]:
    assets = {}
    for path in sorted(_STATIC.iterdir()):
        content = path.read_bytes()
        assets[path.name] = _Asset(
            content=content,
            media_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
            version=sha256(content).hexdigest()[:_VERSION_CHARACTERS],
        )
    return assets
