"""The primary comparison of ratings (M2): the directly standardised difference.

Delta = sum over strata of w_s (p_Bs - p_As), where p is the mean of what each rating is worth (1 or
0 for a share, 0 to 100 for the index) and w_s the baseline's share of visitors: so a period with
more quiet mornings is not better for that alone. (Direct standardisation: J. L. Fleiss, B. Levin
and M. C. Paik, Statistical Methods for Rates and Proportions, 3rd ed., 2003, ch. 19.)

Its standard error leaves out one week at a time in each arm; see :mod:`.jackknife`.
"""

import numpy as np

from pasperdus_collector.analysis.inputs import BlockTable, Floats, Ints
from pasperdus_collector.analysis.jackknife import Estimate, by_cluster, two_arms
from pasperdus_collector.analysis.strata import Strata, cell_of
from pasperdus_contract.events import SATISFIED_FROM

SCORES = 5


def worth_of_satisfied(scale: int) -> Floats:
    """Return what each score is worth for the share satisfied: 1 from the contract's score on."""
    return (np.arange(1, SCORES + 1) >= SATISFIED_FROM[scale]).astype(np.float64)


def worth_of_index(scale: int) -> Floats:
    """Return what each score is worth for the index of 0 to 100: 100 i / (k - 1)."""
    return 100.0 * np.arange(SCORES) / (scale - 1)


def sums_by_stratum(blocks: BlockTable, clusters: Ints, strata: Strata, worth: Floats) -> Floats:
    """Return by cluster and stratum the ratings and what they are worth together (G x S x 2)."""
    stratum = strata.of_cell[cell_of(blocks.day, blocks.hour)]
    known = stratum >= 0
    counts = blocks.counts[known]
    values = np.zeros((len(counts), strata.count, 2))
    rows = np.arange(len(counts))
    values[rows, stratum[known], 0] = counts.sum(axis=1)
    values[rows, stratum[known], 1] = counts @ worth
    return by_cluster(clusters[known], values)[1]


def standardised_difference(a_sums: Floats, b_sums: Floats, weights: Floats) -> Estimate:
    """Return the difference of two arms; sums are those of :func:`sums_by_stratum`.

    A stratum that a replicate empties is left out of it, and the other weights grow.
    """

    def difference(a: Floats, b: Floats) -> Floats:
        by_stratum = b[..., 1] / b[..., 0] - a[..., 1] / a[..., 0]
        known = np.isfinite(by_stratum)
        weighted = np.where(known, by_stratum, 0.0) @ weights
        return np.asarray(weighted / (known @ weights), dtype=np.float64)

    return two_arms(a_sums, b_sums, difference)
