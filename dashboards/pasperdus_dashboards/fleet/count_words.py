"""What a manual count says of a sensor, in words: how much it misses, and how sure that is."""

from dataclasses import dataclass

from babel.numbers import format_decimal

from pasperdus_collector.api.calibrations import Factor, factor
from pasperdus_service.languages import Language

MANY = 30  # people one way: fewer make a factor that is hardly worth having


@dataclass(frozen=True, slots=True, kw_only=True)
class WayView:
    """One direction of one count; ``factor`` is None where the sensor counted nobody."""

    by_sensor: int
    by_hand: int
    factor: Factor | None
    sentence: str


def way_view(*, by_sensor: int, by_hand: int, is_in: bool, language: Language) -> WayView:
    """Return what a count of one direction says."""
    if by_sensor < 1:
        return WayView(
            by_sensor=by_sensor,
            by_hand=by_hand,
            factor=None,
            sentence=language.gettext(
                "Entries: the sensor counted nobody, you %(hand)s. No correction can be made of "
                "that: count again when people pass.",
                hand=language.number(by_hand),
            )
            if is_in
            else language.gettext(
                "Exits: the sensor counted nobody, you %(hand)s. No correction can be made of "
                "that: count again when people pass.",
                hand=language.number(by_hand),
            ),
        )
    found = factor(by_sensor=by_sensor, by_hand=by_hand)
    values = {
        "sensor": language.number(by_sensor),
        "hand": language.number(by_hand),
        "factor": factor_words(found, language),
    }
    return WayView(
        by_sensor=by_sensor,
        by_hand=by_hand,
        factor=found,
        sentence=language.gettext(
            "Entries: the sensor counted %(sensor)s, you %(hand)s; its counts are multiplied by "
            "%(factor)s.",
            **values,
        )
        if is_in
        else language.gettext(
            "Exits: the sensor counted %(sensor)s, you %(hand)s; its counts are multiplied by "
            "%(factor)s.",
            **values,
        ),
    )


def factor_words(found: Factor, language: Language) -> str:
    """Return ``1,04 ± 0,06``."""

    def written(value: float) -> str:
        return str(format_decimal(value, format="0.00", locale=language.locale))

    return language.finish(f"{written(found.value)} ± {written(found.error)}")
