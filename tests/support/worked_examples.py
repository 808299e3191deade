"""The four trials that docs/evaluation.md tells, in real ledgers, and what the command says.

``python -m support.worked_examples`` (script/evaluation-examples) writes the outputs into the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pasperdus_collector.compare_command import as_words, compared
from pasperdus_collector.comparison.gather import gather
from pasperdus_collector.ledger import reading
from pasperdus_collector.register.records import Circumstance
from support.trials import PROTOTYPE, Site, simulate

PAGE = Path(__file__).parents[2] / "docs" / "evaluation.md"
_VERSION = re.compile(r"^Version [^ ]+")


@dataclass(frozen=True, kw_only=True)
class Example:
    """A trial, and how it is planned; ``name`` marks its place in the page."""

    name: str
    site: Site
    control: Site | None = None
    planned: Mapping[str, Any] = field(default_factory=dict)


_SIGNAGE = Site(
    site="annexe",
    title="Mairie annexe",
    weeks="AAAAAAAAAABBBBBBBBBB",
    effects={"B": 0.07},
    week_sd=0.08,
    periods={"A": "Anciens panneaux", "B": "Nouveaux panneaux"},
    seed=12,
)
_BOX = Site(
    site="ccas",
    title="CCAS",
    weeks="AAAAAAAABBBBBBBB",
    effects={"B": 0.08},
    answers={"B": 1.6},
    periods={"A": "Sans file", "B": "Avec file"},
    seed=5,
)

EXAMPLES = (
    Example(
        name="lectern",
        site=Site(
            weeks="ABBAABABBABAABBA",
            effects={"B": 0.08},
            week_sd=0.08,
            seed=2,
        ),
        planned={
            "design": "randomised",
            "title": "Pupitre mobile",
            "hypothesis": "Un agent qui va vers les gens, avec un pupitre, rassure dès l'entrée",
        },
    ),
    Example(
        name="signage",
        site=_SIGNAGE,
        control=Site(
            site="centre",
            title="Mairie centre",
            weeks=_SIGNAGE.weeks,
            effects={"B": 0.07},
            week_sd=0.08,
            seed=13,
        ),
        planned={
            "title": "Signalétique",
            "hypothesis": "Des panneaux plus clairs",
            "changed": "De nouveaux panneaux dans le hall",
        },
    ),
    Example(
        name="box",
        site=_BOX,
        planned={
            "title": "File d'attente",
            "hypothesis": "Un ordre de passage visible apaise",
            "changed": "Une file d'attente devant le guichet",
            "circumstances": (
                Circumstance(
                    at_ms=_BOX.at(8),
                    kind="button_moved",
                    text="La borne est passée du guichet à la sortie.",
                ),
            ),
        },
    ),
    Example(
        name="small",
        site=Site(
            site="maison",
            title="Maison France Services",
            weeks="AAAAAAAABBBBBB",
            visitors_a_day=13.0,
            ratings_a_day=5.0,
            effects={"B": 0.06},
            tallies_a_day=0.5,
            waits_a_day=2,
            periods={"A": "Avant le coin numérique", "B": "Coin numérique"},
            seed=6,
        ),
        planned={
            "title": "Coin numérique",
            "hypothesis": "Un poste en libre accès rend autonome",
            "changed": "Un ordinateur et une imprimante près de l'entrée",
        },
    ),
)


def told(example: Example, folder: Path) -> str:
    """Return what the command prints about a trial, two days after its end."""
    trial = simulate(
        folder / f"{example.name}.db", example.site, control=example.control, **example.planned
    )
    with reading(trial.path) as db:
        inputs = gather(
            db, example.site.site, None, PROTOTYPE, now_ms=trial.now_ms, collector="mairie"
        )
    lines = as_words(compared(inputs), "fr").splitlines()
    # Version and digest change with every release; the page is about the rest.
    return "\n".join(line for line in lines if not _VERSION.match(line)).strip()


def block(name: str, text: str) -> str:
    """Return an output as it stands in the page."""
    return f"<!-- output: {name} -->\n```text\n{text}\n```\n<!-- end -->"


def page_with(outputs: Mapping[str, str]) -> str:
    """Return the page with these outputs in their places."""
    page = PAGE.read_text(encoding="utf-8")
    for name, text in outputs.items():
        pattern = re.compile(rf"<!-- output: {name} -->.*?<!-- end -->", re.DOTALL)
        if not pattern.search(page):
            raise AssertionError(f"{PAGE.name} has no place for the output {name!r}")
        page = pattern.sub(lambda _: block(name, text), page)  # noqa: B023 (called at once)
    return page


def main() -> None:
    """Write the page."""
    with TemporaryDirectory() as folder:
        outputs = {each.name: told(each, Path(folder)) for each in EXAMPLES}
    PAGE.write_text(page_with(outputs), encoding="utf-8")


if __name__ == "__main__":
    main()
