"""What a reader must know of a site to ask about it: published beside its series."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCard:
    """A counted line; only ``outer`` ones make the site's footfall and occupancy."""

    node: str
    line: str
    zone: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCard:
    """A site: its time zone and calendar, and which series there are.

    ``calendar`` is the JSON form of ``calendar.opening.SiteCalendar``. ``excludes_staff`` says
    whether agents are told apart at the doors.
    """

    collector: str
    site: str
    title: str
    time_zone: str
    calendar: dict[str, Any] = field(default_factory=dict)
    zones: tuple[str, ...] = ()
    lines: tuple[LineCard, ...] = ()
    questions: tuple[tuple[str, int], ...] = ()
    tallies: tuple[tuple[str, str], ...] = ()
    """Pairs of zone and what is tallied there."""

    tallied_from: int | None = None
    """The first quarter in which the site was heard of: from then on, no tally means none. None
    while nothing was ever tallied."""

    services: tuple[str, ...] = ()
    excludes_staff: bool = False

    def to_json(self) -> str:
        """Return it as it is published."""
        return json.dumps(asdict(self), separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "SiteCard":
        """Read what :meth:`to_json` wrote; unknown keys are of a newer release and are left out."""
        told = json.loads(text)
        known = {name: told[name] for name in cls.__dataclass_fields__ if name in told}
        known["zones"] = tuple(known.get("zones", ()))
        known["lines"] = tuple(LineCard(**line) for line in known.get("lines", ()))
        known["questions"] = tuple((name, scale) for name, scale in known.get("questions", ()))
        known["tallies"] = tuple((zone, what) for zone, what in known.get("tallies", ()))
        known["services"] = tuple(known.get("services", ()))
        return cls(**known)
