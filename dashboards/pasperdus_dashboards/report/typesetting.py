"""Sets a template with Typst: data in as JSON, PDF out.

Nothing of the data can become markup: templates place strings, and a string is text to Typst. The
compiler may read the folder of templates and nothing else, and no template names a package, so that
nothing is fetched. Typst releases Python's lock while it works (decision 12).
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pasperdus_dashboards.errors import DashboardsError
from pasperdus_service.languages import Language

TEMPLATES = Path(__file__).parent / "templates"
ACCESSIBLE: Literal["ua-1"] = "ua-1"  # PDF/UA-1, which French public services owe their readers

_LONGEST_WORD = 24
_BREAK = "\u200b"  # zero width: where an overlong word may go on in the next line
_CUT = "…"
_UNSHOWABLE = "could not be displayed"
# Controls, and marks that turn the direction of what follows, which is not the writer's to turn.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SPACES = re.compile(r"[ \t\r\n\v\f\u2028\u2029]+")
_SURROGATES = re.compile("[\ud800-\udfff]")
_OVERLONG = re.compile(rf"\S{{{_LONGEST_WORD + 1},}}")


class TypesettingError(DashboardsError):
    """A document cannot be set."""


def typeset(template: str, data: Mapping[str, Any], *, at_ms: int) -> bytes:
    """Return the PDF of a template, dated ``at_ms``. Raises :class:`TypesettingError`.

    It is an accessible document (PDF/UA-1) unless a text holds a character that no font here has:
    the standard forbids that, so it is then a tagged document that does not claim the standard.
    """
    # Typst is 60 MB: it is loaded by whoever first asks for a document, not at start.
    import typst

    options: dict[str, Any] = {
        "root": str(TEMPLATES),
        "font_paths": _fonts(),
        "sys_inputs": {name: json.dumps(value) for name, value in data.items()},
        "timestamp": datetime.fromtimestamp(at_ms // 1000, UTC),
    }
    path = str(TEMPLATES / f"{template}.typ")
    try:
        try:
            return _bytes(typst.compile(path, pdf_standards=[ACCESSIBLE], **options))
        except typst.TypstError as error:
            if _UNSHOWABLE not in str(error):
                raise
            return _bytes(typst.compile(path, **options))
    except typst.TypstError as error:
        raise TypesettingError(f"{template}.typ cannot be set: {str(error)[:500]}") from None


def settable(text: str, language: Language, *, most: int | None = None) -> str:
    """Return a text that people wrote as it can be set: one paragraph, spaced as its language is.

    Overlong words may break, controls are left out, and what is longer than ``most`` characters is
    cut at a word.
    """
    text = _SPACES.sub(" ", text).strip()
    text = _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text))
    if most is not None and len(text) > most:
        kept = text[:most]
        text = (kept[: kept.rindex(" ")] if " " in kept[most // 2 :] else kept).rstrip(
            " ,;:"
        ) + _CUT
    return language.finish(_OVERLONG.sub(_broken, text))


def _broken(word: re.Match[str]) -> str:
    letters = word[0]
    return _BREAK.join(
        letters[n : n + _LONGEST_WORD] for n in range(0, len(letters), _LONGEST_WORD)
    )


@cache
def _fonts() -> Any:
    """Return the fonts that Typst brings, then those of the system for other scripts."""
    import typst

    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)


def _bytes(document: Any) -> bytes:
    if not isinstance(document, bytes):
        raise TypesettingError(f"Typst answered {type(document).__name__}, not one document")
    return document
