"""The duty desks of today, or of the week (pure)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Literal

from pasperdus_contract.board import BoardDesk
from pasperdus_node.screens import flow, frame
from pasperdus_node.screens.flow import Drawn, Entry
from pasperdus_node.screens.look import Look
from pasperdus_node.screens.opened import turns
from pasperdus_node.screens.scene import Rect, Role
from pasperdus_node.screens.words import in_language
from pasperdus_node.terminal.actions import Switch
from pasperdus_node.terminal.queue import service_day_of
from pasperdus_node.terminal.state import Now, Terminal
from pasperdus_service.typography import FIXED

Phase = Literal["cancelled", "untold", "later", "open", "past"]
WEEK_DAYS = 7
_SIGN_MM = 4.5  # of a sign within a line


def desks(terminal: Terminal, now: Now, look: Look, area: Rect) -> Drawn:
    """Draw the page."""
    gap = look.glass.px(flow.GAP_MM)
    bar, rest = flow.cut_top(area, flow.target_px(look), gap)
    if terminal.kept is None:
        text = look.words.gettext("The desks appear with the first data from the centre.")
        return _choice(terminal, look, bar) + frame.unheard(look, rest, text, "desks")
    today = service_day_of(terminal, now)
    days = WEEK_DAYS if terminal.shows_week else 1
    told = coming(terminal.kept.board.desks, today, days)
    if not told:
        title = (
            look.words.gettext("No desk this week")
            if terminal.shows_week
            else look.words.gettext("No desk today")
        )
        text = look.words.gettext("To have this page filled in, ask whoever runs the reception.")
        return _choice(terminal, look, bar) + frame.empty(look, rest, title, text, "desks")
    if terminal.shows_week:
        entries = list(_by_day(told, today, now, look, rest.w))
    else:
        told.sort(key=lambda desk: phase(desk, now, look) == "past")  # who is still there is first
        entries = [_entry(desk, now, look, rest.w) for desk in told]
    if look.glass.is_portrait:
        listed = flow.listed(look, rest, terminal.view.part, entries)
        return _choice(terminal, look, bar) + listed
    # A low glass has no row to spare: its parts are turned beside the choice.
    parts = flow.divided([entry.height for entry in entries], rest.h, gap)
    part = min(terminal.view.part, len(parts) - 1)
    first, end = parts[part]
    turned, bar = turns(look, bar, part, len(parts))
    listed = flow.listed(look, rest, 0, entries[first:end])
    return _choice(terminal, look, bar) + turned + listed


def coming(desks: Sequence[BoardDesk], today: date, days: int = 1) -> list[BoardDesk]:
    """Return the desks of so many days from today, in the order in which they open."""
    last = today + timedelta(days=days - 1)
    found = [desk for desk in desks if today <= date.fromisoformat(desk.day) <= last]
    return sorted(found, key=lambda desk: (desk.day, desk.opens, desk.closes, desk.title.fr))


def phase(desk: BoardDesk, now: Now, look: Look) -> Phase:
    """Tell how a desk stands; ``untold`` where no clock can tell."""
    if desk.is_cancelled:
        return "cancelled"
    if not now.is_timed:
        return "untold"
    at = datetime.fromtimestamp(now.wall_ms / 1000, look.zone)
    moment = (at.date().isoformat(), f"{at:%H:%M}")
    if moment < (desk.day, desk.opens):
        return "later"
    return "open" if moment < (desk.day, desk.closes) else "past"


def hours(desk: BoardDesk, look: Look) -> str:
    """Return ``9 h – 12 h 30``."""
    return (
        f"{_clock(desk.day, desk.opens, look)}{FIXED}–{FIXED}{_clock(desk.day, desk.closes, look)}"
    )


def _clock(day: str, clock: str, look: Look) -> str:
    at = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=look.zone)
    return look.words.clock(round(at.timestamp() * 1000), look.zone)


def _choice(terminal: Terminal, look: Look, rect: Rect) -> Drawn:
    """Draw the two ways to look at it; the one at hand cannot be chosen again."""
    gap = look.glass.px(flow.GAP_MM)
    today, week = flow.grid(rect, 2, 1, gap)
    here, other = (week, today) if terminal.shows_week else (today, week)
    names = {today: look.words.gettext("Today"), week: look.words.gettext("This week")}
    drawn = flow.button(look, other, names[other], Switch("week"))
    drawn += flow.box(look, here, "chosen") + frame.bar(look, here)
    return drawn + flow.words(
        look, here, names[here], weight="semibold", on="chosen", align="centre"
    )


def _by_day(
    coming: Sequence[BoardDesk], today: date, now: Now, look: Look, width: int
) -> Iterator[Entry]:
    for day, group in groupby(coming, key=lambda desk: date.fromisoformat(desk.day)):
        told = look.words.gettext(
            "%(weekday)s, %(month)s %(day)s",
            weekday=look.words.weekday(day),
            day=day.day,
            month=look.words.month(day),
        )
        if day == today:
            told = look.words.gettext("Today, %(day)s", day=told)
        head = look.words.capital(told)
        for n, desk in enumerate(group):
            yield _entry(desk, now, look, width, head=None if n else head)


def _entry(desk: BoardDesk, now: Now, look: Look, width: int, head: str | None = None) -> Entry:
    """Return one desk; the first of a day carries the day's name, so that they stay together."""
    pad = look.glass.px(flow.PAD_MM)
    told = phase(desk, now, look)
    line = flow.line_px(look)
    title = in_language(look.words, desk.title)
    place = "" if desk.place is None else in_language(look.words, desk.place)
    beside = _beside_px(look)
    inner = width - 2 * pad - (beside + pad if beside else 0)
    high = flow.height_px(look, title, inner, weight="semibold")
    low = flow.height_px(look, place, inner) if place else 0
    body = max(high + low, 2 * line) if beside else high + low + line
    top = line + pad if head else 0

    def draw(rect: Rect) -> Drawn:
        drawn = Drawn()
        if head:
            above, rect = flow.cut_top(rect, line, pad)
            drawn += flow.words(look, above, head, weight="semibold", role="quiet")
        drawn += flow.box(look, rect, "surface")
        rest = flow.inset(rect, pad)
        if beside:
            left, rest = flow.cut_left(rest, beside, pad)
            when, left = flow.cut_top(left, line)
            status = flow.cut_top(left, line)[0]
        else:
            when, rest = flow.cut_top(rest, line)
            when, status = flow.grid(when, 2, 1, 0)
        is_over = told in ("cancelled", "past")
        role: Role = "quiet" if is_over else "ink"
        drawn += flow.words(look, when, hours(desk, look), on="surface", role=role)
        drawn += _status(told, look, status, is_right=not beside)
        above, below = flow.cut_top(rest, high)
        drawn += flow.words(look, above, title, weight="semibold", on="surface", role=role)
        if place:
            below = flow.cut_top(below, low)[0]
            drawn += flow.words(look, below, place, on="surface", role="quiet")
        return drawn

    return Entry(height=top + body + 2 * pad, draw=draw)


