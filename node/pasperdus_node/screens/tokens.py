"""The macarons of this terminal: handed out, called and opened with one tap each (pure)."""

from pasperdus_contract.visits import Visit
from pasperdus_node.screens import flow, frame, sheet, words
from pasperdus_node.screens.cell import NARROW_MM, WIDE_MM, cell, free, least_px
from pasperdus_node.screens.flow import Drawn
from pasperdus_node.screens.look import Look
from pasperdus_node.screens.scene import Rect, Role
from pasperdus_node.terminal.actions import Act, ChooseService, Give, Open, Switch
from pasperdus_node.terminal.queue import hand, visits_now
from pasperdus_node.terminal.state import Now, Terminal
from pasperdus_node.terminal.viewing import SERVICES

_TALLEST_MM = 22.0
_SIDE_MM = 28.0  # of the column of buttons on a wide glass
_SIGN_MM = 4.2
_PAD_MM = 1.2


def tokens(terminal: Terminal, now: Now, look: Look, area: Rect) -> Drawn:
    """Draw the page."""
    if terminal.view.items == (SERVICES,):
        return _choice(terminal, look, area)
    held = hand(terminal, now)
    if not held:
        return _nothing(terminal, look, area)
    gap = look.glass.px(flow.GAP_MM)
    if look.glass.is_portrait:
        bar, rest = flow.cut_bottom(area, _bar_px(terminal, look, area.w), gap)
    else:
        bar, rest = flow.cut_right(area, look.glass.px(_SIDE_MM), gap)
    return _cells(terminal, now, look, rest, held) + _bar(terminal, look, bar)


def _cells(terminal: Terminal, now: Now, look: Look, rect: Rect, held: tuple[str, ...]) -> Drawn:
    """Draw each token of the hand in its own cell, whatever becomes of it."""
    by_token: dict[str, Visit] = {}
    for held_by in visits_now(terminal):  # two may hold one token: who came first is shown
        by_token.setdefault(held_by.token, held_by)
    drawn = Drawn()
    for place, token in zip(_places(look, rect, len(held)), held, strict=False):
        if token in by_token:
            visit = by_token[token]
            drawn += cell(look, place, visit, now) + _touched(terminal, place, visit)
            continue
        drawn += free(look, place, token)
        if not terminal.has_options:  # a free one has no other actions
            drawn += flow.touched(place, Give(token))
    return drawn


def _touched(terminal: Terminal, place: Rect, visit: Visit) -> Drawn:
    opened = Open(visit.visit)
    if visit.state == "waiting" and not terminal.has_options:
        return flow.touched(place, Act(visit.visit, "call"), opened)
    return flow.touched(place, opened, opened)


def _places(look: Look, rect: Rect, count: int) -> list[Rect]:
    """Return equal cells for a whole hand: wide ones where they fit, none needlessly tall."""
    gap = look.glass.px(flow.GAP_MM)
    for cell_mm in (WIDE_MM, NARROW_MM):
        columns = max(1, (rect.w + gap) // (look.glass.px(cell_mm) + gap))
        rows = -(-count // columns)
        least = least_px(look, is_wide=cell_mm == WIDE_MM)
        if rows * (least + gap) - gap <= rect.h:
            break
    else:  # the gaps give way before the cells do
        gap = max(0, min(gap, (rect.h - rows * least) // max(1, rows - 1)))
    high = (rect.h + gap) // rows - gap
    high = min(high, look.glass.px(_TALLEST_MM))
    return flow.grid(Rect(rect.x, rect.y, rect.w, rows * (high + gap) - gap), columns, rows, gap)


def _bar(terminal: Terminal, look: Look, rect: Rect) -> Drawn:
    """Draw for which service tokens are handed out, and the switch for the other actions."""
    gap = look.glass.px(flow.GAP_MM)
    has_services = terminal.kept is not None and bool(terminal.kept.board.services)
    if not look.glass.is_portrait:
        options, service = flow.cut_bottom(rect, 2 * flow.target_px(look), gap)
    elif has_services:
        options, service = flow.cut_right(rect, look.glass.px(_SIDE_MM), gap)
    else:
        options, service = rect, rect
    drawn = _options(terminal, look, options)
    if not has_services:
        return drawn
    name = words.service_name(look, terminal, terminal.service) or look.words.gettext(
        "For any service"
    )
    drawn += flow.box(look, service, "raised", edge="line") + flow.touched(service, Open(SERVICES))
    inner = flow.inset(service, look.glass.px(_PAD_MM), 0)
    return drawn + flow.words(look, inner, name, on="raised", align="centre")


def _bar_px(terminal: Terminal, look: Look, width: int) -> int:
    """Return the height of the buttons under the grid, the same whichever service is chosen."""
    known = () if terminal.kept is None else terminal.kept.board.services
    room = width - look.glass.px(_SIDE_MM) - look.glass.px(flow.GAP_MM) - 2 * look.glass.px(_PAD_MM)
    titles = [words.service_name(look, terminal, one.service) for one in known]
    heights = [flow.height_px(look, title, room) for title in titles]
    return max([flow.target_px(look), *heights])


def _options(terminal: Terminal, look: Look, rect: Rect) -> Drawn:
    """Draw the switch: a tick in its box, and its colour, tell that it is on."""
    role: Role = "chosen" if terminal.has_options else "raised"
    name = "ticked" if terminal.has_options else "unticked"
    told = look.words.gettext("Other actions")
    pad, side = look.glass.px(_PAD_MM), look.glass.px(_SIGN_MM)
    drawn = flow.box(look, rect, role, edge="line") + flow.touched(rect, Switch("options"))
    sign, text = flow.cut_left(flow.inset(rect, pad, 0), side, pad)
    drawn += flow.icon(flow.centred(sign, side), name, on=role)
    return drawn + flow.words(look, text, told, weight="semibold", on=role)


def _choice(terminal: Terminal, look: Look, area: Rect) -> Drawn:
    """Draw the services to hand tokens out for."""
    back, rest = frame.back(look, area)
    told = look.words.gettext("Hand out tokens for:")
    head, rest = flow.cut_top(rest, flow.line_px(look), look.glass.px(flow.GAP_MM))
    known = () if terminal.kept is None else terminal.kept.board.services
    entries = [
        sheet.service_entry(
            look,
            rest.w,
            words.service_name(look, terminal, service) or look.words.gettext("For any service"),
            ChooseService(service),
            is_chosen=terminal.service == service,
        )
        for service in (None, *(one.service for one in known))
    ]
    drawn = back + flow.words(look, head, told, weight="semibold")
    return drawn + flow.listed(look, rest, terminal.view.part, entries)


def _nothing(terminal: Terminal, look: Look, area: Rect) -> Drawn:
    gettext = look.words.gettext
    if terminal.kept is None:
        text = gettext("Tokens are dealt as soon as the centre has been heard once.")
        return frame.unheard(look, area, text, "tokens")
    title = gettext("No tokens here yet")
    text = gettext(
        "The centre does not know this terminal yet. It deals it tokens by itself, a minute "
        "after both have a network."
    )
    return frame.empty(look, area, title, text, "tokens")
