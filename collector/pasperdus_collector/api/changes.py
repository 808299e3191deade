"""Tells whoever waits that the ledger has changed: from the writing thread to asyncio."""

import asyncio
import contextlib
import time


class Changes:
    """A generation that grows with each commit, and a way to wait for the next one."""

    def __init__(self) -> None:
        self.generation = 0
        self.told_at_s: float | None = None
        """When there was last something new, in seconds since 1970 UTC."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed: asyncio.Event | None = None

    def attach(self) -> None:
        """Belong to the running event loop from now on."""
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()

    def tell(self) -> None:
        """Say that there is something new; from any thread."""
        self.told_at_s = time.time()
        loop = self._loop
        if loop is None:
            self.generation += 1
            return
        with contextlib.suppress(RuntimeError):  # the loop closed: nobody is left to tell
            loop.call_soon_threadsafe(self._wake)

    async def after(self, generation: int, timeout_s: float) -> int:
        """Wait until there is something newer than ``generation``, or the time is over."""
        if self._changed is None:
            raise AssertionError("attach() comes first")
        if self.generation <= generation:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), timeout_s)
        return self.generation

    @staticmethod
    async def pause(seconds: float) -> None:
        """Let several changes come together."""
        await asyncio.sleep(seconds)

    def _wake(self) -> None:
        self.generation += 1
        if self._changed is not None:
            self._changed.set()
            self._changed = asyncio.Event()
