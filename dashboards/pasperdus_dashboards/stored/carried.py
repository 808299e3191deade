"""A file that was judged and comes back with its confirmation, without anybody keeping it.

What is small enough once packed travels in a hidden field of the page; of what is not, the person
chooses the file again.
"""

import base64
import binascii
import zlib

MOST_CARRIED = 200_000
"""Characters: the page stays below its 300 kB."""


def pack(body: bytes) -> str:
    """Return a file as text for a hidden field; empty where it is too large for one."""
    packed = base64.b64encode(zlib.compress(body, 9)).decode()
    return packed if len(packed) <= MOST_CARRIED else ""


def unpack(text: str, *, most: int) -> bytes | None:
    """Return the file, or None for what :func:`pack` never wrote, or ``most`` bytes do not hold."""
    if len(text) > MOST_CARRIED:
        return None
    try:
        packed = base64.b64decode(text, validate=True)
        opened = zlib.decompressobj()
        body = opened.decompress(packed, most + 1)
    except (binascii.Error, zlib.error, ValueError):
        return None
    return body if opened.eof and len(body) <= most else None
