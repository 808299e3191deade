"""One macaron's own page: its token, large, and everything that can be done with it (pure)."""

from pasperdus_contract import visits
from pasperdus_contract.visits import Visit
from pasperdus_node.screens import flow, frame, words
from pasperdus_node.screens.cell import elapsed
from pasperdus_node.screens.flow import Drawn, Entry
from pasperdus_node.screens.look import BODY_MM, TITLE_MM, Look
from pasperdus_node.screens.scene import Mark, Rect, Role, Weight
from pasperdus_node.screens.words import noted
from pasperdus_node.terminal.actions import Act, Action, Open
from pasperdus_node.terminal.queue import steps_of, visits_now
from pasperdus_node.terminal.state import Now, Terminal

TRANSFER = "transfer"
_STEPS: dict[visits.Action, tuple[str, str]] = {
    "wait": (noted("Back in the queue"), "waiting"),
    "call": (noted("Call"), "called"),
    "recall": (noted("Call again"), "recall"),
    "serve": (noted("Begin"), "serving"),
    "park": (noted("Set aside"), "parked"),
    "transfer": (noted("Transfer"), "transfer"),
    "left": (noted("Has left"), "left"),
    "done": (noted("Finished"), "done"),
}
_COLUMNS = 2
_CARD_MM = 46.0  # beside the buttons of a wide glass
_TOKEN_MM = 30.0
_SMALL_TOKEN_MM = 10.0


