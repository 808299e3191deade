"""Release blocks as they are: what everybody may read of ratings, with the hours that they span.

Whatever is computed of ratings is made of these, so that it tells nothing more and anybody can
compute it again. Bursts within a block are flagged; they are shown apart only where a caller sees
to it that enough ratings are on both sides.
"""

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

HOUR_MS = 3_600_000
_COLUMNS = ", ".join(
    ["question", "scale", "first_hour", "last_hour"]
    + [f"s{score} + burst{score}" for score in range(1, 6)]
    + [f"burst{score}" for score in range(1, 6)]
)


class ReleasedBlock(NamedTuple):
    """One block: hours since 1970 UTC, and ratings by score, worst first, five of each.

    ``counts`` hold the bursts too. Scores above the scale are zero.
    """

    question: str
    scale: int
    first_hour: int
    last_hour: int
    counts: tuple[int, ...]
    bursts: tuple[int, ...]

    @property
    def start_ms(self) -> int:
        """Where its first hour begins."""
        return self.first_hour * HOUR_MS

    @property
    def end_ms(self) -> int:
        """Where its last hour ends."""
        return (self.last_hour + 1) * HOUR_MS


def read_blocks(
    db: sqlite3.Connection,
    site: str,
    *,
    start_ms: int,
    end_ms: int,
    question: str | None = None,
    scale: int | None = None,
) -> Iterator[ReleasedBlock]:
    """Yield the blocks of a site whose last hour begins in ``[start_ms, end_ms)``, in that order.

    All questions and scales unless one is named.
    """
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM blocks "  # noqa: S608 (numbered columns)
        "WHERE site_id = (SELECT id FROM sites WHERE name = ?1) "
        "AND last_hour >= ?2 AND last_hour < ?3 "
        "AND (?4 IS NULL OR question = ?4) AND (?5 IS NULL OR scale = ?5) "
        "ORDER BY last_hour, first_hour, question, scale, id",
        (site, -(-start_ms // HOUR_MS), -(-end_ms // HOUR_MS), question, scale),
    )
    for asked, on, first, last, *scores in rows:
        yield ReleasedBlock(asked, on, first, last, tuple(scores[:5]), tuple(scores[5:]))
