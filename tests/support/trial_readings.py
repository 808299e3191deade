"""Somebody who reads the verdict of a trial over and over: what do they get to see?

They see :func:`pasperdus_collector.analysis.reading.read`, which is also what an answer rests on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import sqrt

from scipy import stats

from pasperdus_collector.analysis.inputs import Plan, Status
from pasperdus_collector.analysis.reading import read
from pasperdus_collector.analysis.result import VerdictCode
from support.simulated_trials import Draws

CLAIMS: frozenset[VerdictCode] = frozenset(
    ("better_so_far", "worse_so_far", "better_small", "worse_small", "better", "worse")
)
"""What must not be said where nothing changed."""

CLAIMS_SO_FAR: frozenset[VerdictCode] = frozenset(("better_so_far", "worse_so_far"))


_DOUBT = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How often something happened in so many trials."""

    hits: int
    trials: int

    def __add__(self, other: "Rate") -> "Rate":
        """Return that of both studies together."""
        return Rate(hits=self.hits + other.hits, trials=self.trials + other.trials)

    @property
    def share(self) -> float:
        """Return it as a share of the trials."""
        return self.hits / self.trials

    @property
    def error(self) -> float:
        """Return the standard error of the share."""
        return sqrt(max(self.share * (1 - self.share), 1 / self.trials) / self.trials)

    def is_at_most(self, promised: float) -> bool:
        """Return whether so many hits are to be expected if the promise is kept.

        Of studies that just keep it, one in two hundred has more.
        """
        return bool(self.hits <= stats.binom.isf(_DOUBT, self.trials, promised))

    def is_at_least(self, promised: float) -> bool:
        """Return whether so few hits are to be expected if the promise is kept."""
        return bool(self.hits >= stats.binom.ppf(_DOUBT, self.trials, promised))

    def __str__(self) -> str:
        """Return it as a percentage with its own standard error."""
        return f"{100 * self.share:.1f} % (± {100 * self.error:.1f}, {self.trials} trials)"


def rate(happened: Iterable[bool]) -> Rate:
    """Count."""
    all_of_them = list(happened)
    return Rate(hits=sum(all_of_them), trials=len(all_of_them))


def readings(
    draws: Draws,
    trial: int,
    *,
    plan: Plan | None = None,
    letters: str = "AB",
    control: Draws | None = None,
) -> Iterator[VerdictCode]:
    """Yield the verdicts of a trial at the end of each week that it runs, then at its planned end.

    Only whole weeks enter while it runs, so that days in between show nothing new. ``control`` are
    draws of another site over the same days.
    """
    open_weekdays = draws.reception.open_weekdays
    last = max(draws.schedule.rfind(letter) for letter in letters) + 1
    first = draws.schedule.find(letters[1])
    ends = range(first - first % open_weekdays + open_weekdays, last + 1, open_weekdays)
    looks: list[tuple[int, Status]] = [*((end, "running") for end in ends), (last, "ended")]
    for until, status in looks:
        inputs = draws.inputs(trial, until=until, status=status, plan=plan, letters=letters)
        if control is not None:
            beside = control.inputs(trial, until=until, status=status, plan=plan, letters=letters)
            inputs = replace(inputs, control=(beside.baseline, beside.prototype))
        yield read(inputs).verdict.code


def claims_anything(codes: Iterable[VerdictCode]) -> bool:
    """Return whether any of the verdicts says better or worse."""
    return any(code in CLAIMS for code in codes)
