"""The two languages of the dashboards: each text stands beside its translation.

French is written with plain spaces and apostrophes in the code, and set as the pages set it.
"""

from collections.abc import Callable
from typing import Literal

from pasperdus_service.typography import french as typeset

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")
Say = Callable[[str, str], str]
"""Called with the French and the English text, it returns the one to show."""


def speaker(language: Language) -> Say:
    """Return what chooses the texts of one language."""
    return _french if language == "fr" else _english


def _french(french: str, english: str) -> str:
    del english
    return typeset(french)


def _english(french: str, english: str) -> str:
    del french
    return english
