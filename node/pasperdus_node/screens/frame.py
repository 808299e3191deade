"""What all the agent's screens share: title and age of the data, messages, tabs (pure).

One zone under the title holds the undo of the last tap, or what is wrong, or where one is: nothing
else ever moves for them, and no button is ever covered.
"""

from __future__ import annotations

from dataclasses import dataclass

from pasperdus_node.screens import flow, words
from pasperdus_node.screens.flow import Drawn
from pasperdus_node.screens.look import BODY_MM, TITLE_MM, Look
from pasperdus_node.screens.scene import Fill, Rect, Role, Scene
from pasperdus_node.terminal.actions import Back, Go, Page, Switch, Undo
from pasperdus_node.terminal.queue import is_stale
from pasperdus_node.terminal.state import UNDO_MS, Now, Terminal, Toast, ToastKind

_TABS = (Page.HOME, Page.TOKENS, Page.DESKS, Page.DIRECTORY, Page.MORE)
_TAB_SIGN_MM = 9.0
_BADGE_MOST = 9
_BADGE_EDGE_MM = 0.6
_BAR_MM, _BAR_EDGE_MM = 1.0, 0.6
_WARNINGS: frozenset[ToastKind] = frozenset(("not_kept", "held_twice", "too_late"))
_SECOND_MS = 1_000
_UNDO_PAD_MM = 0.9  # the longest title of a tally stands beside it


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where everything is; ``body`` is the page's own."""

    title: Rect
    zone: Rect
    body: Rect
    tabs: tuple[Rect, ...]


def places(look: Look) -> Places:
    """Return the places of the frame: tabs at the foot, or at the left of a wide glass."""
    glass = look.glass
    tab = flow.target_px(look)
    gap, margin = glass.px(flow.GAP_MM), glass.px(flow.MARGIN_MM)
    whole = Rect(0, 0, glass.width, glass.height)
    if glass.is_portrait:
        foot, above = flow.cut_bottom(whole, tab, gap)
        page = flow.inset(above, margin, 0)
        title, rest = flow.cut_top(page, flow.line_px(look) + gap, 0)
        zone, body = flow.cut_top(rest, tab, gap)
        return Places(title=title, zone=zone, body=body, tabs=tuple(flow.grid(foot, 5, 1, 0)))
    rail, page = flow.cut_left(whole, tab)
    page = flow.inset(page, margin, 0)
    head, body = flow.cut_top(Rect(page.x, gap, page.w, page.h - 2 * gap), tab, gap)
    title, zone = flow.cut_left(head, _title_px(look), gap)
    return Places(title=title, zone=zone, body=body, tabs=tuple(flow.grid(rail, 1, 5, 0)))


def body(look: Look) -> Rect:
    """Return the place of a page between title and tabs."""
    return places(look).body


def framed(terminal: Terminal, now: Now, look: Look, title: str, page: Drawn) -> Scene:
    """Return a page with its title, messages and tabs around it."""
    at = places(look)
    drawn = flow.joined(
        (
            _title(terminal, now, look, at.title, title),
            _zone(terminal, now, look, at.zone),
            page,
            _tabs(terminal, look, at.tabs),
        )
    )
    return flow.scene(look, drawn)


def back(look: Look, rect: Rect) -> tuple[Drawn, Rect]:
    """Draw the button that leaves what was opened, at the foot of a page; return what is left."""
    foot, above = flow.cut_bottom(rect, flow.target_px(look), look.glass.px(flow.GAP_MM))
    return back_button(look, foot), above


def back_button(look: Look, rect: Rect) -> Drawn:
    """Draw the button that leaves what was opened."""
    return flow.button(look, rect, look.words.gettext("Back"), Back(), sign="back")


