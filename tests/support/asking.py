"""The collector's whole web application over a ledger of a test's, without a port."""

from __future__ import annotations

from pasperdus_collector.api.changes import Changes
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.config import Config
from pasperdus_collector.web import build_web
from support.web import Client
from support.writing import Desk


def client_of(desk: Desk, queries: Queries) -> Client:
    """Return who asks it, without a password; ``queries`` say what time it is."""
    config = Config.model_validate(
        {
            "collector": {"name": "mairie"},
            "mqtt": {"url": "mqtt://127.0.0.1:1"},
            "ledger": {"path": str(desk.path)},
            "http": {"auth": "none"},
            "enrolment": {"mode": "open"},
        }
    )
    web = build_web(config, queries, desk.writer, Changes())
    return Client(web, base_url="http://127.0.0.1:8000")
