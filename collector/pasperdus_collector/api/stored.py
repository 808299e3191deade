"""What is stored and the facts of the privacy notice, as routes and pages ask for them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.shapes import instant
from pasperdus_collector.config import Config
from pasperdus_collector.ledger import reading
from pasperdus_collector.stored.declared import Kept, Recipient, Retention
from pasperdus_collector.stored.inventory import Inventory, Stock, read_inventory
from pasperdus_collector.stored.notice import Elsewhere, Notice, notice_of

COUNTED_EVERY_MS = 300_000
"""How long a count is good for: it reads much of the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """An inventory, and when it was made (ms since 1970 UTC)."""

    inventory: Inventory
    at_ms: int


class Stored:
    """Counts the ledger at most every five minutes, whoever asks; any thread may."""

    def __init__(self, config: Config, queries: Queries) -> None:
        self._config = config
        self._queries = queries
        self._lock = threading.Lock()
        self._counted: Counted | None = None

    def inventory(self) -> Counted:
        """Return what there is, as it was a few minutes ago at most."""
        now_ms = self._queries.now_ms()
        with self._lock:
            counted = self._counted
            if counted is None or not 0 <= now_ms - counted.at_ms < COUNTED_EVERY_MS:
                with reading(self._config.ledger.path) as db:
                    counted = Counted(inventory=read_inventory(db), at_ms=now_ms)
                self._counted = counted
        return counted

    def notice(self, site: str) -> Notice:
        """Return the facts of a site's privacy notice. Raises :class:`NotFoundError`."""
        return notice_of(self._config, self._queries.site(site))


def stored_json(counted: Counted) -> dict[str, Any]:
    """Return ``GET stored``."""
    inventory = counted.inventory
    return {
        "counted_at": instant(counted.at_ms),
        "bytes": inventory.size,
        "unused_bytes": inventory.free,
        "schema": inventory.schema,
        "stocks": [_stock_json(stock) for stock in inventory.stocks],
    }


def privacy_json(notice: Notice) -> dict[str, Any]:
    """Return ``GET privacy``."""
    return {
        "site": notice.site.site,
        "title": notice.site.title,
        "controller": None,  # only people of the site can say who it is
        "kept": [_kept_json(kept, notice.recipients) for kept in notice.kept],
        "slips": {"kept_days": notice.slip_days},
        "ratings": {"least_in_a_block": notice.least_ratings},
        "pulse": {
            "is_asked": notice.asks_pulse,
            "least_agents": notice.least_agents,
            "least_in_a_block": notice.least_pulses,
            "least_days": notice.pulse_days,
        },
        "broker": _elsewhere_json(notice.broker),
        "influx": _elsewhere_json(notice.influx),
        "home_assistant": notice.home_assistant,
        "pages": {"listens_on": notice.listens_on, "names": list(notice.names), "accounts": False},
        "believes_every_node": notice.believes_every_node,
    }


def _stock_json(stock: Stock) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kept": stock.kept.kept,
        "rows": stock.rows,
        "from": instant(stock.first_ms),
        "to": instant(stock.last_ms),
        "bytes": stock.size,
        "category": stock.kept.category,
        "retention": _retention_json(stock.kept.retention),
    }
    if stock.parts:
        told["kinds"] = [
            {
                "kind": part.name,
                "rows": part.rows,
                "from": instant(part.first_ms),
                "to": instant(part.last_ms),
            }
            for part in stock.parts
        ]
    return told


def _kept_json(kept: Kept, recipients: Callable[[Kept], tuple[Recipient, ...]]) -> dict[str, Any]:
    return {
        "kept": kept.kept,
        "purpose": kept.purpose,
        "category": kept.category,
        "retention": _retention_json(kept.retention),
        "recipients": list(recipients(kept)),
        "fields": [
            {"field": f"{fields.name}.{name}", "category": category}
            for fields in kept.all_fields()
            for category, name in fields.by_category()
        ],
    }


def _retention_json(retention: Retention) -> dict[str, Any]:
    return {"rule": retention.rule, "days": retention.days}


def _elsewhere_json(elsewhere: Elsewhere | None) -> dict[str, Any] | None:
    if elsewhere is None:
        return None
    return {
        "host": elsewhere.host,
        "is_encrypted": elsewhere.is_encrypted,
        "is_this_machine": elsewhere.is_this_machine,
    }
