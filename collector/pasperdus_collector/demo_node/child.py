"""Runs the node's program until the collector goes away; started by file name by `process.py` only.

Standard input is the lifeline: when the collector ends, even by ``kill -9``, the kernel closes the
other end of the pipe and this process ends at once. Only here do both programs meet, and not by an
import: the collector needs no node installed.
"""

import os
import runpy
import threading

ORPHANED = 70  # exit status, as EX_SOFTWARE; nobody is left to read it


def main() -> None:
    """Run ``pasperdus-node`` with the arguments of the command line."""
    threading.Thread(target=_end_with_the_collector, name="lifeline", daemon=True).start()
    runpy.run_module("pasperdus_node", run_name="__main__", alter_sys=True)


def _end_with_the_collector() -> None:
    # The bare descriptor: a thread inside `sys.stdin` would disturb the interpreter's shutdown.
    while os.read(0, 1024):
        pass
    os._exit(ORPHANED)


if __name__ == "__main__":
    main()
