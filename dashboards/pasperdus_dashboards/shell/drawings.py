"""Still pictures of charts, and the script that draws them in the browser; each made once.

Both come out of vl-convert, which brings Vega with it: nothing is fetched from anywhere. It works
in a child process (see ``drawing_child``), one at a time.
"""

import gzip
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from pasperdus_dashboards.charts.style import FONT, FRAMES, PALETTES, Size, Theme
from pasperdus_dashboards.errors import ChildError, DrawingError
from pasperdus_dashboards.shell.child import answer_of

REDRAWN_EVERY_S = 60.0

Specify = Callable[[], dict[tuple[str, ...], dict[str, Any]]]
"""Writes a chart's specifications, by their looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The pictures of one version of a chart, by their form."""

    version: str
    at_s: float
    pictures: dict[tuple[str, ...], bytes]


class Drawings:
    """Remembers the latest pictures of each chart."""

    def __init__(self) -> None:
        self._latest: dict[tuple[str, ...], Drawn] = {}
        self._lock = threading.Lock()

    def draw(
        self,
        chart: tuple[str, ...],
        *,
        version: str,
        now_s: float,
        specify: Specify,
        beside: Mapping[tuple[str, ...], tuple[str, Specify]] | None = None,
    ) -> Drawn:
        """Return a chart's pictures: of this version, unless a minute has not passed yet.

        ``beside`` are other charts of the same page, with their versions: whoever looks at one
        looks at all, and starting the child process takes longer than their pictures.
        """
        wanted = {chart: (version, specify), **(beside or {})}
        with self._lock:
            if self._is_due(chart, version, now_s):
                due = {
                    name: each
                    for name, each in wanted.items()
                    if self._is_due(name, each[0], now_s)
                }
                specified = {
                    (name, look): specification
                    for name, (_, specify_it) in due.items()
                    for look, specification in specify_it().items()
                }
                pictures = dict(zip(specified, draw_pictures([*specified.values()]), strict=True))
                for name, (its_version, _) in due.items():
                    self._latest[name] = Drawn(
                        version=its_version,
                        at_s=now_s,
                        pictures={
                            look: picture for (of, look), picture in pictures.items() if of == name
                        },
                    )
            return self._latest[chart]

    def _is_due(self, chart: tuple[str, ...], version: str, now_s: float) -> bool:
        drawn = self._latest.get(chart)
        return drawn is None or (drawn.version != version and now_s - drawn.at_s >= REDRAWN_EVERY_S)


def draw_pictures(specifications: Sequence[dict[str, Any]]) -> list[bytes]:
    """Return each specification as SVG. Raises :class:`DrawingError`."""
    answer = _child([], json.dumps(specifications).encode())
    return [svg.encode() for svg in json.loads(answer)]


def picture_of_words(text: str, *, size: Size, theme: Theme) -> str:
    """Return an SVG in a chart's place that says why there is none; browsers show it."""
    palette, frame = PALETTES[theme], FRAMES[size]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {frame.width} {frame.height}" '
        f'width="{frame.width}" height="{frame.height}"><text x="50%" y="50%" '
        f'text-anchor="middle" font-family="{escape(FONT)}" font-size="{frame.font_size}" '
        f'fill="{palette.quiet}">{escape(text)}</text></svg>'
    )


@cache
def vega_script() -> bytes:
    """Return Vega, Vega-Lite and Vega-Embed as one script, compressed with gzip."""
    return gzip.compress(_child(["--script"], b""), mtime=0)


def _child(arguments: list[str], question: bytes) -> bytes:
    try:
        return answer_of("pasperdus_dashboards.shell.drawing_child", arguments, question)
    except ChildError as error:
        raise DrawingError(f"vl-convert failed: {error}") from None
