"""What an agent sees: one page of the terminal, in its frame (pure)."""

from collections.abc import Callable

from pasperdus_node.screens import flow, frame
from pasperdus_node.screens.cards import cards, whole
from pasperdus_node.screens.desks import desks
from pasperdus_node.screens.directory import directory
from pasperdus_node.screens.flow import Drawn
from pasperdus_node.screens.home import home
from pasperdus_node.screens.home import title as waiting_now
from pasperdus_node.screens.look import Look
from pasperdus_node.screens.messages import messages
from pasperdus_node.screens.more import more
from pasperdus_node.screens.pulse import pulse
from pasperdus_node.screens.recount import recount
from pasperdus_node.screens.scene import Rect, Scene
from pasperdus_node.screens.sheet import sheet
from pasperdus_node.screens.tallies import tallies
from pasperdus_node.screens.tokens import tokens
from pasperdus_node.screens.words import noted
from pasperdus_node.terminal.actions import Page
from pasperdus_node.terminal.state import Now, Terminal
from pasperdus_node.terminal.viewing import SERVICES

Draw = Callable[[Terminal, Now, Look, Rect], Drawn]

_PAGES: dict[Page, tuple[str, Draw]] = {
    Page.HOME: (noted("Home"), home),
    Page.TOKENS: (noted("Tokens"), tokens),
    Page.DESKS: (noted("Duty desks"), desks),
    Page.DIRECTORY: (noted("Directory"), directory),
    Page.MORE: (noted("More"), more),
    Page.MESSAGES: (noted("Messages"), messages),
    Page.TALLIES: (noted("Count"), tallies),
    Page.PULSE: (noted("My day"), pulse),
    Page.RECOUNT: (noted("Recount"), recount),
    Page.CARDS: (noted("Cards"), cards),
}


def agent(terminal: Terminal, now: Now, look: Look) -> Scene:
    """Return the picture of this moment."""
    if terminal.is_blank:
        return frame.blank(look)
    covering = whole(terminal, look)
    if covering is not None:
        return flow.scene(look, covering)
    name, draw = _PAGES[terminal.view.page]
    title = look.words.gettext(name)
    if _is_visit_open(terminal):
        draw = sheet
    elif draw is home and terminal.kept is not None:
        title = waiting_now(terminal, look)
    page = draw(terminal, now, look, frame.body(look))
    return frame.framed(terminal, now, look, title, page)


def _is_visit_open(terminal: Terminal) -> bool:
    view = terminal.view
    return view.page in (Page.HOME, Page.TOKENS) and view.items not in ((), (SERVICES,))
