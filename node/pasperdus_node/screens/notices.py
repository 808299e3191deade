"""What the public screen tells besides calls: one message at a time, read from afar (pure).

A message too long for its room is told in parts, one after the other: no letter gets smaller than
what can be read from a chair.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise, zip_longest
from typing import NamedTuple

from pasperdus_contract.board import Board, BoardAnswer, BoardDesk, BoardNotice
from pasperdus_node.screens import flow
from pasperdus_node.screens.desks import coming, hours, phase
from pasperdus_node.screens.fitting import fits, largest_mm
from pasperdus_node.screens.flow import Drawn, Line
from pasperdus_node.screens.look import BODY_MM, Look
from pasperdus_node.screens.scene import Rect, Role, Weight
from pasperdus_node.screens.words import in_language
from pasperdus_node.terminal.state import Now
from pasperdus_service.typography import FIXED

_GAP = 0.5  # between what belongs to different things, in lines
_STEP = 0.95
_SHORT = 20  # letters of a place that a line is not broken within


class Part(NamedTuple):
    """One text of a message; a sign stands at its beginning.

    One that ``is_kind`` names the kind of what follows, at the head where it comes first.
    """

    text: str
    weight: Weight = "regular"
    role: Role = "ink"
    sign: str | None = None
    is_kind: bool = False


Group = tuple[Part, ...]
"""Parts that stay together."""


class Message(NamedTuple):
    """What is told in one breath, under the name of its kind."""

    kind: str
    sign: str
    groups: tuple[Group, ...]


class Letters(NamedTuple):
    """How large letters may be, in mm of their capitals; ``second_mm`` of a second language."""

    least_mm: float
    most_mm: float
    second_mm: float


def of_desks(board: Board, today: date, now: Now, look: Look) -> Message | None:
    """Return today's duty desks but those that are over; None where there is none."""
    left = [desk for desk in coming(board.desks, today) if phase(desk, now, look) != "past"]
    if not left:
        return None
    groups = tuple(_desk(desk, now, look) for desk in left)
    return Message(look.words.gettext("Duty desks today"), "desks", groups)


def of_site(board: Board, look: Look) -> list[Message]:
    """Return notices, and what came of what visitors said, in turns."""
    notices = [_notice(notice, look) for notice in board.notices]
    answers = [_answer(answer, look) for answer in board.answers]
    return [one for both in zip_longest(notices, answers) for one in both if one is not None]


def parts(messages: Sequence[Message], look: Look, room: Rect, letters: Letters) -> list[Message]:
    """Return what is shown one after the other, each of which fits the room."""
    inner = _inner(look, room, letters)
    return [
        part for message in messages for part in _divided(look, message, inner.w, inner.h, letters)
    ]


