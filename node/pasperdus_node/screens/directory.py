"""The directory of local actors: what is needed, who helps, how to reach them (pure)."""

from collections.abc import Sequence

from pasperdus_contract.board import Board, BoardContact, BoardNeed
from pasperdus_node.screens import cards, flow, frame
from pasperdus_node.screens.fitting import fits, largest_mm
from pasperdus_node.screens.flow import Drawn, Entry
from pasperdus_node.screens.look import BODY_MM, CARD_MM, TITLE_MM, Look
from pasperdus_node.screens.opened import opened
from pasperdus_node.screens.scene import Rect, Role, Weight
from pasperdus_node.screens.words import in_language
from pasperdus_node.terminal.actions import Open
from pasperdus_node.terminal.state import Now, Terminal

_SIGN_MM = 6.0


def directory(terminal: Terminal, now: Now, look: Look, area: Rect) -> Drawn:
    """Draw the needs, the contacts of one, or one contact."""
    del now
    board = None if terminal.kept is None else terminal.kept.board
    if board is None or not board.needs:
        return _empty(look, area, has_board=board is not None)
    items = terminal.view.items
    if not items:
        return _needs(look, area, board.needs, terminal.view.part)
    contact = cards.contact(board, items[1]) if len(items) > 1 else None
    if contact is not None:
        return _one(look, area, contact, terminal.view.part)
    return _contacts(look, area, board, items[0], terminal.view.part)


def _empty(look: Look, area: Rect, *, has_board: bool) -> Drawn:
    words = look.words
    if not has_board:
        text = words.gettext("The directory appears with the first data from the centre.")
        return frame.unheard(look, area, text, "directory")
    title = words.gettext("The directory is empty")
    text = words.gettext("To have this page filled in, ask whoever runs the reception.")
    return frame.empty(look, area, title, text, "directory")


# Needs


def _needs(look: Look, area: Rect, needs: Sequence[BoardNeed], part: int) -> Drawn:
    """Draw a button for each need, in the one or two columns that need less height.

    Two only where they break no word.
    """
    gap = look.glass.px(flow.GAP_MM)
    pad = look.glass.px(flow.PAD_MM)

    def rows(columns: int) -> list[Entry]:
        width = (area.w - (columns - 1) * gap) // columns
        return [
            _row(look, needs[n : n + columns], columns, width - 2 * pad)
            for n in range(0, len(needs), columns)
        ]

    one, two = rows(1), rows(2)
    half = (area.w - gap) // 2 - 2 * pad
    titles = [in_language(look.words, need.title) for need in needs]
    is_broken = not all(
        fits(look, title, half, area.h, cap_mm=BODY_MM, weight="semibold") for title in titles
    )
    return flow.listed(look, area, part, one if is_broken else min((two, one), key=_height))


def _height(entries: Sequence[Entry]) -> int:
    return sum(entry.height for entry in entries)


def _row(look: Look, needs: Sequence[BoardNeed], columns: int, inner: int) -> Entry:
    titles = [in_language(look.words, need.title) for need in needs]
    high = max(flow.height_px(look, title, inner, weight="semibold") for title in titles)

    def draw(rect: Rect) -> Drawn:
        cells = flow.grid(rect, columns, 1, look.glass.px(flow.GAP_MM))
        return flow.joined(
            [
                flow.button(look, cell, title, Open(need.need))
                for cell, title, need in zip(cells, titles, needs, strict=False)
            ]
        )

    return Entry(height=max(flow.target_px(look), high + 2 * look.glass.px(flow.PAD_MM)), draw=draw)


# Contacts of a need


def _contacts(look: Look, area: Rect, board: Board, need: str, part: int) -> Drawn:
    title = next((in_language(look.words, n.title) for n in board.needs if n.need == need), "")
    high = flow.height_px(look, title, area.w, weight="semibold") if title else 0
    head, rest = flow.cut_top(area, high, look.glass.px(flow.GAP_MM))
    found = [contact for contact in board.contacts if need in contact.needs]
    if not found:
        empty = look.words.gettext("No contact for this need")
        text = look.words.gettext("To have this page filled in, ask whoever runs the reception.")
        back, above = frame.back(look, area)
        return back + frame.empty(look, above, empty, text, "directory")
    drawn = flow.words(look, head, title, weight="semibold", role="quiet") if title else Drawn()
    entries = [_contact_row(look, contact, rest.w) for contact in found]
    return drawn + opened(look, rest, part, entries)


