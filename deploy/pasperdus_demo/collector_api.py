"""The collector as any program sees it: its HTTP interface, over the standard library."""

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pasperdus_demo.errors import CollectorApiError

TIMEOUT_S = 10.0
PATIENCE_S = 60.0  # for a collector that was killed and comes back
_RETRY_S = 0.1
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What became of every event that arrived."""

    received: int
    stored: int
    duplicate: int
    quarantined: int

    @property
    def add_up(self) -> bool:
        """Whether each event received is in exactly one of the others."""
        return self.received == self.stored + self.duplicate + self.quarantined


class CollectorApi:
    """Requests to one collector. A collector that is away is waited for; ``meanwhile`` is called.

    Raises :class:`CollectorApiError` for an answer that the contract does not promise.
    """

    def __init__(self, address: str, *, meanwhile: Callable[[], None] = lambda: None) -> None:
        self._address = address.rstrip("/")
        self._meanwhile = meanwhile
        # No proxy stands between two processes of one machine, whatever the environment says.
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def is_ready(self) -> bool:
        """Ask ``/readyz`` once."""
        try:
            with self._open(f"{self._address}/readyz", timeout=TIMEOUT_S):
                return True
        except (OSError, http.client.HTTPException):
            return False

    def describe_site(self, site: str, change: dict[str, Any]) -> bool:
        """Change a site; False while the collector does not know it or its lines yet."""
        return self._send("PATCH", f"/api/v1/sites/{site}", change)

    def put_calendar(self, site: str, calendar: dict[str, Any]) -> bool:
        """Tell when a site is open; False while the collector does not know it yet."""
        return self._send("PUT", f"/api/v1/sites/{site}/calendar", calendar)

    def series(
        self, *, measure: str, from_: datetime, to: datetime, bucket: str, masks: str = ""
    ) -> dict[datetime, int | None]:
        """Return the values of the default site by the start of their bucket."""
        query = urllib.parse.urlencode(
            {
                "site": "default",
                "measure": measure,
                "from": from_.isoformat(),
                "to": to.isoformat(),
                "bucket": bucket,
                "masks": masks,
            }
        )
        answer = self._get(f"/api/v1/series?{query}")
        return {
            datetime.fromisoformat(point["start"]): point["value"] for point in answer["points"]
        }

    def counters(self) -> Counters:
        """Return the lifetime totals of events."""
        answer = self._get("/api/v1/counters")
        return Counters(
            received=answer["received"],
            stored=answer["stored"],
            duplicate=answer["duplicate"],
            quarantined=answer["quarantined"],
        )

    def _send(self, method: str, path: str, body: dict[str, Any]) -> bool:
        request = urllib.request.Request(  # noqa: S310 (our own http address)
            self._address + path,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        try:
            with self._open(request, timeout=TIMEOUT_S):
                return True
        except urllib.error.HTTPError as error:
            if error.code == _NOT_FOUND:
                return False
            raise CollectorApiError(f"{method} {path}: {error}: {_body(error)}") from error
        except (OSError, http.client.HTTPException):
            return False  # away for a moment; the caller asks again

    def _get(self, path: str) -> dict[str, Any]:
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                with self._open(self._address + path, timeout=TIMEOUT_S) as answer:
                    parsed: dict[str, Any] = json.load(answer)
                    return parsed
            except urllib.error.HTTPError as error:
                raise CollectorApiError(f"GET {path}: {error}: {_body(error)}") from error
            except (OSError, http.client.HTTPException, json.JSONDecodeError) as error:
                if time.monotonic() > deadline_s:
                    raise CollectorApiError(
                        f"GET {path}: no answer for {PATIENCE_S:.0f} s: {error}"
                    ) from error
            self._meanwhile()
            time.sleep(_RETRY_S)


def _body(error: urllib.error.HTTPError) -> str:
    return error.read(500).decode("utf-8", "replace")
