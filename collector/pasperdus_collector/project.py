"""The command ``project``: how far InfluxDB is behind, and all of it anew."""

import sqlite3
from datetime import UTC, datetime

from pasperdus_collector.buckets.days import rebuild_site
from pasperdus_collector.config import Config
from pasperdus_collector.errors import CollectorError
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.series.changes import read_changes
from pasperdus_service.errors import LockedError
from pasperdus_service.lock import FileLock


def told(config: Config) -> str:
    """Say what InfluxDB does not have yet, also beside a running collector."""
    _check(config)
    try:
        with reading(config.ledger.path) as db:
            changes = read_changes(db, days=0)
    except sqlite3.Error as error:
        raise CollectorError(
            f"[ledger] path {config.ledger.path} cannot be read: {error}; start the collector once"
        ) from error
    if changes.oldest_at_ms is None:
        return "InfluxDB has everything."
    since = datetime.fromtimestamp(changes.oldest_at_ms / 1000, UTC)
    return (
        f"InfluxDB lacks {changes.waiting} days and {len(changes.sites)} descriptions of sites; "
        f"the oldest change is of {since:%Y-%m-%dT%H:%M:%SZ}."
    )


def rebuilt(config: Config) -> str:
    """Have every site's points deleted and written anew once the collector runs again; say so.

    Raises :class:`CollectorError` while a collector has the ledger, and
    :class:`~pasperdus_service.errors.ServiceError` when it cannot be locked, or when a secret of
    ``[influx]`` cannot be read: nobody would write anything.
    """
    _check(config)
    path = config.ledger.path
    if not path.exists():
        raise CollectorError(f"[ledger] path {path} is not there; start the collector once")
    try:
        lock = FileLock(path.with_name(f"{path.name}.lock"))
    except LockedError as error:
        raise CollectorError(
            f"a running collector has [ledger] path {path}: stop the collector (systemctl stop "
            "pasperdus-collector), run this again, and start it"
        ) from error
    try:
        ledger = Ledger(path, quarantine_max=config.ledger.quarantine_max)
        try:
            with ledger.transaction():
                sites = ledger.db.execute("SELECT id FROM sites ORDER BY id").fetchall()
                for (site_id,) in sites:
                    rebuild_site(ledger.db, site_id)
        finally:
            ledger.close()
    finally:
        lock.release()
    return f"All series of {len(sites)} sites are written anew; start the collector."


def _check(config: Config) -> None:
    if config.influx is None:
        raise CollectorError(
            "there is no [influx] in the configuration: nothing is copied anywhere"
        )
    config.influx.credentials()
    config.influx.tls_context()
