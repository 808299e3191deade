"""A web application behind a real port, in a thread: for browsers to ask at a chosen moment."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from support.processes import eventually

STOP_S = 20.0


@contextmanager
def served(web: FastAPI) -> Iterator[str]:
    """Answer on a free port of this machine; give the address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = uvicorn.Server(
            uvicorn.Config(
                web,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=5,
            )
        )
        thread = threading.Thread(target=server.run, args=([listening],), name="served")
        thread.start()
        try:
            eventually(lambda: server.started or not thread.is_alive(), "answer on the port")
            assert thread.is_alive(), "the server ended at once"
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(STOP_S)
            assert not thread.is_alive(), "the server does not stop"
