"""Write the dashboards, or say which files are not what the code would write (``--check``)."""

import json
import sys
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from pasperdus_grafana.fleet import fleet
from pasperdus_grafana.language import LANGUAGES
from pasperdus_grafana.prototypes import prototypes
from pasperdus_grafana.today import today
from pasperdus_grafana.week import week

HERE = Path(__file__).resolve().parent.parent / "grafana"
BOARDS = (today, week, prototypes, fleet)


def files() -> dict[Path, str]:
    """Return the text of each file by its path below ``dashboards/grafana``."""
    written = {}
    for language in LANGUAGES:
        for make in BOARDS:
            board = make(language)
            path = Path(f"{board.file}.json")
            text = json.dumps(
                board.build(), cls=JSONEncoder, ensure_ascii=False, indent=2, sort_keys=True
            )
            written[path if language == "fr" else Path(language) / path] = f"{text}\n"
    return written


def main(arguments: list[str]) -> int:
    """Return what the process ends with."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m pasperdus_grafana [--check]\n")
        return 2
    stale = 0
    for path, text in files().items():
        file = HERE / path
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        if arguments:
            stale += 1
            sys.stderr.write(f"{file}: not what the code writes; run script/grafana\n")
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
