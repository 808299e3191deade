"""Changes of outcomes as charts and tables write them: with sign and unit.

Shares are 0 to 1 and log ratios of counts are logarithms inside; people read points and per cent.
"""

from math import expm1
from typing import Literal

from babel.numbers import format_decimal

from pasperdus_service.languages import Language
from pasperdus_service.typography import FIXED, NARROW

_WHOLE = {"share", "index", "log_ratio"}
_POINTS = 100
_WHOLE_WITHIN = 0.05
_MINUS = "\u2212"


def words_code(language: Language) -> Literal["fr", "en"]:
    """Return the language as the words of the comparison name it."""
    return "fr" if language.code == "fr" else "en"


def axis_value(value: float, unit: str) -> float:
    """Return a change as an axis shows it: points, per cent, or as it is."""
    if unit == "share":
        return value * _POINTS
    if unit == "log_ratio":
        return expm1(value) * _POINTS
    return value


def axis_unit(unit: str, language: Language) -> str:
    """Return what the numbers of an axis of changes count."""
    return {
        "share": language.gettext("points"),
        "index": language.gettext("points"),
        "log_ratio": language.gettext("per cent"),
        "minutes": language.gettext("minutes"),
        "persons": language.gettext("persons"),
        "per_100_entries": language.gettext("per 100 entries"),
    }[unit]


def change_written(value: float, unit: str, language: Language) -> str:
    """Return a change with its sign and unit: ``+6 points``, ``−3 %``, ``+1,5 min``."""
    shown = axis_value(value, unit)
    decimals = _decimals(unit, shown)
    rounded = round(abs(shown), decimals)
    if rounded == 0:
        return _with_unit(0, 0, unit, language)
    return ("+" if shown > 0 else _MINUS) + _with_unit(rounded, decimals, unit, language)


def bounds_written(low: float, high: float, unit: str, language: Language) -> str:
    """Return an interval without its unit: ``+1 to +11``."""
    return language.gettext(
        "%(low)s to %(high)s", low=_bound(low, unit, language), high=_bound(high, unit, language)
    )


def size_written(value: float, unit: str, language: Language) -> str:
    """Return the size of a change without its sign: ``5 points``."""
    shown = abs(axis_value(value, unit))
    decimals = _decimals(unit, shown)
    if unit in ("share", "index") and abs(shown - round(shown)) > _WHOLE_WITHIN:
        decimals = 1  # what somebody laid down is not rounded
    return _with_unit(shown, decimals, unit, language)


def decimal_sign(language: Language) -> str:
    """Return what stands before decimals."""
    return format_decimal(0.5, locale=language.locale)[1]


def _bound(value: float, unit: str, language: Language) -> str:
    shown = axis_value(value, unit)
    decimals = _decimals(unit, shown)
    rounded = round(abs(shown), decimals)
    sign = "" if rounded == 0 else "+" if shown > 0 else _MINUS
    return (
        sign + _number(rounded, decimals, language) + (f"{NARROW}%" if unit == "log_ratio" else "")
    )


def _decimals(unit: str, shown: float) -> int:
    """Return how many decimals are worth showing: none of points, one of small figures."""
    return 0 if unit in _WHOLE or abs(shown) >= _POINTS else 1


def _with_unit(shown: float, decimals: int, unit: str, language: Language) -> str:
    number = _number(shown, decimals, language)
    if unit in ("share", "index"):
        text = language.ngettext("%(count)s point", "%(count)s points", round(shown), count=number)
        return text.replace(" ", FIXED)
    if unit == "log_ratio":
        return language.percent(shown / _POINTS)
    if unit == "minutes":
        return f"{number}{FIXED}min"
    if unit == "persons":
        # French counts anything under two as one.
        count = int(shown) if language.code == "fr" else 1 if shown == 1 else 2
        text = language.ngettext("%(number)s person", "%(number)s persons", count, number=number)
        return text.replace(" ", FIXED)
    return language.gettext("%(number)s per 100 entries", number=number)


def _number(value: float, decimals: int, language: Language) -> str:
    pattern = "#,##0" if decimals == 0 else "#,##0.0"
    return format_decimal(value, format=pattern, locale=language.locale).replace("-", _MINUS)
