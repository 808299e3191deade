"""The typeface of the pages, from the package that carries Source Sans Pro: made when first asked.

Served from here, as reception networks are closed; ``05-fonts.css`` names the addresses.
"""

import json
import threading
from base64 import b64decode
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from pasperdus_dashboards.shell.child import answer_of

FAMILY = "Pas Perdus Sans"
PACKAGE = "font_source_sans_pro"
SIGNS = "\u2002\u2003\u202f–—‘’‚“”„†•…‰‹›⁄€™←↑→↓−√∞≈≠≤≥▲▼◀▶✓Δδμρσ"
"""What pages use beyond the letters of Europe."""

_EDITION = 1  # add one when what is made changes, and in 05-fonts.css
_lock = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One weight or slope: the file it is served as, and the one it is made of."""

    file: str
    source: str


def faces() -> tuple[Face, ...]:
    """Return all that pages use."""
    return (
        Face(file="regular.woff", source="SourceSansPro-Regular.ttf"),
        Face(file="italic.woff", source="SourceSansPro-It.ttf"),
        Face(file="semibold.woff", source="SourceSansPro-Semibold.ttf"),
        Face(file="bold.woff", source="SourceSansPro-Bold.ttf"),
    )


def fonts_version() -> str:
    """Return what addresses of fonts carry: it changes when the files do."""
    return f"{version(PACKAGE.replace('_', '-'))}-{_EDITION}"


def font_file(name: str) -> bytes | None:
    """Return the content of a face, or of ``LICENSE.txt``; None when there is no such file.

    The first one asked for takes a second or two. Raises :class:`ChildError` when they cannot be
    made.
    """
    with _lock:  # a page asks for all of them at once
        return _files().get(name)


@cache
def _files() -> dict[str, bytes]:
    answer = json.loads(answer_of("pasperdus_dashboards.shell.font_child"))
    return {name: b64decode(content) for name, content in answer.items()}
