"""A colleague at the telephone, who passes a message on to the reception now and then."""

from itertools import cycle

from pasperdus_demo.background import Background
from pasperdus_demo.collector_api import CollectorApi
from pasperdus_demo.reception_texts import slips

FIRST_S = 20.0
EVERY_S = 180.0
MOST_WAITING = 1  # a colleague who sees that nobody takes them writes no more

_RETRY_S = 1.0


class Colleague(Background):
    """Writes slips for one terminal, once the collector knows that it is one."""

    def __init__(self, api: CollectorApi, terminal: str) -> None:
        super().__init__("colleague")
        self._api = api
        self._terminal = terminal

    def work(self) -> None:
        """Write one after the other."""
        self.pause(FIRST_S)
        for slip in cycle(slips()):
            while not self.is_over and not self._can_write():
                self.pause(_RETRY_S)
            while not self.is_over and not self._api.write_slip({"node": self._terminal, **slip}):
                self.pause(_RETRY_S)
            if self.is_over:
                return
            self.pause(EVERY_S)

    def _can_write(self) -> bool:
        is_known = self._terminal in self._api.terminals("default")
        return is_known and self._api.waiting_slips(self._terminal) < MOST_WAITING
