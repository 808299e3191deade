"""Phone slips that are gone: their rows, and every byte of them.

``secure_delete`` alone is not enough: when SQLite moves rows between pages it may leave a copy in
what is then free space, and the log keeps pages as they were. So after deletions the few slips that
are left are written anew into cleared pages, and the log is emptied into the file and cut.
"""

import sqlite3

_COLUMNS = "id, node_id, written_at, caller, phone, text"


def prepare(db: sqlite3.Connection) -> None:
    """Make the writing connection ready; traces of an earlier run are taken to be there."""
    db.execute("PRAGMA secure_delete = ON")
    db.execute("CREATE TEMP TABLE slips_gone (n INTEGER NOT NULL)")
    note(db)


def note(db: sqlite3.Connection) -> None:
    """Note in the current transaction that slips were deleted."""
    db.execute("INSERT INTO temp.slips_gone (n) VALUES (1)")


def take(db: sqlite3.Connection, *, epoch_id: int, slip: str) -> None:
    """Delete a slip that its own terminal took; another one's ``message`` concerns nothing."""
    taken = db.execute(
        "DELETE FROM slips WHERE id = ? AND node_id = (SELECT node_id FROM epochs WHERE id = ?)",
        (slip, epoch_id),
    )
    if taken.rowcount:
        note(db)


def rewrite(db: sqlite3.Connection) -> bool:
    """Clear the pages of deleted slips, within the caller's transaction; return whether any were.

    :func:`cut` has to follow the commit.
    """
    if not _are_there(db):
        return False
    left = db.execute(f"SELECT {_COLUMNS} FROM slips").fetchall()  # noqa: S608 (the names above)
    db.execute("DELETE FROM slips")  # without WHERE: whole pages are cleared, not row by row
    db.executemany(
        f"INSERT INTO slips ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 (the names above)
        left,
    )
    return True


def cut(db: sqlite3.Connection) -> bool:
    """Empty the log into the file and cut it, outside any transaction; return whether it is done.

    While somebody reads an earlier state it cannot be: nobody waits for that, another try does it.
    """
    if not _are_there(db):
        return True
    (timeout_ms,) = db.execute("PRAGMA busy_timeout").fetchone()
    db.execute("PRAGMA busy_timeout = 0")
    try:
        (is_busy, _, _) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        db.execute(f"PRAGMA busy_timeout = {int(timeout_ms)}")
    if is_busy:
        return False
    db.execute("DELETE FROM temp.slips_gone")
    return True


def _are_there(db: sqlite3.Connection) -> bool:
    row = db.execute("SELECT 1 FROM temp.slips_gone LIMIT 1").fetchone()
    return row is not None
