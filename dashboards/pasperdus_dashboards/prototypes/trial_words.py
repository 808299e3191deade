"""How a trial stands, in words: its state, what was laid down, its periods, and what comes next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pasperdus_collector.analysis.outcomes import outcome_of
from pasperdus_collector.api.registering import Registered
from pasperdus_collector.buckets.calibrations import Kept
from pasperdus_collector.buckets.correction import correct
from pasperdus_collector.register.records import Circumstance, Exclusion, Period, Prototype
from pasperdus_dashboards.charts.outcome_words import size_written
from pasperdus_dashboards.prototypes.choices import (
    Known,
    circumstance_kinds,
    design_name,
    kind_name,
    outcome_name,
    question_name,
    verdict_name,
)
from pasperdus_service.languages import Language

State = Literal["planned", "running", "ended", "taken_back"]
Step = Literal["draw", "baseline", "begin", "wait", "read", "decide", "share"]
"""What a team does next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that was laid down: what, and how; ``term`` is its anchor in the glossary."""

    name: str
    value: str
    term: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodRow:
    """One period of a trial, or that it is compared with."""

    period: str
    title: str
    kind: str
    span: str
    changed: str
    is_drawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialView:
    """Everything that the page of a trial says of the register."""

    prototype: Prototype
    state: State
    state_name: str
    when: str
    facts: Sequence[Fact]
    periods: Sequence[PeriodRow]
    exclusions: Sequence[str]
    circumstances: Sequence[str]
    calibrations: Sequence[str]
    decision: str
    next_step: Step
    can_adapt: bool
    can_end: bool
    can_go_back: bool
    can_decide: bool
    can_draw: bool
    can_add_periods: bool


def state_of(prototype: Prototype, periods: Iterable[Period], now_ms: int) -> State:
    """Return how far a trial has come by the register alone."""
    if prototype.rolled_back_at_ms is not None and prototype.rolled_back_at_ms <= now_ms:
        return "taken_back"
    if prototype.started_at_ms is None:
        return "planned"
    own = own_periods(prototype, periods)
    is_over = all(each.end_ms is not None and each.end_ms <= now_ms for each in own)
    return "ended" if is_over else "running"


def own_periods(prototype: Prototype, periods: Iterable[Period]) -> list[Period]:
    """Return the periods in which it is tried, drawn weeks without it among them."""
    return [
        each
        for each in periods
        if each.prototype == prototype.prototype
        and (each.kind == "prototype" or each.pair is not None)
    ]


def state_name(state: State, language: Language) -> str:
    """Return a state as a word or two."""
    return {
        "planned": language.gettext("planned"),
        "running": language.gettext("running"),
        "ended": language.gettext("ended"),
        "taken_back": language.gettext("taken back"),
    }[state]


def trial_view(
    registered: Registered,
    periods: Sequence[Period],
    known: Known,
    language: Language,
    zone: ZoneInfo,
    *,
    now_ms: int,
) -> TrialView:
    """Return a trial in words; ``periods`` are those of its site."""
    prototype = registered.prototype
    say = Say(language, zone)
    state = state_of(prototype, periods, now_ms)
    own = own_periods(prototype, periods)
    concerned = [
        each
        for each in periods
        if each.prototype == prototype.prototype or each.period in prototype.baseline
    ]
    is_drawn = prototype.design == "randomised"
    runs_now = any(
        each.start_ms < now_ms and (each.end_ms is None or now_ms < each.end_ms) for each in own
    )
    has_baseline = bool(prototype.baseline)
    return TrialView(
        prototype=prototype,
        state=state,
        state_name=state_name(state, language),
        when=say.when(prototype, own, state),
        facts=_facts(prototype, known, say),
        periods=[say.row(each) for each in concerned],
        exclusions=[say.exclusion(each) for each in prototype.exclusions],
        circumstances=[say.circumstance(each) for each in prototype.circumstances],
        calibrations=_calibrations(registered, say),
        decision=_decision(prototype, say),
        next_step=_next(prototype, state, has_baseline=has_baseline, has_periods=bool(own)),
        can_adapt=runs_now and not is_drawn,
        can_end=runs_now,
        can_go_back=prototype.rolled_back_at_ms is None and bool(own) and state != "planned",
        can_decide=prototype.started_at_ms is not None,
        can_draw=is_drawn and state == "planned",
        can_add_periods=not is_drawn,
    )


class Say:
    """Days and periods of one site in one language."""

    def __init__(self, language: Language, zone: ZoneInfo) -> None:
        self.language = language
        self.zone = zone

    def day_of(self, at_ms: int) -> date:
        """Return the local day of an instant."""
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self.zone).date()

    def day(self, at_ms: int) -> str:
        """Return a day, with the time where that is not midnight."""
        day = self.language.short_day(self.day_of(at_ms))
        if self._is_midnight(at_ms):
            return day
        return f"{day}, {self.language.clock(at_ms, self.zone)}"

    def last_day(self, end_ms: int) -> str:
        """Return the last day before an instant: what ends at midnight ends the day before."""
        return self.day(end_ms) if not self._is_midnight(end_ms) else self.day_before(end_ms)

    def day_before(self, end_ms: int) -> str:
        """Return the day before a midnight."""
        return self.language.short_day(self.day_of(end_ms - 1))

    def span(self, start_ms: int, end_ms: int | None) -> str:
        """Return from when to when, last day included."""
        if end_ms is None:
            return self.language.gettext("from %(first)s", first=self.day(start_ms))
        return self.language.gettext(
            "from %(first)s to %(last)s", first=self.day(start_ms), last=self.last_day(end_ms)
        )

    def days(self, first: date, last: date) -> str:
        """Return days, both included."""
        if first == last:
            return self.language.short_day(first)
        return self.language.gettext(
            "from %(first)s to %(last)s",
            first=self.language.short_day(first),
            last=self.language.short_day(last),
        )

    def exclusion(self, exclusion: Exclusion) -> str:
        """Return days left out, and why."""
        return self.language.gettext(
            "%(days)s: %(reason)s",
            days=self.days(exclusion.first_day, exclusion.last_day),
            reason=exclusion.reason,
        )

    def circumstance(self, circumstance: Circumstance) -> str:
        """Return what else changed, and when."""
        return self.language.gettext(
            "%(day)s: %(kind)s, %(text)s",
            day=self.day(circumstance.at_ms),
            kind=dict(circumstance_kinds(self.language))[circumstance.kind].lower(),
            text=circumstance.text,
        )

    def row(self, period: Period) -> PeriodRow:
        """Return a period as a row of a table."""
        kind = kind_name(period.kind, self.language)
        if period.kind == "prototype" and period.pair is None:
            kind = self.language.gettext(
                "%(kind)s, step %(step)s", kind=kind, step=self.language.number(period.step)
            )
        return PeriodRow(
            period=period.period,
            title=period.title,
            kind=kind,
            span=self.span(period.start_ms, period.end_ms),
            changed=period.changed,
            is_drawn=period.pair is not None,
        )

    def when(self, prototype: Prototype, own: Sequence[Period], state: State) -> str:
        """Return in one sentence when a trial is, was, or will be."""
        gettext = self.language.gettext
        end_ms = prototype.planned_end_ms
        if state == "taken_back" and prototype.rolled_back_at_ms is not None:
            return gettext("taken back on %(day)s", day=self.day(prototype.rolled_back_at_ms))
        if state == "ended":
            last_ms = max(each.end_ms or 0 for each in own)
            return gettext("ended on %(day)s", day=self.last_day(last_ms))
        if state == "running" and prototype.started_at_ms is not None:
            started = self.day(prototype.started_at_ms)
            if end_ms is None:
                return gettext("since %(day)s, without a planned end", day=started)
            return gettext("since %(day)s, until %(last)s", day=started, last=self.last_day(end_ms))
        return self.span(prototype.planned_start_ms, end_ms)

    def _is_midnight(self, at_ms: int) -> bool:
        at = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self.zone)
        return at.hour == at.minute == at.second == 0


def _facts(prototype: Prototype, known: Known, say: Say) -> list[Fact]:
    language, gettext = say.language, say.language.gettext
    unit = outcome_of(prototype.outcome).unit
    facts = [
        Fact(
            name=gettext("Primary outcome"),
            value=outcome_name(prototype.outcome, language, known),
            term="critere-principal",
        ),
        Fact(
            name=gettext("Smallest change that matters"),
            value=size_written(prototype.delta, unit, language),
            term="plus-petit-ecart-qui-compte",
        ),
        Fact(name=gettext("Design"), value=design_name(prototype.design, language)),
    ]
    if prototype.question is not None:
        asked = question_name(prototype.question, prototype.scale, language)
        facts.append(Fact(name=gettext("Question"), value=asked))
    if prototype.control_site is not None:
        title = dict(known.others).get(prototype.control_site, prototype.control_site)
        facts.append(Fact(name=gettext("Control site"), value=title, term="site-temoin"))
    facts.append(Fact(name=gettext("Planned start"), value=say.day(prototype.planned_start_ms)))
    facts.append(
        Fact(
            name=gettext("Planned last day"),
            value=gettext("none: it will be judged more strictly")
            if prototype.planned_end_ms is None
            else say.last_day(prototype.planned_end_ms),
        )
    )
    if prototype.seed is not None:
        facts.append(
            Fact(
                name=gettext("Seed of the draw"),
                value=str(prototype.seed),
                term="semaines-tirees-au-sort",
            )
        )
    return facts


def _calibrations(registered: Registered, say: Say) -> list[str]:
    """Return the doors whose correction changed since the start: counts then differ in kind."""
    gettext = say.language.gettext
    return [
        gettext(
            "%(door)s: the correction of entries went from %(before)s to %(after)s.",
            door=f"{each.node} / {each.line}",
            before=_factor(each.at_start, say.language),
            after=_factor(each.now, say.language),
        )
        for each in registered.calibrations
        if each.has_changed
    ]


def _factor(kept: Kept | None, language: Language) -> str:
    if kept is None:
        return language.gettext("none")
    entry = kept.entry
    found = correct(1, by_sensor=entry.by_sensor_in, by_hand=entry.by_hand_in)
    return f"× {found.value:.2f}".replace(".", "," if language.code == "fr" else ".")


def _decision(prototype: Prototype, say: Say) -> str:
    decision = prototype.decision
    if decision is None:
        return ""
    told = {
        "decided": verdict_name(decision.decided, say.language),
        "by": decision.by,
        "day": say.language.short_day(say.day_of(decision.at_ms)),
    }
    if decision.why:
        return say.language.gettext(
            "%(decided)s – %(by)s, %(day)s: %(why)s", **told, why=decision.why
        )
    return say.language.gettext("%(decided)s – %(by)s, %(day)s", **told)


def _next(
    prototype: Prototype,
    state: State,
    *,
    has_baseline: bool,
    has_periods: bool,
) -> Step:
    if state == "planned" and prototype.design == "randomised" and not has_periods:
        return "draw"
    if not has_baseline:
        return "baseline"
    if not has_periods:
        return "begin"
    if state == "planned":
        return "wait"
    if state == "running":
        return "read"
    return "decide" if prototype.decision is None else "share"
