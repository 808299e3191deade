"""Where the agent is after something: nothing else ever moves a terminal about."""

from dataclasses import replace

from pasperdus_node.terminal.actions import Page
from pasperdus_node.terminal.records import Record, Recounted, SlipTaken, TokenStep
from pasperdus_node.terminal.state import Terminal, View

LANGUAGES = "languages"  # what is opened from a card, to choose the language of all of them
SERVICES = "services"  # what is opened to choose for whom tokens are handed out


def after_recording(terminal: Terminal, record: Record) -> Terminal:
    """Close what is done with: a sheet, the other actions, a recount."""
    match record:
        case TokenStep():
            calm = replace(terminal, has_options=False)
            return without(calm, record.visit)
        case SlipTaken():
            return without(terminal, record.slip)
        case Recounted():
            return replace(terminal, recount=None, view=View(page=Page.HOME))
    return terminal


def without(terminal: Terminal, item: str) -> Terminal:
    """Close one opened thing, and what was opened from it; the list behind keeps its part."""
    view = terminal.view
    if item not in view.items:
        return terminal
    place = view.items.index(item)
    closed = replace(
        view, items=view.items[:place], part=view.below[place], below=view.below[:place]
    )
    return replace(terminal, view=closed)