def drawn(message: Message, look: Look, room: Rect, letters: Letters) -> Drawn:
    """Draw a message that fits, in the largest letters."""
    pad = _pad(look, letters)
    inner = flow.inset(room, pad)
    head = flow.cut_top(inner, flow.line_px(look, letters.least_mm))[0]
    side = look.glass.px(letters.least_mm * 1.3)
    sign, name = flow.cut_left(head, side, pad // 2)
    out = flow.box(look, room, "surface")
    out += flow.icon(flow.centred(sign, side), message.sign, on="surface", role="quiet")
    kind_mm = largest_mm(
        look,
        message.kind,
        name.w,
        name.h,
        most_mm=letters.least_mm,
        least_mm=BODY_MM,
        weight="semibold",
    )
    out += flow.words(
        look,
        name,
        message.kind,
        cap_mm=kind_mm,
        weight="semibold",
        on="surface",
        role="quiet",
    )
    rest = _inner(look, room, letters)
    cap_mm = _largest(look, message, rest.w, rest.h, letters)
    spare = rest.h - _height(look, message.groups, rest.w, cap_mm)
    y = rest.y + max(0, spare) // 3  # above the middle, where the eye looks for a beginning
    for n, group in enumerate(message.groups):
        y += _gap(look, cap_mm) if n else 0
        for part in group:
            high = _part_px(look, part, rest.w, cap_mm)
            out += _part(look, Rect(rest.x, y, rest.w, high), part, cap_mm)
            y += high
    return out


# What is told


def _desk(desk: BoardDesk, now: Now, look: Look) -> Group:
    is_cancelled = desk.is_cancelled
    role: Role = "quiet" if is_cancelled else "ink"
    told = [Part(in_language(look.words, desk.title), "semibold", role)]
    when = hours(desk, look)
    if desk.place is not None and not is_cancelled:
        place = in_language(look.words, desk.place)
        if len(place) <= _SHORT:
            place = place.replace(" ", FIXED)
        when = f"{when}{FIXED}· {place}"
    told.append(Part(when, "regular", "quiet"))
    if is_cancelled:
        told.append(Part(look.words.gettext("Cancelled"), "semibold", "ink", "cancelled"))
    elif phase(desk, now, look) == "open":
        told.append(Part(look.words.gettext("Open now"), "semibold", "ink", "open"))
    return tuple(told)


def _notice(notice: BoardNotice, look: Look) -> Message:
    groups: list[Group] = [(Part(in_language(look.words, notice.title), "bold"),)]
    if notice.text is not None:
        groups.append((Part(in_language(look.words, notice.text)),))
    return Message(look.words.gettext("Please note"), "notice", tuple(groups))


def _answer(answer: BoardAnswer, look: Look) -> Message:
    words = look.words
    said = words.gettext("“%(said)s”", said=in_language(words, answer.said))
    done = in_language(words, answer.done)
    we_did = Part(words.gettext("We did"), "semibold", "quiet", is_kind=True)
    return Message(
        words.gettext("You said"),
        "messages",
        ((Part(said, "regular", "quiet"),), (we_did, Part(done, "semibold"))),
    )


# How it fits


def _pad(look: Look, letters: Letters) -> int:
    return look.glass.px(letters.least_mm * 0.7)


def _inner(look: Look, room: Rect, letters: Letters) -> Rect:
    pad = _pad(look, letters)
    return flow.cut_top(flow.inset(room, pad), flow.line_px(look, letters.least_mm), pad // 2)[1]


def _gap(look: Look, cap_mm: float) -> int:
    return round(flow.line_px(look, cap_mm) * _GAP)


def _sign_px(look: Look, cap_mm: float) -> int:
    """Return the room of a sign in a line, and of the space after it."""
    return round(flow.line_px(look, cap_mm) * 1.1)


def _beside_px(look: Look, part: Part, width: int, cap_mm: float) -> int:
    """Return the width of a text beside its sign, if it has one."""
    return width - (_sign_px(look, cap_mm) if part.sign else 0)


def _part_px(look: Look, part: Part, width: int, cap_mm: float) -> int:
    inner = _beside_px(look, part, width, cap_mm)
    return flow.height_px(look, part.text, inner, cap_mm=cap_mm, weight=part.weight)


def _height(look: Look, groups: Sequence[Group], width: int, cap_mm: float) -> int:
    gaps = (len(groups) - 1) * _gap(look, cap_mm)
    return gaps + sum(_part_px(look, part, width, cap_mm) for group in groups for part in group)


def _is_whole(look: Look, groups: Sequence[Group], width: int, height: int, cap_mm: float) -> bool:
    if _height(look, groups, width, cap_mm) > height:
        return False
    return all(
        fits(
            look,
            part.text,
            _beside_px(look, part, width, cap_mm),
            height,
            cap_mm=cap_mm,
            weight=part.weight,
        )
        for group in groups
        for part in group
    )


@lru_cache(maxsize=256)  # a moving screen asks the same twenty times a second
def _largest(look: Look, message: Message, width: int, height: int, letters: Letters) -> float:
    cap_mm = letters.most_mm
    while cap_mm > letters.least_mm:
        if _is_whole(look, message.groups, width, height, cap_mm):
            return cap_mm
        cap_mm *= _STEP
    return letters.least_mm


@lru_cache(maxsize=256)
def _divided(
    look: Look, message: Message, width: int, height: int, letters: Letters
) -> tuple[Message, ...]:
    """Return a message in as many parts as its smallest letters need."""
    cap_mm = letters.least_mm
    told: list[list[Group]] = [[]]
    for group in message.groups:
        for piece in _pieces(look, group, width, height, cap_mm):
            if told[-1] and _height(look, [*told[-1], piece], width, cap_mm) > height:
                told.append([])
            told[-1].append(piece)
    parts: list[Message] = []
    kind = message.kind
    for groups in told:
        first, inner = groups[0], groups
        if first[0].is_kind:
            kind, inner = first[0].text, [first[1:], *groups[1:]]
        parts.append(message._replace(kind=kind, groups=tuple(inner)))
        kind = next((p.text for group in reversed(groups) for p in group if p.is_kind), kind)
    return tuple(parts)


def _pieces(look: Look, group: Group, width: int, height: int, cap_mm: float) -> Iterator[Group]:
    """Yield a group as it is, or where it is too long by itself, its lines in equal pieces."""
    if _height(look, [group], width, cap_mm) <= height:
        yield group
        return
    most = max(1, height // flow.line_px(look, cap_mm))
    kind: Group = ()
    for part in group:
        if part.is_kind:  # it goes to the head of the first piece
            kind = (part,)
            continue
        lines = flow.wrap(look, part.text, width, cap_mm=cap_mm, weight=part.weight)
        count = -(-len(lines) // most)
        each = -(-len(lines) // count)
        begins = [*_begins(part.text, lines)[::each], len(part.text)]
        for first, end in pairwise(begins):
            text = part.text[first:end].strip()
            yield (*kind, part._replace(text=text))
            kind = ()


def _begins(text: str, lines: Sequence[Line]) -> list[int]:
    """Return where each line of a text begins in it."""
    begins, past = [], 0
    for line in lines:
        first = text.index(line.text, past)
        begins.append(first)
        past = first + len(line.text)
    return begins


def _part(look: Look, rect: Rect, part: Part, cap_mm: float) -> Drawn:
    out = Drawn()
    if part.sign:
        room = _sign_px(look, cap_mm)
        sign, rect = flow.cut_left(rect, room)
        side = round(room * 0.75)
        place = Rect(sign.x, sign.y + (sign.h - side) // 2, side, side)
        out += flow.icon(place, part.sign, on="surface", role=part.role)
    return out + flow.words(
        look, rect, part.text, cap_mm=cap_mm, weight=part.weight, on="surface", role=part.role
    )
