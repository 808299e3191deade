"""Work that must not happen to the process that hears the nodes: one question to a child process.

Engines that hold Python's lock for seconds, or take more memory than they give back, run there.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

from pasperdus_dashboards.errors import ChildError

PATIENCE_S = 60.0  # of a busy Pi
NICENESS = 10  # counting comes first


def answer_of(module: str, arguments: Sequence[str] = (), question: bytes = b"") -> bytes:
    """Run a module, give it a question on its input, and return what it prints.

    Raises :class:`ChildError` when it fails, or says nothing for a minute.
    """
    command = [sys.executable, "-m", module, *arguments]
    try:
        done = subprocess.run(
            command, input=question, capture_output=True, check=True, timeout=PATIENCE_S
        )
    except subprocess.TimeoutExpired:
        raise ChildError(
            f"{module}: no answer within {PATIENCE_S:.0f} s; is the machine busy?"
        ) from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()[-500:]
        raise ChildError(f"{module} failed with status {error.returncode}: {said}") from None
    return done.stdout


def give_way() -> None:
    """Let the process that asked go first; called by the child."""
    with suppress(PermissionError):  # a hardened service may forbid it: never mind then
        os.nice(NICENESS)
