"""What a PDF says, page by page, with every kind of space as a plain one."""

from __future__ import annotations

import re
from io import BytesIO

from pypdf import PdfReader

INVISIBLE = "\u200b\u00ad"


def opened(document: bytes) -> PdfReader:
    """Return a document that any reader opens."""
    return PdfReader(BytesIO(document), strict=True)


def pages(document: bytes) -> list[str]:
    """Return the text of each page in one line; words broken over two lines are put together."""
    return [_plain(page.extract_text()) for page in opened(document).pages]


def _plain(text: str) -> str:
    for letter in INVISIBLE:
        text = text.replace(letter, "")
    text = re.sub(r"(?<=\w)[-\u2010]\n(?=\w)", "", text)
    return re.sub(r"\s+", " ", text.replace("\u202f", " ").replace("\u00a0", " "))
