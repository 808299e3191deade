"""Calls on the public screen: a token, its name in both languages, and where to go (pure)."""

from collections.abc import Sequence
from math import cos, pi

from pasperdus_contract.board import Board
from pasperdus_node.screens import flow
from pasperdus_node.screens.fitting import largest_mm
from pasperdus_node.screens.flow import Drawn
from pasperdus_node.screens.look import BODY_MM, HALL_MM, Look
from pasperdus_node.screens.notices import Letters
from pasperdus_node.screens.scene import Align, Mark, Rect, Role
from pasperdus_node.screens.words import in_language, languages, token_name
from pasperdus_node.terminal.hall import ShownCall

_GROWTH_MS = 600
_BREATH_MS = 1_500
_SMALLEST = 0.4  # of a mark that arrives, as a share of its size
_BREATH = 0.1
_NEWEST_MM = 1.7 * HALL_MM
_PAST_MM = 0.5 * HALL_MM  # nobody has to find it any more


def newest(
    call: ShownCall, board: Board, look: Look, rect: Rect, letters: Letters, arrival_ms: int | None
) -> Drawn:
    """Draw the newest call; ``arrival_ms`` tells for how long it has been arriving, if it is."""
    on: Role = "surface" if arrival_ms is None else "chosen"
    quiet: Role = "quiet" if arrival_ms is None else "on_chosen"
    ink: Role = quiet if call.is_past else flow.ink(on)
    pad = look.glass.px(letters.least_mm * 0.7)
    inner = flow.inset(rect, pad, pad // 2)
    is_tall = inner.w < inner.h * 1.3
    if is_tall:
        place, rest = flow.cut_top(inner, inner.h * 9 // 20, pad // 2)
    else:
        place, rest = flow.cut_left(inner, min(inner.h, inner.w * 2 // 5), pad)
    align: Align = "centre" if is_tall else "left"
    side = round(min(place.w, place.h) * _size(arrival_ms))
    drawn = flow.box(look, rect, on) + Drawn(
        (Mark(rect=flow.centred(place, side), token=call.token, on=on, is_faint=call.is_past),)
    )
    where = where_to(call, board, look)
    where_mm = largest_mm(
        look,
        where,
        rest.w,
        min(2 * flow.line_px(look, letters.least_mm), rest.h // 3),
        most_mm=letters.most_mm,
        least_mm=BODY_MM,
        weight="bold",
    )
    low = flow.height_px(look, where, rest.w, cap_mm=where_mm, weight="bold")
    name = token_name(look.words, call.token)
    other = token_name(languages()["en" if look.words.code == "fr" else "fr"], call.token)
    other_mm = _one_line_mm(look, other, rest.w, letters.second_mm)
    line = flow.line_px(look, other_mm)
    room = rest.h - low - line
    cap_mm = largest_mm(
        look, name, rest.w, room, most_mm=_NEWEST_MM, least_mm=BODY_MM, weight="bold"
    )
    high = flow.height_px(look, name, rest.w, cap_mm=cap_mm, weight="bold")
    first, below = flow.cut_top(flow.cut_top(rest, (room - high) // 2)[1], high)
    second, below = flow.cut_top(below, line)
    third = flow.cut_top(below, low)[0]
    drawn += flow.words(
        look, first, name, cap_mm=cap_mm, weight="bold", on=on, role=ink, align=align
    )
    drawn += flow.words(look, second, other, cap_mm=other_mm, on=on, role=quiet, align=align)
    return drawn + flow.words(
        look, third, where, cap_mm=where_mm, weight="bold", on=on, role=ink, align=align
    )


def older(
    calls: Sequence[ShownCall], board: Board, look: Look, rect: Rect, letters: Letters, gap: int
) -> Drawn:
    """Draw the calls before the newest, one above the other."""
    rows = flow.grid(rect, 1, len(calls), gap)
    return flow.joined(
        [_older(call, board, look, row, letters) for call, row in zip(calls, rows, strict=True)]
    )


def where_to(call: ShownCall, board: Board, look: Look) -> str:
    """Return the place of the service that was asked for, else who called."""
    service = next((one for one in board.services if one.service == call.service), None)
    if service is not None and service.place is not None:
        return in_language(look.words, service.place)
    titles = {terminal.node: terminal.title for terminal in board.terminals}
    return titles.get(call.node) or look.words.gettext("Reception")


def _older(call: ShownCall, board: Board, look: Look, rect: Rect, letters: Letters) -> Drawn:
    """Draw one call; where to go only while somebody is waited for."""
    role: Role = "quiet" if call.is_past else "ink"
    pad = look.glass.px(letters.least_mm * 0.5)
    inner = flow.inset(rect, pad, pad // 2)
    side = min(inner.h, inner.w * 3 // 10)
    place, rest = flow.cut_left(inner, side, pad)
    mark = Mark(
        rect=flow.centred(place, side), token=call.token, on="surface", is_faint=call.is_past
    )
    drawn = flow.box(look, rect, "surface") + Drawn((mark,))
    where = "" if call.is_past else where_to(call, board, look)
    where_mm = largest_mm(
        look,
        where,
        rest.w,
        rest.h * 2 // 5,
        most_mm=letters.least_mm,
        least_mm=BODY_MM,
        weight="semibold",
    )
    low = flow.height_px(look, where, rest.w, cap_mm=where_mm, weight="semibold")
    if where and low + flow.line_px(look) <= rest.h:  # the name comes first
        foot, rest = flow.cut_bottom(rest, low)
        drawn += flow.words(look, foot, where, cap_mm=where_mm, weight="semibold", on="surface")
    name = token_name(look.words, call.token)
    most_mm = _PAST_MM if call.is_past else HALL_MM
    cap_mm = largest_mm(
        look, name, rest.w, rest.h, most_mm=most_mm, least_mm=BODY_MM, weight="bold"
    )
    return drawn + flow.words(
        look, rest, name, cap_mm=cap_mm, weight="bold", on="surface", role=role
    )


def _one_line_mm(look: Look, text: str, width: int, most_mm: float) -> float:
    high = flow.line_px(look, most_mm)
    return largest_mm(look, text, width, high, most_mm=most_mm, least_mm=BODY_MM, weight="regular")


def _size(arrival_ms: int | None) -> float:
    """Return the size of a mark: it grows, then breathes slowly; nothing flashes."""
    if arrival_ms is None:
        return 1.0
    if arrival_ms < _GROWTH_MS:
        left = 1 - arrival_ms / _GROWTH_MS
        return 1 - (1 - _SMALLEST) * left * left
    turn = (arrival_ms - _GROWTH_MS) / _BREATH_MS
    return 1 - _BREATH * (1 - cos(2 * pi * turn)) / 2
