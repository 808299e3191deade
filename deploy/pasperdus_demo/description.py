"""Tells the collector what somebody would type in: the site, its hours, its screens' texts."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from pasperdus_demo.background import Background
from pasperdus_demo.collector_api import CollectorApi
from pasperdus_demo.past import ENTRANCE, ROOM_DOOR, TERMINAL, WAITING_ROOM
from pasperdus_demo.reception_texts import contents, sheets
from pasperdus_demo.trial import Entry

_RETRY_S = 0.2
_SITE: dict[str, Any] = {"title": "Mairie de démonstration", "time_zone": "Europe/Paris"}
_TITLES: dict[str, Any] = {
    "zones": [
        {"zone": ENTRANCE, "title": "Entrée"},
        {"zone": WAITING_ROOM, "title": "Salle d’attente"},
        {"zone": TERMINAL, "title": "Accueil"},
    ]
}
_ROLES: dict[str, Any] = {"lines": [{"node": WAITING_ROOM, "line": ROOM_DOOR, "role": "inner"}]}


class Description(Background):
    """Describes the site as soon as it is known, beside everything else."""

    def __init__(
        self, api: CollectorApi, opening: dict[str, Any], trial: Iterable[Entry] = ()
    ) -> None:
        super().__init__("description")
        self._api = api
        self._opening = opening
        self._trial = trial

    def work(self) -> None:
        """Take one step after the other, each until it is taken."""
        for is_done in self._steps():
            while not self.is_over and not is_done():
                self.pause(_RETRY_S)

    def _steps(self) -> Iterator[Callable[[], bool]]:
        yield partial(self._api.describe_site, "default", _SITE)
        yield partial(self._api.put_calendar, "default", self._opening)
        yield partial(self._api.describe_site, "default", _TITLES)
        for kind, text in contents():
            yield partial(self._api.write_content, "default", kind, text)
        for sheet in sheets(datetime.now(UTC).date()):
            yield partial(self._api.write_sheet, "default", sheet)
        yield partial(self._api.describe_site, "default", _ROLES)
        for number, (noun, entry) in enumerate(self._trial):
            if number == 0:
                # The register fills in the question that is asked here, once one is known.
                yield partial(self._api.knows_ratings, "default")
            yield partial(self._api.register, "default", noun, entry)
