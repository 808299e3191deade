"""Figures as people say them, in French or English: numbers, dates, changes with their bounds."""

import re
from datetime import datetime
from math import exp, isfinite
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from pasperdus_collector.analysis.outcomes import TALLIES, Outcome
from pasperdus_collector.analysis.result import Interval
from pasperdus_collector.analysis.words import Language, Noun, Table
from pasperdus_collector.analysis.words_en import ENGLISH
from pasperdus_collector.analysis.words_fr import FRENCH
from pasperdus_service.typography import french

TABLES: dict[Language, Table] = {"fr": FRENCH, "en": ENGLISH}

_LOCALES: dict[Language, str] = {"fr": "fr_FR", "en": "en_GB"}
_WHOLE = ("share", "index", "log_ratio")
_FAR = 1e6  # beyond it a bound says nothing
_TENTHS_UNDER = 10


class Speaker:
    """Fills the templates of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.table = TABLES[language]

    def set(self, template: str, **figures: str | int) -> str:
        """Fill a template and set its spaces as the language wants them."""
        text = template.format(**figures) if figures else template
        return french(text) if self.language == "fr" else text

    # -- changes --------------------------------------------------------------------------------

    def change(self, outcome: Outcome, value: float, interval: Interval) -> str:
        """Return "environ 6 avis satisfaits de plus sur 100, entre 1 et 11"."""
        change = self._amount(outcome, value, is_some=interval.excludes_zero)
        low, high = shown(outcome, interval.low), shown(outcome, interval.high)
        if low <= 0 <= high:
            below, above = self._figure(outcome, -low), self._figure(outcome, high)
            template = self.table.effect_both_ways
            if below == self.number(0):
                template = self.table.effect_from_zero
            elif above == self.number(0):
                template = self.table.effect_to_zero
            return self.set(template, change=change, low=below, high=above)
        near, far = sorted((abs(low), abs(high)))
        return self.set(
            self.table.effect,
            change=change,
            low=self._bound(outcome, near),
            high=self._bound(outcome, far),
        )

    def size(self, outcome: Outcome, value: float) -> str:
        """Return a change without direction: "5 points", "12 %", "3 minutes d'attente"."""
        size = abs(shown(outcome, value))
        figure = self._figure(outcome, size)
        match outcome.unit:
            case "share" | "index":
                return f"{figure} {self._plural(size, outcome, 'point', 'points')}"
            case "log_ratio":
                return figure
            case _:
                noun = self.noun(outcome.name)
                return f"{figure} {self._plural(size, outcome, noun.one, noun.many)}"

    def _amount(self, outcome: Outcome, value: float, *, is_some: bool) -> str:
        noun, size = self.noun(outcome.name), abs(shown(outcome, value))
        out_of = f" {noun.out_of}" if noun.out_of else ""
        number = self._figure(outcome, size)
        if number in (self.number(0), self.percent(0)) and is_some:
            number = self._bound(outcome, size)
        elif number in (self.number(0), self.percent(0)):
            return self.table.no_effect.format(of=noun.of) + out_of
        what = self._plural(size, outcome, noun.one, noun.many)
        way = self.table.more if value > 0 else self.table.less
        parts = (number, what, way) if self.language == "fr" else (number, way, what)
        about = "" if number[0].isalpha() else f"{self.table.about} "  # not "about less than 1"
        return f"{about}{' '.join(parts)}{out_of}"

    def _plural(self, size: float, outcome: Outcome, one: str, many: str) -> str:
        """Return the form that goes with a figure: French is singular below two."""
        rounded = round(size, 0 if _is_whole(outcome, size) else 1)
        is_one = rounded < 2 if self.language == "fr" else rounded == 1
        return one if is_one else many

    def _bound(self, outcome: Outcome, value: float) -> str:
        if self._figure(outcome, value) not in (self.number(0), self.percent(0)):
            return self._figure(outcome, value)
        smallest = 1 if _is_whole(outcome, value) else 0.1
        return self.table.less_than.format(n=self._figure(outcome, smallest))

    def _figure(self, outcome: Outcome, value: float) -> str:
        if not isfinite(value) or value > _FAR:
            return "∞"
        number = self.number(value, digits=0 if _is_whole(outcome, value) else 1)
        if outcome.unit == "log_ratio":
            return f"{number} %" if self.language == "fr" else f"{number}%"
        return number

    # -- parts ----------------------------------------------------------------------------------

    def noun(self, name: str) -> Noun:
        """Return how an outcome is spoken of."""
        if name in self.table.nouns:
            return self.table.nouns[name]
        tally = self.table.tally
        what = name.removeprefix(TALLIES)
        what = self.table.tallies.get(what, what)
        return Noun(
            label=tally.label.format(what=what),
            subject=tally.subject.format(what=what),
            higher=tally.higher,
            lower=tally.lower,
            one=tally.one.format(what=what),
            many=tally.many.format(what=what),
            of=tally.of.format(what=what),
            out_of=tally.out_of,
        )

    def weeks(self, n: int) -> str:
        """Return "1 semaine", "8 semaines"."""
        one, many = self.table.weeks
        is_one = n < 2 if self.language == "fr" else n == 1
        return (one if is_one else many).format(n=n)

    def number(self, value: float, *, digits: int = 0, is_padded: bool = False) -> str:
        """Return a number with at most so many decimals, or exactly so many where padded."""
        pattern = "#,##0." + ("0" if is_padded else "#") * digits if digits else "#,##0"
        rounded = round(value, digits) or 0.0  # never minus zero
        text = str(format_decimal(rounded, format=pattern, locale=_LOCALES[self.language]))
        return text.replace("-", "\N{MINUS SIGN}")

    def percent(self, share: float) -> str:
        """Return a share as a percentage, in whole points."""
        return str(format_percent(share, locale=_LOCALES[self.language]))

    def date(self, at_ms: int, time_zone: str) -> str:
        """Return "12 mars 2026"; the first of a month is "1er" in French."""
        at = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(time_zone))
        text = str(format_date(at.date(), format="long", locale=_LOCALES[self.language]))
        return re.sub(r"^1 ", "1er ", text) if self.language == "fr" else text


def shown(outcome: Outcome, value: float) -> float:
    """Return a change in the unit that people read: points, per cent, minutes."""
    match outcome.unit:
        case "share":
            return 100 * value
        case "log_ratio":
            return 100 * (exp(min(value, 20.0)) - 1)
        case _:
            return value


def _is_whole(outcome: Outcome, value: float) -> bool:
    return outcome.unit in _WHOLE or abs(value) >= _TENTHS_UNDER
