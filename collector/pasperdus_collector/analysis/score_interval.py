"""Wilson's interval of a share, without any library: pages show it before scipy is loaded."""

from math import sqrt
from statistics import NormalDist


def score_interval(k: float, n: float, *, alpha: float = 0.05) -> tuple[float, float]:
    """Return the bounds of the share k / n, of 0 to 1, for n above 0.

    E. B. Wilson, Journal of the American Statistical Association 22, 1927: the shares p for which
    |k/n - p| is at most z sqrt(p (1 - p) / n).
    """
    z2 = NormalDist().inv_cdf(1 - alpha / 2) ** 2
    middle = (k + z2 / 2) / (n + z2)
    half = sqrt(z2) * sqrt(k * (n - k) / n + z2 / 4) / (n + z2)
    # Where all or none are satisfied, the bound that is exactly 1 or 0 misses it by rounding.
    return (0.0 if k == 0 else middle - half, 1.0 if k == n else middle + half)
