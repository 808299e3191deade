"""Remembers how the last comparisons were put into words: a page and its charts ask alike."""

import threading
from collections import OrderedDict
from collections.abc import Hashable

from pasperdus_collector.analysis.result import Comparison
from pasperdus_collector.register.records import Prototype
from pasperdus_dashboards.compare.guards import Pulse
from pasperdus_dashboards.compare.view import ComparisonView, comparison_view
from pasperdus_service.languages import Language

MOST_KEPT = 12  # as many comparisons as are kept, in two languages


class Views:
    """Makes each view once; the digest of its inputs names a comparison."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, ComparisonView] = OrderedDict()
        self._lock = threading.Lock()

    def of(
        self, comparison: Comparison, trial: Prototype, pulse: Pulse, language: Language
    ) -> ComparisonView:
        """Return a comparison in one language; ``trial`` is what the register keeps of it now."""
        named = (comparison.details.recompute.inputs_sha256, trial, pulse, language.code)
        with self._lock:
            view = self._kept.pop(named, None)
            if view is None:
                view = comparison_view(comparison, trial, pulse, language)
            self._kept[named] = view
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return view
