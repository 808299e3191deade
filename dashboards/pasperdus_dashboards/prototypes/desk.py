"""What all pages of the register ask, and what each finds out first: which trial, of which site."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Request

from pasperdus_collector.api.compared import Comparisons
from pasperdus_collector.api.contents import Contents
from pasperdus_collector.api.planned import Plans
from pasperdus_collector.api.registering import Registered, Registering
from pasperdus_collector.comparison.plan_query import PlanQuery
from pasperdus_collector.errors import QueryError
from pasperdus_collector.reception.content import Tally
from pasperdus_collector.register.records import Period, Prototype
from pasperdus_collector.registry import Site
from pasperdus_dashboards.charts.outcome_words import words_code
from pasperdus_dashboards.prototypes.addresses import trial_page
from pasperdus_dashboards.prototypes.choices import Known
from pasperdus_dashboards.prototypes.trial_words import Say, TrialView, trial_view
from pasperdus_dashboards.shell.figures import Figures
from pasperdus_dashboards.shell.visit import Shell, Visit
from pasperdus_service.languages import Language

if TYPE_CHECKING:
    from pasperdus_collector.analysis.plan import WeeksPlan
    from pasperdus_collector.analysis.result import Comparison
    from pasperdus_collector.analysis.wording import Words

MOST_PLANS = 50
"""Kept answers of the planner: each takes half a second to compute, and a page asks it twice."""

_HOUR_MS = 3_600_000
_TELLS_NOTHING = frozenset({"insufficient", "too_early", "too_early_running"})
_Asked = tuple[PlanQuery, int, tuple[tuple[str, int], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One trial, looked at on one page."""

    visit: Visit
    site: Site
    registered: Registered
    periods: Sequence[Period]
    known: Known
    now_ms: int

    @property
    def prototype(self) -> Prototype:
        """What was laid down."""
        return self.registered.prototype

    @property
    def page(self) -> str:
        """The address of the trial, without site and language."""
        return trial_page(self.prototype.prototype)

    @property
    def say(self) -> Say:
        """Days and periods in words."""
        return Say(self.visit.language, self.visit.zone)

    def view(self) -> TrialView:
        """Return the trial in words."""
        return trial_view(
            self.registered,
            self.periods,
            self.known,
            self.visit.language,
            self.visit.zone,
            now_ms=self.now_ms,
        )


class Desk:
    """What the pages of the register ask."""

    def __init__(
        self,
        *,
        shell: Shell,
        figures: Figures,
        registering: Registering,
        plans: Plans,
        comparisons: Comparisons,
        contents: Contents,
    ) -> None:
        self.shell = shell
        self.figures = figures
        self.registering = registering
        self.comparisons = comparisons
        self.contents = contents
        self._plans = plans
        self._planned: OrderedDict[_Asked, WeeksPlan] = OrderedDict()
        self._lock = threading.Lock()

    def trial(self, request: Request, name: str, part: str = "") -> Trial:
        """Return a trial of the site asked for.

        Raises :class:`~pasperdus_collector.errors.NotFoundError` where the site has none of that
        name.
        """
        visit = self.shell.visit(request, f"{trial_page(name)}{part}")
        site = self.shell.queries.site(visit.asked or "") if visit.site is None else visit.site
        return Trial(
            visit=visit,
            site=site,
            registered=self.registering.one(site.site, name),
            periods=self.registering.periods(site.site),
            known=self.known(visit, site),
            now_ms=self.shell.queries.now_ms(),
        )

    def known(self, visit: Visit, site: Site) -> Known:
        """Return what can be chosen at a site."""
        tallies = [each.content for each in self.contents.all(site.site, kind="tally")]
        boxes = {(box.question, box.scale) for zone in site.zones for box in zone.boxes}
        return Known(
            questions=sorted(boxes),
            tallies=[each for each in tallies if isinstance(each, Tally) and each.is_shown],
            others=[(each.site, each.title) for each in visit.sites if each.site != site.site],
        )

    def plan(self, query: PlanQuery) -> "WeeksPlan":
        """Return how many weeks a question needs; one answer holds for an hour, as its data do.

        Raises :class:`QueryError` for what cannot be planned so.
        """
        hour = self.shell.queries.now_ms() // _HOUR_MS
        periods = self.registering.periods(query.site)
        asked = (query, hour, tuple((each.period, each.version) for each in periods))
        with self._lock:
            known = self._planned.get(asked)
        if known is None:
            known = self._plans.plan(query)
            with self._lock:
                self._planned[asked] = known
                while len(self._planned) > MOST_PLANS:
                    self._planned.popitem(last=False)
        return known

    def answer(self, site: str, prototype: str, language: Language) -> "Words | None":
        """Return what a comparison says of a trial; None where nothing can be compared yet."""
        found = self._compared(site, prototype)
        if found is None:
            return None
        from pasperdus_collector.analysis.wording import answer_words  # loads scipy

        return answer_words(found.answer, words_code(language))

    def is_too_early(self, site: str, prototype: str) -> bool:
        """Return whether a comparison cannot tell anything of a trial yet."""
        found = self._compared(site, prototype)
        return found is None or found.answer.verdict.code in _TELLS_NOTHING

    def _compared(self, site: str, prototype: str) -> "Comparison | None":
        try:
            return self.comparisons.gather(site, None, prototype).compared()
        except QueryError:  # no baseline, or no period of its own: its page says what to do
            return None
