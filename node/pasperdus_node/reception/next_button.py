"""What the button « next » beside a terminal's glass does (pure)."""

from pasperdus_node.terminal.actions import Act, Action, Go, Open, Page
from pasperdus_node.terminal.queue import visits_now
from pasperdus_node.terminal.state import Terminal


def next_actions(terminal: Terminal) -> list[Action]:
    """Return what the button « next » does.

    A press shows who has waited longest; with that shown, a press calls. So a bump against the
    lectern calls nobody, and two presses do without a look.
    """
    waiting = [visit.visit for visit in visits_now(terminal) if visit.state == "waiting"]
    if terminal.is_blank or not waiting:
        return [Go(Page.HOME)]
    if terminal.view.page in (Page.HOME, Page.TOKENS) and terminal.view.items == (waiting[0],):
        return [Act(waiting[0], "call")]
    return [Go(Page.HOME), Open(waiting[0])]
