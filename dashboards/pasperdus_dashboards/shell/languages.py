"""The languages of the pages: the shared machinery, with the words of ``locale/…/*.po``."""

from pathlib import Path

from pasperdus_service import languages as shared

CATALOGUES = Path(__file__).parent.parent / "locale"


def languages() -> dict[str, shared.Language]:
    """Return the languages by code, the default one first."""
    return shared.languages(CATALOGUES)
