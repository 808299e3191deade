"""What an answer does not say, and how long it still takes: as few sentences as are true of it."""

from datetime import UTC, date, datetime

from pasperdus_collector.analysis.outcomes import OF_RATINGS
from pasperdus_collector.analysis.result import Comparison
from pasperdus_collector.analysis.verdict import FIRST_READING_WEEK, MIN_FULL_WEEKS
from pasperdus_dashboards.charts.compared import is_gated, local_day, zone_of
from pasperdus_service.languages import Language


def not_said(comparison: Comparison, language: Language) -> list[str]:
    """Return what nobody may read into the answer."""
    answer = comparison.answer
    told = []
    if not is_gated(comparison):
        told.append(
            language.gettext(
                "Nothing on the prototype itself: neither that it helps nor that it does not."
            )
        )
    else:
        told.append(_cause(comparison, language))
    if answer.verdict.code == "unclear":
        told.append(
            language.gettext(
                "Not that nothing changed: what is smaller than the change named may be there."
            )
        )
    if answer.outcome in OF_RATINGS:
        told.append(
            language.gettext(
                "Nothing on those who pressed no button: nobody knows what they would have said."
            )
        )
    if answer.status in ("running", "planned"):
        told.append(
            language.gettext("Not how it will end: the trial runs, and every week may change it.")
        )
    told.append(
        language.gettext(
            "Nothing on any person, visitor or agent: only sums are compared, never days of one "
            "desk."
        )
    )
    return told


def _cause(comparison: Comparison, language: Language) -> str:
    answer = comparison.answer
    if answer.guardrail == "holds" and answer.design == "randomised":
        return language.gettext(
            "Not that it would do the same elsewhere, or in another season: it was tried here, "
            "then."
        )
    if answer.guardrail == "holds" and answer.is_controlled:
        return language.gettext(
            "Not that nothing else played a part: something may have changed at one of the two "
            "sites only."
        )
    return language.gettext(
        "Not that the prototype is the cause: whatever else changed at the same time may be."
    )


def time_left(comparison: Comparison, now_ms: int, language: Language) -> str:
    """Return how far a running trial is, in one sentence or two; empty once it is over."""
    answer = comparison.answer
    if answer.status not in ("running", "planned"):
        return ""
    zone = zone_of(comparison)
    told = []
    if answer.planned_end_ms is None:
        told.append(language.gettext("No end is planned for this trial."))
    else:
        today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone).date()
        last = local_day(answer.planned_end_ms - 1, zone)
        told.append(_end(last, (last - today).days, language))
    told.append(
        language.gettext(
            "Whole weeks alone enter, each on the Monday after it: reading this page more often "
            "shows nothing new."
        )
    )
    return " ".join(told)


def shown_from(comparison: Comparison, language: Language) -> str:
    """Return when shares will be shown, while it is too early for any; else nothing."""
    answer = comparison.answer
    if answer.verdict.code != "too_early" or answer.outcome not in OF_RATINGS:
        return ""
    weeks = FIRST_READING_WEEK if answer.status != "ended" else MIN_FULL_WEEKS
    return language.gettext(
        "The share of satisfied ratings will be shown after %(weeks)s full weeks with the "
        "prototype: of fewer, chance would show as much.",
        weeks=weeks,
    )


def _end(last: date, days: int, language: Language) -> str:
    if days > 0:
        return language.ngettext(
            "The planned end is on %(day)s, in %(count)s day.",
            "The planned end is on %(day)s, in %(count)s days.",
            days,
            day=language.short_day(last),
        )
    if days == 0:
        return language.gettext("The planned end is today.")
    return language.gettext(
        "The planned end was on %(day)s; what follows the prototype still counts.",
        day=language.short_day(last),
    )
