"""Cards for visitors: a direction or an address in their language, as large as it fits (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from pasperdus_contract.board import PHRASE_LANGUAGES, Board, BoardContact, BoardPhrase
from pasperdus_node.screens import flow, frame
from pasperdus_node.screens.fitting import largest_mm
from pasperdus_node.screens.flow import Drawn, Entry
from pasperdus_node.screens.look import BODY_MM, TITLE_MM, Look
from pasperdus_node.screens.opened import opened
from pasperdus_node.screens.scene import Rect
from pasperdus_node.terminal.actions import Open, Page, Speak
from pasperdus_node.terminal.state import Now, Terminal
from pasperdus_node.terminal.viewing import LANGUAGES
from pasperdus_service.typography import FIXED, french

SIGN = "cards"
ADDRESS = "address"  # what is opened from a contact: its address, as a card
OWN_NAMES = {
    "fr": "Français",
    "en": "English",
    "es": "Español",
    "pt": "Português",
    "it": "Italiano",
    "de": "Deutsch",
    "nl": "Nederlands",
    "pl": "Polski",
    "ro": "Română",
    "sq": "Shqip",
    "tr": "Türkçe",
    "vi": "Tiếng Việt",
    "ru": "Русский",
    "uk": "Українська",
    "el": "Ελληνικά",
}
"""What each language calls itself: whoever speaks it finds it."""

_MOST_MM = 18.0  # a short word need not fill the glass
_ARROW_MM = 34.0
_SIGN_MM = 6.0
_LEAST_MM = BODY_MM


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a visitor is shown; ``french`` tells the agent what that is."""

    text: str
    head: str = ""
    french: str = ""
    arrow: str | None = None
    languages: tuple[str, ...] = ("fr",)
    language: str = "fr"


def cards(terminal: Terminal, now: Now, look: Look, area: Rect) -> Drawn:
    """Draw the phrases of the site: what is opened from them covers the glass, see ``whole``."""
    del now
    board = None if terminal.kept is None else terminal.kept.board
    if board is None or not board.phrases:
        return _empty(look, area, has_board=board is not None)
    entries = [_row(look, phrase, area.w) for phrase in board.phrases]
    return flow.listed(look, area, terminal.view.part, entries)


def whole(terminal: Terminal, look: Look) -> Drawn | None:
    """Draw a card, or the choice of its language, over the whole glass; None where none is open."""
    card = _at_hand(terminal)
    if card is None:
        return None
    margin = look.glass.px(flow.MARGIN_MM)
    glass = flow.inset(Rect(0, 0, look.glass.width, look.glass.height), margin)
    if terminal.view.items[-1] == LANGUAGES:
        return _choice(look, glass, card, terminal.view.part)
    return _card(look, glass, card)


def contact(board: Board, name: str) -> BoardContact | None:
    """Return a contact of the directory, None when the site has removed it."""
    return next((contact for contact in board.contacts if contact.contact == name), None)


# What is shown


def _at_hand(terminal: Terminal) -> Card | None:
    items = terminal.view.items
    if terminal.kept is None or not items:
        return None
    board = terminal.kept.board
    if terminal.view.page is Page.CARDS:
        phrase = next((one for one in board.phrases if one.phrase == items[0]), None)
        return None if phrase is None else _of_phrase(phrase, terminal.card_language)
    if terminal.view.page is Page.DIRECTORY and items[-1] == ADDRESS and len(items) > 1:
        found = contact(board, items[-2])
        if found is not None and found.address is not None:
            return Card(head=found.title, text=french(found.address))
    return None


def _of_phrase(phrase: BoardPhrase, language: str) -> Card:
    language = language if language in phrase.texts else "fr"
    own = french(phrase.texts["fr"])
    return Card(
        text=own if language == "fr" else phrase.texts[language],
        french="" if language == "fr" else own,
        arrow=phrase.arrow,
        languages=tuple(code for code in PHRASE_LANGUAGES if code in phrase.texts),
        language=language,
    )


# The list


def _empty(look: Look, area: Rect, *, has_board: bool) -> Drawn:
    words = look.words
    if not has_board:
        text = words.gettext("The cards appear with the first data from the centre.")
        return frame.unheard(look, area, text, SIGN)
    title = words.gettext("No card yet")
    text = words.gettext("To have this page filled in, ask whoever runs the reception.")
    return frame.empty(look, area, title, text, SIGN)


