"""One entry of the glossary, and what decides its place in the alphabet."""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One entry: ``anchor`` is what help elsewhere links to, for good."""

    anchor: str
    title: str
    text: str


def letters(title: str) -> str:
    """Return what decides the order: accents do not, and œ stands with oe."""
    split = unicodedata.normalize("NFD", title.casefold().replace("œ", "oe"))
    return "".join(each for each in split if not unicodedata.combining(each))
