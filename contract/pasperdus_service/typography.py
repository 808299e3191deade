"""French spacing (pure): double signs keep their distance, and never begin a line."""

import re

NARROW = "\u202f"  # narrow no-break space: before ; ! ? % and between thousands
FIXED = "\u00a0"  # no-break space: before :, inside « » and between a number and its unit

_BEFORE_NARROW = re.compile(r"[ \u00a0]+(?=[;!?]|%(?!\())")
_BEFORE_FIXED = re.compile(r" +(?=[:»])")
_AFTER = re.compile(r"(?<=«) +")


def french(text: str) -> str:
    """Return a sentence written with plain spaces as French sets it."""
    text = _BEFORE_FIXED.sub(FIXED, _BEFORE_NARROW.sub(NARROW, text))
    return _AFTER.sub(FIXED, text).replace("'", "’")
