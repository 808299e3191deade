"""The public screen: who is called and where to go, then one message at a time (pure)."""

from datetime import date

from pasperdus_contract.board import Board
from pasperdus_node.screens import calls, flow, notices
from pasperdus_node.screens.fitting import largest_mm
from pasperdus_node.screens.flow import Drawn
from pasperdus_node.screens.look import BODY_MM, CARD_MM, HALL_MM, Look
from pasperdus_node.screens.notices import Letters, Message
from pasperdus_node.screens.scene import Rect, Role, Scene
from pasperdus_node.screens.words import age
from pasperdus_node.terminal.hall import Hall
from pasperdus_node.terminal.queue import is_old, service_day
from pasperdus_node.terminal.state import Now

TURN_MS = 12_000  # of one message
ARRIVAL_MS = 6_000  # for which a new call moves
_WIDE_COLUMNS = 30  # type sizes across from which messages stand beside calls


def hall(hall: Hall, now: Now, look: Look) -> Scene:
    """Return the picture of this moment."""
    glass = look.glass
    letters = letters_of(look)
    margin = round(look.glass.px(letters.least_mm) * 0.6)
    area = flow.inset(Rect(0, 0, glass.width, glass.height), margin)
    if hall.kept is None:
        drawn = _sentence(look, area, "offline", _beginning(look))
    else:
        drawn = _full(hall, hall.kept.board, now, look, area, letters)
    return Scene(
        width=glass.width,
        height=glass.height,
        ground="ground",
        items=drawn.items,
        is_moving=_arrival_ms(hall, now) is not None,
        chimes=hall.chimes,
    )


def letters_of(look: Look) -> Letters:
    """Return how large letters are: on a small glass, which is nearer, smaller ones do."""
    if _is_wide(look):
        return Letters(CARD_MM, 0.8 * HALL_MM, 1.3 * CARD_MM)
    return Letters(1.5 * BODY_MM, 0.5 * HALL_MM, BODY_MM)


def _is_wide(look: Look) -> bool:
    return look.glass.width >= _WIDE_COLUMNS * look.glass.type_px(CARD_MM)


def _full(hall: Hall, board: Board, now: Now, look: Look, area: Rect, letters: Letters) -> Drawn:
    gap = round(look.glass.px(letters.least_mm) * 0.6)
    head, body = flow.cut_top(area, flow.line_px(look, letters.least_mm), gap)
    drawn = _head(board, now, look, head, letters)
    if is_old(hall.kept, now) and hall.calls:
        told = _silence(board, look)
        strip, body = _strip_place(look, body, told, letters, gap)
        drawn += _strip(look, strip, told, letters)
    if not hall.calls:
        return drawn + _nobody(hall, board, now, look, body, letters, gap)
    return drawn + _called(hall, board, now, look, body, letters, gap)


# Above: where one is, how old this is, what time it is


def _head(board: Board, now: Now, look: Look, rect: Rect, letters: Letters) -> Drawn:
    gap = look.glass.px(letters.least_mm)
    least = letters.least_mm
    rest, drawn = rect, Drawn()
    if now.is_timed:
        clock = look.words.clock(now.wall_ms, look.zone)
        right, rest = flow.cut_right(rect, flow.width_px(look, clock, least, "bold"), gap)
        drawn = flow.words(look, right, clock, cap_mm=least, weight="bold", align="right")
    told = age(look, board.composed_at, now.wall_ms if now.is_timed else None)
    small = least if _is_wide(look) else BODY_MM
    width = flow.width_px(look, told, small)
    title = flow.width_px(look, board.title, least, "semibold")
    if title + gap + width > rest.w:  # whoever is here knows where: the age comes first
        return drawn + flow.words(look, rest, told, cap_mm=small, role="quiet")
    right, left = flow.cut_right(rest, width, gap)
    drawn += flow.words(look, right, told, cap_mm=small, role="quiet", align="right")
    return drawn + flow.words(look, left, board.title, cap_mm=least, weight="semibold")


def _beginning(look: Look) -> str:
    return look.words.gettext("This screen waits for its first data. Please ask at reception.")


def _silence(board: Board, look: Look) -> str:
    return look.words.gettext(
        "No news since %(clock)s: you will be called aloud.",
        clock=look.words.clock(board.composed_at, look.zone),
    )


def _strip_place(
    look: Look, body: Rect, told: str, letters: Letters, gap: int
) -> tuple[Rect, Rect]:
    inner = body.w - 3 * gap - flow.line_px(look, _strip_mm(letters))
    high = flow.height_px(look, told, inner, cap_mm=_strip_mm(letters), weight="semibold")
    return flow.cut_bottom(body, high + gap, gap)


def _strip(look: Look, rect: Rect, told: str, letters: Letters) -> Drawn:
    gap = round(look.glass.px(letters.least_mm) * 0.6)
    side = flow.line_px(look, _strip_mm(letters))
    sign, rest = flow.cut_left(flow.inset(rect, gap, 0), side, gap)
    drawn = flow.box(look, rect, "warning")
    drawn += flow.icon(flow.centred(sign, side), "offline", on="warning")
    return drawn + flow.words(
        look, rest, told, cap_mm=_strip_mm(letters), weight="semibold", on="warning"
    )


def _strip_mm(letters: Letters) -> float:
    """Return the height of capitals of what is wrong: it leaves the room to the calls."""
    return min(letters.least_mm, letters.second_mm)


# Nobody is called


