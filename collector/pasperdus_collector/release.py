"""Release blocks: the only form in which ratings leave the ledger.

Thirteen visitors a day press a button while an agent watches: a live count would tell who pressed
what. So ratings are summed over blocks of at least :data:`K` of them. A block belongs to one
site, question and scale; it takes whole finished clock hours, in time order, and is never redrawn.
Late ratings form later blocks, which may overlap in time. A block counts in its last hour.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pasperdus_collector.analysis.release_blocks import LEAST_RATINGS
from pasperdus_collector.buckets.touched import touch

K = LEAST_RATINGS
RELEASED_TOGETHER = 20_000  # ratings after which a transaction closes no other block
HOUR_MS = 3_600_000
HOUR_QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Unreleased:
    """One rating that no block holds yet; ``at`` in milliseconds since 1970 UTC."""

    epoch_id: int
    seq: int
    at: int
    value: int
    is_burst: bool


def close_blocks(
    ratings: Iterable[Unreleased], *, now_ms: int, k: int = K
) -> Iterator[list[Unreleased]]:
    """Yield the blocks that can be closed now; this computes, without a look at the ledger.

    ``ratings`` are those of one site, question and scale, in time order. What is left over, less
    than ``k`` of them or in an hour that goes on, waits.
    """
    this_hour = now_ms // HOUR_MS
    block: list[Unreleased] = []
    for hour, in_hour in groupby(ratings, key=lambda rating: rating.at // HOUR_MS):
        if hour >= this_hour:
            return
        block += in_hour
        if len(block) >= k:
            yield block
            block = []


def release(db: sqlite3.Connection, now_ms: int) -> int:
    """Close blocks that are due, within the caller's transaction; return how many.

    That is all of them, unless very many ratings wait: then the next call goes on.
    """
    closed = released = 0
    this_hour_at = now_ms // HOUR_MS * HOUR_MS
    groups = db.execute(
        "SELECT DISTINCT site_id, question, scale FROM unreleased WHERE at < ?", (this_hour_at,)
    ).fetchall()
    for site_id, question, scale in groups:
        waiting = (
            Unreleased(epoch_id, seq, at, value, bool(is_burst))
            for epoch_id, seq, at, value, is_burst in db.execute(
                "SELECT epoch_id, seq, at, value, is_burst FROM unreleased "
                "WHERE site_id = ? AND question = ? AND scale = ? AND at < ? "
                "ORDER BY at, epoch_id, seq",
                (site_id, question, scale, this_hour_at),
            )
        )
        blocks: list[list[Unreleased]] = []
        for block in close_blocks(waiting, now_ms=now_ms):
            blocks.append(block)
            released += len(block)
            if released >= RELEASED_TOGETHER:
                break
        waiting.close()  # nothing reads the table any more while its rows are deleted
        for block in blocks:
            _store(db, (site_id, question, scale), block, now_ms)
        closed += len(blocks)
        if released >= RELEASED_TOGETHER:
            break
    return closed


def _store(
    db: sqlite3.Connection,
    group: tuple[int, str, int],
    block: Sequence[Unreleased],
    now_ms: int,
) -> None:
    scores = [0] * 5
    bursts = [0] * 5
    for rating in block:
        (bursts if rating.is_burst else scores)[rating.value - 1] += 1
    db.execute(
        "INSERT INTO blocks (site_id, question, scale, first_hour, last_hour, closed_at, "
        "s1, s2, s3, s4, s5, burst1, burst2, burst3, burst4, burst5) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *group,
            block[0].at // HOUR_MS,
            block[-1].at // HOUR_MS,
            now_ms,
            *scores,
            *bursts,
        ),
    )
    last_hour = block[-1].at // HOUR_MS
    touch(db, group[0], last_hour * HOUR_QUARTERS, (last_hour + 1) * HOUR_QUARTERS)
    db.executemany(
        "DELETE FROM unreleased WHERE epoch_id = ? AND seq = ?",
        [(rating.epoch_id, rating.seq) for rating in block],
    )
