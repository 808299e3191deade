"""Numbers that others published, computed by our own functions; docs/evaluation.md lists them."""

import csv
from math import sqrt
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from pasperdus_collector.analysis.jackknife import t_quantile, two_arms
from pasperdus_collector.analysis.ordinal import _superiority, index
from pasperdus_collector.analysis.proportional_odds import proportional_odds
from pasperdus_collector.analysis.proportions import mantel_haenszel, newcombe, wilson
from pasperdus_collector.analysis.sequential import half_width_multiplier

TABLES = Path(__file__).parents[2] / "data"
FOUR_PLACES = 5.1e-5  # half of the last place that was printed


def table(name: str) -> list[dict[str, str]]:
    lines = (TABLES / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
    ],
)
def test_differences_of_shares_have_the_bounds_of_newcombes_table(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe 1998, Statistics in Medicine 17, 873-890, table II, method 10."""
    interval = newcombe(*second, *first, alpha=0.05)

    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=FOUR_PLACES)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_shares_have_the_bounds_of_wilsons_method(k: int, n: int, low: float, high: float) -> None:
    """Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3."""
    interval = wilson(k, n, deff=1, alpha=0.05)

    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=FOUR_PLACES)


def test_satisfaction_with_housing_has_the_published_proportional_odds() -> None:
    """Venables and Ripley, Modern Applied Statistics with S, 4th ed., section 7.3 (``polr``)."""
    rows = table("housing.csv")
    counts = np.array([[float(row[level]) for level in ("low", "medium", "high")] for row in rows])
    terms = [
        *(("influence", level) for level in ("medium", "high")),
        *(("type", kind) for kind in ("apartment", "atrium", "terrace")),
        ("contact", "high"),
    ]
    design = np.array([[float(row[name] == level) for name, level in terms] for row in rows])

    fit = proportional_odds(counts, design, np.arange(len(rows)))

    assert counts.sum() == 1681
    assert fit is not None
    assert fit.coefficients == pytest.approx(
        [0.5664, 1.2888, -0.5724, -0.3662, -1.0910, 0.3603], abs=2e-4
    )
    assert fit.cuts == pytest.approx([-0.4961, 0.6907], abs=2e-4)
    assert fit.deviance == pytest.approx(3479.149, abs=5e-4)


def test_pain_after_surgery_has_the_published_superiority() -> None:
    """Brunner and Munzel 2000, Biometrical Journal 42: the second group has more pain.

    With each person a cluster, the jackknife is their estimator and Welch's their approximation.
    """
    first = scores([1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1])
    second = scores([3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4])

    superior = two_arms(first, second, _superiority)
    interval = superior.widened(t_quantile(0.05, superior.df), level=0.95)
    away = (superior.value - 0.5) / superior.standard_error

    assert superior.value == pytest.approx(0.78896, abs=5e-6)
    assert (interval.low, interval.high) == pytest.approx((0.59522, 0.98271), abs=1e-5)
    assert 2 * stats.t.sf(away, superior.df) == pytest.approx(0.005786, abs=5e-7)


def test_admissions_to_berkeley_turn_round_when_departments_are_compared() -> None:
    """Bickel, Hammel and O'Connell 1975, as R's ``mantelhaen.test(UCBAdmissions)`` has it."""
    tables = np.array(
        [
            [
                [float(row["men_admitted"]), float(row["men_rejected"])],
                [float(row["women_admitted"]), float(row["women_rejected"])],
            ]
            for row in table("ucb-admissions.csv")
        ]
    )

    within = mantel_haenszel(tables, alpha=0.05)
    crude = mantel_haenszel(tables.sum(axis=0)[None], alpha=0.05)

    assert tables.sum() == 4526
    assert within is not None
    assert crude is not None
    assert within[0] == pytest.approx(0.9046968, abs=1e-7)
    assert (within[1].low, within[1].high) == pytest.approx((0.7719074, 1.0603298), abs=1e-7)
    assert crude[0] == pytest.approx(1.841, abs=5e-4)


def test_the_confidence_sequence_has_the_width_of_its_authors() -> None:
    """Two arms of 2000, 60 and 65 % of them satisfied; narrowest after 5000."""
    standard_error = sqrt(0.60 * 0.40 / 2000 + 0.65 * 0.35 / 2000)

    half = half_width_multiplier(4000, alpha=0.05, t_opt=5000) * standard_error

    assert (0.05 - half, 0.05 + half) == pytest.approx((0.0035160764, 0.0964839236), abs=1e-9)


def test_the_index_of_a_smiley_terminal_is_78() -> None:
    assert index(np.array([17, 16, 60, 126])) == pytest.approx(78.2, abs=0.05)


def scores(of_persons: list[int]) -> npt.NDArray[np.float64]:
    """One row a person: 1 in the column of the score."""
    return np.asarray(np.eye(5)[np.array(of_persons) - 1], dtype=np.float64)
