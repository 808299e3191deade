"""Whether arms may be compared at all: were the sensors working, was the same thing asked?"""

from pasperdus_collector.analysis.arms import covered
from pasperdus_collector.analysis.inputs import Arm, Inputs
from pasperdus_collector.analysis.outcomes import OF_DOORS, OF_RATINGS, TALLIES

MIN_COVERAGE = 0.8
"""Of the open hours of each arm."""


def insufficient(inputs: Inputs) -> str | None:
    """Return the code of why the arms cannot be compared at all, or None."""
    outcome = inputs.plan.outcome
    if outcome in OF_RATINGS:
        if inputs.other_question is not None:
            return "other_question"
        if inputs.question is None:
            return "no_ratings"
    return uncovered(outcome, inputs.baseline, inputs.prototype)


def uncovered(outcome: str, baseline: Arm, prototype: Arm) -> str | None:
    """Return the code of the sensor that an outcome needs and that worked too little, or None."""
    for arm, name in ((baseline, "baseline"), (prototype, "prototype")):
        hours = arm.hours
        if not hours.open_share.any():  # before its first hour nothing could be covered
            continue
        needs_box = outcome in OF_RATINGS
        needs_door = outcome in OF_DOORS or outcome.startswith(TALLIES)
        if needs_box and covered(hours.box_coverage, hours.open_share) < MIN_COVERAGE:
            return f"box_coverage_{name}"
        if needs_door and covered(hours.door_coverage, hours.open_share) < MIN_COVERAGE:
            return f"door_coverage_{name}"
    return None
