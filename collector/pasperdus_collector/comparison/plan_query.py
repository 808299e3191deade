"""What somebody who plans a trial asks for; this alone loads no numbers library."""

from dataclasses import dataclass

from pasperdus_collector.register.records import Design


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanQuery:
    """What is asked for. None is filled from the prototype where one is named, else by default.

    ``delta`` is in the outcome's unit; ``weeks`` are those that the team has for each side;
    ``visitors`` are people a day, from whoever knows, for a site that counts nobody yet.
    """

    site: str
    outcome: str | None = None
    delta: float | None = None
    design: Design | None = None
    weeks: int | None = None
    question: str | None = None
    scale: int | None = None
    prototype: str | None = None
    visitors: float | None = None
