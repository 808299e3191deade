"""The collector as any program sees it: its HTTP interface, over the standard library."""

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pasperdus_demo.errors import CollectorApiError

TIMEOUT_S = 10.0
PATIENCE_S = 60.0  # for a collector that was killed and comes back
_RETRY_S = 0.1
_NOT_FOUND = 404
_NAME_IS_TAKEN, _WAS_CHANGED = 409, 412


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

    def write_content(self, site: str, kind: str, content: Mapping[str, Any]) -> bool:
        """Write something for the screens of a site; False while the collector does not know it.

        One that is there already, because an answer was lost, stays. A tally takes the place of
        the one that every site has.
        """
        path = f"/api/v1/content/{kind}"
        if kind == "tally":
            path = f"{path}/{content['name']}?site={site}"
            return self._send("PATCH", path, content, is_done=_WAS_CHANGED, if_match='"0"')
        return self._send("POST", f"{path}?site={site}", content, is_done=_NAME_IS_TAKEN)

    def write_sheet(self, site: str, sheet: Mapping[str, Any]) -> bool:
        """Open a sheet, unless one says the same already; False while the site is not known."""
        path = f"/api/v1/sheets?site={site}"
        if any(each["what"] == sheet["what"] for each in self._get(path)):
            return True
        return self._send("POST", path, sheet)

    def knows_ratings(self, site: str) -> bool:
        """Return whether a rating box of the site has made itself known."""
        sites = {each["site"]: each for each in self._get("/api/v1/sites")}
        zones = sites[site]["zones"] if site in sites else []
        return any(zone["boxes"] for zone in zones)

    def register(self, site: str, noun: str, entry: Mapping[str, Any]) -> bool:
        """Enter a prototype or a period; one that is there already stays."""
        return self._send("POST", f"/api/v1/{noun}?site={site}", entry, is_done=_NAME_IS_TAKEN)

    def write_slip(self, slip: Mapping[str, Any]) -> bool:
        """Write a phone slip for a terminal; False while the collector does not know it."""
        return self._send("POST", "/api/v1/slips", slip)

    def waiting_slips(self, node: str) -> int:
        """Return how many slips nobody has taken at a terminal."""
        return len(self._get(f"/api/v1/slips?node={node}"))

    def terminals(self, site: str) -> list[str]:
        """Return the nodes that hand out macarons at a site."""
        board: dict[str, Any] = self._get(f"/api/v1/board?site={site}")
        return [terminal["node"] for terminal in board["terminals"]]

    def waiting(self, site: str) -> list[dict[str, Any]]:
        """Return the macarons in somebody's hands, as the board of a site has them."""
        visits: list[dict[str, Any]] = self._get(f"/api/v1/board?site={site}")["visits"]
        return visits

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

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any],
        *,
        is_done: int | None = None,
        if_match: str | None = None,
    ) -> bool:
        """Send a change; a refusal with the status ``is_done`` means that it was made before."""
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(  # noqa: S310 (our own http address)
            self._address + path,
            data=json.dumps(body).encode(),
            headers=headers if if_match is None else headers | {"If-Match": if_match},
            method=method,
        )
        try:
            with self._open(request, timeout=TIMEOUT_S):
                return True
        except urllib.error.HTTPError as error:
            if error.code in (_NOT_FOUND, is_done):
                return error.code == is_done
            raise CollectorApiError(f"{method} {path}: {error}: {_body(error)}") from error
        except (OSError, http.client.HTTPException):
            return False  # away for a moment; the caller asks again

    def _get(self, path: str) -> Any:
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                with self._open(self._address + path, timeout=TIMEOUT_S) as answer:
                    return json.load(answer)
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
