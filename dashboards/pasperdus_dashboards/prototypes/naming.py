"""Names in the register, made of titles: people write titles, addresses need names."""

import re
import unicodedata
from collections.abc import Collection

LONGEST = 40  # characters, by the contract
_UNNAMEABLE = re.compile("[^a-z0-9]+")


def slug(title: str, otherwise: str = "prototype") -> str:
    """Return a title as a name: a to z, digits and hyphens."""
    letters = unicodedata.normalize("NFKD", title.replace("œ", "oe")).lower()
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _UNNAMEABLE.sub("-", plain).strip("-")[:LONGEST].strip("-") or otherwise


def free_slug(title: str, taken: Collection[str], otherwise: str = "prototype") -> str:
    """Return a name of a title that nothing has yet."""
    stem = slug(title, otherwise)
    for n in range(1, len(taken) + 2):
        ending = "" if n == 1 else f"-{n}"
        name = stem[: LONGEST - len(ending)] + ending
        if name not in taken:
            return name
    raise AssertionError("more names are free than are taken")
