"""Which periods are compared: names of periods or of a prototype, looked up in the register (pure).

Under ``baseline`` a prototype's name means its registered baseline; under ``prototype`` the periods
of its last step that has begun, which of a randomised design are all weeks in which it was there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pasperdus_collector.errors import QueryError, fault, unknown_name
from pasperdus_collector.register.records import Period, Prototype


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A registered trial, and the periods of its two arms in order of time.

    ``is_declared``: they are those that the register declared, not others asked for afterwards.
    ``own`` are all periods of the prototype itself, of every step.
    """

    prototype: Prototype
    baseline: tuple[Period, ...]
    tried: tuple[Period, ...]
    own: tuple[Period, ...]
    is_declared: bool


def choose(
    prototypes: Sequence[Prototype],
    periods: Sequence[Period],
    *,
    site: str,
    baseline: str | None,
    prototype: str,
    now_ms: int,
) -> Chosen:
    """Return what two names mean at a site.

    Raises :class:`~pasperdus_collector.errors.NotFoundError` for names that nothing has, and
    :class:`QueryError` for periods that cannot be compared: baselines, of several prototypes, or
    with the same time in both arms.
    """
    by_name = {each.prototype: each for each in prototypes}
    registered = _Registered(site=site, prototypes=by_name, periods=periods)
    tried: list[Period] = []
    for name in _names("prototype", prototype):
        tried += (
            _last_step(by_name[name], periods, now_ms)
            if name in by_name
            else ([registered.period(name)])
        )
    for each in tried:
        if each.kind == "baseline":
            raise QueryError(
                f"prototype: period {each.period!r} is a baseline; name a prototype, or periods "
                "with one"
            )
    of = {each.prototype for each in tried}
    if len(of) > 1:
        raise QueryError(
            f"prototype: the periods {prototype} are of several prototypes; ask for those of one"
        )
    trial = by_name[str(*of)]
    against: list[Period] = []
    for name in (trial.prototype,) if baseline is None else _names("baseline", baseline):
        against += (
            _baseline(by_name[name], registered) if name in by_name else ([registered.period(name)])
        )
    _check_apart(against, tried)
    arms = _in_order(against), _in_order(tried)
    declared = _in_order(_own_baseline(trial, periods)), _in_order(_own(trial, periods, now_ms))
    return Chosen(
        prototype=trial,
        baseline=arms[0],
        tried=arms[1],
        own=_in_order(_of(trial, periods)),
        is_declared=arms == declared,
    )


def compared_with(
    chosen: Chosen, prototypes: Iterable[Prototype], periods: Sequence[Period]
) -> int:
    """Return how many prototypes of the site share a baseline with this trial, itself included.

    It is shared where it lies in the same time: other names for the same weeks change nothing.
    """
    return sum(
        each.prototype == chosen.prototype.prototype
        or _meet(chosen.baseline, _own_baseline(each, periods))
        for each in prototypes
    )


def _meet(some: Iterable[Period], others: Sequence[Period]) -> bool:
    return any(
        (b.end_ms is None or a.start_ms < b.end_ms) and (a.end_ms is None or b.start_ms < a.end_ms)
        for a in some
        for b in others
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Registered:
    site: str
    prototypes: dict[str, Prototype]
    periods: Sequence[Period]

    def period(self, name: str) -> Period:
        for each in self.periods:
            if each.period == name:
                return each
        raise unknown_name(
            f"site {self.site!r} has no period or prototype {name!r}",
            {each.period for each in self.periods} | self.prototypes.keys(),
        )


def _names(what: str, text: str) -> list[str]:
    names = [name for name in text.split(",") if name]
    if not names:
        raise QueryError(f"{what}: name a period or a prototype, or several with commas between")
    return names


def _last_step(prototype: Prototype, periods: Iterable[Period], now_ms: int) -> list[Period]:
    own = _own(prototype, periods, now_ms)
    if not own:
        raise QueryError(
            f"prototype {prototype.prototype!r} has no periods yet; add the first to the register"
        )
    return own


def _own(prototype: Prototype, periods: Iterable[Period], now_ms: int) -> list[Period]:
    """Return the periods of the last step that has begun, or of the first one to come."""
    own = _of(prototype, periods)
    if not own:
        return []
    first = min(each.step for each in own)
    last = max((each.step for each in own if each.start_ms <= now_ms), default=first)
    return [each for each in own if each.step == last]


def _of(prototype: Prototype, periods: Iterable[Period]) -> list[Period]:
    return [
        each
        for each in periods
        if each.prototype == prototype.prototype and each.kind == "prototype"
    ]


def _baseline(prototype: Prototype, registered: _Registered) -> list[Period]:
    found = _own_baseline(prototype, registered.periods)
    if not found:
        raise QueryError(
            f"prototype {prototype.prototype!r} has no baseline in the register; add one, or name "
            "periods under baseline"
        )
    return found


def _own_baseline(prototype: Prototype, periods: Iterable[Period]) -> list[Period]:
    return [
        each
        for each in periods
        if each.period in prototype.baseline
        or (each.prototype == prototype.prototype and each.kind == "baseline")
    ]


def _in_order(periods: Iterable[Period]) -> tuple[Period, ...]:
    once = {each.period: each for each in periods}
    return tuple(sorted(once.values(), key=lambda each: (each.start_ms, each.period)))


def _check_apart(baseline: Iterable[Period], tried: Sequence[Period]) -> None:
    for before in baseline:
        for after in tried:
            if _begins_before_end(before, after) and _begins_before_end(after, before):
                raise QueryError(
                    f"baseline period {before.period!r} and prototype period {after.period!r} "
                    "share some time; end one where the other begins, or choose others",
                    fault("baseline", "arms-share-time", baseline=before.title, tried=after.title),
                )


def _begins_before_end(one: Period, other: Period) -> bool:
    return other.end_ms is None or one.start_ms < other.end_ms
