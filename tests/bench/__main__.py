"""``script/bench``: the whole path; ``script/bench NAME``: one of :data:`COMMANDS`."""

import sys
from collections.abc import Callable, Sequence

from bench import comparing, evaluation, pages, path, pedestrians, planner, scale, screen, series

COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "path": path.main,
    "series": series.main,
    "scale": scale.main,
    "comparing": comparing.main,
    "evaluation": evaluation.main,
    "pedestrians": pedestrians.main,
    "planner": planner.main,
    "screen": screen.main,
    "pages": pages.main,
}


def main(arguments: Sequence[str]) -> int:
    """Run the measurement that is named first; without a name, that of the whole path."""
    if arguments and arguments[0] in COMMANDS:
        return COMMANDS[arguments[0]](arguments[1:])
    return path.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
