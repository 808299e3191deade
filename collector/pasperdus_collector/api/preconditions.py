"""``If-Match``: which version of a site somebody believes to change."""

from pasperdus_collector.errors import PreconditionError

_VERSION_DIGITS = 18


def believed_version(if_match: str | None) -> int | None:
    """Return the version that a request names; None when it takes any.

    Raises :class:`PreconditionError` for what is no version.
    """
    if if_match is None or if_match == "*":
        return None
    text = if_match.removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdecimal() and len(text) <= _VERSION_DIGITS):
        raise PreconditionError(f"If-Match {if_match!r} is no version of a site; read it again")
    return int(text)
