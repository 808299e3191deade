"""Runs a module as the program of a child process that ends when its parent does.

Standard input is the lifeline: when the parent goes away, even by ``kill -9``, the kernel closes
the other end of the pipe and this process ends at once. Started as
``python -m pasperdus_demo.tether MODULE ARGUMENT…``.
"""

import os
import runpy
import sys
import threading

ORPHANED = 70  # exit status, as EX_SOFTWARE; nobody is left to read it


def main() -> None:
    """Run the module named on the command line as ``__main__``."""
    module, *arguments = sys.argv[1:]
    threading.Thread(target=_end_with_parent, name="tether", daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end_with_parent() -> None:
    # The bare descriptor: a thread inside `sys.stdin` would disturb the interpreter's shutdown.
    while os.read(0, 1024):
        pass
    os._exit(ORPHANED)


if __name__ == "__main__":
    main()
