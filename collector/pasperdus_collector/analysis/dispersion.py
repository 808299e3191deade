"""By how much ratings resemble one another within a week (M4): what so many are worth."""

import numpy as np

from pasperdus_collector.analysis.inputs import Floats


def deff(k_by_cluster: Floats, n_by_cluster: Floats) -> float | None:
    """Return the design effect of a share: its variance over that of independent ratings.

    With p = sum(k) / sum(n), the share is a ratio of sums, whose variance over G clusters is
    v = G / (G - 1) sum((k_i - p n_i)^2) / sum(n)^2 (W. G. Cochran, Sampling Techniques, 3rd ed.,
    1977, ch. 6; J. N. K. Rao and A. J. Scott, A simple method for the analysis of clustered binary
    data, Biometrics 48, 1992); DEFF = v / (p (1 - p) / sum(n)). n ratings are then worth n / DEFF
    independent ones. Assumes independent clusters.

    At least 1: below it stands the chance of few weeks, and no rating is worth more than itself.
    None where it cannot be known: fewer than two clusters with ratings, or all or none satisfied.
    """
    rated = n_by_cluster > 0
    k, n = k_by_cluster[rated].astype(np.float64), n_by_cluster[rated].astype(np.float64)
    clusters, ratings, satisfied = len(n), n.sum(), k.sum()
    if clusters < 2 or satisfied in (0, ratings):
        return None
    share = satisfied / ratings
    variance = clusters / (clusters - 1) * np.square(k - share * n).sum() / ratings**2
    return float(max(1.0, variance / (share * (1 - share) / ratings)))
