"""What agents count by hand: one big button each, then its categories where it has some (pure)."""

from pasperdus_contract.board import BoardTally
from pasperdus_node.screens import flow, frame
from pasperdus_node.screens.fitting import largest_mm
from pasperdus_node.screens.flow import Drawn, Entry
from pasperdus_node.screens.look import BODY_MM, TITLE_MM, Look
from pasperdus_node.screens.opened import opened
from pasperdus_node.screens.scene import Rect, Role
from pasperdus_node.screens.words import in_language
from pasperdus_node.terminal.actions import Action, Count, Open
from pasperdus_node.terminal.state import Now, Terminal

_SIGNS = {"repeated-question": "question", "misorientation": "misorientation", "phone": "phone",
          "incident": "incident"}  # fmt: skip
_SIGN_MM = 12.0
_LOW_SIGN_MM = 6.0  # on a low glass, where tallies stand beside each other
_FURTHER_MM = 4.5
_LEAST_MM = 26.0  # of a tally's button; what is left of the page stays empty


def tallies(terminal: Terminal, now: Now, look: Look, area: Rect) -> Drawn:
    """Draw the tallies of the site, or the categories of one."""
    del now
    board = None if terminal.kept is None else terminal.kept.board
    if board is None or not board.tallies:
        return _empty(look, area, has_board=board is not None)
    items = terminal.view.items
    tally = next((one for one in board.tallies if items and one.what == items[0]), None)
    if tally is not None and tally.categories:
        return _categories(look, area, tally, terminal.view.part)
    count = len(board.tallies)
    gap = look.glass.px(flow.GAP_MM)
    columns, rows = (1, count) if look.glass.is_portrait else (min(2, count), -(-count // 2))
    height = min((area.h - (rows - 1) * gap) // rows, 2 * look.glass.px(_LEAST_MM))
    page = flow.cut_top(area, rows * height + (rows - 1) * gap)[0]
    return flow.joined(
        [
            _tally(look, rect, one)
            for rect, one in zip(flow.grid(page, columns, rows, gap), board.tallies, strict=False)
        ]
    )


def _empty(look: Look, area: Rect, *, has_board: bool) -> Drawn:
    words = look.words
    if not has_board:
        text = words.gettext("What to count appears with the first data from the centre.")
        return frame.unheard(look, area, text, "tallies")
    title = words.gettext("Nothing to count")
    text = words.gettext("To have this page filled in, ask whoever runs the reception.")
    return frame.empty(look, area, title, text, "tallies")


def _tally(look: Look, rect: Rect, tally: BoardTally) -> Drawn:
    action: Action = Open(tally.what) if tally.categories else Count(tally.what)
    pad = look.glass.px(flow.PAD_MM)
    side = look.glass.px(_SIGN_MM if look.glass.is_portrait else _LOW_SIGN_MM)
    drawn = flow.box(look, rect, "raised", edge="line") + flow.touched(rect, action)
    inner = flow.inset(rect, pad, 0)
    place, rest = flow.cut_left(inner, side, pad)
    sign = _SIGNS.get(tally.what, "tallies")
    drawn += flow.icon(flow.centred(place, side), sign, on="raised")
    if tally.categories:
        further = look.glass.px(_FURTHER_MM)
        right, rest = flow.cut_right(rest, further, pad)
        drawn += flow.icon(flow.centred(right, further), "right", on="raised")
    title = in_language(look.words, tally.title)
    cap_mm = largest_mm(
        look, title, rest.w, rest.h, most_mm=TITLE_MM, least_mm=BODY_MM, weight="semibold"
    )
    return drawn + flow.words(look, rest, title, cap_mm=cap_mm, weight="semibold", on="raised")


def _categories(look: Look, area: Rect, tally: BoardTally, part: int) -> Drawn:
    title = in_language(look.words, tally.title)
    high = flow.height_px(look, title, area.w, weight="semibold")
    head, rest = flow.cut_top(area, high, look.glass.px(flow.GAP_MM))
    drawn = flow.words(look, head, title, weight="semibold", role="quiet")
    choices = [
        (in_language(look.words, one.title), Count(tally.what, one.category))
        for one in tally.categories
    ]
    choices.append((look.words.gettext("Not specified"), Count(tally.what)))
    columns = 1 if look.glass.is_portrait else 2
    gap, pad = look.glass.px(flow.GAP_MM), look.glass.px(flow.PAD_MM)
    inner = (rest.w - (columns - 1) * gap) // columns - 2 * pad
    entries = []
    for n in range(0, len(choices), columns):
        row = choices[n : n + columns]
        high = max(flow.height_px(look, text, inner, weight="semibold") for text, _ in row)
        entries.append(_row(look, row, columns, max(flow.target_px(look), high + 2 * pad)))
    return drawn + opened(look, rest, part, entries)


def _row(look: Look, row: list[tuple[str, Count]], columns: int, height: int) -> Entry:
    def draw(rect: Rect) -> Drawn:
        cells = flow.grid(rect, columns, 1, look.glass.px(flow.GAP_MM))
        return flow.joined(
            [
                flow.button(look, cell, text, count, role=_role(count))
                for cell, (text, count) in zip(cells, row, strict=False)
            ]
        )

    return Entry(height=height, draw=draw)


def _role(count: Count) -> Role:
    """Set the choice without a category apart from the site's own."""
    return "surface" if count.category is None else "raised"
