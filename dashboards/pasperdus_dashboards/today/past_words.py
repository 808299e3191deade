"""The weeks behind today, in words and rows; weeks are set beside each other, never judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from pasperdus_collector.api.past import Week
from pasperdus_service.languages import Language

WHOLE = 0.99  # of a week covered: less, and the missing part is said


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekRow:
    """One finished week of the table and of the chart: figures, and the same as written."""

    monday: str
    """In ISO 8601, for the chart's axis."""

    label: str
    month: str
    entries: int | None
    entries_text: str
    satisfied_text: str
    ratings_text: str
    remark: str
    is_partial: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PastView:
    """The finished weeks in order, and what they say."""

    rows: list[WeekRow]
    sentence: str

    @property
    def has_partial(self) -> bool:
        """Whether a week is drawn as measured in part."""
        return any(row.is_partial and row.entries is not None for row in self.rows)

    @property
    def has_silent(self) -> bool:
        """Whether a week is drawn as not measured at all."""
        return any(row.entries is None for row in self.rows)


def past_view(weeks: Sequence[Week], language: Language) -> PastView:
    """Put the weeks into words."""
    return PastView(
        rows=[_row(week, language) for week in weeks], sentence=_sentence(weeks, language)
    )


def _row(week: Week, language: Language) -> WeekRow:
    is_partial = week.coverage < WHOLE
    if week.passages_in is None:
        remark = language.gettext("sensor silent")
    elif is_partial:
        covered = language.percent(min(week.coverage, WHOLE))
        remark = language.gettext("measured %(share)s of the time", share=covered)
    elif week.passages_in == 0:
        remark = language.gettext("nobody came: closed")
    else:
        remark = ""
    return WeekRow(
        monday=week.monday.isoformat(),
        label=language.short_day(week.monday),
        month=language.month(week.monday),
        entries=week.passages_in,
        entries_text="–" if week.passages_in is None else language.number(week.passages_in),
        satisfied_text=language.percent(week.satisfied / week.ratings) if week.ratings else "–",
        ratings_text=language.number(week.ratings) if week.ratings else "–",
        remark=remark,
        is_partial=is_partial,
    )


def _sentence(weeks: Sequence[Week], language: Language) -> str:
    # A week in which nobody came is a closed one: it says nothing of how many come.
    whole = [week for week in weeks if week.passages_in and week.coverage >= WHOLE]
    if not whole:
        return language.gettext("No week has been measured from end to end yet.")
    entries = [week.passages_in or 0 for week in whole]
    busiest = max(whole, key=lambda week: week.passages_in or 0)
    return language.ngettext(
        "Over %(count)s finished and fully measured week: %(low)s entries.",
        "Over %(count)s finished and fully measured weeks: from %(low)s to %(high)s entries, "
        "%(median)s in the median week. The busiest began on %(day)s.",
        len(whole),
        low=language.number(min(entries)),
        high=language.number(max(entries)),
        median=language.number(median(entries)),
        day=language.short_day(busiest.monday),
    )
