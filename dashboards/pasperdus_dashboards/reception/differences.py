"""What two people wrote differently, in the words of the form (pure)."""

from collections.abc import Iterable, Sequence

from pasperdus_dashboards.reception.controls import Control, Part
from pasperdus_dashboards.shell.forms import Values
from pasperdus_dashboards.shell.visit import Difference


def differences(parts: Iterable[Part], *, theirs: Values, yours: Values) -> list[Difference]:
    """Return the fields that differ, in the order of the form."""
    controls = [each for part in parts for row in part.rows for each in row]
    return [
        Difference(label=control.label, theirs=there, yours=here)
        for control in controls
        if (there := _read(control, theirs)) != (here := _read(control, yours))
    ]


def _read(control: Control, values: Values) -> str:
    told: Sequence[str] = values.get(control.name, ())
    if control.look == "yes":
        return "✓" if told else ""
    labels = {each.value: each.label for each in control.choices if each.value}
    return ", ".join(labels.get(each.strip(), each.strip()) for each in told if each.strip())
