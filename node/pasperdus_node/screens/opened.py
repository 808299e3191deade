"""A list opened from another: its foot holds the way back and what turns its parts (pure)."""

from collections.abc import Sequence

from pasperdus_node.screens import flow
from pasperdus_node.screens.flow import Drawn, Entry
from pasperdus_node.screens.look import Look
from pasperdus_node.screens.scene import Rect
from pasperdus_node.terminal.actions import Back, Turn


def opened(look: Look, area: Rect, part: int, entries: Sequence[Entry]) -> Drawn:
    """Draw one part of a list, and below it the buttons that leave it or turn it."""
    gap = look.glass.px(flow.GAP_MM)
    foot, above = flow.cut_bottom(area, flow.target_px(look), gap)
    parts = flow.divided([entry.height for entry in entries], above.h, gap)
    part = min(part, len(parts) - 1)
    first, end = parts[part]
    drawn = flow.listed(look, above, 0, entries[first:end])
    turned, left = turns(look, foot, part, len(parts))
    return drawn + _back(look, left) + turned


def turns(look: Look, rect: Rect, part: int, parts: int) -> tuple[Drawn, Rect]:
    """Draw what turns the parts of a list at the right of a row; return what is left of it.

    Nothing is drawn for a list of one part. The place of a button that leads nowhere stays.
    """
    if parts == 1:
        return Drawn(), rect
    words, gap, side = look.words, look.glass.px(flow.GAP_MM), flow.target_px(look)
    # As wide as the last part's: no button moves while the parts are turned.
    widest = flow.width_px(look, words.gettext("%(part)s of %(parts)s", part=parts, parts=parts))
    widest += 2 * gap
    on, rest = flow.cut_right(rect, side, gap)
    middle, rest = flow.cut_right(rest, widest, gap)
    before, left = flow.cut_right(rest, side, gap)
    told = words.gettext("%(part)s of %(parts)s", part=part + 1, parts=parts)
    drawn = flow.words(look, middle, told, role="quiet", align="centre")
    if part > 0:
        drawn += flow.button(look, before, "", Turn(-1, parts=parts), sign="up")
    if part < parts - 1:
        drawn += flow.button(look, on, "", Turn(1, parts=parts), sign="down")
    return drawn, left


def _back(look: Look, rect: Rect) -> Drawn:
    """Draw the way back; beside a long list's parts there is no room for its name."""
    name = look.words.gettext("Back")
    wide = flow.width_px(look, name, weight="semibold") + look.glass.px(
        flow.SIGN_MM + 3 * flow.PAD_MM
    )
    return flow.button(look, rect, name if wide <= rect.w else "", Back(), sign="back")
