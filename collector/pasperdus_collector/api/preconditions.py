"""``If-Match``: which version of something somebody believes to change."""

from http import HTTPStatus

from starlette.exceptions import HTTPException

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
        raise PreconditionError(f"If-Match {if_match!r} is no version; read it again")
    return int(text)


def required_version(if_match: str | None) -> int:
    """Return the version that a request must name, so that nobody changes what they did not read.

    Raises :class:`PreconditionError` for what is no version, and answers 428 where none is named.
    """
    version = believed_version(if_match)
    if version is None:
        raise HTTPException(
            HTTPStatus.PRECONDITION_REQUIRED,
            "If-Match is missing: two people must never overwrite one another; read it first, and "
            "send its ETag as If-Match",
        )
    return version