def empty(look: Look, rect: Rect, title: str, text: str, sign: str) -> Drawn:
    """Draw a page that has nothing to show: what that means, and what to do."""
    gap = look.glass.px(flow.PAD_MM)
    side = look.glass.px(14.0)
    width = min(rect.w, look.glass.px(80.0))
    column = Rect(rect.x + (rect.w - width) // 2, rect.y, width, rect.h)
    head = flow.height_px(look, title, width, cap_mm=TITLE_MM, weight="semibold")
    tail = flow.height_px(look, text, width) if text else 0
    top = max(0, (rect.h - side - head - tail - 2 * gap) // 2)
    place, rest = flow.cut_top(flow.cut_top(column, top)[1], side, gap)
    middle, rest = flow.cut_top(rest, head, gap)
    drawn = flow.icon(flow.centred(place, side), sign, on="ground", role="quiet")
    drawn += flow.words(look, middle, title, cap_mm=TITLE_MM, weight="semibold", align="centre")
    if text:
        last = flow.cut_top(rest, tail)[0]
        drawn += flow.words(look, last, text, role="quiet", align="centre")
    return drawn


def unheard(look: Look, rect: Rect, text: str, sign: str) -> Drawn:
    """Draw a page that waits for the first board; ``text`` tells what it brings."""
    return empty(look, rect, look.words.gettext("Nothing received yet"), text, sign)


def bar(look: Look, rect: Rect, *, is_upright: bool = False) -> Drawn:
    """Draw the bar that tells what is chosen to whoever cannot tell its colour from the others."""
    thick, pad, edge = (look.glass.px(mm) for mm in (_BAR_MM, flow.PAD_MM, _BAR_EDGE_MM))
    if is_upright:
        line = flow.cut_left(flow.inset(rect, edge, pad), thick)[0]
    else:
        line = flow.cut_bottom(flow.inset(rect, pad, edge), thick)[0]
    return Drawn((Fill(rect=line, role="on_chosen", radius=thick // 2),))


def blank(look: Look) -> Scene:
    """Return a black glass; a touch anywhere brings the screen back."""
    width, height = look.glass.width, look.glass.height
    whole = flow.touched(Rect(0, 0, width, height), Switch("blank"))
    return Scene(width=width, height=height, ground="black", items=(), targets=whole.targets)


# The title, and how old the data are


def _title(terminal: Terminal, now: Now, look: Look, rect: Rect, title: str) -> Drawn:
    on: Role = "ground" if terminal.training is None else "training"
    quiet: Role = "quiet" if on == "ground" else "on_training"
    drawn = Drawn()
    if on == "training":
        edge = rect.x - look.glass.px(flow.MARGIN_MM)
        band = Rect(edge, 0, look.glass.width - edge, rect.bottom)
        drawn += Drawn((Fill(rect=band, role=on),))
    age = _age(terminal, now, look)
    if look.glass.is_portrait:
        right, left = flow.cut_right(rect, flow.width_px(look, age), look.glass.px(flow.PAD_MM))
        drawn += flow.words(look, left, title, weight="semibold", on=on)
        return drawn + flow.words(look, right, age, on=on, role=quiet, align="right")
    top, foot = flow.grid(flow.inset(rect, 0, look.glass.px(0.5)), 1, 2, 0)
    drawn += flow.words(look, top, title, weight="semibold", on=on)
    return drawn + flow.words(look, foot, age, on=on, role=quiet)


def _age(terminal: Terminal, now: Now, look: Look) -> str:
    if terminal.kept is None:
        return look.words.gettext("no data yet")
    wall_ms = now.wall_ms if now.is_timed else None
    return words.age(look, terminal.kept.board.composed_at, wall_ms)


def _title_px(look: Look) -> int:
    """Return the width of the title beside the zone: that of the longest age."""
    longest = words.age(look, _LONGEST_AGE_MS, None)
    return flow.width_px(look, longest) + look.glass.px(flow.PAD_MM)


_LONGEST_AGE_MS = 1_790_000_000_000  # late in September, which has the longest short name


# What is to be said


def _zone(terminal: Terminal, now: Now, look: Look, rect: Rect) -> Drawn:
    toast = terminal.toast
    if toast is not None and toast.until_ms > now.uptime_ms:
        return _toast(terminal, toast, now, look, rect)
    if terminal.training is not None:
        first, second = (
            look.words.gettext("In training"),
            look.words.gettext("Nothing is recorded."),
        )
        return _strip(look, rect, "training", (first, second), _clock(now, look))
    if not terminal.is_connected:
        return _strip(look, rect, "warning", _offline(terminal, look), _clock(now, look))
    if is_stale(terminal, now):
        first = look.words.gettext("The centre is silent.")
        second = look.words.gettext("Call aloud.")
        return _strip(look, rect, "warning", (first, second), _clock(now, look))
    return _peace(terminal, now, look, rect)


def _offline(terminal: Terminal, look: Look) -> tuple[str, str]:
    # No call reaches a waiting room's screen either: only a voice does.
    first = look.words.gettext("Call aloud.")
    if not terminal.pending:
        return first, look.words.gettext("No network: all is kept.")
    return first, look.words.ngettext(
        "No network: %(count)s action kept.",
        "No network: %(count)s actions kept.",
        terminal.pending,
    )


def _strip(look: Look, rect: Rect, role: Role, text: tuple[str, str], clock: str) -> Drawn:
    """Draw two lines of what is wrong and what still works, with the clock."""
    first, second = text
    inner = flow.inset(rect, look.glass.px(flow.GAP_MM), 0)
    high = flow.line_px(look)
    top, foot = flow.grid(flow.inset(inner, 0, (rect.h - 2 * high) // 2), 1, 2, 0)
    right, left = flow.cut_right(top, flow.width_px(look, clock, weight="semibold"))
    drawn = flow.box(look, rect, role)
    drawn += flow.words(look, right, clock, weight="semibold", on=role, align="right")
    drawn += flow.words(look, left, first, weight="semibold", on=role)
    return drawn + flow.words(look, foot, second, on=role)


def _peace(terminal: Terminal, now: Now, look: Look, rect: Rect) -> Drawn:
    clock = _clock(now, look)
    width = flow.width_px(look, clock, TITLE_MM, "semibold")
    right, left = flow.cut_right(rect, width, look.glass.px(flow.PAD_MM))
    drawn = flow.words(look, right, clock, cap_mm=TITLE_MM, weight="semibold", align="right")
    if terminal.kept is not None:
        drawn += flow.words(look, left, terminal.kept.board.title, role="quiet")
    return drawn


def _clock(now: Now, look: Look) -> str:
    if not now.is_timed:
        return look.words.gettext("time?")
    return look.words.clock(now.wall_ms, look.zone)


def _toast(terminal: Terminal, toast: Toast, now: Now, look: Look, rect: Rect) -> Drawn:
    on: Role = "chosen" if terminal.training is None else "training"
    is_warning = toast.kind in _WARNINGS
    if is_warning:
        on = "warning"
    gap = look.glass.px(flow.GAP_MM)
    drawn = flow.box(look, rect, on)
    inner = flow.inset(rect, gap, 0)
    if toast.undoes is not None:
        told = look.words.gettext("Undo")
        wide = flow.width_px(look, told, weight="semibold") + 2 * look.glass.px(_UNDO_PAD_MM)
        place, left = flow.cut_right(rect, max(wide, flow.target_px(look)), gap)
        drawn += flow.box(look, place, "raised", edge="line") + flow.touched(place, Undo())
        drawn += flow.words(look, place, told, weight="semibold", on="raised", align="centre")
        drawn += _remaining(toast, now, look, place)
        inner = flow.cut_left(left, 0, gap)[1]
    elif is_warning:
        side = look.glass.px(flow.SIGN_MM)
        place, inner = flow.cut_left(inner, side, gap)
        drawn += flow.icon(flow.centred(place, side), "warning", on=on)
    return drawn + flow.words(look, inner, words.toast(look, terminal, toast), on=on)


def _remaining(toast: Toast, now: Now, look: Look, rect: Rect) -> Drawn:
    """Draw one dash a second that is left; whole seconds, so that nothing needs to move."""
    seconds = UNDO_MS // _SECOND_MS
    left = min(seconds, -(-(toast.until_ms - now.uptime_ms) // _SECOND_MS))
    high = look.glass.px(0.8)
    foot = flow.inset(rect, look.glass.px(flow.PAD_MM), look.glass.px(1.0))
    line = flow.cut_bottom(foot, high)[0]
    dashes = flow.grid(line, seconds, 1, look.glass.px(0.8))[:left]
    return Drawn(tuple(Fill(rect=dash, role="ink", radius=high // 2) for dash in dashes))


# Tabs


def _tabs(terminal: Terminal, look: Look, rects: tuple[Rect, ...]) -> Drawn:
    page = terminal.view.page
    chosen = page if page in _TABS else Page.MORE
    drawn = Drawn()
    for rect, tab in zip(rects, _TABS, strict=True):
        role: Role = "chosen" if tab is chosen else "surface"
        badge, place = _badge(terminal, look, rect) if tab is Page.MORE else (Drawn(), rect)
        drawn += Drawn((Fill(rect=rect, role=role),)) + flow.touched(rect, Go(tab))
        if tab is chosen:
            drawn += bar(look, rect, is_upright=not look.glass.is_portrait)
        side = min(look.glass.px(_TAB_SIGN_MM), place.w, place.h)
        drawn += flow.icon(flow.centred(place, side), tab.value, on=role) + badge
    return drawn


def _badge(terminal: Terminal, look: Look, rect: Rect) -> tuple[Drawn, Rect]:
    """Draw how many messages wait on the tab that leads to them; return what is left of it."""
    waiting = sum(1 for slip in terminal.slips if slip.id not in terminal.taken)
    if not waiting:
        return Drawn(), rect
    text = str(waiting) if waiting <= _BADGE_MOST else f"{_BADGE_MOST}+"
    high = flow.line_px(look)
    wide = max(high, flow.width_px(look, text, BODY_MM, "bold") + look.glass.px(flow.PAD_MM))
    edge = look.glass.px(_BADGE_EDGE_MM)
    place = Rect(rect.right - wide - edge, rect.y + edge, wide, high)
    if look.glass.is_portrait:
        left = flow.cut_right(rect, wide + edge)[1]
    else:
        left = flow.cut_top(rect, high + edge)[1]
    drawn = Drawn((Fill(rect=place, role="warning", radius=high // 2),))
    return drawn + flow.words(look, place, text, weight="bold", on="warning", align="centre"), left
