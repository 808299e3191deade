"""Phone slips: what a colleague has for the agent at one terminal.

They are personal data. They go to that terminal's own topic, never stay on its card, and are
deleted on both sides once taken; what remains is that there was one.
"""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from pasperdus_contract.board import CHARACTERS, Phone
from pasperdus_contract.fields import Name, WallMs, WireModel
from pasperdus_contract.messages import Envelope

MAX_SLIPS = 20  # for one terminal
MAX_CALLER = 40
MAX_SLIP_TEXT = 200


class Slip(WireModel):
    """One message; ``written_at`` is ms since 1970 UTC. No error quotes what it says."""

    model_config = ConfigDict(hide_input_in_errors=True)

    id: Name
    written_at: WallMs
    caller: Annotated[
        str, StringConstraints(pattern=rf"^[{CHARACTERS}]+$", max_length=MAX_CALLER)
    ] = "—"
    phone: Phone | None = None
    text: Annotated[str, StringConstraints(pattern=rf"^[{CHARACTERS}]+$", max_length=MAX_SLIP_TEXT)]


class Slips(Envelope):
    """All the slips that wait for one terminal; what is not among them is gone."""

    model_config = ConfigDict(hide_input_in_errors=True)

    slips: Annotated[list[Slip], Field(max_length=MAX_SLIPS)]
