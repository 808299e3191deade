"""The parts that a document is made of, as the templates take them."""

from collections.abc import Sequence
from typing import Any

Part = dict[str, Any]


def paragraph(text: str, *, leads: bool = False) -> Part:
    """Return a paragraph; one that ``leads`` stays on the page of what follows it."""
    return {"kind": "text", "text": text, "leads": leads}


def heading(text: str) -> Part:
    """Return a heading within a section."""
    return {"kind": "heading", "text": text}


def points(items: Sequence[str], *, is_numbered: bool = False) -> Part:
    """Return a list."""
    return {"kind": "numbered" if is_numbered else "list", "items": list(items)}


def code(text: str) -> Part:
    """Return what is typed at a machine."""
    return {"kind": "mono", "text": text}


def table(
    title: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    note: str = "",
    is_wide: bool = False,
) -> Part:
    """Return a table; its first column names the rows, the others hold figures."""
    return {
        "kind": "table",
        "heading": title,
        "head": list(head),
        "rows": [list(row) for row in rows],
        "note": note,
        "wide": is_wide,
    }


def picture(svg: str, *, title: str = "", alt: str, caption: str = "") -> Part:
    """Return a chart; ``alt`` says what it shows to who cannot see it."""
    return {"kind": "picture", "svg": svg, "heading": title, "alt": alt, "caption": caption}


def pictures(side_by_side: Sequence[Part]) -> Part:
    """Return pictures set beside one another."""
    return {"kind": "pictures", "pictures": list(side_by_side)}


def section(title: str, parts: Sequence[Part], *, is_together: bool = False) -> dict[str, Any]:
    """Return a section of the pages after the first; one kept together never fills a page."""
    return {"heading": title, "parts": list(parts), "together": is_together}
