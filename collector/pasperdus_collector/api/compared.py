"""A whole comparison, or a recipe, for whatever is made of them: documents, pages."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.recipe_shapes import recipe_json
from pasperdus_collector.errors import QueryError
from pasperdus_collector.ledger import reading
from pasperdus_collector.pulse_release import read_pulses
from pasperdus_collector.register import store
from pasperdus_collector.register.recipe import recipe_of
from pasperdus_collector.register.records import Period, Prototype

if TYPE_CHECKING:
    from pasperdus_collector.analysis.inputs import Inputs
    from pasperdus_collector.analysis.result import Comparison
    from pasperdus_collector.comparison.prepared import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """The trials of a site in the order of their planned starts, and all its periods."""

    prototypes: Sequence[Prototype]
    periods: Sequence[Period]


MOST_KEPT = 6
"""Answers, of a megabyte or two each: as many as people look at in turn."""

_Asked = tuple[str, str | None, str]


class Gathered:
    """What a comparison is computed from, its canonical text, and the digest that names it."""

    def __init__(self, inputs: "Inputs") -> None:
        from pasperdus_collector.comparison.inputs_json import digest, to_text

        self.inputs = inputs
        self.text = to_text(inputs)
        self.sha256 = digest(self.text)
        self._compared: Comparison | None = None
        self._lock = threading.Lock()

    def compared(self) -> "Comparison":
        """Compute everything, once: below a second once the libraries are loaded."""
        from pasperdus_collector.analysis.comparison import compare

        with self._lock:
            if self._compared is None:
                self._compared = compare(
                    self.inputs, version=version("pasperdus"), inputs_sha256=self.sha256
                )
            return self._compared


class Comparisons:
    """What the register and the series of this collector have to say.

    The last answers are kept until anything changes that they follow from.
    """

    def __init__(self, queries: Queries, ledger: Path, *, collector: str) -> None:
        self._queries = queries
        self._ledger = ledger
        self._collector = collector
        self._kept: OrderedDict[_Asked, tuple[State, Gathered]] = OrderedDict()
        self._lock = threading.Lock()
        self._measuring = threading.Lock()

    def gather(self, site: str, baseline: str | None, prototype: str) -> Gathered:
        """Read what is compared. Raises :class:`~pasperdus_collector.errors.QueryError`."""
        # numpy takes a tenth of a second to load, scipy over one: only who compares pays for them.
        from pasperdus_collector.comparison.gather import measure
        from pasperdus_collector.comparison.prepared import prepare, state_of

        asked = (site, baseline, prototype)
        with reading(self._ledger) as db:
            prepared = prepare(
                db,
                site,
                baseline,
                prototype,
                now_ms=self._queries.now_ms(),
                collector=self._collector,
            )
            state = state_of(prepared)
            known = self._known(asked, state)
            if known is not None:
                return known
            with self._measuring:  # a page and its charts ask at the same time: one reads for all
                known = self._known(asked, state)
                if known is None:
                    known = Gathered(measure(prepared))
                    self._keep(asked, state, known)
                return known

    def inputs(self, site: str, baseline: str | None, prototype: str) -> "Inputs":
        """Read the same without its text. Raises as :meth:`gather` does."""
        return self.gather(site, baseline, prototype).inputs

    def _known(self, asked: _Asked, state: "State") -> Gathered | None:
        with self._lock:
            kept = self._kept.get(asked)
            if kept is None or kept[0] != state:
                return None
            self._kept.move_to_end(asked)
            return kept[1]

    def _keep(self, asked: _Asked, state: "State", gathered: Gathered) -> None:
        with self._lock:
            self._kept[asked] = (state, gathered)
            self._kept.move_to_end(asked)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)

    def register(self, site: str) -> "Registered":
        """Return the trials of a site and all its periods. Raises :class:`NotFoundError`."""
        with reading(self._ledger) as db:
            return Registered(
                prototypes=store.read_prototypes(db, site, now_ms=self._queries.now_ms()),
                periods=store.read_periods(db, site),
            )

    def pulses(self, site: str, ranges: Sequence[tuple[int, int]]) -> list[int]:
        """Return the agents' pulses by score, worst first, of blocks that lie within the ranges.

        A block is of a whole site and of four weeks at least; one that reaches over an edge of a
        range (milliseconds since 1970 UTC) belongs to none.
        """
        with reading(self._ledger) as db:
            return read_pulses(db, site, ranges)

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
