"""Pictures kept beside the tests: small files of at most 256 colours, compared pixel by pixel."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pygame
from numpy.typing import NDArray

from support.glass import Pixels

COLOURS = 256
FREQUENT = 3 / 8  # of them; the others are those that would be missed most
NEAR = 16  # of 255: the edge of a letter whose colour is not among those that are kept
FEW = 12  # pixels that may be further: less than a comma


def write(path: Path, picture: Pixels, *, colours: int = COLOURS) -> None:
    """Write a PNG of few colours; each of the others becomes the nearest of them."""
    height, width, _ = picture.shape
    palette, indices = _reduced(picture, colours)
    rows = np.concatenate((np.zeros((height, 1), np.uint8), indices.reshape(height, width)), axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"PLTE", palette.astype(np.uint8).tobytes())
        + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )


def read(path: Path) -> Pixels:
    """Read a picture."""
    surface = pygame.image.load(path)
    width, height = surface.get_size()
    rgb = pygame.image.tostring(surface, "RGB")
    return np.frombuffer(rgb, np.uint8).reshape(height, width, 3)


def difference(kept: Pixels, drawn: Pixels) -> str | None:
    """Tell how a picture differs from the one that is kept; None when nobody would see it."""
    if kept.shape != drawn.shape:
        return f"it is {drawn.shape[1]} by {drawn.shape[0]}, not {kept.shape[1]} by {kept.shape[0]}"
    apart = np.maximum(kept, drawn) - np.minimum(kept, drawn) > NEAR
    far = np.logical_or.reduce([apart[..., channel] for channel in range(3)]).nonzero()
    if len(far[0]) <= FEW:
        return None
    top, bottom, left, right = far[0].min(), far[0].max(), far[1].min(), far[1].max()
    return f"{len(far[0])} pixels differ, within x {left} to {right} and y {top} to {bottom}"


def _reduced(picture: Pixels, most: int) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    packed = picture.reshape(-1, 3).astype(np.int64) @ np.array([65_536, 256, 1])
    found, places, times = np.unique(packed, return_inverse=True, return_counts=True)
    colours = np.stack((found >> 16, found >> 8 & 255, found & 255), axis=1)
    chosen = list(np.argsort(-times, kind="stable")[: round(most * FREQUENT)])
    missed = np.stack([((colours - colours[one]) ** 2).sum(axis=1) for one in chosen]).min(axis=0)
    while len(chosen) < most and missed.any():
        chosen.append(missed.argmax())
        missed = np.minimum(missed, ((colours - colours[chosen[-1]]) ** 2).sum(axis=1))
    palette = colours[chosen]
    nearest = np.array([((palette - one) ** 2).sum(axis=1).argmin() for one in colours], np.uint8)
    return palette, nearest[places.reshape(-1)]


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )
