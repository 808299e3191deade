"""The pages in the order in which everybody finds them."""

from dataclasses import dataclass

from pasperdus_service.languages import Language

TODAY = "/aujourdhui"
COMPARE = "/comparer"
PROTOTYPES = "/prototypes"
RECEPTION = "/accueil"
FLEET = "/parc"
STORED = "/donnees"
FIRST_RUN = "/premiers-pas"
GLOSSARY = "/glossaire"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One page, by its address and its name."""

    page: str
    name: str

    def holds(self, page: str) -> bool:
        """Return whether a page is this one, or lies under it."""
        return page == self.page or page.startswith(f"{self.page}/")


def root_of(page: str) -> str:
    """Return the page that a part of it belongs to: another site may not have that part."""
    return f"/{page.split('/')[1]}"


def navigation(language: Language) -> list[Entry]:
    """Return the six pages."""
    return [
        Entry(page=TODAY, name=language.gettext("Today")),
        Entry(page=COMPARE, name=language.gettext("Compare")),
        Entry(page=PROTOTYPES, name=language.gettext("Prototypes")),
        Entry(page=RECEPTION, name=language.gettext("Reception")),
        Entry(page=FLEET, name=language.gettext("Fleet")),
        Entry(page=STORED, name=language.gettext("Data")),
    ]
