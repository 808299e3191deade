"""Numbers of bytes, rounded as people read them."""

from babel.numbers import format_decimal

from pasperdus_service.languages import Language

_KILO, _MEGA, _GIGA = 1_000, 1_000_000, 1_000_000_000
_WHOLE_FROM = 10  # below it, a decimal still tells something


def size_text(count: int, language: Language) -> str:
    """Return ``52 MB``, ``8.2 kB`` or ``300 bytes``."""
    gettext = language.gettext
    if count < _KILO:
        return language.ngettext("%(count)s byte", "%(count)s bytes", count)
    if count < _MEGA:
        return gettext("%(size)s kB", size=_rounded(count / _KILO, language))
    if count < _GIGA:
        return gettext("%(size)s MB", size=_rounded(count / _MEGA, language))
    return gettext("%(size)s GB", size=_rounded(count / _GIGA, language))


def _rounded(value: float, language: Language) -> str:
    if value >= _WHOLE_FROM:
        return language.number(value)
    return format_decimal(value, "0.#", locale=language.locale)
