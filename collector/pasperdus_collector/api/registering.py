"""The register of trials, as routes and pages ask for it."""

import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from pasperdus_collector.api.course_shapes import (
    AdaptationBody,
    DecisionBody,
    EndBody,
    RollbackBody,
    ScheduleBody,
)
from pasperdus_collector.api.recipe_shapes import Trial, parse_recipe
from pasperdus_collector.api.register_shapes import (
    NewPeriod,
    NewPrototype,
    PeriodChange,
    PrototypeChange,
)
from pasperdus_collector.api.shapes import parse_instant
from pasperdus_collector.errors import QueryError, fault
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.register import course, plan, rules, store, weeks
from pasperdus_collector.register.calibrated import LineCalibrations, read_line_calibrations
from pasperdus_collector.register.course import Believed
from pasperdus_collector.register.recipe import prototype_from
from pasperdus_collector.register.records import LogEntry, Period, Prototype
from pasperdus_collector.site_calendar import read_calendar
from pasperdus_collector.writer import Writer

_SEEDS = 10**9  # drawn by us: short enough to be read aloud


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A prototype of the register, with the calibrations of its site."""

    prototype: Prototype
    calibrations: tuple[LineCalibrations, ...]


class Registering:
    """Reads from a view of the ledger, writes in the writing thread.

    What changes something names the ``version`` that was read, and is logged. All raise
    :class:`NotFoundError` for a site, prototype or period that is not there; those that write
    raise :class:`QueryError` for what makes no sense, and :class:`PreconditionError` where a name
    is taken or somebody changed it since.
    """

    def __init__(self, ledger_path: Path, writer: Writer, *, now_ms: Callable[[], int]) -> None:
        self._path = ledger_path
        self._writer = writer
        self._now_ms = now_ms

    # -- reading ----------------------------------------------------------------------------------

    def prototypes(self, site: str) -> list[Prototype]:
        """Return a site's prototypes."""
        with reading(self._path) as db:
            return store.read_prototypes(db, site, now_ms=self._now_ms())

    def one(self, site: str, name: str) -> Registered:
        """Return one prototype, and which calibrations held when it began and hold now."""
        now_ms = self._now_ms()
        with reading(self._path) as db:
            found = store.read_prototype(db, site, name, now_ms=now_ms)
            calibrations = read_line_calibrations(
                db, site, started_at_ms=found.started_at_ms, now_ms=now_ms
            )
        return Registered(prototype=found, calibrations=tuple(calibrations))

    def log(self, site: str, name: str) -> list[LogEntry]:
        """Return what became of a prototype and its periods, in order."""
        with reading(self._path) as db:
            store.read_prototype(db, site, name)  # an unknown name is told as such
            return store.read_log(db, site, name)

    def periods(self, site: str) -> list[Period]:
        """Return a site's periods in the order of their starts."""
        with reading(self._path) as db:
            return store.read_periods(db, site)

    def period(self, site: str, name: str) -> Period:
        """Return one period."""
        with reading(self._path) as db:
            return store.read_period(db, site, name)

    # -- laying down ------------------------------------------------------------------------------

    def register(self, site: str, body: NewPrototype) -> Registered:
        """Add a prototype."""
        now_ms = self._now_ms()
        wanted, signed = body.as_prototype(site, now_ms), body.signed(now_ms)
        self._writer.submit(lambda ledger: plan.register_prototype(ledger.db, wanted, signed))
        return self.one(site, body.prototype)

    def try_recipe(self, site: str, body: Trial) -> Registered:
        """Add a prototype that tries what another site's recipe arrived at."""
        recipe = parse_recipe(body.recipe)
        now_ms = self._now_ms()
        with reading(self._path) as db:
            zone = ZoneInfo(read_calendar(db, site).time_zone)
        start_ms = parse_instant("planned_start", body.planned_start)
        rules.believable("planned_start", start_ms)
        wanted = prototype_from(
            recipe,
            site=site,
            name=body.prototype,
            planned_start_ms=start_ms,
            zone=zone,
            control_site=body.control_site,
            asked=None if body.question is None else (body.question, body.scale),
        )
        signed = body.signed(now_ms)
        self._writer.submit(lambda ledger: plan.register_prototype(ledger.db, wanted, signed))
        return self.one(site, body.prototype)

    def change(self, site: str, name: str, body: PrototypeChange, *, version: int) -> Registered:
        """Change the fields that are given."""
        signed = body.signed(self._now_ms())

        def run(ledger: Ledger) -> None:
            before = store.read_prototype(ledger.db, site, name)
            changes = body.changes(before, signed.at_ms)
            plan.change_prototype(ledger.db, site, name, changes, version=version, signed=signed)

        self._writer.submit(run)
        return self.one(site, name)

    def register_period(self, site: str, body: NewPeriod) -> Period:
        """Add a period; without a step it is of the step that its prototype is at."""
        if body.kind == "prototype" and body.prototype is None:
            raise QueryError(
                "prototype: is missing, and a period of kind prototype is of one; name it, or "
                "write kind baseline",
                fault("prototype", "missing"),
            )
        signed = body.signed(self._now_ms())

        def run(ledger: Ledger) -> None:
            step = _latest_step(ledger.db, site, body) if body.step is None else body.step
            plan.register_period(ledger.db, body.as_period(site, step=step), signed)

        self._writer.submit(run)
        return self.period(site, body.period)

    def change_period(self, site: str, name: str, body: PeriodChange, *, version: int) -> Period:
        """Change the fields that are given."""
        changes, signed = body.changes(), body.signed(self._now_ms())
        self._writer.submit(
            lambda ledger: plan.change_period(
                ledger.db, site, name, changes, version=version, signed=signed
            )
        )
        return self.period(site, name)

    # -- in its course ----------------------------------------------------------------------------

    def draw(self, site: str, name: str, body: ScheduleBody, *, version: int) -> Registered:
        """Draw the weeks of a randomised trial."""
        seed = secrets.randbelow(_SEEDS) if body.seed is None else body.seed
        signed = body.signed(self._now_ms())
        return self._move(
            Believed(site=site, prototype=name, version=version),
            lambda db, believed: weeks.draw_schedule(
                db,
                believed,
                first_week=body.first_week,
                pairs=body.pairs,
                seed=seed,
                signed=signed,
            ),
        )

    def adapt(self, site: str, name: str, body: AdaptationBody, *, version: int) -> Registered:
        """End the running period and begin the next step."""
        at_ms, signed = parse_instant("at", body.at), body.signed(self._now_ms())
        return self._move(
            Believed(site=site, prototype=name, version=version),
            lambda db, believed: course.adapt(
                db, believed, at_ms=at_ms, title=body.title, changed=body.changed, signed=signed
            ),
        )

    def end(self, site: str, name: str, body: EndBody, *, version: int) -> Registered:
        """End the running period."""
        at_ms, signed = parse_instant("at", body.at), body.signed(self._now_ms())
        return self._move(
            Believed(site=site, prototype=name, version=version),
            lambda db, believed: course.end(db, believed, at_ms=at_ms, signed=signed),
        )

    def roll_back(self, site: str, name: str, body: RollbackBody, *, version: int) -> Registered:
        """Take a prototype back."""
        at_ms, signed = parse_instant("at", body.at), body.signed(self._now_ms())
        return self._move(
            Believed(site=site, prototype=name, version=version),
            lambda db, believed: course.roll_back(
                db,
                believed,
                at_ms=at_ms,
                returns_to_baseline=body.returns_to_baseline,
                title=body.title,
                signed=signed,
            ),
        )

    def decide(self, site: str, name: str, body: DecisionBody, *, version: int) -> Registered:
        """Keep what the team made of a trial."""
        signed = body.signed(self._now_ms())
        return self._move(
            Believed(site=site, prototype=name, version=version),
            lambda db, believed: course.decide(
                db, believed, decided=body.decided, why=body.why, signed=signed
            ),
        )

    def _move(
        self, believed: Believed, run: Callable[[sqlite3.Connection, Believed], None]
    ) -> Registered:
        self._writer.submit(lambda ledger: run(ledger.db, believed))
        return self.one(believed.site, believed.prototype)


def _latest_step(db: sqlite3.Connection, site: str, body: NewPeriod) -> int:
    """Return the step that a prototype is at: a period without one is of the same thing again."""
    return max(
        (
            each.step
            for each in store.read_periods(db, site)
            if each.prototype == body.prototype and each.kind == body.kind == "prototype"
        ),
        default=1,
    )
