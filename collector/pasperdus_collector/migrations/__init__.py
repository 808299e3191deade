"""The ledger's schema, as ordered migrations, each in one transaction.

Conventions: ``at`` and ``*_at`` are milliseconds since 1970 UTC; ``quarter`` counts quarter-hours
since then; keys that many rows repeat are small integers, because random 16-byte keys cost SQLite
most of its speed.
"""

import sqlite3

from pasperdus_collector.errors import LedgerError
from pasperdus_collector.migrations import (
    m0001_ledger,
    m0002_series,
    m0003_register,
    m0004_reception,
    m0005_sheets,
    m0006_node_history,
    m0007_day_changes,
)

MIGRATIONS: tuple[tuple[str, str], ...] = (
    ("0001-ledger", m0001_ledger.SCRIPT),
    ("0002-series", m0002_series.SCRIPT),
    ("0003-register", m0003_register.SCRIPT),
    ("0004-reception", m0004_reception.SCRIPT),
    ("0005-sheets", m0005_sheets.SCRIPT),
    ("0006-node-history", m0006_node_history.SCRIPT),
    ("0007-day-changes", m0007_day_changes.SCRIPT),
)


def migrate(db: sqlite3.Connection) -> list[str]:
    """Bring a ledger up to date; return the names of the migrations that ran.

    Raises :class:`LedgerError` for a ledger that a newer release wrote.
    """
    (done,) = db.execute("PRAGMA user_version").fetchone()
    if done > len(MIGRATIONS):
        raise LedgerError(
            f"the ledger is at schema {done}, this release knows {len(MIGRATIONS)}; "
            "upgrade pasperdus, or restore the backup made before the upgrade"
        )
    ran = []
    for number, (name, script) in enumerate(MIGRATIONS[done:], start=done + 1):
        # executescript() would commit first: the transaction is part of the script.
        db.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
        ran.append(name)
    return ran
