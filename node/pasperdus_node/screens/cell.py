"""One macaron in a grid: its token, its minutes, its state in a sign and a word (pure)."""

from dataclasses import replace

from pasperdus_contract.visits import State, Visit
from pasperdus_node.screens import flow, words
from pasperdus_node.screens.flow import Drawn
from pasperdus_node.screens.look import BODY_MM, Look
from pasperdus_node.screens.scene import Mark, Rect, Role, Weight
from pasperdus_node.terminal.queue import minutes
from pasperdus_node.terminal.state import Now

SIGNS: dict[State, str] = {
    "waiting": "waiting",
    "called": "called",
    "serving": "serving",
    "parked": "parked",
}
ROLES: dict[State, Role] = {
    "waiting": "raised",
    "called": "chosen",
    "serving": "surface",
    "parked": "surface",
}
WIDE_MM = 26.0  # of a cell: beside its token « 1 h 05 », a sign before its word
NARROW_MM = 16.0  # « 12′ » beside its token, its word alone
TOKEN_MM = 8.8  # a token that is told from 23 others at arm's length
_PAD_MM, _NARROW_PAD_MM = 0.9, 0.4
_NARROW_RADIUS_MM = 0.6  # the token reaches near the corner
_NARROW_LINE = 1.16  # of the type size: a capital's accent and a tail have just room
_SIGN_MM = 4.2
_HOUR, _HUNDRED = 60, 100
_WIDEST_MINUTES, _WIDEST_HOURS = 88, 8 * 60 + 58


def least_px(look: Look, *, is_wide: bool) -> int:
    """Return how high a cell is at least: a thumb fits, and its token is large enough."""
    high = int(look.glass.px_per_mm * TOKEN_MM) + 2 * _pad_px(look, is_wide=is_wide)
    return max(flow.target_px(look), high + _line_px(look, is_wide=is_wide))


def cell(look: Look, rect: Rect, visit: Visit, now: Now) -> Drawn:
    """Draw a macaron that somebody holds; the token gets what its words leave."""
    role, is_wide = ROLES[visit.state], rect.w >= look.glass.px(WIDE_MM)
    pad = _pad_px(look, is_wide=is_wide)
    foot, top = flow.cut_bottom(flow.inset(rect, pad), _line_px(look, is_wide=is_wide))
    radius_mm = flow.RADIUS_MM if is_wide else _NARROW_RADIUS_MM
    drawn = flow.box(look, rect, role, edge="line", radius_mm=radius_mm)
    drawn += _state(look, foot, visit.state, role, is_wide=is_wide)
    room = top.w - _minutes_px(look, is_wide=is_wide) - pad
    side = min(top.h, room)
    if not is_wide:  # clear of the round corner, where there is room
        top = flow.cut_left(top, min(pad, room - side))[1]
    token, beside = flow.cut_left(top, side, pad)
    drawn += Drawn((Mark(rect=flow.centred(token, side), token=visit.token, on=role),))
    told = _minutes(look, elapsed(visit, now), is_wide=is_wide)
    weight = _weight(is_wide=is_wide)
    return drawn + flow.words(look, beside, told, weight=weight, on=role, align="right")


def elapsed(visit: Visit, now: Now) -> int | None:
    """Return the minutes of the wait at hand, since the call that ended it where there was one."""
    return minutes(visit if visit.call is None else replace(visit, since=visit.call.at), now)


def free(look: Look, rect: Rect, token: str) -> Drawn:
    """Draw a macaron that nobody holds."""
    side = min(rect.w, rect.h) - 4 * look.glass.px(_PAD_MM)
    place = flow.centred(rect, side)
    faint = Mark(rect=place, token=token, on="ground", is_faint=True)
    is_wide = rect.w >= look.glass.px(WIDE_MM)
    radius_mm = flow.RADIUS_MM if is_wide else _NARROW_RADIUS_MM
    return flow.box(look, rect, "ground", edge="line", radius_mm=radius_mm) + Drawn((faint,))


def _minutes(look: Look, told: int | None, *, is_wide: bool) -> str:
    """Return ``12′``, then ``1 h 44`` or whole hours; ``?`` where no clock can tell.

    Minutes are short, so that the tokens of a grid are large, all of one size.
    """
    if told is None:
        return words.UNKNOWN
    if told < _HUNDRED:
        return look.words.gettext("%(minutes)s′", minutes=told)
    return words.minutes_of(look.words, told if is_wide else told - told % _HOUR)


def _minutes_px(look: Look, *, is_wide: bool) -> int:
    return max(
        flow.width_px(look, _minutes(look, told, is_wide=is_wide), weight=_weight(is_wide=is_wide))
        for told in (_WIDEST_MINUTES, _WIDEST_HOURS)
    )


def _state(look: Look, rect: Rect, state: State, role: Role, *, is_wide: bool) -> Drawn:
    """Draw the word for a state, and its sign before it where there is room."""
    told = words.state_name(look.words, state)
    if not is_wide:
        return flow.words(look, flow.inset(rect, -1, 0), told, on=role, align="centre")
    side = look.glass.px(_SIGN_MM)
    sign, rest = flow.cut_left(rect, side, look.glass.px(_PAD_MM))
    drawn = flow.icon(flow.centred(sign, side), SIGNS[state], on=role)
    return drawn + flow.words(look, rest, told, on=role)


def _pad_px(look: Look, *, is_wide: bool) -> int:
    return look.glass.px(_PAD_MM if is_wide else _NARROW_PAD_MM)


def _line_px(look: Look, *, is_wide: bool) -> int:
    return flow.line_px(look) if is_wide else round(look.glass.type_px(BODY_MM) * _NARROW_LINE)


def _weight(*, is_wide: bool) -> Weight:
    return "semibold" if is_wide else "regular"
