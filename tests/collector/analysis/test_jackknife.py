"""The jackknife against what is known of it in closed form."""

from __future__ import annotations

from math import inf, isinf, sqrt

import numpy as np
import pytest
from scipy import stats

from pasperdus_collector.analysis.inputs import Floats
from pasperdus_collector.analysis.jackknife import (
    Estimate,
    by_cluster,
    difference,
    two_arms,
    welch_df,
)

SEED = 20261122
NOTHING = np.array([[1.0, 0.0], [1.0, 0.0]])  # an arm of mean zero in which nothing is unsure


def means(sums: Floats) -> Floats:
    return np.asarray(sums[..., 1] / sums[..., 0])


def less(of_a: Floats, of_b: Floats) -> Floats:
    return means(of_b) - means(of_a)


def weeks(n: int, *, rng: np.random.Generator, mean: float = 0.0) -> Floats:
    return np.column_stack([np.ones(n), rng.normal(mean, 1.0, n)])


def test_of_a_mean_of_equal_clusters_it_is_the_standard_error_of_the_mean() -> None:
    sums = weeks(9, rng=np.random.default_rng(SEED))

    found = two_arms(NOTHING, sums, less)

    assert found.value == pytest.approx(sums[:, 1].mean())
    assert found.standard_error == pytest.approx(sums[:, 1].std(ddof=1) / sqrt(9))
    assert found.df == 8


def test_of_two_arms_it_is_welch_s_test() -> None:
    rng = np.random.default_rng(SEED)
    a, b = weeks(7, rng=rng), weeks(12, rng=rng, mean=1.0)

    found = two_arms(a, b, less)

    theirs = stats.ttest_ind(b[:, 1], a[:, 1], equal_var=False)
    assert found.value / found.standard_error == pytest.approx(theirs.statistic)
    assert found.df == pytest.approx(theirs.df)
    assert found.p_value == pytest.approx(theirs.pvalue)
    low, high = theirs.confidence_interval(0.95)
    assert (found.interval(0.05).low, found.interval(0.05).high) == pytest.approx((low, high))


def test_one_cluster_tells_nothing_of_how_sure_it_is() -> None:
    found = two_arms(NOTHING, np.array([[10.0, 7.0]]), less)

    assert found.value == 0.7
    assert found.standard_error == inf
    assert isinf(found.interval(0.05).low)


def test_weeks_of_unequal_size_weigh_by_their_ratings() -> None:
    found = two_arms(NOTHING, np.array([[10.0, 5.0], [30.0, 30.0]]), less)

    assert found.value == 35 / 40


def test_rows_are_summed_by_cluster_in_order() -> None:
    ids, sums = by_cluster(np.array([7, 3, 7]), np.array([[1.0], [2.0], [4.0]]))

    assert ids.tolist() == [3, 7]
    assert sums.tolist() == [[2.0], [5.0]]


def test_two_sites_are_subtracted_with_the_errors_of_both() -> None:
    one = Estimate(value=5.0, standard_error=3.0, df=10, clusters=12)
    other = Estimate(value=1.0, standard_error=4.0, df=10, clusters=12)

    both = difference(one, other)

    assert (both.value, both.standard_error) == (4.0, 5.0)
    assert both.df == pytest.approx(5**4 / (3**4 / 10 + 4**4 / 10))


def test_degrees_of_freedom_are_never_fewer_than_one() -> None:
    assert welch_df(inf, 2, 1.0, 9) == 1.0
    assert welch_df(0.0, 2, 0.0, 9) == 9.0
