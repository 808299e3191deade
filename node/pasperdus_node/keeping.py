"""Commits what was found to the outbox, and counts what could not be kept."""

from collections.abc import Mapping, Sequence

import structlog

from pasperdus_contract.events import AnyEvent
from pasperdus_node.errors import OutboxError
from pasperdus_node.outbox import Draft, Outbox

log = structlog.get_logger()


class Keeper:
    """The one way of events into the outbox; ``lost`` counts those that it could not take."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.lost = 0

    def keep(
        self, drafts: Sequence[Draft], totals: Mapping[str, int] = {}
    ) -> list[AnyEvent] | None:
        """Commit together, and return the events with their keys; None when nothing was kept."""
        try:
            return self._outbox.record(drafts, totals)
        except OutboxError as error:
            self.lost += len(drafts)
            log.error("events could not be kept", lost=self.lost, reason=str(error))
            return None
