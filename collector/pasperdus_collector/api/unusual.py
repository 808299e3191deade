"""Unusual days of a comparison, as routes and pages ask for them: proposed by footfall only."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pasperdus_collector.analysis.inputs import Inputs
    from pasperdus_collector.analysis.unusual import Proposal

ALPHA = 0.05
"""Of a list without anything unusual, so often is it not empty."""


def unusual(inputs: "Inputs") -> tuple["Proposal", "Proposal"]:
    """Return what stands out in the baseline and with the prototype, each among its own days."""
    from pasperdus_collector.analysis.unusual import unusual_days  # loads scipy

    return (
        unusual_days(inputs.baseline.hours, alpha=ALPHA),
        unusual_days(inputs.prototype.hours, alpha=ALPHA),
    )