def _nobody(
    hall: Hall, board: Board, now: Now, look: Look, body: Rect, letters: Letters, gap: int
) -> Drawn:
    """Say how calls come: here, or aloud once nothing is heard; tell what else there is."""
    desks = notices.of_desks(board, _today(board, now, look), now, look)
    others = notices.of_site(board, look)
    on: Role = "ground"
    if is_old(hall.kept, now):
        text, sign, on = _silence(board, look), "offline", "warning"
    elif board.terminals:
        text = look.words.gettext("Keep your token: it will appear here.")
        sign = "tokens"
    else:
        text, sign = look.words.gettext("Welcome"), "home"
    if desks is None and not others:
        return _sentence(look, body, sign, text)
    band, rest = flow.cut_top(body, body.h // (5 if _is_wide(look) else 4), gap)
    drawn = _band(look, band, letters, sign, text, on)
    if _is_wide(look) and desks is not None and others:
        left, right = flow.grid(rest, 2, 1, gap)
        return (
            drawn
            + _turning([desks], now, look, left, letters)
            + _turning(others, now, look, right, letters)
        )
    told = others if desks is None else [desks, *others]
    return drawn + _turning(told, now, look, rest, letters)


def _today(board: Board, now: Now, look: Look) -> date:
    return service_day(now.wall_ms, look.zone) if now.is_timed else date.fromisoformat(board.day)


def _turning(messages: list[Message], now: Now, look: Look, room: Rect, letters: Letters) -> Drawn:
    """Draw the message whose turn it is."""
    told = notices.parts(messages, look, room, letters)
    return notices.drawn(told[now.uptime_ms // TURN_MS % len(told)], look, room, letters)


def _band(look: Look, rect: Rect, letters: Letters, sign: str, text: str, on: Role) -> Drawn:
    """Draw a sign and a sentence beside it. No token: somebody might hold it and come."""
    pad = look.glass.px(letters.least_mm * 0.7)
    inner = flow.inset(rect, pad, pad // 2)
    side = min(inner.h, inner.w // 5)
    place, words = flow.cut_left(inner, side, pad)
    cap_mm = largest_mm(
        look, text, words.w, words.h, most_mm=letters.most_mm, least_mm=BODY_MM, weight="semibold"
    )
    role: Role = "quiet" if on == "ground" else flow.ink(on)
    drawn = Drawn() if on == "ground" else flow.box(look, rect, on)
    drawn += flow.icon(flow.centred(place, side), sign, on=on, role=role)
    return drawn + flow.words(look, words, text, cap_mm=cap_mm, weight="semibold", on=on)


def _sentence(look: Look, rect: Rect, sign: str, text: str) -> Drawn:
    """Draw the only thing that there is to say."""
    above, below = flow.grid(rect, 1, 2, 0)
    side = min(above.h, above.w) * 2 // 3
    width = rect.w * 4 // 5 if _is_wide(look) else rect.w
    room = Rect(rect.x + (rect.w - width) // 2, below.y, width, below.h * 2 // 3)
    cap_mm = largest_mm(
        look, text, room.w, room.h, most_mm=HALL_MM, least_mm=BODY_MM, weight="semibold"
    )
    drawn = flow.icon(flow.centred(above, side), sign, on="ground", role="quiet")
    return drawn + flow.words(
        look, room, text, cap_mm=cap_mm, weight="semibold", align="centre", is_centred=False
    )


# Somebody is called


def _called(
    hall: Hall, board: Board, now: Now, look: Look, body: Rect, letters: Letters, gap: int
) -> Drawn:
    """Show the newest call, then those before it and what else there is to know.

    A wide glass has room for all at once; a small one shows them in turns, the newest always.
    """
    newest, older = hall.calls[0], hall.calls[1:]
    arrival_ms = _arrival_ms(hall, now)
    desks = notices.of_desks(board, _today(board, now, look), now, look)
    messages = [*([] if desks is None else [desks]), *notices.of_site(board, look)]
    if not older and not messages:
        return calls.newest(newest, board, look, body, letters, arrival_ms)
    if _is_wide(look) and older:
        right, left = flow.cut_right(body, body.w * 43 // 100, gap)
        if len(older) == 1 and messages:
            above, below = flow.grid(right, 1, 2, gap)
            drawn = calls.newest(newest, board, look, left, letters, arrival_ms)
            drawn += calls.older(older, board, look, above, letters, gap)
            return drawn + _turning(messages, now, look, below, letters)
        first, below = flow.cut_top(left, left.h * 11 // 20, gap) if messages else (left, left)
        drawn = calls.newest(newest, board, look, first, letters, arrival_ms)
        drawn += calls.older(older, board, look, right, letters, gap)
        return drawn + _turning(messages, now, look, below, letters) if messages else drawn
    if look.glass.is_portrait:
        first, rest = flow.cut_top(body, body.h * 9 // 20, gap)
    elif _is_wide(look):
        first, rest = flow.cut_left(body, body.w * 3 // 5, gap)
    else:
        first, rest = flow.cut_left(body, body.w // 2, gap)
    drawn = calls.newest(newest, board, look, first, letters, arrival_ms)
    told = notices.parts(messages, look, rest, letters)
    turns: list[Message | None] = [
        turn for part in told for turn in ([None, part] if older else [part])
    ] or [None]
    turn = turns[now.uptime_ms // TURN_MS % len(turns)]
    if turn is None:
        return drawn + calls.older(older, board, look, rest, letters, gap)
    return drawn + notices.drawn(turn, look, rest, letters)


def _arrival_ms(hall: Hall, now: Now) -> int | None:
    """Return for how long the newest call has been arriving, None when it has arrived."""
    if hall.called_ms is None or not hall.calls or hall.calls[0].is_past:
        return None
    since_ms = now.uptime_ms - hall.called_ms
    return since_ms if 0 <= since_ms < ARRIVAL_MS else None
