"""A word to systemd, over real datagram sockets."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pasperdus_service.systemd import notify


@contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(5)
        yield listener


def test_systemd_hears_every_word_on_a_socket_file(monkeypatch: pytest.MonkeyPatch) -> None:
    # pytest's own directories can be longer than the 107 bytes that such an address may have.
    with tempfile.TemporaryDirectory() as directory:
        address = os.path.join(directory, "notify")  # noqa: PTH118 (an address, as systemd sets it)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        with listening(address) as listener:
            notify("READY=1")
            notify("STATUS=à l'écoute")

            assert listener.recv(100) == b"READY=1"
            assert listener.recv(100).decode() == "STATUS=à l'écoute"


def test_systemd_hears_on_an_abstract_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"pasperdus-test-{os.getpid()}"
    monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
    with listening(f"\0{name}") as listener:
        notify("WATCHDOG=1")

        assert listener.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize("address", [None, ""])
def test_without_systemd_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, address: str | None
) -> None:
    name = f"pasperdus-silent-{os.getpid()}"
    with listening(f"\0{name}") as listener:
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        notify("STATUS=heard")
        if address is None:
            monkeypatch.delenv("NOTIFY_SOCKET")
        else:
            monkeypatch.setenv("NOTIFY_SOCKET", address)
        notify("READY=1")
        listener.setblocking(False)

        assert listener.recv(100) == b"STATUS=heard"
        with pytest.raises(BlockingIOError):
            listener.recv(100)


def test_a_socket_that_is_gone_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", f"@pasperdus-nobody-{os.getpid()}")

    with pytest.raises(ConnectionRefusedError):
        notify("WATCHDOG=1")
