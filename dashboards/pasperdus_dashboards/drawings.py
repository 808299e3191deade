"""Still pictures of charts, and the script that draws them in the browser; each made once.

Both come out of vl-convert, which brings Vega with it: nothing is fetched from anywhere. It works
in a child process (see ``drawing_child``), one at a time.
"""

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from pasperdus_dashboards.chart_style import FONT, FRAMES, PALETTES, Size, Theme
from pasperdus_dashboards.errors import DrawingError

PATIENCE_S = 60.0  # of a busy Pi
REDRAWN_EVERY_S = 60.0


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
        specify: Callable[[], dict[tuple[str, ...], dict[str, Any]]],
    ) -> Drawn:
        """Return a chart's pictures: of this version, unless a minute has not passed yet."""
        with self._lock:
            drawn = self._latest.get(chart)
            if drawn is None or (
                drawn.version != version and now_s - drawn.at_s >= REDRAWN_EVERY_S
            ):
                specifications = specify()
                pictures = dict(
                    zip(specifications, draw_pictures([*specifications.values()]), strict=True)
                )
                drawn = Drawn(version=version, at_s=now_s, pictures=pictures)
                self._latest[chart] = drawn
            return drawn


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
    command = [sys.executable, "-m", "pasperdus_dashboards.drawing_child", *arguments]
    try:
        done = subprocess.run(
            command, input=question, capture_output=True, check=True, timeout=PATIENCE_S
        )
    except subprocess.TimeoutExpired:
        raise DrawingError(f"no drawing within {PATIENCE_S:.0f} s; is the machine busy?") from None
    except subprocess.CalledProcessError as error:
        raise DrawingError(
            f"vl-convert failed with status {error.returncode}: "
            f"{error.stderr.decode(errors='replace').strip()[-500:]}"
        ) from None
    return done.stdout
