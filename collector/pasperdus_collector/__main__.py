"""``pasperdus-collector``: the command."""

import argparse
import sys
from pathlib import Path

from pasperdus_collector.app import serve
from pasperdus_collector.config import Config
from pasperdus_collector.errors import CollectorError
from pasperdus_collector.project import rebuilt, told
from pasperdus_service.errors import ServiceError
from pasperdus_service.logs import configure_logs
from pasperdus_service.settings import load


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 2 for a configuration that cannot be used, 1 for a failure."""
    parser = argparse.ArgumentParser(
        prog="pasperdus-collector", description="Receive, keep and show what the nodes count."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("serve", help="run the collector until it is told to stop")
    command.add_argument("--config", type=Path, required=True, metavar="FILE")
    command = commands.add_parser("project", help="tell what InfluxDB does not have yet")
    command.add_argument("--config", type=Path, required=True, metavar="FILE")
    command.add_argument(
        "--rebuild", action="store_true", help="have all of it written anew by the next serve"
    )
    options = parser.parse_args(arguments)

    configure_logs()
    try:
        config = load(Config, options.config)
        match options.command:
            case "serve":
                serve(config)
            case "project" if options.rebuild:
                print(rebuilt(config))
            case "project":
                print(told(config))
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 2
    except CollectorError as error:
        print(f"pasperdus-collector: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
