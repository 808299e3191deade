"""Home: how many people are inside, which desks are open, who waits (pure)."""

from collections.abc import Sequence
from datetime import date

from pasperdus_contract.board import Board, BoardDesk
from pasperdus_contract.visits import Visit
from pasperdus_node.screens import desks, flow, frame
from pasperdus_node.screens.cell import WIDE_MM, cell, least_px
from pasperdus_node.screens.flow import Drawn
from pasperdus_node.screens.look import Look
from pasperdus_node.screens.scene import Rect
from pasperdus_node.screens.words import clock_of_day, in_language, when
from pasperdus_node.terminal.actions import Action, Go, Open, Page
from pasperdus_node.terminal.queue import service_day_of, visits_now
from pasperdus_node.terminal.state import Now, Terminal

_LINES = 2  # of a tile: what, and since or until when


def home(terminal: Terminal, now: Now, look: Look, area: Rect) -> Drawn:
    """Draw the page."""
    if terminal.kept is None:
        text = look.words.gettext(
            "Check that the centre is on and the network is plugged in. This page then fills in by "
            "itself."
        )
        return frame.unheard(look, area, text, "offline")
    gap = look.glass.px(flow.GAP_MM)
    columns, rows = (1, 2) if look.glass.is_portrait else (2, 1)
    high = rows * flow.target_px(look) + (rows - 1) * gap
    tiles, rest = flow.cut_top(area, high, gap)
    inside, open_now = flow.grid(tiles, columns, rows, gap)
    board = terminal.kept.board
    today = service_day_of(terminal, now)
    drawn = _inside(board, now, look, inside) + _desks(board, today, now, look, open_now)
    waiting = visits_now(terminal)
    if not waiting:
        return drawn + frame.empty(
            look,
            rest,
            look.words.gettext("Nobody is waiting."),
            look.words.gettext("Tokens are handed out on the next tab."),
            "waiting",
        )
    return drawn + _queue(terminal, now, look, rest, waiting)


def title(terminal: Terminal, look: Look) -> str:
    """Return ``3 attendent``, which matters more than the name of the page."""
    waiting = sum(1 for visit in visits_now(terminal) if visit.state == "waiting")
    if not waiting:
        return look.words.gettext("Home")
    return look.words.ngettext("%(count)s waiting", "%(count)s waiting", waiting)


def _queue(terminal: Terminal, now: Now, look: Look, rect: Rect, waiting: Sequence[Visit]) -> Drawn:
    """Draw the macarons, longest wait first, in a grid that moves only when one goes."""
    gap = look.glass.px(flow.GAP_MM)
    columns = max(1, (rect.w + gap) // (look.glass.px(WIDE_MM) + gap))
    rows = max(1, (rect.h + gap) // (least_px(look, is_wide=True) + gap))
    cells = flow.grid(rect, columns, rows, gap)
    drawn = Drawn()
    if len(waiting) > len(cells):
        each = max(1, columns * (rows - 1))
        parts = -(-len(waiting) // each)
        part = min(terminal.view.part, parts - 1)
        foot = Rect(rect.x, cells[-1].y, rect.w, cells[-1].h)
        drawn += flow.pager(look, foot, part, parts)
        waiting = waiting[part * each : (part + 1) * each]
    for place, visit in zip(cells, waiting, strict=False):
        drawn += cell(look, place, visit, now) + flow.touched(place, Open(visit.visit))
    return drawn


def _inside(board: Board, now: Now, look: Look, rect: Rect) -> Drawn:
    inside, words = board.inside, look.words
    if inside is None:
        first = words.gettext("Inside: not known")
        return _tile(look, rect, "people", first, "", Go(Page.RECOUNT))
    people = words.number(inside.people)
    if inside.error:
        error = words.number(inside.error)
        people = words.gettext("%(people)s ± %(error)s", people=people, error=error)
    first = words.gettext("%(people)s inside", people=people)
    if flow.width_px(look, first, weight="semibold") > _text_px(look, rect):
        first = people  # the sign before it tells what is counted
    at = when(look, board.composed_at, now.wall_ms if now.is_timed else None)
    return _tile(look, rect, "people", first, at, Go(Page.RECOUNT))


def _desks(board: Board, today: date, now: Now, look: Look, rect: Rect) -> Drawn:
    words = look.words
    told = desks.coming(board.desks, today)
    go = Go(Page.DESKS)
    if told and not now.is_timed:
        return _tile(look, rect, "desks", words.gettext("Duty desks of today"), "", go)
    open_now = [desk for desk in told if desks.phase(desk, now, look) == "open"]
    later = [desk for desk in told if desks.phase(desk, now, look) == "later"]
    if open_now:
        until = {desk.closes for desk in open_now}
        clock = clock_of_day(look, open_now[0].day, min(until))
        second = (
            words.gettext("until %(clock)s", clock=clock)
            if len(until) == 1
            else words.gettext("one closes at %(clock)s", clock=clock)
        )
        return _tile(look, rect, "desks", _titles(look, open_now, rect), second, go)
    if later:
        clock = clock_of_day(look, later[0].day, later[0].opens)
        first = _titles(look, later[:1], rect)
        return _tile(look, rect, "desks", first, words.gettext("from %(clock)s", clock=clock), go)
    return _tile(look, rect, "desks", words.gettext("No duty desk now"), "", go)


def _titles(look: Look, told: Sequence[BoardDesk], rect: Rect) -> str:
    """Return the titles of desks where they fit a line, else how many there are."""
    titles = ", ".join(in_language(look.words, desk.title) for desk in told)
    if flow.width_px(look, titles, weight="semibold") <= _text_px(look, rect):
        return titles
    return look.words.ngettext("%(count)s duty desk", "%(count)s duty desks", len(told))


def _text_px(look: Look, rect: Rect) -> int:
    return rect.w - look.glass.px(flow.SIGN_MM) - look.glass.px(flow.PAD_MM) * 3


def _tile(look: Look, rect: Rect, sign: str, first: str, second: str, action: Action) -> Drawn:
    """Draw a button of one or two lines: what, and its time."""
    pad = look.glass.px(flow.PAD_MM)
    drawn = flow.box(look, rect, "surface", edge="line") + flow.touched(rect, action)
    side = look.glass.px(flow.SIGN_MM)
    left, text = flow.cut_left(flow.inset(rect, pad, 0), side, pad)
    drawn += flow.icon(flow.centred(left, side), sign, on="surface")
    if not second:
        return drawn + flow.words(look, text, first, weight="semibold", on="surface")
    high = flow.line_px(look)
    top, foot = flow.grid(flow.inset(text, 0, (text.h - _LINES * high) // 2), 1, _LINES, 0)
    drawn += flow.words(look, top, first, weight="semibold", on="surface")
    return drawn + flow.words(look, foot, second, on="surface", role="quiet")
