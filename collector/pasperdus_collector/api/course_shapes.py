"""What the routes of a trial's course take: draws, adaptations, ends, roll-backs, decisions."""

from datetime import date
from typing import Annotated

from pydantic import Field, StrictBool, StrictStr

from pasperdus_collector.api.register_shapes import NewBody, SignedBody, Text, Title
from pasperdus_collector.register.records import Verdict
from pasperdus_collector.register.schedule import LAST_SEED


class AdaptationBody(SignedBody):
    """``POST …/adaptations``: from when on something else is tried."""

    at: StrictStr
    title: Title | None = None
    changed: Text


class EndBody(SignedBody):
    """``POST …/end``."""

    at: StrictStr


class RollbackBody(SignedBody):
    """``POST …/rollback``: unless told otherwise the baseline returns, but for drawn weeks."""

    at: StrictStr
    title: Title | None = None
    returns_to_baseline: StrictBool | None = None


class DecisionBody(NewBody):
    """``POST …/decision``; a reason is wanted where it departs from the advice."""

    decided: Verdict


class ScheduleBody(SignedBody):
    """``POST …/schedule``: weeks to draw; without ``seed`` the system draws one."""

    first_week: date
    pairs: Annotated[int, Field(strict=True)]
    seed: Annotated[int, Field(strict=True, ge=0, le=LAST_SEED)] | None = None
