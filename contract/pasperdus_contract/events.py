"""Every kind of event that a node can record, one model each.

No event carries a name, an address, an image or free text about a person.
"""

from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, model_validator
from pydantic.types import Strict
from pydantic_core import PydanticCustomError

from pasperdus_contract.fields import (
    Count,
    Epoch,
    Flag,
    Name,
    Seq,
    UptimeMs,
    WallMs,
    WireModel,
)

MAX_COVERAGE_MS = 86_400_000  # a coverage spans a quarter-hour; a day is already a fault
MAX_OCCUPANCY = 100_000

F = TypeVar("F", bound=str)


def _as_set(flags: tuple[F, ...]) -> tuple[F, ...]:
    """Flags are a set: their order and repetition carry nothing."""
    return flags if len(flags) < 2 else tuple(sorted(set(flags)))


class Event(WireModel):
    """What all kinds share: the key within an epoch, and three readings of time."""

    seq: Seq
    wall: WallMs
    uptime: UptimeMs
    synced: Flag


class Passage(Event):
    """One person crossed a counted line."""

    kind: Literal["passage"] = "passage"
    line: Name
    direction: Literal["in", "out"]
    flags: Annotated[tuple[Literal["ambiguous", "staff"], ...], AfterValidator(_as_set)] = ()


class Uncounted(Event):
    """The beams saw somebody, and no direction could be told."""

    kind: Literal["uncounted"] = "uncounted"
    line: Name
    why: Literal["back", "unresolved", "undirected"]


class Coverage(Event):
    """For how long a sensor could have counted, between two readings of uptime."""

    kind: Literal["coverage"] = "coverage"
    sensor: Name
    from_: UptimeMs = Field(alias="from")
    to: UptimeMs
    ok_ms: Count

    @model_validator(mode="after")
    def _spans_add_up(self) -> Self:
        span_ms = self.to - self.from_
        if not 0 <= span_ms <= MAX_COVERAGE_MS:
            raise PydanticCustomError(
                "coverage_span",
                "to: {to} is not within a day after from {start}",
                {"to": self.to, "start": self.from_},
            )
        if self.ok_ms > span_ms:
            raise PydanticCustomError(
                "coverage_ok",
                "ok_ms: {ok_ms} is more than the {span_ms} ms covered",
                {"ok_ms": self.ok_ms, "span_ms": span_ms},
            )
        return self


class Detection(Event):
    """Presence seen by a sensor that cannot count."""

    kind: Literal["detection"] = "detection"
    sensor: Name
    present: Flag


class Rating(Event):
    """One button press: 1 is worst, ``scale`` is best."""

    kind: Literal["rating"] = "rating"
    question: Name
    # Checked below, against the scale: one message for both bounds.
    value: Annotated[int, Strict(), Field(json_schema_extra={"minimum": 1, "maximum": 5})]
    scale: Annotated[int, Strict(), Field(ge=2, le=5)]
    flags: Annotated[tuple[Literal["burst"], ...], AfterValidator(_as_set)] = ()

    @model_validator(mode="after")
    def _value_is_on_the_scale(self) -> Self:
        if not 1 <= self.value <= self.scale:
            raise PydanticCustomError(
                "rating_value",
                "value: {value} is not in 1..{scale}",
                {"value": self.value, "scale": self.scale},
            )
        return self


class EventKey(WireModel):
    """The key of an earlier event of the same node."""

    epoch: Epoch
    seq: Seq


class Reason(Event):
    """Why a rating was given: a code of the site's own list, tied to the rating's key.

    The key is nested because ``seq`` beside it is this event's own.
    """

    kind: Literal["reason"] = "reason"
    rating: EventKey
    code: Name


class Token(Event):
    """A step of one visit's macaron: a shape and colour that stands for a waiting visitor."""

    kind: Literal["token"] = "token"
    visit: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    token: Name
    action: Literal["wait", "call", "recall", "serve", "done", "left", "transfer", "park"]
    service: Name | None = None


class Tally(Event):
    """Something the agent counted by hand, such as a repeated question."""

    kind: Literal["tally"] = "tally"
    what: Name
    category: Name | None = None


class MessageTaken(Event):
    """The agent took a phone slip; its text never comes back."""

    kind: Literal["message"] = "message"
    id: Name
    action: Literal["taken"]


class Pulse(Event):
    """The agent's own day, 1 worst to 5 best; never tied to a person or a desk."""

    kind: Literal["pulse"] = "pulse"
    value: Annotated[int, Strict(), Field(ge=1, le=5)]


class Adjust(Event):
    """A recount: this many people are inside now."""

    kind: Literal["adjust"] = "adjust"
    occupancy: Annotated[int, Strict(), Field(ge=0, le=MAX_OCCUPANCY)]


class Undo(Event):
    """The agent took back a tap: a token's step, a tally or a pulse of the same node.

    The event taken back stays as it was recorded; nothing is counted of it any more. The key is
    nested because ``seq`` beside it is this event's own.
    """

    kind: Literal["undo"] = "undo"
    undone: EventKey


class Health(Event):
    """A part of the node changed state."""

    kind: Literal["health"] = "health"
    part: Name
    state: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    detail: Annotated[str, StringConstraints(max_length=200)] = ""


AnyEvent = Annotated[
    Passage
    | Uncounted
    | Coverage
    | Detection
    | Rating
    | Reason
    | Token
    | Tally
    | MessageTaken
    | Pulse
    | Adjust
    | Undo
    | Health,
    Field(discriminator="kind"),
]

EVENT: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)
EVENTS: TypeAdapter[list[AnyEvent]] = TypeAdapter(list[AnyEvent])
KINDS = frozenset(
    model.model_fields["kind"].default
    for model in (
        Passage,
        Uncounted,
        Coverage,
        Detection,
        Rating,
        Reason,
        Token,
        Tally,
        MessageTaken,
        Pulse,
        Adjust,
        Undo,
        Health,
    )
)

SATISFIED_FROM = {2: 2, 3: 3, 4: 3, 5: 4}
"""The lowest score that means "satisfied", by scale."""
