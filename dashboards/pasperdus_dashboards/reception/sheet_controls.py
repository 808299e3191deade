"""The controls of a sheet: opened and changed with some, closed with others (pure)."""

from pasperdus_collector.api.register_shapes import BY_MAX, TEXT_MAX
from pasperdus_collector.api.shapes import TITLE_MAX
from pasperdus_dashboards.reception.controls import Choice, Control, Part
from pasperdus_dashboards.reception.sheet_words import actions, kinds
from pasperdus_service.languages import Language


def sheet_parts(language: Language) -> list[Part]:
    """Return the form of a sheet: what is the matter, and what is decided about it."""
    _ = language.gettext
    return [
        Part(
            title="",
            rows=(
                (
                    Control(
                        name="kind",
                        label=_("Nature of the sheet"),
                        look="one",
                        choices=kinds(language),
                        is_needed=True,
                        lacks=_("Choose an anomaly or an improvement."),
                    ),
                ),
                (
                    Control(
                        name="what",
                        label=_("What, in one line"),
                        most=TITLE_MAX,
                        is_needed=True,
                        lacks=_("Say in one line what this is about."),
                    ),
                ),
                (
                    Control(
                        name="detail",
                        label=_("More about it"),
                        look="text",
                        most=TEXT_MAX,
                        hint=_("Where, when, how often. No name, of a visitor or of a colleague."),
                    ),
                ),
            ),
        ),
        Part(
            title=_("What is decided"),
            rows=(
                (
                    Control(
                        name="owner",
                        label=_("Who takes care of it"),
                        most=BY_MAX,
                        hint=_("A function or a service, such as Technical services: no name."),
                    ),
                    Control(name="due", label=_("Until, that day included"), look="day"),
                ),
                (
                    Control(
                        name="action",
                        label=_("Action"),
                        look="one",
                        choices=(
                            Choice(value="", label=_("Not decided yet")),
                            *actions(language),
                        ),
                    ),
                ),
            ),
        ),
    ]


def closing_part(language: Language) -> Part:
    """Return the form that closes a sheet."""
    _ = language.gettext
    return Part(
        title=_("Close this sheet"),
        rows=(
            (
                Control(
                    name="outcome",
                    label=_("What was done"),
                    look="text",
                    most=TEXT_MAX,
                    is_needed=True,
                    lacks=_("Write what was done, or why nothing was."),
                    hint=_("Or why nothing was: that is an answer too."),
                ),
            ),
            (
                Control(
                    name="by",
                    label=_("Closed by"),
                    most=BY_MAX,
                    is_needed=True,
                    lacks=_("Say which function or service closes the sheet."),
                    hint=_("A function or a service, no name."),
                ),
            ),
        ),
    )