def sheet(terminal: Terminal, now: Now, look: Look, area: Rect) -> Drawn:
    """Draw the macaron that was opened, or the services that it can be sent to."""
    back, above = frame.back(look, area)
    visit = next((one for one in visits_now(terminal) if one.visit == terminal.view.items[0]), None)
    if visit is None:
        title = look.words.gettext("This token is back.")
        text = look.words.gettext("Another terminal has finished with it.")
        return back + frame.empty(look, above, title, text, "done")
    if terminal.view.items[1:] == (TRANSFER,):
        return back + _services(terminal, look, above, visit)
    buttons = _buttons(terminal, visit, look)
    gap = look.glass.px(flow.GAP_MM)
    if look.glass.is_portrait:
        rows = 1 + -(-(len(buttons) - 1) // _COLUMNS)
        foot, card = flow.cut_bottom(above, rows * flow.target_px(look) + (rows - 1) * gap, gap)
        first, rest = flow.cut_top(foot, flow.target_px(look), gap)
        places = [first, *flow.grid(rest, _COLUMNS, max(1, rows - 1), gap)]
        return back + _card(terminal, now, look, card, visit) + _placed(look, places, buttons)
    card, rest = flow.cut_left(area, look.glass.px(_CARD_MM), gap)
    places = flow.grid(rest, _COLUMNS, 4, gap)
    back = frame.back_button(look, places[-1])
    return back + _card(terminal, now, look, card, visit) + _placed(look, places, buttons)


def _buttons(terminal: Terminal, visit: Visit, look: Look) -> list[tuple[str, str, Action]]:
    """Return words, sign and action of what makes sense now, the likeliest first."""
    has_services = bool(_others(terminal, visit))
    found: list[tuple[str, str, Action]] = []
    for step in steps_of(visit):
        told, sign = _STEPS[step]
        action: Action = Open(TRANSFER) if step == "transfer" else Act(visit.visit, step)
        if step != "transfer" or has_services:
            found.append((look.words.gettext(told), sign, action))
    return found


def _placed(look: Look, places: list[Rect], buttons: list[tuple[str, str, Action]]) -> Drawn:
    return flow.joined(
        [
            flow.button(look, place, told, action, sign=sign, role="raised" if n else "chosen")
            for n, (place, (told, sign, action)) in enumerate(zip(places, buttons, strict=False))
        ]
    )


def _card(terminal: Terminal, now: Now, look: Look, rect: Rect, visit: Visit) -> Drawn:
    """Draw the token, its name, its state, its minutes and what it is for."""
    name = words.token_name(look.words, visit.token)
    service = words.service_name(look, terminal, visit.service)
    lines: list[tuple[str, float, Role]] = [
        (name, TITLE_MM, "ink"),
        (_stands(look, visit, now), BODY_MM, "ink"),
    ]
    lines += [(service, BODY_MM, "quiet")] if service else []
    pad = look.glass.px(flow.PAD_MM)
    if look.glass.is_portrait:
        for share in (3, 5):  # of the width: the token gives way to a long service
            side = min(look.glass.px(_TOKEN_MM), rect.h, rect.w // share)
            left, text = flow.cut_left(rect, side, 2 * pad)
            if sum(_heights(look, text.w, lines)) <= rect.h:
                break
        mark = flow.centred(left, side)
    else:
        side = min(look.glass.px(_TOKEN_MM), rect.w, rect.h // 3)
        top, text = flow.cut_top(rect, side, pad)
        mark = flow.centred(top, side)
    drawn = Drawn((Mark(rect=mark, token=visit.token, on="ground"),))
    return drawn + _lines(look, text, lines)


def _stands(look: Look, visit: Visit, now: Now) -> str:
    """Return the state and the minutes: of the wait, or since the call that ended it."""
    gettext = look.words.gettext
    state, told = words.state_name(look.words, visit.state), elapsed(visit, now)
    minutes = words.minutes_of(look.words, told)
    if visit.call is None or told is None:
        return f"{state} · {minutes}"
    if visit.state == "called":
        return gettext("Called %(minutes)s ago", minutes=minutes) if told else gettext("Called now")
    called = gettext("called %(minutes)s ago", minutes=minutes) if told else gettext("called now")
    return f"{state} · {called}"


def _heights(look: Look, width: int, lines: list[tuple[str, float, Role]]) -> list[int]:
    return [
        flow.height_px(look, text, width, cap_mm=cap_mm, weight=_weight(cap_mm))
        for text, cap_mm, _ in lines
    ]


def _lines(look: Look, rect: Rect, lines: list[tuple[str, float, Role]]) -> Drawn:
    heights = _heights(look, rect.w, lines)
    is_portrait = look.glass.is_portrait
    top = rect.y + (max(0, (rect.h - sum(heights)) // 2) if is_portrait else 0)
    drawn = Drawn()
    for (text, cap_mm, role), height in zip(lines, heights, strict=True):
        room = Rect(rect.x, top, rect.w, min(height, rect.bottom - top))
        drawn += flow.words(
            look,
            room,
            text,
            cap_mm=cap_mm,
            weight=_weight(cap_mm),
            role=role,
            align="left" if is_portrait else "centre",
        )
        top += height
    return drawn


def _weight(cap_mm: float) -> Weight:
    return "semibold" if cap_mm > BODY_MM else "regular"


def _services(terminal: Terminal, look: Look, area: Rect, visit: Visit) -> Drawn:
    told = look.words.gettext("Send on to:")
    side, gap = look.glass.px(_SMALL_TOKEN_MM), look.glass.px(flow.GAP_MM)
    head, rest = flow.cut_top(area, side, gap)
    token, beside = flow.cut_left(head, side, look.glass.px(flow.PAD_MM))
    drawn = Drawn((Mark(rect=token, token=visit.token, on="ground"),))
    drawn += flow.words(look, beside, told, weight="semibold")
    entries = [
        service_entry(
            look,
            rest.w,
            words.service_name(look, terminal, service),
            Act(visit.visit, "transfer", service),
        )
        for service in _others(terminal, visit)
    ]
    return drawn + flow.listed(look, rest, terminal.view.part, entries)


def service_entry(
    look: Look, width: int, title: str, action: Action, *, is_chosen: bool = False
) -> Entry:
    """Return one service of a list, as a button over the whole width."""
    pad = look.glass.px(flow.PAD_MM)
    sign = look.glass.px(flow.SIGN_MM)
    high = flow.height_px(look, title, width - 3 * pad - sign, weight="semibold")
    name = "done" if is_chosen else "right"
    role: Role = "chosen" if is_chosen else "raised"

    def draw(rect: Rect) -> Drawn:
        drawn = flow.box(look, rect, role, edge="line") + flow.touched(rect, action)
        right, left = flow.cut_right(flow.inset(rect, pad, 0), sign, pad)
        drawn += flow.words(look, left, title, weight="semibold", on=role)
        return drawn + flow.icon(flow.centred(right, sign), name, on=role)

    return Entry(height=max(flow.target_px(look), high + pad), draw=draw)


def _others(terminal: Terminal, visit: Visit) -> list[str]:
    """Return the services that a visit can be sent to: not the one that it waits for already."""
    known = () if terminal.kept is None else terminal.kept.board.services
    here = visit.service if visit.state == "waiting" else None
    return [one.service for one in known if one.service != here]
