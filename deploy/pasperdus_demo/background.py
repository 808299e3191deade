"""Something of the demonstration that goes on beside the visitors, in a thread of its own."""

import threading
from abc import ABC, abstractmethod

from pasperdus_demo.errors import DemoError


class Background(threading.Thread, ABC):
    """Does its :meth:`work` until that is done or :meth:`close` is called."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._is_over = threading.Event()
        self.failure: DemoError | None = None
        """What made it end too early; to be raised by the main loop."""

    @property
    def is_over(self) -> bool:
        """Whether it is to end."""
        return self._is_over.is_set()

    @abstractmethod
    def work(self) -> None:
        """Do it; look at :attr:`is_over` often."""

    def run(self) -> None:
        """Work, and keep what went wrong."""
        try:
            self.work()
        except DemoError as error:
            self.failure = error

    def pause(self, duration_s: float) -> None:
        """Wait, less long where the end comes meanwhile."""
        self._is_over.wait(duration_s)

    def close(self) -> None:
        """End it."""
        self._is_over.set()
        self.join()
