"""P-values of several questions asked at once (S. Holm, A simple sequentially rejective multiple
test procedure, Scandinavian Journal of Statistics 6, 1979).

Not statsmodels' ``multipletests(method="holm")``, with which tests compare it: that collects the
garbage of the whole process at each call, which holds up the collector for a fifth of a second.
"""

import numpy as np
import numpy.typing as npt

from pasperdus_collector.analysis.inputs import Floats


def holm(p_values: npt.ArrayLike) -> Floats:
    """Return the p-values adjusted step by step: the smallest times m, the next times m - 1, …

    Holds whatever depends on whatever; none is above 1 or below a smaller one's.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)
    times = np.arange(len(p), 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * times))
    return adjusted
