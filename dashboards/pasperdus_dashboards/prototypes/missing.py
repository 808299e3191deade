"""What is missing in a form of the register, named field by field."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from pasperdus_collector.errors import RefusalError
from pasperdus_dashboards.prototypes.labels import short
from pasperdus_dashboards.shell.forms import Form, SentForm, refused
from pasperdus_service.languages import Language


def refused_here(
    sent: SentForm,
    error: RefusalError,
    language: Language,
    *,
    controls: Iterable[str],
    zone: ZoneInfo,
    named: Mapping[str, str] | None = None,
) -> Form:
    """Return the form again as ``refused`` does, with words of its own for each empty field."""
    form = refused(sent, error, language, controls=controls, zone=zone, named=named)
    general, own = language.gettext("Please fill this in."), _missing(language)
    return replace(
        form,
        wrong=tuple(
            replace(each, text=own.get(each.control, general)) if each.text == general else each
            for each in form.wrong
        ),
    )


def labels_before(form: Form, labels: Mapping[str, str], language: Language) -> Mapping[str, str]:
    """Return the names that stand before errors in a summary; some errors say theirs themselves."""
    own = _missing(language)
    return {
        name: label
        for name, label in short(labels).items()
        if own.get(name) not in form.errors(name)
    }


def _missing(language: Language) -> Mapping[str, str]:
    gettext = language.gettext
    first_day, happened = gettext("Choose the first day."), gettext("Say what happened.")
    return {
        "title": gettext("Give it a title, in a few words."),
        "changed": gettext("Describe what changes."),
        "hypothesis": gettext("Write what you expect, and why."),
        "asked": gettext("Choose the question."),
        "planned_start": first_day,
        "first_day": first_day,
        "day": gettext("Choose a day."),
        "first_week": gettext("Choose a Monday."),
        "pairs": gettext("Write how many pairs of weeks."),
        "decided": gettext("Choose one of the three decisions."),
        "reason": happened,
        "proposed_reason": happened,
        "text": gettext("Say in a few words what changed."),
        "sheet": gettext("Choose recipe.json or paste its text."),
        "by": gettext("Say who you are: a role will do."),
        "why": gettext("Say why: the log keeps it."),
    }
