"""Phone slips, as routes and pages ask for them: written, counted, withdrawn, never read again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from pasperdus_collector.api.written import read
from pasperdus_collector.ledger import reading
from pasperdus_collector.reception import slips
from pasperdus_collector.reception.hands import terminals
from pasperdus_collector.reception.slips import NewSlip, SlipNote
from pasperdus_collector.registry import site_id_of
from pasperdus_collector.writer import Writer
from pasperdus_contract.board import CHARACTERS, Phone
from pasperdus_contract.fields import Name
from pasperdus_contract.slips import MAX_CALLER, MAX_SLIP_TEXT


def _line(most: int) -> StringConstraints:
    return StringConstraints(
        strip_whitespace=True, min_length=1, max_length=most, pattern=rf"^[{CHARACTERS}]+$"
    )


class SlipBody(BaseModel):
    """``POST slips``: for which terminal, who called, and what they want."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    node: Name
    caller: Annotated[str, _line(MAX_CALLER)] | None = None
    phone: Phone | None = None
    text: Annotated[str, _line(MAX_SLIP_TEXT)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalSlips:
    """A terminal by the title that people know, and the slips that wait there, oldest first."""

    node: str
    title: str
    waiting: tuple[SlipNote, ...]


class Slips:
    """Reads from a view of the ledger, writes in the writing thread; ``sent`` is parsed JSON."""

    def __init__(self, ledger_path: Path, writer: Writer, *, now_ms: Callable[[], int]) -> None:
        self._path = ledger_path
        self._writer = writer
        self._now_ms = now_ms

    def waiting(self, node: str | None = None) -> list[SlipNote]:
        """Return the slips that wait at one terminal, or at all. Raises as :func:`slips.notes`."""
        with reading(self._path) as db:
            return slips.notes(db, node)

    def at_terminals(self, site: str) -> list[TerminalSlips]:
        """Return the terminals of a site that were heard of lately, and what waits at each.

        Raises :class:`NotFoundError` for an unknown site.
        """
        with reading(self._path) as db:
            known = terminals(db, site_id_of(db, site), self._now_ms())
            return [
                TerminalSlips(node=node, title=title, waiting=tuple(slips.notes(db, node)))
                for node, title in known
            ]

    def one(self, slip: str) -> SlipNote:
        """Return that one slip waits. Raises :class:`NotFoundError`."""
        with reading(self._path) as db:
            return slips.note_of(db, slip)

    def add(self, sent: Mapping[str, Any]) -> SlipNote:
        """Keep a slip for its terminal. Raises as :func:`written.read` and :func:`slips.add` do."""
        body = read(SlipBody, sent)
        slip = NewSlip(node=body.node, caller=body.caller, phone=body.phone, text=body.text)
        now_ms = self._now_ms()
        return self._writer.submit(lambda ledger: slips.add(ledger.db, slip, now_ms=now_ms))

    def withdraw(self, slip: str) -> None:
        """Delete a slip that nobody has to read any more. Raises :class:`NotFoundError`."""
        self._writer.submit(lambda ledger: slips.withdraw(ledger.db, slip))
