"""The pages under *Données*, in the order in which they are offered."""

from pasperdus_dashboards.shell.navigation import STORED, Entry
from pasperdus_service.languages import Language

EXPORT = f"{STORED}/export"
IMPORT = f"{STORED}/import"
PRIVACY = f"{STORED}/confidentialite"


def sections(language: Language) -> list[Entry]:
    """Return the pages by address and name."""
    gettext = language.gettext
    return [
        Entry(page=STORED, name=gettext("What is kept")),
        Entry(page=EXPORT, name=gettext("Export")),
        Entry(page=IMPORT, name=gettext("Past counts")),
        Entry(page=PRIVACY, name=gettext("Privacy notice")),
    ]
