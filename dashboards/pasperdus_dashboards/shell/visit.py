"""One look at a page: in which language, of which site; and what every page answers alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from pasperdus_collector.api.queries import Queries
from pasperdus_collector.registry import Site
from pasperdus_dashboards.shell.languages import languages
from pasperdus_dashboards.shell.navigation import navigation, root_of
from pasperdus_dashboards.shell.templating import addresses, render, same_page
from pasperdus_dashboards.shell.undoing import Undoing
from pasperdus_service.languages import DEFAULT, Language

MOST_SHOWN_SITES = 4  # side by side in the head of a page; more are folded away


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that two people wrote differently, as each of them reads it."""

    label: str
    theirs: str
    yours: str


class Shell:
    """What all pages share; made once."""

    def __init__(self, queries: Queries) -> None:
        self.queries = queries
        self.undoing = Undoing(now_ms=queries.now_ms)

    def visit(self, request: Request, page: str) -> "Visit":
        """Return one look at a page; ``page`` is its address without anything behind it."""
        query = request.query_params
        language = languages().get(query.get("lang", DEFAULT), languages()[DEFAULT])
        sites = self.queries.sites()
        asked = query.get("site")
        site = _choose(sites, asked)
        # Which site comes first may change: with several, every address says which one it means.
        said = site.site if site and (asked or len(sites) > 1) else None
        return Visit(
            shell=self,
            page=page,
            language=language,
            sites=sites,
            site=site,
            asked=asked,
            address=addresses(page, language, said),
            done=query.get("done", ""),
            undo=query.get("undo", ""),
            same=same_page(request, page, site=said),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One look at a page; it is over with its answer."""

    shell: Shell
    page: str
    language: Language
    sites: Sequence[Site]
    site: Site | None
    """The site asked for, or the first one; None where there is none, or none of that name."""

    asked: str | None
    address: Callable[..., str]
    """Writes addresses that keep site and language: ``address("/parc", node="a")``."""

    done: str
    undo: str
    same: Callable[[str], str]
    """Writes the address of this very page in another language."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the site."""
        return ZoneInfo("Europe/Paris" if self.site is None else self.site.time_zone)

    def render(
        self,
        template: str,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        told: Mapping[str, str] | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """Return the page; ``told`` says in words what each code of ``?done=`` has done."""
        done = (told or {}).get(self.done, "")
        return render(
            template,
            self.language,
            status=status,
            sites=self.sites,
            site=self.site,
            address=self.address,
            navigation=navigation(self.language),
            here=self.page,
            same=self.same,
            root=root_of(self.page),
            folds_sites=len(self.sites) > MOST_SHOWN_SITES,
            done=done,
            undo=self.undo if done and self.shell.undoing.has(self.undo) else "",
            trouble=self.shell.queries.trouble,
            **context,
        )

    def nothing_here(self) -> HTMLResponse:
        """Return what to do where the site that was asked for does not exist, or none does."""
        return self.render(
            "shell/no_site.html",
            status=HTTPStatus.NOT_FOUND if self.sites else HTTPStatus.OK,
            asked=self.asked,
        )

    def not_found(self, sentence: str, back: str) -> HTMLResponse:
        """Return a page that says what is not there; ``back`` is where to go on."""
        return self.render(
            "shell/not_found.html", status=HTTPStatus.NOT_FOUND, sentence=sentence, back=back
        )

    def moved_on(
        self,
        path: str,
        done: str,
        *,
        undo: Callable[[], object] | None = None,
        **query: str,
    ) -> RedirectResponse:
        """Lead to a page after a change, which ``done`` names there; ``undo`` takes it back."""
        if undo is not None:
            query["undo"] = self.shell.undoing.keep(undo, back=self.address(path, **query))
        return RedirectResponse(
            self.address(path, done=done, **query), status_code=HTTPStatus.SEE_OTHER
        )

    def conflict(
        self,
        *,
        action: str,
        sent: Sequence[tuple[str, str]],
        version: int,
        differences: Sequence[Difference],
        back: str,
    ) -> HTMLResponse:
        """Return what two people wrote side by side; nothing of either is lost.

        ``sent`` are the fields of the form, which go again to ``action`` with the ``version`` that
        is there now; ``back`` is where the other's version is read.
        """
        return self.render(
            "shell/conflict.html",
            status=HTTPStatus.CONFLICT,
            action=action,
            sent=[(name, value) for name, value in sent if name != "version"],
            version=version,
            differences=differences,
            back=back,
        )


def _choose(sites: Sequence[Site], name: str | None) -> Site | None:
    if name is None:
        return sites[0] if sites else None
    return next((site for site in sites if site.site == name), None)
