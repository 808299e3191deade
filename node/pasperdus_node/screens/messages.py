"""The phone slips for this terminal, one at a time, oldest first (pure)."""

from pasperdus_contract.slips import Slip
from pasperdus_node.screens import flow, frame
from pasperdus_node.screens.fitting import largest_mm
from pasperdus_node.screens.flow import Drawn
from pasperdus_node.screens.look import BODY_MM, TITLE_MM, Look
from pasperdus_node.screens.scene import Rect
from pasperdus_node.terminal.actions import Take, Turn
from pasperdus_node.terminal.state import UNDO_MS, Now, Terminal
from pasperdus_service.typography import french

_SIGN_MM = 6.0
_LARGE_MM = {True: 7.0, False: 4.6}  # of a number that is dialled, on a tall and a low glass
_PAUSE_MS = 1_000  # no second message is taken by the second half of a double tap


def messages(terminal: Terminal, now: Now, look: Look, area: Rect) -> Drawn:
    """Draw the page."""
    waiting = sorted(
        (slip for slip in terminal.slips if slip.id not in terminal.taken),
        key=lambda slip: (slip.written_at, slip.id),
    )
    if not waiting and not terminal.is_connected:
        title = look.words.gettext("Messages not received: no network")
        text = look.words.gettext("They appear here as soon as the network is back.")
        return frame.empty(look, area, title, text, "offline")
    if not waiting and terminal.kept is None:
        text = look.words.gettext("A colleague’s phone message appears here by itself.")
        return frame.unheard(look, area, text, "messages")
    if not waiting:
        title = look.words.gettext("No message")
        text = look.words.gettext("A colleague’s phone message appears here by itself.")
        return frame.empty(look, area, title, text, "messages")
    part = min(terminal.view.part, len(waiting) - 1)
    gap = look.glass.px(flow.GAP_MM)
    side = flow.target_px(look)
    if look.glass.is_portrait:
        foot, rest = flow.cut_bottom(area, side, gap)
        back, foot = flow.cut_left(foot, 0 if len(waiting) == 1 else side, gap)
        on, take = flow.cut_right(foot, 0 if len(waiting) == 1 else side, gap)
    else:
        # Beside the text, from whose height nothing may be taken.
        column, rest = flow.cut_right(area, area.w // 4, gap)
        turns, take = flow.cut_bottom(column, 0 if len(waiting) == 1 else side, gap)
        back, on = flow.grid(turns, 2, 1, gap)
        note, take = flow.cut_bottom(take, flow.height_px(look, _note(look), take.w), gap)
    drawn = _slip(look, rest, waiting[part], part + 1, len(waiting))
    if not look.glass.is_portrait:
        drawn += flow.words(look, note, _note(look), role="quiet")
    drawn += _take(look, take, waiting[part], terminal, now)
    if part > 0:
        drawn += flow.button(look, back, "", Turn(-1, parts=len(waiting)), sign="up")
    if part < len(waiting) - 1:
        drawn += flow.button(look, on, "", Turn(1, parts=len(waiting)), sign="down")
    return drawn


def _take(look: Look, rect: Rect, slip: Slip, terminal: Terminal, now: Now) -> Drawn:
    text = look.words.gettext("Taken")
    drawn = flow.button(look, rect, text, Take(slip.id), sign="done", role="chosen", weight="bold")
    toast = terminal.toast
    is_again = (
        toast is not None
        and toast.kind == "taken"
        and now.uptime_ms < toast.until_ms - UNDO_MS + _PAUSE_MS
    )
    return Drawn(drawn.items) if is_again else drawn


def _note(look: Look) -> str:
    return look.words.gettext("Once taken, erased everywhere.")


def _slip(look: Look, rect: Rect, slip: Slip, number: int, count: int) -> Drawn:
    pad, line = look.glass.px(flow.PAD_MM), flow.line_px(look)
    drawn = flow.box(look, rect, "surface")
    inner = flow.inset(rect, pad, pad // 2)
    if look.glass.is_portrait:
        note = _note(look)
        foot, inner = flow.cut_bottom(inner, flow.height_px(look, note, inner.w), pad // 2)
        drawn += flow.words(look, foot, note, on="surface", role="quiet")
    at = look.words.clock(slip.written_at, look.zone)
    first, inner = flow.cut_top(inner, line)
    left, right = flow.grid(first, 2, 1, 0)
    drawn += flow.words(look, left, at, on="surface", role="quiet")
    if count > 1:
        told = look.words.gettext("%(part)s of %(parts)s", part=number, parts=count)
        drawn += flow.words(look, right, told, on="surface", role="quiet", align="right")
    high = flow.height_px(look, slip.caller, inner.w, weight="bold")
    head = flow.cut_top(inner, high)[0]
    drawn += flow.words(look, head, slip.caller, weight="bold", on="surface")
    inner = flow.cut_top(inner, high, pad // 2)[1]
    if slip.phone:
        side = look.glass.px(_SIGN_MM)
        width = inner.w - side - pad
        most_mm = _LARGE_MM[look.glass.is_portrait]
        cap_mm = largest_mm(
            look,
            slip.phone,
            width,
            flow.line_px(look, most_mm),
            most_mm=most_mm,
            least_mm=BODY_MM,
            weight="semibold",
        )
        row, inner = flow.cut_top(inner, max(side, flow.line_px(look, cap_mm)), pad // 2)
        sign, place = flow.cut_left(row, side, pad)
        drawn += flow.icon(flow.centred(sign, side), "phone", on="surface")
        drawn += flow.words(look, place, slip.phone, cap_mm=cap_mm, weight="semibold", on="surface")
    text = french(slip.text)
    cap_mm = largest_mm(
        look, text, inner.w, inner.h, most_mm=TITLE_MM, least_mm=BODY_MM, weight="regular"
    )
    return drawn + flow.words(look, inner, text, cap_mm=cap_mm, on="surface", is_centred=False)
