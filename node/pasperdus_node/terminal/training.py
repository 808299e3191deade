"""Training: everything looks as it does on a real morning, and nobody ever hears of it."""

from dataclasses import replace

from pasperdus_contract import visits
from pasperdus_contract.visits import Step
from pasperdus_node.terminal.queue import in_queue_order, visits_now
from pasperdus_node.terminal.records import Felt, Record, SlipTaken, TakenBack, TokenStep, step_of
from pasperdus_node.terminal.state import Now, Terminal, Training
from pasperdus_node.terminal.toasts import about, show
from pasperdus_node.terminal.viewing import after_recording

EPOCH = "training"  # no epoch of an outbox: those are 32 hexadecimal digits


def turned_over(terminal: Terminal) -> Terminal:
    """Begin a training, or end it: then everything is as it really is."""
    if terminal.training is not None:
        return ended(terminal)
    training = Training(visits=visits_now(terminal), slips=terminal.slips)
    return replace(terminal, training=training, toast=None, recount=None)


def ended(terminal: Terminal) -> Terminal:
    """Return the terminal with what it really holds."""
    if terminal.training is None:
        return terminal
    left = replace(terminal, slips=terminal.training.slips, training=None, toast=None, recount=None)
    return replace(left, view=replace(left.view, items=(), below=(), part=0))


def rehearse(terminal: Terminal, record: Record, now: Now) -> Terminal:
    """Do to the training's own things what a record does to the real ones."""
    training = terminal.training
    if training is None:
        return terminal
    seq = training.recorded + 1
    begins = isinstance(record, TokenStep) and all(
        visit.visit != record.visit for visit in training.visits
    )
    toast = about(record, (EPOCH, seq), begins=begins)
    if isinstance(record, TakenBack):
        undone = terminal.toast
        toast = replace(
            toast,
            token=None if undone is None else undone.token,
            what=None if undone is None else undone.what,
        )
    after = replace(_after(training, record, terminal.node, seq, now), recorded=seq)
    slips = tuple(slip for slip in after.slips if slip.id not in after.taken)
    trained = replace(terminal, training=after, slips=slips)
    return show(after_recording(trained, record), toast, now)


def _after(training: Training, record: Record, node: str, seq: int, now: Now) -> Training:
    before = replace(training, before=None)
    match record:
        case TokenStep():
            step = step_of(
                record, at=now.wall_ms, is_timed=now.is_timed, node=node, epoch=EPOCH, seq=seq
            )
            return replace(before, visits=_stepped(training.visits, step), before=before)
        case Felt():
            return replace(before, has_felt=True, before=before)
        case SlipTaken():
            return replace(before, taken=before.taken | {record.slip})
        case TakenBack():
            # Slips may have come meanwhile; they cannot be taken back.
            undone = training.before or before
            return replace(before, visits=undone.visits, has_felt=undone.has_felt)
    return replace(before, before=before)


def _stepped(open_visits: tuple[visits.Visit, ...], step: Step) -> tuple[visits.Visit, ...]:
    found = {visit.visit: visit for visit in open_visits}
    after = visits.apply(found.get(step.visit), step)
    if after is None or after.state == "closed":
        found.pop(step.visit, None)
    else:
        found[step.visit] = after
    return in_queue_order(found)
