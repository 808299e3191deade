"""Makes the pages' typeface out of Source Sans Pro, in a process of its own.

``python -m pasperdus_dashboards.shell.font_child`` answers with a JSON object: each file's name,
and its content in base 64. Each weight is cut down to the letters of western and central Europe and
to the signs that pages use, and packed as WOFF, which needs no compressor beyond zlib. What is cut
down may not keep the reserved name "Source" (SIL Open Font License, condition 3), so it gets ours;
copyright and licence stay in it.
"""

import json
import sys
from base64 import b64encode
from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from fontTools import subset

from pasperdus_dashboards.shell.child import give_way
from pasperdus_dashboards.shell.fonts import FAMILY, PACKAGE, SIGNS, Face, faces

# Kerning, accents that are put together, and two forms of figures: of one width, or close-set.
FEATURES = ("ccmp", "kern", "liga", "locl", "mark", "mkmk", "pnum", "tnum")
_LATIN = (*range(0x20, 0x7F), *range(0xA0, 0x180))
_FAMILY_IDS, _STYLE_IDS, _FULL_IDS, _POSTSCRIPT_ID = (1, 16), (2, 17), (3, 4), 6


def main() -> int:
    """Answer on standard output; say on standard error what is missing."""
    give_way()
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        sys.stderr.write(
            f"the typeface (Python package {PACKAGE.replace('_', '-')}) is not installed; "
            "install pasperdus[collector] again\n"
        )
        return 1
    folder = Path(found.origin).parent / "files"
    made = {face.file: _cut_down(folder, face) for face in faces()}
    made["LICENSE.txt"] = (folder / "LICENSE.txt").read_bytes()
    json.dump({name: b64encode(content).decode() for name, content in made.items()}, sys.stdout)
    return 0


def _cut_down(folder: Path, face: Face) -> bytes:
    options = subset.Options()
    options.flavor = "woff"
    options.layout_features = list(FEATURES)
    options.name_IDs = ["*"]
    options.recalc_timestamp = False  # the same file every time
    font = subset.load_font(folder / face.source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[*_LATIN, *map(ord, SIGNS)])
    subsetter.subset(font)
    for record, text in _names(font["name"], face):
        record.string = text
    packed = BytesIO()
    subset.save_font(font, packed, options)
    return packed.getvalue()


def _names(table: Any, face: Face) -> Iterator[tuple[Any, str]]:
    """Yield each record that names the typeface, and its new text."""
    style = face.file.removesuffix(".woff").capitalize()
    for record in table.names:
        if record.nameID in _FAMILY_IDS:
            yield record, FAMILY
        elif record.nameID in _STYLE_IDS:
            yield record, style
        elif record.nameID in _FULL_IDS:
            yield record, f"{FAMILY} {style}"
        elif record.nameID == _POSTSCRIPT_ID:
            yield record, f"{FAMILY.replace(' ', '')}-{style}"


if __name__ == "__main__":
    sys.exit(main())
