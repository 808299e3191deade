"""The lock that keeps a second process away."""

import subprocess
import sys
from pathlib import Path

import pytest

from pasperdus_service.errors import LockedError, ServiceError
from pasperdus_service.lock import FileLock

HOLDER = """
import sys
from pathlib import Path
from pasperdus_service.lock import FileLock
lock = FileLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_only_one_holds_the_lock_until_it_is_released(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db.lock"
    first = FileLock(path)
    with pytest.raises(LockedError, match=r"ledger\.db\.lock: held by another process"):
        FileLock(path)

    first.release()
    first.release()

    FileLock(path).release()


def test_a_killed_process_leaves_no_lock_behind(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LockedError, match="stop it first"):
            FileLock(path)
        holder.kill()
        holder.wait()

        FileLock(path).release()


def test_a_lock_that_cannot_be_made_says_where_and_why(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match=r"missing/x\.lock: cannot be opened to lock it"):
        FileLock(tmp_path / "missing" / "x.lock")
