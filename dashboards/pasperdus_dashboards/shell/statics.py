"""What pages load: styles, scripts, pictures; Vega and the typeface, made when first asked for."""

import mimetypes
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from pasperdus_dashboards.shell.drawings import vega_script
from pasperdus_dashboards.shell.fonts import font_file, fonts_version

FOR_EVER = "public, max-age=31536000, immutable"  # of addresses that name their content

_STATIC = Path(__file__).parent.parent / "static"
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

    @router.api_route("/fonts/{name}", methods=["GET", "HEAD"])
    def font(name: str, v: str = "") -> Response:
        content = font_file(name)
        if content is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no font {name!r}")
        caching = FOR_EVER if v == fonts_version() else "no-cache"
        return Response(
            content,
            media_type="font/woff" if name.endswith(".woff") else "text/plain; charset=utf-8",
            headers={"Cache-Control": caching},
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
    contents = {
        path.name: path.read_bytes() for path in sorted(_STATIC.iterdir()) if path.is_file()
    }
    # One sheet of styles for the browser, one file a room for us; their names say the order.
    parts = sorted((_STATIC / "styles").glob("*.css"))
    contents["style.css"] = b"\n".join(path.read_bytes() for path in parts)
    return {
        name: _Asset(
            content=content,
            media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            version=sha256(content).hexdigest()[:_VERSION_CHARACTERS],
        )
        for name, content in contents.items()
    }