def _beside_px(look: Look) -> int:
    """Return the width of the column of hours, on a glass that is wide enough for one."""
    if look.glass.is_portrait:
        return 0
    return max(
        flow.width_px(look, _longest_hours(look)),
        *(
            look.glass.px(_SIGN_MM + 1) + flow.width_px(look, _told(look, one), weight="semibold")
            for one in _SIGNS
        ),
    )


def _longest_hours(look: Look) -> str:
    day = "2026-01-01"
    return f"{_clock(day, '20:30', look)}{FIXED}–{FIXED}{_clock(day, '20:45', look)}"


_SIGNS: dict[Phase, str] = {"open": "open", "cancelled": "cancelled", "past": "past"}


def _told(look: Look, told: Phase) -> str:
    """Return what a sign means: nothing here is told by a colour or a sign alone."""
    words = look.words
    match told:
        case "open":
            return words.gettext("Open now")
        case "cancelled":
            return words.gettext("Cancelled")
        case "past":
            return words.gettext("Over")
    return ""


def _status(told: Phase, look: Look, rect: Rect, *, is_right: bool) -> Drawn:
    if told not in _SIGNS:
        return Drawn()
    text = _told(look, told)
    side = look.glass.px(_SIGN_MM)
    gap = look.glass.px(1)
    width = side + gap + flow.width_px(look, text, weight="semibold")
    place = flow.cut_right(rect, width)[0] if is_right else flow.cut_left(rect, width)[0]
    sign, rest = flow.cut_left(place, side, gap)
    role: Role = "quiet" if told == "past" else "ink"
    drawn = flow.icon(flow.centred(sign, side), _SIGNS[told], on="surface", role=role)
    return drawn + flow.words(look, rest, text, weight="semibold", on="surface", role=role)
