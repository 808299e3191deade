"""Shares, their simple intervals, and what ratings that resemble one another are worth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasperdus_collector.analysis.dispersion import deff
from pasperdus_collector.analysis.proportions import mantel_haenszel, newcombe, wilson

SEED = 20260105


def test_ratings_worth_half_as_many_have_the_interval_of_half_as_many() -> None:
    assert wilson(150, 200, deff=2, alpha=0.05) == wilson(75, 100, deff=1, alpha=0.05)
    assert wilson(150, 200, deff=None, alpha=0.05) == wilson(150, 200, deff=1, alpha=0.05)


def test_without_ratings_there_is_no_interval() -> None:
    assert wilson(0, 0, deff=None, alpha=0.05) is None
    assert newcombe(0, 0, 5, 10, alpha=0.05) is None
    assert newcombe(5, 10, 0, 0, alpha=0.05) is None
    assert mantel_haenszel(np.zeros((3, 2, 2)), alpha=0.05) is None


def test_the_difference_is_b_less_a() -> None:
    interval = newcombe(40, 100, 80, 100, alpha=0.05)

    assert interval is not None
    assert 0.2 < interval.low < 0.4 < interval.high < 0.6


def test_a_stratum_without_ratings_changes_no_odds_ratio() -> None:
    tables = np.array([[[30.0, 10], [20, 20]], [[15, 5], [10, 10]]])
    empty = np.zeros((1, 2, 2))

    found = mantel_haenszel(np.concatenate([tables, empty]), alpha=0.05)

    assert found == mantel_haenszel(tables, alpha=0.05)
    assert found is not None
    assert found[0] == pytest.approx(3.0)


def test_where_nobody_is_dissatisfied_there_is_no_odds_ratio() -> None:
    assert mantel_haenszel(np.array([[[30.0, 0], [20, 20]]]), alpha=0.05) is None
    assert mantel_haenszel(np.array([[[30.0, 10], [20, 0]]]), alpha=0.05) is None


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 4), min_size=1, max_size=5))
def test_an_odds_ratio_lies_within_its_interval_or_there_is_none(
    cells: list[tuple[int, int, int, int]],
) -> None:
    found = mantel_haenszel(np.array(cells, dtype=np.float64).reshape(-1, 2, 2), alpha=0.05)

    assert found is None or 0 < found[1].low <= found[0] <= found[1].high


@given(st.integers(0, 500), st.integers(0, 500), st.floats(1, 50))
def test_a_share_lies_within_its_interval(k: int, more: int, effect: float) -> None:
    n = k + more
    interval = wilson(k, n, deff=effect, alpha=0.05)

    if n == 0:
        assert interval is None
        return
    assert interval is not None
    assert (interval.low == 0, interval.high == 1) == (k == 0, k == n)
    assert 0 <= interval.low <= k / n <= interval.high <= 1


def test_deff_is_the_ratio_of_the_variances() -> None:
    """Four weeks of ten, of whom 2, 4, 6 and 8: 8 / 15 of a rating squared against 1 / 4."""
    k, n = np.array([2.0, 4, 6, 8]), np.full(4, 10.0)

    between = np.var(k / n, ddof=1) / 4  # of the mean of four weeks
    independent = 0.5 * 0.5 / 40

    assert deff(k, n) == pytest.approx(between / independent)


def test_deff_finds_the_correlation_that_ratings_were_drawn_with() -> None:
    """Weeks of m ratings with an intraclass correlation rho have 1 + (m - 1) rho."""
    rng = np.random.default_rng(SEED)
    rho, m, p, weeks = 0.01, 375, 0.75, 40
    of_weeks = (1 - rho) / rho
    effects = []
    for _ in range(200):
        share = rng.beta(p * of_weeks, (1 - p) * of_weeks, size=weeks)
        effects.append(deff(rng.binomial(m, share).astype(np.float64), np.full(weeks, float(m))))

    assert np.mean([effect or 0 for effect in effects]) == pytest.approx(
        1 + (m - 1) * rho, rel=0.05
    )


def test_ratings_are_never_worth_more_than_they_are() -> None:
    assert deff(np.array([5.0, 5, 5]), np.array([10.0, 10, 10])) == 1.0


def test_deff_is_unknown_where_nothing_tells_it() -> None:
    assert deff(np.array([5.0]), np.array([10.0])) is None
    assert deff(np.array([5.0, 0]), np.array([10.0, 0])) is None  # a week without ratings
    assert deff(np.array([10.0, 20]), np.array([10.0, 20])) is None
    assert deff(np.array([0.0, 0]), np.array([10.0, 20])) is None
