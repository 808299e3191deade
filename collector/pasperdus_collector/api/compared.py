"""A whole comparison, or a recipe, for whatever is made of them: documents, pages."""

from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.recipe_routes import recipe_json
from pasperdus_collector.errors import QueryError
from pasperdus_collector.ledger import reading
from pasperdus_collector.register import store
from pasperdus_collector.register.recipe import recipe_of

if TYPE_CHECKING:
    from pasperdus_collector.analysis.inputs import Inputs
    from pasperdus_collector.analysis.result import Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What a comparison is computed from, its canonical text, and the digest that names it."""

    inputs: "Inputs"
    text: str
    sha256: str

    def compared(self) -> "Comparison":
        """Compute everything: below a second once the libraries are loaded."""
        from pasperdus_collector.analysis.comparison import compare

        return compare(self.inputs, version=version("pasperdus"), inputs_sha256=self.sha256)


class Comparisons:
    """What the register and the series of this collector have to say."""

    def __init__(self, queries: Queries, ledger: Path, *, collector: str) -> None:
        self._queries = queries
        self._ledger = ledger
        self._collector = collector

    def gather(self, site: str, baseline: str | None, prototype: str) -> Gathered:
        """Read what is compared. Raises :class:`~pasperdus_collector.errors.QueryError`."""
        from pasperdus_collector.comparison.inputs_json import digest, to_text  # loads numpy

        inputs = self.inputs(site, baseline, prototype)
        text = to_text(inputs)
        return Gathered(inputs=inputs, text=text, sha256=digest(text))

    def inputs(self, site: str, baseline: str | None, prototype: str) -> "Inputs":
        """Read the same without its text. Raises as :meth:`gather` does."""
        # numpy takes a tenth of a second to load, scipy over one: only who compares pays for them.
        from pasperdus_collector.comparison.gather import gather

        with reading(self._ledger) as db:
            return gather(
                db,
                site,
                baseline,
                prototype,
                now_ms=self._queries.now_ms(),
                collector=self._collector,
            )

    def recipe(self, site: str, prototype: str) -> dict[str, Any]:
        """Return what ``GET prototypes/{prototype}/recipe`` answers.

        Once the trial is over, its verdict travels along as a sentence. Raises
        :class:`~pasperdus_collector.errors.NotFoundError`.
        """
        with reading(self._ledger) as db:
            found = store.read_prototype(db, site, prototype)
            recipe = recipe_of(found, store.read_periods(db, site))
        return recipe_json(replace(recipe, result=self._result(site, prototype)))

    def _result(self, site: str, prototype: str) -> dict[str, str] | None:
        try:
            inputs = self.inputs(site, None, prototype)
        except QueryError:  # it has no baseline, or no period yet: nothing came of it so far
            return None
        if inputs.plan.status not in ("ended", "ended_early"):
            return None
        from pasperdus_collector.analysis.comparison import answer
        from pasperdus_collector.analysis.wording import TABLES, answer_words

        found = answer(inputs)
        words = {language: answer_words(found, language) for language in TABLES}
        return {
            language: " ".join(
                part for part in (f"{each.verdict}.", each.effect, each.design) if part
            )
            for language, each in words.items()
        }
