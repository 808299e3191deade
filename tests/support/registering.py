"""A register to fill: two sites, one of which counts and asks, and a clock set by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from pasperdus_collector.api import (
    course_routes,
    period_routes,
    problems,
    prototype_routes,
    recipe_routes,
)
from pasperdus_collector.api.compared import Comparisons
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.registering import Registering
from pasperdus_collector.ledger import Ledger
from support.collecting import MONDAY, batch, passage, rating
from support.web import Client
from support.writing import Desk

SITE, OTHER = "default", "annexe"
PROTOTYPES, PERIODS = "/api/v1/prototypes", "/api/v1/periods"
LECTERN: dict[str, Any] = {
    "prototype": "lectern",
    "title": "Pupitre mobile",
    "hypothesis": "Aller vers les personnes les rassure.",
    "changed": "Le guichet est remplacé par un pupitre mobile.",
    "design": "before_after",
    "outcome": "satisfied",
    "planned_start": "2026-04-06T00:00:00+02:00",
    "planned_end": "2026-06-01T00:00:00+02:00",
    "by": "chef de projet",
}
BEFORE: dict[str, Any] = {
    "period": "avant",
    "prototype": "lectern",
    "kind": "baseline",
    "title": "Guichet",
    "start": "2026-03-02T00:00:00+01:00",
    "end": "2026-04-06T00:00:00+02:00",
    "by": "chef de projet",
}
TRIED: dict[str, Any] = {
    "period": "lectern-1",
    "prototype": "lectern",
    "kind": "prototype",
    "title": "Pupitre mobile",
    "start": "2026-04-06T00:00:00+02:00",
    "by": "chef de projet",
}
SIGNED = {"by": "cheffe d'accueil", "why": "vu avec l'équipe"}


def at(text: str) -> int:
    """Return milliseconds of a time in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


class RegisterDesk:
    """A collector whose site ``default`` has a line and one question; ``now_ms`` is set by hand."""

    def __init__(self, path: Path) -> None:
        self.desk = Desk(path)
        self.desk.start()
        self.desk.deliver(batch(passage(1, MONDAY), rating(2, MONDAY + 1), sent_at=MONDAY + 60_000))
        self.desk.settle()
        self.desk.run(_open_other)
        self.now_ms = at("2026-03-20T10:00")
        queries = Queries(path, self.desk.writer, now_ms=lambda: self.now_ms)
        web = FastAPI()
        problems.install(web)
        registering = Registering(path, self.desk.writer, now_ms=queries.now_ms)
        for nouns in (prototype_routes, course_routes, period_routes):
            web.include_router(nouns.routes(registering))
        told = Comparisons(queries, path, collector="mairie").recipe
        web.include_router(recipe_routes.routes(registering, told))
        self.client = Client(web, base_url="http://127.0.0.1:8000")

    def close(self) -> None:
        self.desk.stop()

    def get(self, path: str, *, site: str = SITE) -> Any:
        answer = self.client.get(path, params={"site": site})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def prototype(self, name: str = "lectern", *, site: str = SITE) -> Any:
        return self.get(f"{PROTOTYPES}/{name}", site=site)

    def periods(self, *, site: str = SITE) -> dict[str, Any]:
        return {each["period"]: each for each in self.get(PERIODS, site=site)}

    def log(self, name: str = "lectern") -> list[Any]:
        found: list[Any] = self.get(f"{PROTOTYPES}/{name}/log")
        return found

    def add(self, path: str, body: dict[str, Any], *, site: str = SITE, **changed: Any) -> Any:
        """POST something new, which must be taken."""
        answer = self.client.post(path, params={"site": site}, json={**body, **changed})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def add_trial(self) -> None:
        """Register the lectern, its baseline, and the period in which it is tried."""
        self.add(PROTOTYPES, LECTERN)
        self.add(PERIODS, BEFORE)
        self.add(PERIODS, TRIED)

    def act(self, what: str, body: dict[str, Any], *, name: str = "lectern") -> httpx.Response:
        """POST something that happens to a prototype, as it is now."""
        version = self.prototype(name)["version"]
        return self.client.post(
            f"{PROTOTYPES}/{name}/{what}",
            json={**SIGNED, **body},
            headers={"If-Match": f'"{version}"'},
        )

    def patch(self, path: str, body: dict[str, Any], *, version: int | None = None) -> Any:
        """PATCH as it is now, or as it was at a version."""
        known = self.get(path)["version"] if version is None else version
        return self.client.patch(path, json=body, headers={"If-Match": f'"{known}"'})


def done(answer: httpx.Response) -> Any:
    """Return what a change answered, which must have been taken."""
    assert answer.status_code == 200, answer.text
    return answer.json()


def detail(answer: httpx.Response, status: int) -> str:
    """Return what a refusal says."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    text: str = answer.json()["detail"]
    return text


def _open_other(ledger: Ledger) -> None:
    ledger.registry.create_site(name=OTHER, title="Annexe", time_zone="Europe/Paris")
