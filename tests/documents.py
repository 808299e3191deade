"""Check the documents: links lead somewhere, decisions have their form, nothing private slips in.

``python tests/documents.py`` prints each fault as ``file:line: fault`` and exits 1 when there is
one.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DECISION_WORDS = 700  # under a page
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?)\s*$")
_FENCE = re.compile(r"^\s*(```|~~~)")


def main() -> int:
    """Print every fault."""
    documents = sorted(ROOT / name for name in _tracked("*.md"))
    faults = [fault for path in documents for fault in _faults(path)]
    faults += _decision_faults()
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def _faults(path: Path) -> Iterator[str]:
    for number, line in _prose(path):
        for target in _LINK.findall(line):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            linked = (path.parent / file).resolve() if file else path
            if not linked.exists():
                yield f"{path.relative_to(ROOT)}:{number}: {target} is not there"
            elif anchor and linked.suffix == ".md" and anchor not in _anchors(linked):
                yield f"{path.relative_to(ROOT)}:{number}: {target} has no such heading"


def _decision_faults() -> Iterator[str]:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    for expected, path in enumerate(decisions, start=1):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT)
        if not path.name.startswith(f"{expected:04d}-"):
            yield f"{name}: the next decision is number {expected:04d}"
        for part in ("Context", "Decision", "Consequences"):
            if f"## {part}" not in text:
                yield f"{name}: lacks the heading ## {part}"
        if len(text.split()) > DECISION_WORDS:
            yield f"{name}: {len(text.split())} words are more than a page ({DECISION_WORDS})"


def _prose(path: Path) -> Iterator[tuple[int, str]]:
    is_code = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if _FENCE.match(line):
            is_code = not is_code
        elif not is_code:
            yield number, line


def _anchors(path: Path) -> set[str]:
    headings = (_HEADING.match(line) for _, line in _prose(path))
    return {
        re.sub(r"[^\w\- ]", "", heading[1].lower()).replace(" ", "-")
        for heading in headings
        if heading
    }


def _tracked(pattern: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return listed.stdout.split()


if __name__ == "__main__":
    sys.exit(main())
