"""Runs vl-convert in a process of its own: ``python -m pasperdus_dashboards.shell.drawing_child``.

Its JavaScript engine holds Python's lock for seconds and takes 150 MB: neither may happen to the
process that hears the nodes. Takes a JSON list of Vega-Lite specifications on standard input and
answers with a JSON list of SVG; with ``--script``, answers with the browser's script.
"""

import json
import sys

import vl_convert

from pasperdus_dashboards.shell.child import give_way

_SNIPPET = "window.vegaEmbed = vegaEmbed;"


def main(arguments: list[str]) -> int:
    """Answer one question on standard output."""
    give_way()
    if arguments == ["--script"]:
        sys.stdout.write(vl_convert.javascript_bundle(_SNIPPET))
    else:
        specifications = json.load(sys.stdin)
        json.dump([vl_convert.vegalite_to_svg(each) for each in specifications], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
