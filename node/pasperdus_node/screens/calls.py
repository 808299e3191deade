"""Calls on the public screen: a token, its name in both languages, and where to go (pure)."""

from collections.abc import Sequence
from math import cos, pi
from typing import NamedTuple

from pasperdus_contract.board import Board
from pasperdus_node.screens import flow
from pasperdus_node.screens.fitting import fits, largest_mm
from pasperdus_node.screens.flow import Drawn
from pasperdus_node.screens.look import BODY_MM, HALL_MM, Look
from pasperdus_node.screens.notices import Letters
from pasperdus_node.screens.scene import Align, Mark, Rect, Role, Weight
from pasperdus_node.screens.words import in_language, languages, token_name
from pasperdus_node.terminal.hall import ShownCall

_GROWTH_MS = 600
_BREATH_MS = 1_500
_SMALLEST = 0.4  # of a mark that arrives, as a share of its size
_BREATH = 0.1
_NEWEST_MM = 1.7 * HALL_MM
_NEWEST_WHERE = 0.87  # of the largest letters: nobody gets up without knowing where to go
_OLDER_WHERE = 0.68
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
    where = where_to(call, board, look)
    verb = "" if call.is_past else look.words.gettext("Your turn")
    least_mm = _NEWEST_WHERE * letters.most_mm
    is_tall = inner.w < inner.h * 1.3
    foot: Rect | None = None
    if is_tall:
        place, rest = flow.cut_top(inner, inner.h * 2 // 5, pad // 2)
    else:
        side = min(inner.h, inner.w * 2 // 5)
        place, rest, foot = _beside(look, inner, side, pad, where, least_mm)
    align: Align = "centre" if is_tall else "left"
    side = round(min(place.w, place.h) * _size(arrival_ms))
    drawn = flow.box(look, rect, on) + Drawn(
        (Mark(rect=flow.centred(place, side), token=call.token, on=on, is_faint=call.is_past),)
    )
    name = token_name(look.words, call.token)
    other = token_name(languages()["en" if look.words.code == "fr" else "fr"], call.token)
    verb_mm = _one_line_mm(look, verb, rest.w, letters.second_mm, "semibold")
    other_mm = _one_line_mm(look, other, rest.w, letters.second_mm, "regular")
    lines = [
        _Text(verb, verb_mm, "semibold", ink),
        _Text(name, 0.0, "bold", ink),
        _Text(other, other_mm, "regular", quiet),
    ]
    low = rest if foot is None else foot
    left = rest.h - sum(line.high(look, rest.w) for line in lines)
    high = min(flow.line_px(look, letters.most_mm), left * 9 // 20 if foot is None else low.h)
    where_mm = _where_mm(look, where, low.w, high, letters.most_mm, least_mm)
    told = _Text(where, where_mm, "bold", ink)
    if foot is None:
        lines.append(told)
    else:
        drawn += _stacked(look, foot, [told], on, align)
    lines[1] = lines[1]._replace(cap_mm=_name_mm(look, rest, lines, _NEWEST_MM))
    return drawn + _stacked(look, rest, lines, on, align)


def older(
    calls: Sequence[ShownCall], board: Board, look: Look, rect: Rect, letters: Letters, gap: int
) -> Drawn:
    """Draw the calls before the newest under a quiet heading, one above the other."""
    told = look.words.gettext("Already called")
    head_mm = _one_line_mm(look, told, rect.w, letters.second_mm * 0.7, "semibold")
    head, rect = flow.cut_top(rect, flow.line_px(look, head_mm), gap // 3)
    drawn = flow.words(look, head, told, cap_mm=head_mm, weight="semibold", role="quiet")
    rows = [
        _row(call, board, look, row, letters)
        for call, row in zip(calls, flow.grid(rect, 1, len(calls), gap), strict=True)
    ]
    names_mm = min(  # one size for all that are waited for: none is called louder
        (row.name_mm(look, HALL_MM) for row in rows if not row.call.is_past), default=HALL_MM
    )
    return drawn + flow.joined([_older(row, look, names_mm) for row in rows])


def where_to(call: ShownCall, board: Board, look: Look) -> str:
    """Return the place of the service that was asked for, else who called."""
    service = next((one for one in board.services if one.service == call.service), None)
    if service is not None and service.place is not None:
        return in_language(look.words, service.place)
    titles = {terminal.node: terminal.title for terminal in board.terminals}
    return titles.get(call.node) or look.words.gettext("Reception")


class _Text(NamedTuple):
    """A text and its letters; those of a name (``cap_mm`` 0) are what the others leave room for."""

    text: str
    cap_mm: float
    weight: Weight
    role: Role

    def high(self, look: Look, width: int) -> int:
        """Return its height in pixels, none of what is empty or has no letters yet."""
        if not self.text or not self.cap_mm:
            return 0
        return flow.height_px(look, self.text, width, cap_mm=self.cap_mm, weight=self.weight)


class _Row(NamedTuple):
    """An older call: its box, and the rooms of its mark, its lines, and where to go below them."""

    call: ShownCall
    rect: Rect
    place: Rect
    rest: Rect
    foot: Rect | None
    lines: list[_Text]
    told: _Text

    def name_mm(self, look: Look, most_mm: float) -> float:
        """Return how large the name may be."""
        return _name_mm(look, self.rest, self.lines, most_mm)


def _row(call: ShownCall, board: Board, look: Look, rect: Rect, letters: Letters) -> _Row:
    """Return what a call has room for; where to go only while somebody is waited for."""
    role: Role = "quiet" if call.is_past else "ink"
    pad = look.glass.px(letters.least_mm * 0.5)
    inner = flow.inset(rect, pad, pad // 2)
    where = "" if call.is_past else where_to(call, board, look)
    least_mm = _OLDER_WHERE * letters.most_mm
    side = min(inner.h, inner.w * 3 // 10)
    place, rest, foot = _beside(look, inner, side, pad, where, least_mm)
    low = rest if foot is None else foot
    high = low.h * 9 // 20 if foot is None else low.h
    told = _Text(where, _where_mm(look, where, low.w, high, least_mm, least_mm), "semibold", role)
    lines = [_Text(token_name(look.words, call.token), 0.0, "bold", role)]
    if foot is None and told.high(look, rest.w) + flow.line_px(look) <= rest.h:
        lines.append(told)  # else the name comes first
    return _Row(call, rect, place, rest, foot, lines, told)


def _older(row: _Row, look: Look, names_mm: float) -> Drawn:
    side = min(row.place.w, row.place.h)
    mark = Mark(
        rect=flow.centred(row.place, side),
        token=row.call.token,
        on="surface",
        is_faint=row.call.is_past,
    )
    drawn = flow.box(look, row.rect, "surface") + Drawn((mark,))
    most_mm = min(_PAST_MM, names_mm) if row.call.is_past else names_mm
    name = row.lines[0]._replace(cap_mm=row.name_mm(look, most_mm))
    drawn += _stacked(look, row.rest, [name, *row.lines[1:]], "surface", "left")
    if row.foot is None:
        return drawn
    return drawn + _stacked(look, row.foot, [row.told], "surface", "left")


# Words, one below the other


def _name_mm(look: Look, room: Rect, lines: Sequence[_Text], most_mm: float) -> float:
    name = next(line.text for line in lines if not line.cap_mm)
    left = room.h - sum(line.high(look, room.w) for line in lines)
    return largest_mm(look, name, room.w, left, most_mm=most_mm, least_mm=BODY_MM, weight="bold")


def _stacked(look: Look, room: Rect, lines: Sequence[_Text], on: Role, align: Align) -> Drawn:
    """Draw lines close together, in the middle of their room."""
    heights = [line.high(look, room.w) for line in lines]
    below = flow.cut_top(room, max(0, room.h - sum(heights)) // 2)[1]
    drawn = Drawn()
    for line, high in zip(lines, heights, strict=True):
        place, below = flow.cut_top(below, high)
        if high:
            drawn += flow.words(
                look,
                place,
                line.text,
                cap_mm=line.cap_mm,
                weight=line.weight,
                on=on,
                role=line.role,
                align=align,
            )
    return drawn


def _where_mm(
    look: Look, where: str, width: int, height: int, most_mm: float, wanted_mm: float
) -> float:
    """Return how large a place may be: ``wanted_mm`` at least wherever that fits."""
    for above_mm, below_mm in ((most_mm, wanted_mm), (wanted_mm, BODY_MM)):
        cap_mm = largest_mm(
            look, where, width, height, most_mm=above_mm, least_mm=below_mm, weight="bold"
        )
        if fits(look, where, width, height, cap_mm=cap_mm, weight="bold"):
            break
    return cap_mm


def _beside(
    look: Look, inner: Rect, side: int, pad: int, where: str, least_mm: float
) -> tuple[Rect, Rect, Rect | None]:
    """Return the places of the mark, of the words beside it, and of where to go if it is below.

    A place too long for large letters beside the mark has the whole width, in one line.
    """
    place, rest = flow.cut_left(inner, side, pad)
    high = flow.line_px(look, least_mm)
    wide = flow.width_px(look, where, least_mm, "bold")
    if rest.w < wide <= inner.w and 9 * high <= 4 * inner.h:
        foot, above = flow.cut_bottom(inner, high, 0)
        place, rest = flow.cut_left(above, min(above.h, side), pad)
        return place, rest, foot
    if any(line.is_broken for line in flow.wrap(look, where, rest.w, weight="bold")):
        place, rest = flow.cut_left(inner, side * 5 // 6, pad)  # it gives way to a long word
    return place, rest, None


def _one_line_mm(look: Look, text: str, width: int, most_mm: float, weight: Weight) -> float:
    high = flow.line_px(look, most_mm)
    return largest_mm(look, text, width, high, most_mm=most_mm, least_mm=BODY_MM, weight=weight)


def _size(arrival_ms: int | None) -> float:
    """Return the size of a mark: it grows, then breathes slowly; nothing flashes."""
    if arrival_ms is None:
        return 1.0
    if arrival_ms < _GROWTH_MS:
        left = 1 - arrival_ms / _GROWTH_MS
        return 1 - (1 - _SMALLEST) * left * left
    turn = (arrival_ms - _GROWTH_MS) / _BREATH_MS
    return 1 - _BREATH * (1 - cos(2 * pi * turn)) / 2