def _row(look: Look, phrase: BoardPhrase, width: int) -> Entry:
    pad, side = look.glass.px(flow.PAD_MM), look.glass.px(_SIGN_MM)
    text = french(phrase.texts["fr"])
    others = len(phrase.texts) - 1
    told = (
        look.words.ngettext("+ %(count)s language", "+ %(count)s languages", others)
        if others
        else ""
    )
    inner = width - 2 * pad - (side + pad if phrase.arrow else 0)
    high = flow.height_px(look, text, inner, weight="semibold")
    low = flow.line_px(look) if told else 0

    def draw(rect: Rect) -> Drawn:
        drawn = flow.box(look, rect, "raised", edge="line")
        drawn += flow.touched(rect, Open(phrase.phrase))
        rest = flow.inset(rect, pad, 0)
        if phrase.arrow:
            sign, rest = flow.cut_right(rest, side, pad)
            drawn += flow.icon(flow.centred(sign, side), f"arrow-{phrase.arrow}", on="raised")
        top = (rest.h - high - low) // 2
        above, below = flow.cut_top(flow.cut_top(rest, top)[1], high)
        drawn += flow.words(look, above, text, weight="semibold", on="raised")
        if told:
            place = flow.cut_top(below, low)[0]
            drawn += flow.words(look, place, told, on="raised", role="quiet")
        return drawn

    return Entry(height=max(flow.target_px(look), high + low + 2 * pad), draw=draw)


# The card


def _card(look: Look, area: Rect, card: Card) -> Drawn:
    gap = look.glass.px(flow.PAD_MM)
    foot, rest = flow.cut_bottom(area, flow.target_px(look), gap)
    drawn = _foot(look, foot, card)
    if card.french:
        told = look.words.gettext("Shown: %(text)s", text=card.french)
        high = flow.height_px(look, told, rest.w)
        line, rest = flow.cut_bottom(rest, high, gap)
        drawn += flow.words(look, line, told, role="quiet")
    drawn += flow.box(look, rest, "surface")
    inner = flow.inset(rest, gap)
    if card.head:
        high = flow.height_px(look, card.head, inner.w, cap_mm=TITLE_MM)
        line, inner = flow.cut_top(inner, high, gap)
        drawn += flow.words(look, line, card.head, cap_mm=TITLE_MM, on="surface", align="centre")
    if card.arrow:
        drawn_arrow, inner = _arrow(look, inner, card.arrow)
        drawn += drawn_arrow
    cap_mm = largest_mm(
        look, card.text, inner.w, inner.h, most_mm=_MOST_MM, least_mm=_LEAST_MM, weight="bold"
    )
    return drawn + flow.words(
        look, inner, card.text, cap_mm=cap_mm, weight="bold", on="surface", align="centre"
    )


def _arrow(look: Look, area: Rect, way: str) -> tuple[Drawn, Rect]:
    """Draw the arrow on the side where it points, above the text of a narrow glass."""
    gap = look.glass.px(flow.PAD_MM)
    side = min(look.glass.px(_ARROW_MM), min(area.w, area.h) // 3)
    if look.glass.is_portrait:
        place, rest = flow.cut_top(area, side, gap)
    elif way == "right":
        place, rest = flow.cut_right(area, side, gap)
    else:
        place, rest = flow.cut_left(area, side, gap)
    return flow.icon(flow.centred(place, side), f"arrow-{way}", on="surface"), rest


def _foot(look: Look, rect: Rect, card: Card) -> Drawn:
    gap = look.glass.px(flow.GAP_MM)
    if len(card.languages) == 1:
        return frame.back(look, rect)[0]
    left, right = flow.grid(rect, 2, 1, gap)
    name = OWN_NAMES[card.language]
    return frame.back(look, left)[0] + flow.button(
        look, right, name, Open(LANGUAGES), sign="language"
    )


def _choice(look: Look, area: Rect, card: Card, part: int) -> Drawn:
    names = [OWN_NAMES[code] for code in card.languages]
    inner = 2 * look.glass.px(flow.PAD_MM)
    gap = look.glass.px(flow.GAP_MM)
    widest = max(flow.width_px(look, name, weight="semibold") for name in names) + inner
    columns = max(1, (area.w + gap) // (widest + gap))
    rows = [card.languages[n : n + columns] for n in range(0, len(names), columns)]
    entries = [_language_row(look, row, columns, card.language) for row in rows]
    return opened(look, area, part, entries)


def _language_row(look: Look, codes: Sequence[str], columns: int, chosen: str) -> Entry:
    def draw(rect: Rect) -> Drawn:
        cells = flow.grid(rect, columns, 1, look.glass.px(flow.GAP_MM))
        return flow.joined(
            [
                flow.button(
                    look,
                    cell,
                    OWN_NAMES[code].replace(" ", FIXED),
                    Speak(code),
                    role="chosen" if code == chosen else "raised",
                )
                + (frame.bar(look, cell) if code == chosen else Drawn())
                for cell, code in zip(cells, codes, strict=False)
            ]
        )

    return Entry(height=flow.target_px(look), draw=draw)
