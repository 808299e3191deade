"""Names of fields, as they stand before an error: without the question mark of a question."""

from collections.abc import Mapping

_MARKS = " ?\u00a0\u202f"


def short(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the names of fields for the summary of a form's errors."""
    return {name: label.rstrip(_MARKS) for name, label in labels.items()}
