"""The macarons: 24 tokens of six shapes and four colours, and how each day deals them out (pure).

A token stands for a visitor who waits, with no number, name or reason. Each terminal hands out
its own share, so that two of them that cannot hear each other never give the same one as long as
they know the same terminals (docs/terminal.md tells what happens where they do not).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256

SHAPES = ("circle", "square", "triangle", "star", "moon", "drop")
COLOURS = ("blue", "yellow", "red", "green")
TOKENS = tuple(f"{colour}-{shape}" for shape in SHAPES for colour in COLOURS)


def parts(token: str) -> tuple[str, str] | None:
    """Return colour and shape of a token, or None for one that no screen can draw."""
    colour, _, shape = token.partition("-")
    return (colour, shape) if token in TOKENS else None


def deck(site: str, day: date) -> list[str]:
    """Return all tokens in the order of one day at one site.

    Everybody who knows site and day draws the same order: a terminal without a network too.
    """
    return sorted(TOKENS, key=lambda token: sha256(f"{site} {day} {token}".encode()).digest())


def deal(site: str, day: date, holders: Sequence[str]) -> dict[str, list[str]]:
    """Deal the tokens of a day among terminals, one each in turn."""
    ordered = sorted(set(holders))
    cards = deck(site, day)
    return {holder: cards[n :: len(ordered)] for n, holder in enumerate(ordered)}


def join(
    hands: Mapping[str, Sequence[str]], newcomer: str, *, in_use: frozenset[str] | set[str]
) -> dict[str, list[str]]:
    """Return the hands after a terminal came during the day: it gets half of the fullest one.

    Only tokens that nobody holds now (``in_use``) change hands.
    """
    dealt = {holder: list(hand) for holder, hand in hands.items()}
    if newcomer in dealt:
        return dealt
    free = {holder: [t for t in hand if t not in in_use] for holder, hand in dealt.items()}
    giver = max(sorted(free), key=lambda holder: len(free[holder]), default=None)
    given = [] if giver is None else free[giver][1::2]
    if giver is not None:
        dealt[giver] = [token for token in dealt[giver] if token not in given]
    return dealt | {newcomer: given}
