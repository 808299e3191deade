"""Published ratings in words and rows: one question at a time, worst score first."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pasperdus_collector.analysis.score_interval import score_interval
from pasperdus_collector.api.today import Published, Ratings
from pasperdus_collector.release import K
from pasperdus_contract.events import SATISFIED_FROM
from pasperdus_service.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One score of a question, worst first."""

    score: int
    count: int
    count_text: str
    share: float
    share_text: str
    is_satisfied: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingsView:
    """One question; without ``rows`` nothing has been published lately."""

    question: str
    scale: int
    is_of_today: bool
    when: str
    rows: list[ScoreRow]
    share_text: str
    total_text: str
    interval_text: str
    satisfied_means: str


def ratings_view(ratings: Ratings, language: Language, zone: ZoneInfo) -> RatingsView:
    """Put one question into words."""
    published = ratings.today or ratings.latest
    satisfied_from = SATISFIED_FROM[ratings.scale]
    counts = published.counts if published else []
    total = sum(counts)
    satisfied = sum(counts[satisfied_from - 1 :])
    rows = [
        ScoreRow(
            score=score,
            count=count,
            count_text=language.number(count),
            share=count / total,
            share_text=language.percent(count / total),
            is_satisfied=score >= satisfied_from,
        )
        for score, count in enumerate(counts, start=1)
    ]
    return RatingsView(
        question=ratings.question,
        scale=ratings.scale,
        is_of_today=ratings.today is not None,
        when=_when(ratings, published, language, zone),
        rows=rows,
        share_text=language.percent(satisfied / total) if total else "",
        total_text=language.ngettext("%(count)s rating", "%(count)s ratings", total),
        interval_text=_interval(satisfied, total, language) if total else "",
        satisfied_means=satisfied_means(ratings.scale, language),
    )


def _interval(satisfied: int, total: int, language: Language) -> str:
    low, high = score_interval(satisfied, total)
    return language.gettext(
        "95 %% interval: %(low)s to %(high)s",
        low=language.percent(low),
        high=language.percent(high),
    )


def release_rule(language: Language) -> str:
    """Say why ratings appear late and in groups."""
    return language.gettext(
        "So that nobody can be singled out, ratings appear in groups of at least %(least)s, by "
        "whole finished hours: a figure that does not move does not mean that nobody answered.",
        least=K,
    )


def satisfied_means(scale: int, language: Language) -> str:
    """Say which scores of a scale count as satisfied."""
    satisfied_from = SATISFIED_FROM[scale]
    if satisfied_from == scale:
        return language.gettext("Satisfied: score %(best)s of %(best)s.", best=scale)
    return language.gettext(
        "Satisfied: score %(least)s or %(best)s of %(best)s.", least=satisfied_from, best=scale
    )


def _when(ratings: Ratings, published: Published | None, language: Language, zone: ZoneInfo) -> str:
    if published is None:
        return language.gettext("No rating published in the last four weeks.")
    if ratings.today is not None and published.through_ms is not None:
        return language.gettext(
            "Published today, up to %(clock)s.", clock=language.clock(published.through_ms, zone)
        )
    day = datetime.fromtimestamp(published.day_start_ms / 1000, UTC).astimezone(zone).date()
    return language.gettext(
        "None published yet today. The latest are of %(day)s.", day=language.day(day)
    )