def _contact_row(look: Look, contact: BoardContact, width: int) -> Entry:
    pad = look.glass.px(flow.PAD_MM)
    side = look.glass.px(_SIGN_MM)
    inner = width - 3 * pad - side
    high = flow.height_px(look, contact.title, inner, weight="semibold")
    line = flow.line_px(look)
    low = line if contact.phone else 0

    def draw(rect: Rect) -> Drawn:
        drawn = flow.box(look, rect, "raised", edge="line")
        drawn += flow.touched(rect, Open(contact.contact))
        sign, rest = flow.cut_right(flow.inset(rect, pad, 0), side, pad)
        drawn += flow.icon(flow.centred(sign, side), "right", on="raised")
        top = (rest.h - high - low) // 2
        above, below = flow.cut_top(flow.cut_top(rest, top)[1], high)
        drawn += flow.words(look, above, contact.title, weight="semibold", on="raised")
        if contact.phone:
            place = flow.cut_top(below, line)[0]
            drawn += flow.words(look, place, contact.phone, on="raised", role="quiet")
        return drawn

    return Entry(height=max(flow.target_px(look), high + low + 2 * pad), draw=draw)


# One contact


def _one(look: Look, area: Rect, contact: BoardContact, part: int) -> Drawn:
    """Draw all about one contact, large enough to be shown or read aloud."""
    entries = [_told(look, area.w, contact.title, None, TITLE_MM, "bold")]
    if contact.phone:
        phone_mm = largest_mm(
            look,
            contact.phone,
            area.w,
            flow.line_px(look, CARD_MM),
            most_mm=CARD_MM,
            least_mm=TITLE_MM,
            weight="semibold",
        )
        entries.append(_told(look, area.w, contact.phone, None, phone_mm, "semibold"))
    if contact.address:
        entries.append(_told(look, area.w, contact.address, "pin", TITLE_MM, "semibold"))
        entries.append(_show(look))
    if contact.hours:
        told = in_language(look.words, contact.hours)
        entries.append(_told(look, area.w, told, "clock", BODY_MM, "regular"))
    if contact.detail:
        told = in_language(look.words, contact.detail)
        entries.append(_told(look, area.w, told, None, BODY_MM, "regular"))
    return opened(look, area, part, entries)


def _inner(look: Look, width: int) -> int:
    return width - look.glass.px(_SIGN_MM) - look.glass.px(flow.PAD_MM)


def _told(
    look: Look, width: int, text: str, sign: str | None, cap_mm: float, weight: Weight
) -> Entry:
    side, pad = look.glass.px(_SIGN_MM), look.glass.px(flow.PAD_MM)
    inner = _inner(look, width) if sign else width
    high = flow.height_px(look, text, inner, cap_mm=cap_mm, weight=weight)

    def draw(rect: Rect) -> Drawn:
        drawn = Drawn()
        if sign:
            left, rect = flow.cut_left(rect, side, pad)
            first = flow.cut_top(left, max(side, flow.line_px(look, cap_mm)))[0]
            drawn += flow.icon(flow.centred(first, side), sign, on="ground", role=_QUIET)
        return drawn + flow.words(look, rect, text, cap_mm=cap_mm, weight=weight)

    return Entry(height=max(high, side if sign else 0), draw=draw)


_QUIET: Role = "quiet"


def _show(look: Look) -> Entry:
    def draw(rect: Rect) -> Drawn:
        text = look.words.gettext("Show the address")
        return flow.button(look, rect, text, Open(cards.ADDRESS), sign=cards.SIGN)

    return Entry(height=flow.target_px(look), draw=draw)
