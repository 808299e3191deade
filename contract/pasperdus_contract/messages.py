"""The envelopes: a batch of events, its answers, a heartbeat, a status."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator
from pydantic.types import Strict
from pydantic_core import PydanticCustomError

from pasperdus_contract.fields import (
    Boot,
    Count,
    Epoch,
    Moment,
    Name,
    Seq,
    WallMs,
    WireModel,
)

SCHEMA = 1
MAX_EVENTS = 500
HEARTBEAT_EPOCHS = 16  # closed epochs that a heartbeat names, newest last


def _as_integer(schema: object) -> object:
    """In Python true and 1.0 equal 1; on the wire they are something else."""
    if type(schema) is not int:
        raise PydanticCustomError("int_type", "not a whole number")
    return schema


class Envelope(WireModel):
    """Every message says which version of the contract it follows."""

    schema_version: Annotated[Literal[1], BeforeValidator(_as_integer)] = Field(
        default=1, alias="schema"
    )


class Batch(Envelope):
    """Events of one epoch, in the order in which the node recorded them.

    ``events`` are left as parsed JSON: one bad event must not cost the others, so each is
    checked on its own, by :func:`pasperdus_contract.codec.decode_events`.
    """

    node: Name
    epoch: Epoch
    first: Seq
    head: Seq
    boot: Boot
    sent: Moment
    events: Annotated[list[dict[str, Any]], Field(max_length=MAX_EVENTS)]

    @model_validator(mode="after")
    def _epoch_has_an_order(self) -> Self:
        if self.first > self.head:
            raise PydanticCustomError(
                "epoch_order",
                "first: {first} is after head {head}",
                {"first": self.first, "head": self.head},
            )
        return self


class Ack(Envelope):
    """What became of exactly the events of one batch, after the collector's commit.

    ``stored`` holds inclusive ranges ``(first, last)`` of sequence numbers, ``quarantined`` the
    same with a reason.
    """

    collector: Name
    epoch: Epoch
    stored: list[tuple[Seq, Seq]] = Field(default_factory=list)
    quarantined: list[tuple[Seq, Seq, str]] = Field(default_factory=list)


class Rejection(Envelope):
    """The answer to a payload that is no batch, named by the SHA-256 of its bytes."""

    collector: Name
    rejected: str
    payload: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class EpochExtent(WireModel):
    """The first and last sequence number of one epoch."""

    epoch: Epoch
    first: Seq
    head: Seq


Screen = Annotated[
    Literal["agent", "public"] | None, Field(exclude_if=lambda screen: screen is None)
]
"""What a node with a screen shows there; other nodes do not say it."""


class Heartbeat(Envelope):
    """How a node is, every 30 s; ``first`` and ``head`` are null before its first event."""

    epoch: Epoch
    first: Seq | None
    head: Seq | None
    pending: Count
    oldest_pending_wall: WallMs | None
    closed: Annotated[list[EpochExtent], Field(max_length=HEARTBEAT_EPOCHS)]
    lost: Count
    sent: Moment
    sensors: dict[Name, str]
    battery: Annotated[int, Strict(), Field(ge=0, le=100)] | None
    temperature_c: Annotated[float, Strict(), Field(allow_inf_nan=False)] | None
    disk_free_mb: Count
    version: Annotated[str, StringConstraints(max_length=40)]
    screen: Screen = None


class NodeStatus(Envelope):
    """Retained; ``offline`` is the last will."""

    state: Literal["online", "offline"]
    epoch: Epoch
    version: Annotated[str, StringConstraints(max_length=40)]
    screen: Screen = None


class CollectorStatus(Envelope):
    """Retained; nodes send again at once when ``instance`` changes."""

    state: Literal["online", "offline"]
    instance: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    version: Annotated[str, StringConstraints(max_length=40)]
