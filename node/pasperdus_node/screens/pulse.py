"""How the day was: five faces, once a day, private (pure)."""

from typing import Literal

from pasperdus_node.screens import flow, frame
from pasperdus_node.screens.flow import Drawn
from pasperdus_node.screens.look import TITLE_MM, Look
from pasperdus_node.screens.scene import Face, Rect
from pasperdus_node.terminal.actions import Feel
from pasperdus_node.terminal.queue import service_day_of
from pasperdus_node.terminal.state import Now, Terminal
from pasperdus_service.languages import Language

_VALUES: tuple[Literal[1, 2, 3, 4, 5], ...] = (1, 2, 3, 4, 5)
_FACE_MM = 13.0


def pulse(terminal: Terminal, now: Now, look: Look, area: Rect) -> Drawn:
    """Draw the question, or why it is not asked now."""
    words = look.words
    if terminal.kept is None:
        text = words.gettext("This question is asked once the centre has been heard.")
        return frame.unheard(look, area, text, "pulse")
    if not terminal.kept.board.asks_pulse:
        title = words.gettext("This question is not asked here")
        text = words.gettext(
            "With fewer than five agents at the site, an average would tell who felt what."
        )
        return frame.empty(look, area, title, text, "pulse")
    if _is_given(terminal, now):
        title = words.gettext("Thank you, it is given for today.")
        return frame.empty(look, area, title, _promise(words), "done")
    return _asked(look, area)


def _is_given(terminal: Terminal, now: Now) -> bool:
    if terminal.training is not None:
        return terminal.training.has_felt
    return terminal.felt_on == service_day_of(terminal, now)


def _promise(words: Language) -> str:
    return words.gettext(
        "Told only in groups: at least 11 answers over at least 28 days, never by person or desk."
    )


def _named(words: Language, value: int) -> str:
    match value:
        case 1:
            return words.gettext("Very hard")
        case 2:
            return words.gettext("Hard")
        case 3:
            return words.gettext("So-so")
        case 4:
            return words.gettext("Good")
        case _:
            return words.gettext("Very good")


def _asked(look: Look, area: Rect) -> Drawn:
    gap, words = look.glass.px(flow.GAP_MM), look.words
    question = words.gettext("How was your day?")
    high = flow.height_px(look, question, area.w, cap_mm=TITLE_MM, weight="semibold")
    head, rest = flow.cut_top(area, high, gap)
    drawn = flow.words(look, head, question, cap_mm=TITLE_MM, weight="semibold")
    promise = words.gettext("Never by person or desk: at least 11 answers and 28 days.")
    foot, rest = flow.cut_bottom(rest, flow.height_px(look, promise, area.w), gap)
    drawn += flow.words(look, foot, promise, role="quiet")
    columns, rows = (1, 5) if look.glass.is_portrait else (5, 1)
    return drawn + flow.joined(
        [
            _face(look, rect, value)
            for rect, value in zip(flow.grid(rest, columns, rows, gap), _VALUES, strict=True)
        ]
    )


def _face(look: Look, rect: Rect, value: Literal[1, 2, 3, 4, 5]) -> Drawn:
    """Draw one answer; all five look alike, none is the expected one."""
    pad = look.glass.px(flow.PAD_MM)
    drawn = flow.box(look, rect, "raised", edge="line") + flow.touched(rect, Feel(value))
    inner = flow.inset(rect, pad, pad // 2)
    name = _named(look.words, value)
    side = min(look.glass.px(_FACE_MM), inner.h, inner.w)
    if look.glass.is_portrait:
        place, rest = flow.cut_left(inner, side, 2 * pad)
        told = flow.words(look, rest, name, cap_mm=TITLE_MM, weight="semibold", on="raised")
    else:
        low = 2 * flow.line_px(look)
        foot, place = flow.cut_bottom(inner, low, 0)
        told = flow.words(look, foot, name, weight="semibold", on="raised", align="centre")
        side = min(side, place.h)
    face = Face(rect=flow.centred(place, side), value=value, on="raised")
    return drawn + Drawn((face,)) + told
