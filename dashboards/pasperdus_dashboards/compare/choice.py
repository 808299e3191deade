"""Which trial is looked at, against what: what the register offers, and what an address asks for.

An address names a trial, and maybe another baseline or other periods than the trial's own. Only
what the page offers is taken: one name each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pasperdus_collector.api.compared import Registered
from pasperdus_collector.register.records import Period, Prototype

Refused = Literal["no_prototype", "unknown", "no_period", "no_baseline"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is compared. ``baseline`` and ``periods`` are empty for the trial's own.

    ``refused`` is why nothing can be; ``prototype`` is then None unless the trial itself is known.
    """

    registered: Registered
    prototype: Prototype | None
    baseline: str = ""
    periods: str = ""
    refused: Refused | None = None

    @property
    def asked(self) -> tuple[str | None, str]:
        """What a comparison is asked for: baseline, and prototype or period."""
        name = "" if self.prototype is None else self.prototype.prototype
        return self.baseline or None, self.periods or name

    @property
    def query(self) -> dict[str, str]:
        """What stands in the address of exactly this."""
        told = {
            "prototype": "" if self.prototype is None else self.prototype.prototype,
            "baseline": self.baseline,
            "periods": self.periods,
        }
        return {name: value for name, value in told.items() if value}

    @property
    def own(self) -> list[Period]:
        """The periods in which the chosen trial was there."""
        return own_periods(self.prototype, self.registered.periods)

    @property
    def baselines(self) -> list[Period]:
        """The periods that it may be compared with: all without any change."""
        return [each for each in self.registered.periods if each.kind == "baseline"]


def choose(registered: Registered, query: Mapping[str, str], *, now_ms: int) -> Choice:
    """Return what an address asks for: the trial of most interest now unless it names one."""
    prototypes = registered.prototypes
    if not prototypes:
        return Choice(registered=registered, prototype=None, refused="no_prototype")
    name = query.get("prototype", "")
    if name:
        trial = next((each for each in prototypes if each.prototype == name), None)
    else:
        trial = _of_most_interest(registered, now_ms)
    if trial is None:
        return Choice(registered=registered, prototype=None, refused="unknown")
    chosen = Choice(
        registered=registered,
        prototype=trial,
        baseline=query.get("baseline", ""),
        periods=query.get("periods", ""),
    )
    return Choice(
        registered=registered,
        prototype=trial,
        baseline=chosen.baseline,
        periods=chosen.periods,
        refused=_refused(chosen),
    )


def own_periods(prototype: Prototype | None, periods: Sequence[Period]) -> list[Period]:
    """Return the periods in which a trial was there."""
    if prototype is None:
        return []
    return [
        each
        for each in periods
        if each.kind == "prototype" and each.prototype == prototype.prototype
    ]


def _refused(chosen: Choice) -> Refused | None:
    trial = chosen.prototype
    own, baselines = chosen.own, chosen.baselines
    if chosen.periods and chosen.periods not in {each.period for each in own}:
        return "unknown"
    if chosen.baseline and chosen.baseline not in {each.period for each in baselines}:
        return "unknown"
    if not own:
        return "no_period"
    if chosen.baseline or trial is None:
        return None
    is_declared = any(
        each.period in trial.baseline or each.prototype == trial.prototype for each in baselines
    )
    return None if is_declared else "no_baseline"


def _of_most_interest(registered: Registered, now_ms: int) -> Prototype:
    """Return the trial that began last; before any has begun, the next one to begin."""

    def rank(trial: Prototype) -> tuple[bool, int]:
        begun = [
            each.start_ms
            for each in own_periods(trial, registered.periods)
            if each.start_ms <= now_ms
        ]
        return bool(begun), max(begun, default=-trial.planned_start_ms)

    return max(registered.prototypes, key=rank)
