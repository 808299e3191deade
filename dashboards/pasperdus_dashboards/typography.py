"""French spacing (pure): double signs keep their distance, and never begin a line."""

import re

NARROW = "\u202f"  # narrow no-break space: before ; : ! ? and inside « » and numbers
FIXED = "\u00a0"  # no-break space: between a number and its unit

_BEFORE = re.compile(r"[ \u00a0]+(?=[;:!?»]|%(?!\())")
_AFTER = re.compile(r"(?<=«)[ \u00a0]+")


def french(text: str) -> str:
    """Return a sentence written with plain spaces as French sets it."""
    return _AFTER.sub(NARROW, _BEFORE.sub(NARROW, text)).replace("'", "’")
