"""``python -m pasperdus_demo``: the whole of Pas perdus on this machine, in one command."""

import sys

INTERRUPTED = 130  # as shells say it for Ctrl-C


def _run() -> int:
    """Import late: until the command line has taken Ctrl-C over, it ends this process quietly."""
    try:
        from pasperdus_demo.command_line import main

        return main()
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(_run())
