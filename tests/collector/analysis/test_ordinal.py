"""The whole distribution: superiority, proportional odds, the shift at each cut, the index."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from statsmodels.miscmodels.ordinal_model import OrderedModel

from pasperdus_collector.analysis.inputs import Floats
from pasperdus_collector.analysis.ordinal import index, ordinal
from pasperdus_collector.analysis.proportional_odds import proportional_odds

SEED = 20260105
CUTS = np.array([-3.0, -2.0, -1.1, 0.6])


def drawn(rng: np.random.Generator, weeks: int, shift: float, *, spread: float = 0.2) -> Floats:
    """Weeks of 375 ratings under proportional odds, each a little apart from the others."""
    of_weeks = shift + rng.normal(0, spread, weeks)
    below = expit(CUTS - of_weeks[:, None])
    shares = np.diff(below, axis=1, prepend=0, append=1)
    return np.array([rng.multinomial(375, share) for share in shares], dtype=np.float64)


def test_superiority_counts_who_rates_higher_and_half_of_who_rates_the_same() -> None:
    a = np.array([[10, 10], [10, 10]])  # worst, best
    b = np.array([[5, 15], [5, 15]])

    found = ordinal(a, b, alpha=0.05)

    assert found is not None
    # Of the pairs, 3/8 have B higher, 1/8 + 3/8 are equal.
    assert found.superiority == pytest.approx(3 / 8 + (1 / 8 + 3 / 8) / 2)
    assert found.cuts == pytest.approx((0.25,))
    assert found.index_difference == pytest.approx(25.0)
    assert found.odds_ratio == pytest.approx(3.0, abs=1e-6)


def test_a_shift_from_worst_to_second_worst_shows_where_no_share_of_satisfied_does() -> None:
    a = np.tile([30, 10, 10, 30, 20], (8, 1))
    b = np.tile([10, 30, 10, 30, 20], (8, 1))

    found = ordinal(a, b, alpha=0.05)

    assert found is not None
    assert found.cuts == pytest.approx((0.2, 0, 0, 0))
    assert found.superiority > 0.5
    assert found.index_difference == pytest.approx(5.0)


def test_the_odds_ratio_is_that_of_the_ratings_one_by_one() -> None:
    """Counts as weights and ratings in a row give the same fit, and so do the clusters."""
    rng = np.random.default_rng(SEED)
    counts = rng.integers(1, 9, size=(8, 5)).astype(np.float64)
    arms, weeks = np.repeat([0.0, 1.0], 4)[:, None], np.arange(8)
    each = counts.astype(np.int64).ravel()

    ours = proportional_odds(counts, arms, weeks)
    theirs = OrderedModel(
        np.repeat(np.tile(np.arange(5), 8), each),
        np.repeat(np.repeat(arms, 5, axis=0), each, axis=0),
        distr="logit",
    ).fit(
        method="newton",
        disp=False,
        cov_type="cluster",
        cov_kwds={"groups": np.repeat(np.repeat(weeks, 5), each), "use_correction": False},
    )
    by_rows = (8 / 7) * (40 - 1) / (40 - 5)  # the correction for few clusters, over rows

    assert ours is not None
    assert ours.coefficients[0] == pytest.approx(theirs.params[0], abs=1e-6)
    assert ours.deviance == pytest.approx(-2 * theirs.llf)
    assert ours.standard_errors[0] == pytest.approx(theirs.bse[0] * np.sqrt(by_rows), rel=1e-4)


def test_intervals_hold_the_truth_19_times_in_20_though_weeks_differ() -> None:
    rng = np.random.default_rng(SEED)
    runs, held = 200, np.zeros(3)
    for _ in range(runs):
        found = ordinal(drawn(rng, 8, 0.0), drawn(rng, 6, 0.0), alpha=0.05)
        assert found is not None
        assert found.odds_interval is not None
        held += [
            found.superiority_interval.low <= 0.5 <= found.superiority_interval.high,
            found.odds_interval.low <= 1 <= found.odds_interval.high,
            not found.index_interval.excludes_zero,
        ]

    # 95 %, less three standard errors of a share of 200 runs.
    assert (held / runs > 0.904).all(), held / runs


def test_the_odds_ratio_is_found_that_ratings_were_drawn_with() -> None:
    rng = np.random.default_rng(SEED)

    found = ordinal(drawn(rng, 200, 0.0), drawn(rng, 200, 0.5, spread=0.0), alpha=0.05)

    assert found is not None
    assert found.odds_ratio == pytest.approx(np.exp(0.5), rel=0.05)


def test_fewer_than_two_weeks_with_ratings_tell_nothing() -> None:
    two, one = np.array([[5, 6], [7, 8]]), np.array([[5, 6], [0, 0]])

    assert ordinal(two, one, alpha=0.05) is None
    assert ordinal(one, two, alpha=0.05) is None


def test_scores_that_do_not_overlap_have_no_odds_ratio() -> None:
    low, high = np.array([[50, 9, 0, 0], [40, 9, 0, 0]]), np.array([[0, 0, 30, 20], [0, 1, 30, 9]])
    same = np.array([[0, 20, 0], [0, 30, 0]])

    apart, equal = ordinal(low, high, alpha=0.05), ordinal(same, same, alpha=0.05)

    assert apart is not None
    assert (apart.odds_ratio, apart.odds_interval) == (None, None)
    assert apart.superiority > 0.99
    assert equal is not None
    assert (equal.superiority, equal.odds_ratio, equal.cuts) == (0.5, None, (0, 0))


def test_the_index_of_nobody_is_not_a_number() -> None:
    assert np.isnan(index(np.zeros(5)))
    assert index(np.array([0, 0, 0, 0, 9])) == 100.0


weeks_of_ratings = st.lists(
    st.lists(st.sampled_from([0, 1, 11, 90]), min_size=4, max_size=4), min_size=1, max_size=4
)


@settings(max_examples=150, deadline=None)
@given(weeks_of_ratings, weeks_of_ratings)
def test_whatever_was_rated_there_are_finite_figures_or_none(
    a: list[list[int]], b: list[list[int]]
) -> None:
    found = ordinal(np.array(a), np.array(b), alpha=0.05)

    if found is None:
        return
    assert 0 <= found.superiority_interval.low <= found.superiority <= 1
    assert found.superiority <= found.superiority_interval.high <= 1
    assert -100 <= found.index_interval.low <= found.index_difference
    if found.odds_ratio is not None and found.odds_interval is not None:
        assert found.odds_interval.low <= found.odds_ratio <= found.odds_interval.high < np.inf
