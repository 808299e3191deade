"""A count of the people inside, made by looking around (pure)."""

from pasperdus_node.screens import flow
from pasperdus_node.screens.fitting import largest_mm
from pasperdus_node.screens.flow import Drawn
from pasperdus_node.screens.look import BODY_MM, TITLE_MM, Look
from pasperdus_node.screens.scene import Rect
from pasperdus_node.terminal.actions import Change, Go, KeepCount, Page
from pasperdus_node.terminal.state import Now, Terminal

_LARGE_MM = 16.0
_STEPS = (-10, -1, 1, 10)


def recount(terminal: Terminal, now: Now, look: Look, area: Rect) -> Drawn:
    """Draw the page; it begins with what the sensors say."""
    del now
    gap, pad = look.glass.px(flow.GAP_MM), look.glass.px(flow.PAD_MM)
    inside = None if terminal.kept is None else terminal.kept.board.inside
    begun = 0 if inside is None else inside.people
    people = begun if terminal.recount is None else terminal.recount
    high = flow.target_px(look)
    foot, rest = flow.cut_bottom(area, high, 2 * gap)
    drawn = _decision(look, foot)
    ask = look.words.gettext("How many people are inside now?")
    tall = flow.height_px(look, ask, rest.w, cap_mm=TITLE_MM, weight="semibold")
    head, rest = flow.cut_top(rest, tall, gap)
    drawn += flow.words(look, head, ask, cap_mm=TITLE_MM, weight="semibold")
    told = _told(terminal, look)
    line, rest = flow.cut_top(rest, flow.height_px(look, told, rest.w), pad)
    drawn += flow.words(look, line, told, role="quiet")
    if look.glass.is_portrait:
        rest = flow.cut_top(rest, min(rest.h, flow.line_px(look, _LARGE_MM) + 2 * high + 3 * pad))[
            0
        ]
        keys, number = flow.cut_bottom(rest, high + pad, pad)
        cells = flow.grid(keys, 4, 1, gap)
    else:
        middle = flow.inset(rest, 0, max(0, (rest.h - high - 2 * pad) // 2))
        across = (middle.w - 2 * gap) // 5
        left, beside = flow.cut_left(middle, 2 * across, gap)
        right, number = flow.cut_right(beside, 2 * across, gap)
        cells = [*flow.grid(left, 2, 1, gap), *flow.grid(right, 2, 1, gap)]
    told = look.words.number(people)
    cap_mm = largest_mm(
        look, told, number.w, number.h, most_mm=_LARGE_MM, least_mm=BODY_MM, weight="bold"
    )
    drawn += flow.words(look, number, told, cap_mm=cap_mm, weight="bold", align="centre")
    return drawn + flow.joined(
        [_key(look, cell, by, people) for cell, by in zip(cells, _STEPS, strict=True)]
    )


def _told(terminal: Terminal, look: Look) -> str:
    words = look.words
    inside = None if terminal.kept is None else terminal.kept.board.inside
    if inside is None:
        return words.gettext("The sensors do not tell.")
    people = words.number(inside.people)
    if inside.error is None:
        return words.gettext("The sensors say %(people)s.", people=people)
    error = words.number(inside.error)
    return words.gettext("The sensors say %(people)s ± %(error)s.", people=people, error=error)


def _key(look: Look, rect: Rect, by: int, people: int) -> Drawn:
    text = f"+{by}" if by > 0 else f"−{-by}"
    if people + by < 0:  # its place stays, so that no other key comes under the thumb
        return flow.box(look, rect, "ground", edge="line") + flow.words(
            look, rect, text, cap_mm=TITLE_MM, role="quiet", align="centre"
        )
    drawn = flow.box(look, rect, "raised", edge="line") + flow.touched(rect, Change(by))
    return drawn + flow.words(
        look, rect, text, cap_mm=TITLE_MM, weight="bold", on="raised", align="centre"
    )


def _decision(look: Look, rect: Rect) -> Drawn:
    gap = look.glass.px(flow.GAP_MM)
    left, right = flow.grid(rect, 2, 1, gap)
    words = look.words
    return flow.button(
        look, left, words.gettext("Cancel"), Go(Page.MORE), sign="back"
    ) + flow.button(
        look, right, words.gettext("Save"), KeepCount(), sign="done", role="chosen", weight="bold"
    )
