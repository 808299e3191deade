"""The two languages of what people read: words from catalogues, numbers and times as each writes.

Pages and screens each have a folder of catalogues. Messages are written in English in code and
templates; the files ``fr/LC_MESSAGES/*.po`` together translate them. They are compiled in memory:
only ``.po`` files exist. This module alone needs Babel here: what runs without
words for people must not import it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from pasperdus_contract.fields import MAX_WALL_MS
from pasperdus_service.errors import CatalogueError
from pasperdus_service.typography import FIXED, french

DEFAULT = "fr"
_MINUTE_MS = 60_000
_HOUR_MINUTES = 60
_LATEST_MS = MAX_WALL_MS - 2 * 86_400_000


@dataclass(frozen=True, kw_only=True)
class Language:
    """One language; times are milliseconds since 1970 UTC, shown in a site's time zone."""

    code: str
    name: str
    locale: Locale
    translations: NullTranslations
    finish: Callable[[str], str]
    """Sets the last touches to a translated sentence."""

    clock_pattern: str
    hour_pattern: str
    hours_pattern: str
    moment_pattern: str

    def gettext(self, message: str, **values: object) -> str:
        """Return a message with its values filled in."""
        return self.finish(self.translations.gettext(message)) % values

    def ngettext(self, one: str, many: str, number: int, /, **values: object) -> str:
        """Return a message by number; ``%(count)s`` is that number as it is written."""
        text = self.finish(self.translations.ngettext(one, many, number))
        return text % {"count": self.number(number), **values}

    def number(self, value: float) -> str:
        """Return a whole number."""
        return format_decimal(round(value), locale=self.locale)

    def percent(self, share: float) -> str:
        """Return a share in whole per cent."""
        return self.finish(format_percent(share, locale=self.locale))

    def clock(self, at_ms: int, zone: ZoneInfo) -> str:
        """Return ``14 h 30``, ``14 h`` or ``14:30``."""
        minute = _instant(at_ms).astimezone(zone).minute
        return self._at(at_ms, zone, self.clock_pattern if minute else self.hour_pattern)

    def hour(self, at_ms: int, zone: ZoneInfo) -> str:
        """Return ``14 h`` or ``14:00``."""
        return self._at(at_ms, zone, self.hour_pattern)

    def day(self, day: date) -> str:
        """Return ``mardi 24 novembre 2026``."""
        return self._date(day, "EEEE d MMMM y")

    def weekday(self, day: date) -> str:
        """Return ``mardi``."""
        return format_date(day, "EEEE", locale=self.locale)

    def short_weekday(self, day: date) -> str:
        """Return ``mar.``."""
        return format_date(day, "EEE", locale=self.locale)

    def hours(self, first: int, last: int) -> str:
        """Return ``9–12 h`` or ``09:00–12:00``."""
        return self.hours_pattern.format(first=first, last=last)

    def capital(self, text: str) -> str:
        """Return a text that begins with a capital, for the heads of tables."""
        return text[:1].upper() + text[1:]

    def short_day(self, day: date) -> str:
        """Return ``24 novembre 2026``."""
        return self._date(day, "d MMMM y")

    def day_and_month(self, day: date) -> str:
        """Return ``24 novembre``."""
        return self._date(day, "d MMMM")

    def month(self, day: date) -> str:
        """Return ``nov.``."""
        return format_date(day, "MMM", locale=self.locale)

    def moment(self, at_ms: int, zone: ZoneInfo, today: date) -> str:
        """Return the time of day, with the day unless it is today."""
        day = _instant(at_ms).astimezone(zone).date()
        clock = self.clock(at_ms, zone)
        if day == today:
            return clock
        pattern = "d MMMM" if day.year == today.year else "d MMMM y"
        return self.moment_pattern.format(day=self._date(day, pattern), clock=clock)

    def duration(self, ms: int) -> str:
        """Return ``45 min`` or ``2 h 05``."""
        minutes = max(1, round(ms / _MINUTE_MS))
        hours, minutes = divmod(minutes, _HOUR_MINUTES)
        if not hours:
            return f"{minutes}{FIXED}min"
        return f"{hours}{FIXED}h" + (f"{FIXED}{minutes:02}" if minutes else "")

    def _date(self, day: date, pattern: str) -> str:
        # The number of a day stays with its month; French counts the first one.
        first = "'1er'" if self.code == "fr" and day.day == 1 else "d"
        return format_date(day, pattern.replace("d M", f"{first}{FIXED}M"), locale=self.locale)

    def _at(self, at_ms: int, zone: ZoneInfo, pattern: str) -> str:
        at = _instant(at_ms)
        text = format_datetime(at, pattern, tzinfo=zone, locale=self.locale)
        return text.replace(" ", FIXED)


def _instant(at_ms: int) -> datetime:
    """Return an instant that every time zone can show: a wrong clock may say the year 9999."""
    return datetime.fromtimestamp(min(at_ms, _LATEST_MS) / 1000, UTC)


@cache
def languages(catalogues: Path) -> dict[str, Language]:
    """Return the languages by code, the default one first, with the words of one folder."""
    return {
        "fr": Language(
            code="fr",
            name="Français",
            locale=Locale("fr"),
            translations=_compiled(read_catalogue(catalogues, "fr")),
            finish=french,
            clock_pattern="H 'h' mm",
            hour_pattern="H 'h'",
            hours_pattern=f"{{first}}–{{last}}{FIXED}h",
            moment_pattern="le {day} à {clock}",
        ),
        "en": Language(
            code="en",
            name="English",
            locale=Locale("en", "GB"),
            translations=NullTranslations(),
            finish=lambda text: text.replace("'", "’"),
            clock_pattern="HH:mm",
            hour_pattern="HH:mm",
            hours_pattern="{first:02}:00–{last:02}:00",
            moment_pattern="{day}, {clock}",
        ),
    }


def read_catalogue(catalogues: Path, code: str) -> Catalog:
    """Return the words of one language as they are written, of all its files together.

    Raises :class:`CatalogueError` for a message that two files translate.
    """
    whole = Catalog(locale=code)
    for path in sorted((catalogues / code / "LC_MESSAGES").glob("*.po")):
        for message in read_po(BytesIO(path.read_bytes()), locale=code, abort_invalid=True):
            if not message.id:
                continue
            if message.id in whole:
                raise CatalogueError(
                    f"{path}: {message.id!r} is in another file beside it already; keep one"
                )
            whole[message.id] = message
    return whole


def _compiled(catalogue: Catalog) -> GNUTranslations:
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
