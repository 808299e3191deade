"""``pasperdus-collector``: the command."""

import argparse
import os
import signal
import sys
from pathlib import Path

from pasperdus_collector import compare_command, plan_command
from pasperdus_collector.app import serve
from pasperdus_collector.config import Config
from pasperdus_collector.errors import CollectorError
from pasperdus_collector.project import rebuilt, told
from pasperdus_service.errors import ServiceError
from pasperdus_service.logs import configure_logs
from pasperdus_service.settings import load

_READER_IS_GONE = 128 + signal.SIGPIPE  # as the shell tells of any tool that ends so


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 2 for a configuration that cannot be used, 1 for a failure."""
    options = _parser().parse_args(arguments)
    configure_logs()
    try:
        _run(options)
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 2
    except CollectorError as error:
        print(f"pasperdus-collector: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pasperdus-collector", description="Receive, keep and show what the nodes count."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("serve", help="run the collector until it is told to stop")
    _add_config(command)
    command = commands.add_parser("project", help="tell what InfluxDB does not have yet")
    _add_config(command)
    command.add_argument(
        "--rebuild", action="store_true", help="have all of it written anew by the next serve"
    )
    command = commands.add_parser("compare", help="compare a prototype with its baseline")
    command.add_argument("site", metavar="SITE")
    command.add_argument(
        "baseline",
        metavar="BASELINE",
        help="periods, with commas between; the prototype's name for its own baseline",
    )
    command.add_argument(
        "prototype", metavar="PROTOTYPE", help="a prototype, or some of its periods"
    )
    _add_config(command)
    command.add_argument(
        "--inputs",
        type=Path,
        metavar="FILE",
        help="also write what it is computed from, for recompute",
    )
    _add_forms(command)
    command = commands.add_parser(
        "recompute", help="compute a comparison again from what compare --inputs wrote"
    )
    command.add_argument("file", type=Path, metavar="FILE")
    _add_forms(command)
    command = commands.add_parser("plan", help="tell how many weeks a question needs")
    plan_command.add_plan(command)
    _add_config(command)
    return parser


def _add_config(command: argparse.ArgumentParser) -> None:
    command.add_argument("--config", type=Path, required=True, metavar="FILE")


def _add_forms(command: argparse.ArgumentParser) -> None:
    form = command.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print all of it as JSON")
    form.add_argument("--pdf", type=Path, metavar="FILE", help="write a report for a committee")
    command.add_argument("--language", choices=("fr", "en"), default="fr")


def _run(options: argparse.Namespace) -> None:
    match options.command:
        case "serve":
            serve(load(Config, options.config))
        case "project" if options.rebuild:
            _say(rebuilt(load(Config, options.config)))
        case "project":
            _say(told(load(Config, options.config)))
        case "compare":
            inputs = compare_command.gathered(
                load(Config, options.config),
                site=options.site,
                baseline=options.baseline,
                prototype=options.prototype,
            )
            if options.inputs is not None:
                compare_command.write_inputs(inputs, options.inputs)
            _say(compare_command.told(inputs, options))
        case "plan":
            _say(plan_command.planned(load(Config, options.config), options))
        case "recompute":
            _say(compare_command.told(compare_command.read_inputs(options.file), options))


def _say(text: str | None) -> None:
    """Print it, unless there is nothing to say."""
    if text is None:
        return
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Whoever reads has enough, such as head. Else Python would try again when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(_READER_IS_GONE)


if __name__ == "__main__":
    sys.exit(main())
