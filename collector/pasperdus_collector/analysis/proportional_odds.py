"""Proportional odds: one odds ratio for a whole ordered distribution (part of M3).

P. McCullagh, Regression Models for Ordinal Data, Journal of the Royal Statistical Society B 42,
1980. logit P(Y <= j) = zeta_j - x'beta for every cut j: what x does is the same at each cut. A
positive coefficient means higher scores; exp(beta) is the ratio of the odds of being above a cut.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from statsmodels.miscmodels.ordinal_model import OrderedModel

from pasperdus_collector.analysis.inputs import Floats, Ints

_MAX_STEPS = 50
"""Of Newton; a fit that there is needs fewer than ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionalOdds:
    """A fit: coefficients and cuts are log odds, ``standard_errors`` those of the coefficients.

    ``deviance`` is minus twice the log-likelihood, each rating on its own.
    """

    coefficients: Floats
    standard_errors: Floats
    cuts: Floats
    deviance: float


def proportional_odds(counts: Floats, design: Floats, clusters: Ints) -> ProportionalOdds | None:
    """Fit counts by score (R x k, worst first) on ``design`` (R x p, without a constant).

    Maximum likelihood; standard errors by the sandwich over ``clusters`` (R), which are taken to be
    independent of one another: ratings within one may resemble one another as they like. Needs two
    clusters. Scores that nobody gave are left out. None where there is no fit: fewer than two
    scores given, or a coefficient that runs away because the scores of two groups do not overlap.

    Counts enter as weights: the fit is that of the ratings one by one, the time is not.
    """
    given = counts[:, counts.sum(axis=0) > 0]
    rows, levels = given.shape
    if levels < 2 or len(np.unique(clusters)) < 2:
        return None
    model = _Tallied(
        np.tile(np.arange(levels), rows),
        np.repeat(design, levels, axis=0),
        distr="logit",
        weights=given.ravel(),
    )
    try:
        # A fit that runs away overflows on its way; it is told by what it ends with.
        with np.errstate(all="ignore"):
            fit = model.fit(
                start_params=model.start(given.sum(axis=0)),
                method="newton",
                maxiter=_MAX_STEPS,
                disp=False,
                warn_convergence=False,
                cov_type="cluster",
                cov_kwds={"groups": np.repeat(clusters, levels)},
            )
            errors = np.asarray(fit.bse, dtype=np.float64)[: design.shape[1]]
    except np.linalg.LinAlgError:
        return None
    parameters = np.asarray(fit.params, dtype=np.float64)
    if not (fit.mle_retvals["converged"] and np.isfinite(parameters).all()):
        return None
    if not (np.isfinite(errors).all() and np.isfinite(fit.llf)):
        return None
    return ProportionalOdds(
        coefficients=parameters[: design.shape[1]],
        standard_errors=errors,
        cuts=np.asarray(model.transform_threshold_params(parameters)[1:-1], dtype=np.float64),
        deviance=-2 * float(fit.llf),
    )


class _Tallied(OrderedModel):  # type: ignore[misc]  # statsmodels has no types
    """The library's model with each row counted ``weights`` times."""

    weights: Floats

    def loglikeobs(self, params: Floats) -> Floats:
        return np.asarray(self.weights * super().loglikeobs(params), dtype=np.float64)

    def cdf(self, x: Floats) -> Floats:
        # The same as the library's, without scipy's checks: a fit takes a tenth of the time.
        return np.asarray(expit(x), dtype=np.float64)

    def start(self, given: Floats) -> Floats:
        """Return the parameters of a model in which ``design`` does nothing."""
        below = given.cumsum()[:-1] / given.sum()
        thresholds = self.transform_reverse_threshold_params(np.append(logit(below), np.inf))
        return np.concatenate([np.zeros(self.k_vars), thresholds])
