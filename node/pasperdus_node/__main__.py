"""``pasperdus-node``: the command."""

import argparse
import signal
import sys
from pathlib import Path

from pasperdus_node.app import App
from pasperdus_node.config import Config
from pasperdus_node.errors import NodeError
from pasperdus_service.errors import ServiceError
from pasperdus_service.logs import configure_logs
from pasperdus_service.settings import load


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 2 for a configuration that cannot be used, 1 for a failure."""
    parser = argparse.ArgumentParser(
        prog="pasperdus-node", description="Count visitors and collect ratings on a Raspberry Pi."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run the node until it is told to stop")
    run.add_argument("--config", type=Path, required=True, metavar="FILE")
    options = parser.parse_args(arguments)

    configure_logs()
    try:
        app = App(load(Config, options.config))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: app.stop())
        app.run()
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 2
    except NodeError as error:
        print(f"pasperdus-node: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
