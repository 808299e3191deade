"""The sections of the page *Accueil*, and what each change on it says afterwards (pure)."""

from pasperdus_dashboards.shell.navigation import RECEPTION, Entry
from pasperdus_service.languages import Language

MESSAGES = f"{RECEPTION}/messages"
SHEETS = f"{RECEPTION}/fiches"


def sections(language: Language) -> list[Entry]:
    """Return the sections in their order; the first one is the page itself."""
    _ = language.gettext
    return [
        Entry(page=RECEPTION, name=_("This week")),
        Entry(page=f"{RECEPTION}/permanences", name=_("Desks and services")),
        Entry(page=f"{RECEPTION}/annonces", name=_("On the screen")),
        Entry(page=f"{RECEPTION}/annuaire", name=_("Directory")),
        Entry(page=f"{RECEPTION}/terminal", name=_("On the terminals")),
        Entry(page=MESSAGES, name=_("Telephone messages")),
        Entry(page=SHEETS, name=_("Sheets")),
    ]


def done_words(language: Language) -> dict[str, str]:
    """Return what each code of ``?done=`` says of contents."""
    _ = language.gettext
    return {
        "added": _("Added. The screens show it within a few seconds on the days it is valid."),
        "changed": _("Changed. The screens follow within a few seconds."),
        "removed": _("Removed. The screens follow within a few seconds."),
        "cancelled": _("Cancelled for that day: the screens say so."),
        "held": _("It is held that day again."),
        "undone": _("Undone: it is as it was before."),
    }
