"""The shape of the tables of words; :mod:`.words_fr` and :mod:`.words_en` fill it.

Templates are filled by :meth:`str.format`. Nouns of an outcome come with what agrees with them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Language = Literal["fr", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """How an outcome is spoken of.

    ``label`` heads a row; ``subject`` is the noun of a sentence; ``higher`` and ``lower`` agree
    with it. ``one`` and ``many`` are its unit with a number ("avis satisfait", "avis satisfaits"),
    ``out_of`` what follows ("sur 100").
    """

    label: str
    subject: str
    higher: str
    lower: str
    one: str
    many: str
    of: str
    """What there is about as much of."""

    out_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """All words of one language, by code."""

    verdicts: Mapping[str, str]
    neutral_verdicts: Mapping[str, str]
    """Of outcomes of which neither way is better."""

    weeks: tuple[str, str]
    """One week, and more of them: ``{n}``."""

    causes: Mapping[str, str]
    nouns: Mapping[str, Noun]
    tallies: Mapping[str, str]
    """What agents tally, by its name on the wire; others are told as they are written."""

    tally: Noun
    """``{what}`` is what was tallied."""

    effect: str
    """``{change}``, ``{low}`` and ``{high}``, on one side of none."""

    effect_both_ways: str
    """The same where the bounds lie on either side of none: ``{low}`` less, ``{high}`` more."""

    effect_from_zero: str
    effect_to_zero: str
    no_effect: str
    more: str
    less: str
    less_than: str
    about: str
    among: str
    """Who the ratings are of."""

    designs: Mapping[str, str]
    """By design and direction: ``randomised_better`` …; ``{subject}``, ``{title}``."""

    with_reserve: Mapping[str, str]
    """A verdict whose guardrail is broken."""

    response_warning: str
    arm: str
    arm_without_ratings: str
    response_rate: str
    independent: str
    matched: str
    unmatched: str
    baseline: str
    prototype: str
    advice: Mapping[str, str]
    override: str
    override_why: str
    decided: Mapping[str, str]
    caveats: Mapping[str, str]
    circumstances: Mapping[str, str]
    fields: Mapping[str, str]
    variants: Mapping[str, str]
    variant_same: str
    variant_changes: str
    variant_untold: str
    variant_short: str
    controlled: str
    control: str
    control_difference: str
    superiority: str
    secondary: str
    secondary_none: str
    why_not: Mapping[str, str]
    always: str
    fixed: str
    simple: str
    recompute: str
