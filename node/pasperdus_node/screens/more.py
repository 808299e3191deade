"""What is asked for less often, and what this terminal is (pure)."""

from functools import cache
from importlib.metadata import version

from pasperdus_node.screens import flow
from pasperdus_node.screens.flow import Drawn
from pasperdus_node.screens.look import Look
from pasperdus_node.screens.scene import Fill, Rect, Role
from pasperdus_node.terminal.actions import Action, Go, Page, Switch
from pasperdus_node.terminal.state import Now, Terminal
from pasperdus_service.typography import FIXED

_SIGN_MM = 8.0
_TALLEST_MM = 30.0


def more(terminal: Terminal, now: Now, look: Look, area: Rect) -> Drawn:
    """Draw the page."""
    del now
    gap, line = look.glass.px(flow.GAP_MM), flow.line_px(look)
    told = f"{terminal.node} · Pas perdus{FIXED}{_version()}"
    foot, rest = flow.cut_bottom(area, flow.height_px(look, told, area.w), gap)
    drawn = flow.words(look, foot, told, role="quiet")
    columns, rows = (2, 4) if look.glass.is_portrait else (4, 2)
    height = min((rest.h - (rows - 1) * gap) // rows, look.glass.px(_TALLEST_MM))
    page = flow.cut_top(rest, rows * height + (rows - 1) * gap)[0]
    cells = flow.grid(page, columns, rows, gap)
    for cell, (text, sign, action) in zip(cells, _choices(terminal, look), strict=True):
        role: Role = "raised"
        if action == Switch("training") and terminal.training is not None:
            role = "training"
        drawn += _choice(look, cell, text, sign, action, role)
    waiting = sum(1 for slip in terminal.slips if slip.id not in terminal.taken)
    return drawn + _badge(look, cells[0], waiting, line)


@cache
def _version() -> str:
    return version("pasperdus")


def _choices(terminal: Terminal, look: Look) -> list[tuple[str, str, Action]]:
    words = look.words
    training = (
        words.gettext("Training")
        if terminal.training is None
        else words.gettext("End the training")
    )
    return [
        (words.gettext("Messages"), "messages", Go(Page.MESSAGES)),
        (words.gettext("Count"), "tallies", Go(Page.TALLIES)),
        (words.gettext("Show the visitor"), "cards", Go(Page.CARDS)),
        (words.gettext("Recount"), "recount", Go(Page.RECOUNT)),
        (words.gettext("My day"), "pulse", Go(Page.PULSE)),
        (training, "training", Switch("training")),
        # In the language that it leads to: whoever cannot read this one finds it.
        ("English" if words.code == "fr" else "Français", "language", Switch("language")),
        (words.gettext("Hide the screen"), "blank", Switch("blank")),
    ]


def _choice(look: Look, rect: Rect, text: str, sign: str, action: Action, role: Role) -> Drawn:
    pad, side = look.glass.px(flow.PAD_MM), look.glass.px(_SIGN_MM)
    drawn = flow.box(look, rect, role, edge="line") + flow.touched(rect, action)
    inner = flow.inset(rect, pad // 2, 0)
    high = flow.height_px(look, text, inner.w, weight="semibold")
    top = max(0, (rect.h - side - pad // 2 - high) // 2)
    above, below = flow.cut_top(flow.cut_top(inner, top)[1], side, pad // 2)
    drawn += flow.icon(flow.centred(above, side), sign, on=role)
    return drawn + flow.words(
        look,
        flow.cut_top(below, high)[0],
        text,
        weight="semibold",
        on=role,
        align="centre",
    )


def _badge(look: Look, rect: Rect, waiting: int, high: int) -> Drawn:
    if not waiting:
        return Drawn()
    text = look.words.number(waiting)
    wide = max(high, flow.width_px(look, text, weight="bold") + look.glass.px(flow.PAD_MM))
    inset = look.glass.px(1)
    place = Rect(rect.right - wide - inset, rect.y + inset, wide, high)
    drawn = Drawn((Fill(rect=place, role="warning", radius=high // 2),))
    return drawn + flow.words(look, place, text, weight="bold", on="warning", align="centre")
