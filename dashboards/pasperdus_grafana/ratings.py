"""Ratings in panels: which question, and what its values are called."""

from pasperdus_grafana.language import Say

OF_ONE_QUESTION = {"question": "question", "scale": "scale"}
"""Answers to different questions, or on different scales, are not to be added up."""

SATISFIED = '"satisfied" / "ratings"'


def scores(say: Say) -> dict[str, str]:
    """Return the columns of each value by their headings, worst first."""
    return {say(f"Valeur {value}", f"Value {value}"): f'"s{value}"' for value in range(1, 6)}
