"""Every page that there is, and where: for tests that open all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Literal

from pasperdus_dashboards.shell.drawings import vega_script
from pasperdus_dashboards.shell.fonts import font_file
from support.browsing import DESKTOP, Box, Opening, Tab, Theme
from support.moments import Collector
from support.serving import served
from support.town_hall import (
    BOX,
    DOOR,
    MOMENT_MS,
    bare_collector,
    quiet_site,
    town_hall,
    troubled_site,
)

Where = Literal["town", "quiet", "bare", "troubled"]
"""A town hall in full swing, a site that has only just begun, a collector without any site, and one
that has lost its broker."""

Kind = Literal["main", "under", "text", "state"]
"""One of the six pages, a page under one, one of words alone, or an empty or failing state."""

SUBMIT = "form.form .choices button"
# Charts are drawn, pictures are loaded, the typeface is there.
SETTLED = """
document.readyState === "complete" && document.fonts.status === "loaded"
  && [...document.images].every(each => each.complete || !each.checkVisibility())
  && [...document.querySelectorAll(".drawable:not([hidden]) .drawn")].every(
       each => each.querySelector("svg"))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One page: ``name`` is the first part of its pictures' names."""

    name: str
    address: str
    kind: Kind
    where: Where = "town"
    statuses: frozenset[int] = frozenset()
    """What the server answers, where that is not 200."""

    press: str = ""
    """A button to press once it is open."""


def _main(name: str, address: str) -> Place:
    return Place(name=name, address=address, kind="main")


def _under(name: str, address: str) -> Place:
    return Place(name=name, address=address, kind="under")


def _state(
    name: str, address: str, *, where: Where = "quiet", status: int = 200, press: str = ""
) -> Place:
    statuses = frozenset() if status == HTTPStatus.OK else frozenset({status})
    return Place(
        name=name, address=address, kind="state", where=where, statuses=statuses, press=press
    )


PAGES = (
    _main("aujourdhui", "/aujourdhui"),
    _main("comparer", "/comparer?prototype=pupitre"),
    _main("prototypes", "/prototypes"),
    _main("accueil", "/accueil"),
    _main("parc", "/parc"),
    _main("donnees", "/donnees"),
    _under("prototype", "/prototypes/essais/pupitre"),
    _under("prototype-en-cours", "/prototypes/essais/panneaux"),
    _under("prototype-nouveau", "/prototypes/nouveau"),
    _under("prototypes-recette", "/prototypes/recette"),
    _under("accueil-annonces", "/accueil/annonces"),
    _under("accueil-annonce", "/accueil/annonce/ascenseur"),
    _under("accueil-permanences", "/accueil/permanences"),
    _under("accueil-annuaire", "/accueil/annuaire"),
    _under("accueil-terminal", "/accueil/terminal"),
    _under("accueil-messages", "/accueil/messages"),
    _under("accueil-fiches", "/accueil/fiches"),
    _under("parc-noeud", f"/parc/noeuds/{BOX}"),
    _under("parc-comptage", f"/parc/noeuds/{DOOR}/comptage?line=porte"),
    _under("donnees-export", "/donnees/export"),
    _under("donnees-import", "/donnees/import"),
    Place(name="confidentialite", address="/donnees/confidentialite", kind="text"),
    Place(name="glossaire", address="/glossaire", kind="text"),
    _under("premiers-pas", "/premiers-pas"),
    _state("aujourdhui-empty", "/aujourdhui"),
    _state("aujourdhui-error", "/aujourdhui", where="troubled"),
    _state("parc-error", "/parc", where="troubled"),
    _state("comparer-empty", "/comparer"),
    _state("comparer-too-early", "/comparer?prototype=panneaux", where="town"),
    _state("prototypes-empty", "/prototypes"),
    _state(
        "prototype-nouveau-error", "/prototypes/nouveau", status=422, press="button[value=keep]"
    ),
    _state("accueil-empty", "/accueil"),
    _state("accueil-annonce-error", "/accueil/annonce", status=422, press=SUBMIT),
    _state("parc-empty", "/parc", where="bare"),
    _state("donnees-empty", "/donnees", where="bare"),
    _state("premiers-pas-empty", "/premiers-pas", where="bare"),
    _state("introuvable", "/nulle-part", where="town", status=404),
)


MADE: dict[Where, Callable[[Path], AbstractContextManager[Collector]]] = {
    "town": town_hall,
    "quiet": quiet_site,
    "bare": bare_collector,
    "troubled": troubled_site,
}


class Serving:
    """The sites behind real ports."""

    def __init__(self, urls: dict[Where, str]) -> None:
        self._urls = urls

    def url(self, place: Place) -> str:
        return f"{self._urls[place.where]}{place.address}"

    def opened(
        self,
        browse: Opening,
        place: Place,
        *,
        language: str = "fr",
        theme: Theme = "light",
        size: Box = DESKTOP,
    ) -> Tab:
        """Open a place at the town hall's moment, and wait until nothing moves any more."""
        tab = browse(language=language, theme=theme, size=size, moment_ms=MOMENT_MS)
        tab.expected |= place.statuses
        mark = "&" if "?" in place.address else "?"
        said = "" if language == "fr" else f"{mark}lang={language}"
        tab.open(f"{self.url(place)}{said}", settled=SETTLED)
        if place.press:
            with tab.page.expect_navigation():
                tab.page.click(place.press)
            tab.until(SETTLED)
        return tab


def make_ready() -> None:
    """Make what a server makes once, in seconds, when the first page asks for it."""
    vega_script()
    font_file("regular.woff")


@contextmanager
def serving(folder: Path) -> Iterator[Serving]:
    """Have every site for the time of the block."""
    make_ready()
    with ExitStack() as stack:
        urls: dict[Where, str] = {}
        for where, made in MADE.items():
            collector = stack.enter_context(made(folder / f"{where}.db"))
            urls[where] = stack.enter_context(served(collector.site.web))
        yield Serving(urls)
