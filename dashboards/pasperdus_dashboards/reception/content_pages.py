"""Contents on pages: listed by section, written in forms, removed, cancelled for a day."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from pasperdus_collector.api.contents import Contents
from pasperdus_collector.api.desks_shown import DesksShown, ShownDesk
from pasperdus_collector.errors import NotFoundError, PreconditionError, RefusalError
from pasperdus_collector.reception.content import Desk, Kind, Need, Service
from pasperdus_collector.reception.content_store import Stored
from pasperdus_dashboards.reception.content_controls import Offered, parts
from pasperdus_dashboards.reception.content_forms import (
    back,
    field_of,
    new,
    sent_content,
    values_of,
    whole,
)
from pasperdus_dashboards.reception.content_words import listed
from pasperdus_dashboards.reception.controls import Part, completed, labels_of
from pasperdus_dashboards.reception.differences import differences
from pasperdus_dashboards.reception.kinds import (
    SECTIONS,
    SLUGS,
    kind_called,
    kind_words,
    section_of,
)
from pasperdus_dashboards.reception.previews import Names, preview_of, preview_of_nothing
from pasperdus_dashboards.reception.rooms import done_words, sections
from pasperdus_dashboards.reception.week_words import DeskView, desk_view
from pasperdus_dashboards.shell.forms import Form, Sent, SentForm, Wrong, refused
from pasperdus_dashboards.shell.navigation import RECEPTION
from pasperdus_dashboards.shell.visit import Shell, Visit

_READING = ["GET", "HEAD"]


def content_routes(shell: Shell, contents: Contents, desks: DesksShown) -> APIRouter:
    """Return the routes of sections and of one content; others of the page come before them."""
    router = APIRouter()
    pages = _ContentPages(shell, contents, desks)
    one = f"{RECEPTION}/{{slug}}/{{name}}"
    router.add_api_route(f"{RECEPTION}/{{slug}}", pages.section_or_blank, methods=_READING)
    router.add_api_route(f"{RECEPTION}/{{slug}}", pages.add, methods=["POST"])
    router.add_api_route(one, pages.one, methods=_READING)
    router.add_api_route(one, pages.change, methods=["POST"])
    router.add_api_route(f"{one}/retirer", pages.remove, methods=["POST"])
    router.add_api_route(f"{one}/jour", pages.cancel_or_hold, methods=["POST"])
    return router


class _ContentPages:
    """Answers for every kind; ``slug`` is a section, or what the address of a kind begins with."""

    def __init__(self, shell: Shell, contents: Contents, desks: DesksShown) -> None:
        self._shell = shell
        self._contents = contents
        self._desks = desks

    # -- lists ------------------------------------------------------------------------------------

    def section_or_blank(self, request: Request, slug: str) -> Response:
        """Return the contents of a section, or the form for a new content of a kind."""
        visit = self._shell.visit(request, f"{RECEPTION}/{slug}")
        if visit.site is None:
            return visit.nothing_here()
        if slug in SECTIONS:
            return self._section(visit, visit.site.site, SECTIONS[slug])
        return self._blank(visit, visit.site.site, _kind(slug), Form())

    def _section(self, visit: Visit, site: str, kinds: tuple[Kind, ...]) -> Response:
        stored = self._contents.all(site)
        names = Names.among(stored)
        today = self._contents.today(site)
        return visit.render(
            "reception/section.html",
            told=done_words(visit.language),
            subnav=sections(visit.language),
            lists=[
                (
                    kind_words(kind, visit.language),
                    f"{RECEPTION}/{SLUGS[kind]}",
                    listed(kind, stored, today=today, language=visit.language, names=names),
                )
                for kind in kinds
            ],
        )

    # -- forms ------------------------------------------------------------------------------------

    def add(self, request: Request, slug: str, sent: Sent) -> Response:
        """Add a content, under a name made of its title."""
        visit = self._shell.visit(request, f"{RECEPTION}/{slug}")
        kind = _kind(slug)
        if visit.site is None:
            return visit.nothing_here()
        site = visit.site.site
        taken = [each.content.name for each in self._contents.all(site, kind=kind)]
        try:
            made = self._contents.add(site, kind, new(kind, sent.values, taken=taken))
        except RefusalError as error:
            form = self._completed(visit, site, kind, sent, error)
            return self._blank(visit, site, kind, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return visit.moved_on(
            f"{RECEPTION}/{section_of(kind)}",
            "added",
            undo=lambda: self._contents.remove(site, kind, made.content.name, version=made.version),
        )

    def one(self, request: Request, slug: str, name: str, day: str = "") -> Response:
        """Return the form of a content; of a desk, maybe what can be done about one day."""
        visit = self._shell.visit(request, f"{RECEPTION}/{slug}/{name}")
        kind = _kind(slug)
        if visit.site is None:
            return visit.nothing_here()
        try:
            stored = self._contents.one(visit.site.site, kind, name)
        except NotFoundError:
            return self._gone(visit, kind)
        form = Form(values=_kept(stored))
        return self._form(visit, visit.site.site, stored, form, on=_day(day))

    def change(self, request: Request, slug: str, name: str, sent: Sent) -> Response:
        """Change a content that nobody else changed since it was read."""
        visit = self._shell.visit(request, f"{RECEPTION}/{slug}/{name}")
        kind = _kind(slug)
        if visit.site is None:
            return visit.nothing_here()
        site = visit.site.site
        try:
            before = self._contents.one(site, kind, name)
        except NotFoundError as error:  # what was written can still be added anew
            form = self._refused(visit, site, kind, sent, error)
            return self._blank(visit, site, kind, form, status=HTTPStatus.CONFLICT)
        try:
            made = self._contents.change(
                site, kind, name, sent_content(kind, sent.values), version=sent.version()
            )
        except PreconditionError:
            return self._conflict(visit, site, kind, name, sent)
        except RefusalError as error:
            form = self._completed(visit, site, kind, sent, error)
            return self._form(visit, site, before, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return visit.moved_on(
            f"{RECEPTION}/{section_of(kind)}",
            "changed",
            undo=lambda: self._put_back(site, before, made),
        )

    def remove(self, request: Request, slug: str, name: str, sent: Sent) -> Response:
        """Remove a content; what it said can be put back."""
        visit = self._shell.visit(request, f"{RECEPTION}/{slug}/{name}")
        kind = _kind(slug)
        if visit.site is None:
            return visit.nothing_here()
        site = visit.site.site
        try:
            before = self._contents.one(site, kind, name)
            self._contents.remove(site, kind, name, version=sent.version())
        except NotFoundError:
            return self._gone(visit, kind)
        except PreconditionError:
            return self._conflict(visit, site, kind, name, sent)
        except RefusalError as error:
            form = self._refused(visit, site, kind, sent, error)
            kept = Form(values=_kept(before), wrong=form.wrong)
            return self._form(visit, site, before, kept, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return visit.moved_on(
            f"{RECEPTION}/{section_of(kind)}",
            "removed",
            undo=lambda: self._contents.add(site, kind, whole(before.content)),
        )

    # -- one day of a desk ------------------------------------------------------------------------

    def cancel_or_hold(self, request: Request, slug: str, name: str, sent: Sent) -> Response:
        """Cancel a desk on one day, or hold it again."""
        visit = self._shell.visit(request, f"{RECEPTION}/{slug}/{name}")
        day = _day(sent.text("day"))
        if slug != SLUGS["desk"] or day is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        if visit.site is None:
            return visit.nothing_here()
        site = visit.site.site
        try:
            before = self._contents.one(site, "desk", name)
            made = self._contents.change(
                site, "desk", name, _cancelling(before, day), version=sent.version()
            )
        except NotFoundError:
            return self._gone(visit, "desk")
        except PreconditionError:
            return self._conflict(visit, site, "desk", name, sent)
        except RefusalError as error:
            form = self._refused(visit, site, "desk", sent, error)
            kept = Form(values=_kept(before), wrong=form.wrong)
            return self._form(visit, site, before, kept, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        is_cancelled = isinstance(made.content, Desk) and day in made.content.cancelled
        return visit.moved_on(
            RECEPTION,
            "cancelled" if is_cancelled else "held",
            undo=lambda: self._put_back(site, before, made),
            week=day.isoformat(),
        )

    # -- what these have in common ----------------------------------------------------------------

    def _blank(
        self,
        visit: Visit,
        site: str,
        kind: Kind,
        form: Form,
        *,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        told = kind_words(kind, visit.language)
        offered = _offered(self._contents.all(site))
        asked = parts(kind, visit.language, offered)
        is_first_try = not form.values
        if is_first_try and kind == "tally":
            form = Form(values={"is_shown": ["on"]})
        return visit.render(
            "reception/form.html",
            status=status,
            subnav=sections(visit.language),
            title=told.add,
            intro=told.intro,
            form=form,
            parts=asked,
            labels=labels_of(asked),
            action=visit.address(f"{RECEPTION}/{SLUGS[kind]}"),
            button=told.add,
            up=f"{RECEPTION}/{section_of(kind)}",
            preview=preview_of_nothing(kind, visit.language),
            is_new=True,
            desk=None,
            removal=None,
            lacks_needs=kind == "contact" and not offered.needs,
        )

    def _form(
        self,
        visit: Visit,
        site: str,
        stored: Stored,
        form: Form,
        *,
        on: date | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        content = stored.content
        told = kind_words(content.kind, visit.language)
        there = self._contents.all(site)
        asked = parts(content.kind, visit.language, _offered(there))
        path = f"{RECEPTION}/{SLUGS[content.kind]}/{content.name}"
        names = Names.among(there)
        return visit.render(
            "reception/form.html",
            status=status,
            subnav=sections(visit.language),
            title=told.change,
            intro="",
            form=form,
            parts=asked,
            labels=labels_of(asked),
            action=visit.address(path),
            button=visit.language.gettext("Keep the changes"),
            up=f"{RECEPTION}/{section_of(content.kind)}",
            preview=preview_of(content, visit.language, names),
            is_new=False,
            desk=self._desk_on(visit, site, stored, on),
            removal=None if stored.version == 0 else visit.address(f"{path}/retirer"),
            lacks_needs=False,
        )

    def _parts(self, visit: Visit, site: str, kind: Kind) -> list[Part]:
        return parts(kind, visit.language, _offered(self._contents.all(site)))

    def _desk_on(self, visit: Visit, site: str, stored: Stored, on: date | None) -> DeskView | None:
        if on is None or stored.content.kind != "desk":
            return None
        week = self._desks.week(site, on)
        day = week.days[on.weekday()]
        found: ShownDesk | None = next(
            (each for each in day.desks if each.name == stored.content.name), None
        )
        return None if found is None else desk_view(found, day, week.today, visit.language)

    def _completed(
        self, visit: Visit, site: str, kind: Kind, sent: SentForm, error: RefusalError
    ) -> Form:
        form = self._refused(visit, site, kind, sent, error)
        asked = self._parts(visit, site, kind)
        if kind == "contact" and "needs" not in labels_of(asked):  # there is nothing to tick yet
            told = visit.language.gettext(
                "Write a need first: each local actor helps with one at least."
            )
            others = tuple(each for each in form.wrong if each.control)
            form = replace(form, wrong=(Wrong(control="", text=told), *others))
        return completed(form, asked, visit.language)

    def _refused(
        self, visit: Visit, site: str, kind: Kind, sent: SentForm, error: RefusalError
    ) -> Form:
        return refused(
            sent,
            error,
            visit.language,
            controls=labels_of(self._parts(visit, site, kind)),
            zone=visit.zone,
            named={each.field: field_of(kind, each.field, sent.values) for each in error.faults},
        )

    def _conflict(self, visit: Visit, site: str, kind: Kind, name: str, sent: SentForm) -> Response:
        """Show both versions; where nothing was written, what is there now says it all."""
        now = self._contents.one(site, kind, name)
        path = f"{RECEPTION}/{SLUGS[kind]}/{name}"
        if visit.page == path and "valid_from" in sent.values:
            return visit.conflict(
                action=visit.address(path),
                sent=sent.fields,
                version=now.version,
                differences=differences(
                    self._parts(visit, site, kind),
                    theirs=values_of(now.content),
                    yours=sent.values,
                ),
                back=visit.address(path),
            )
        told = visit.language.gettext(
            "Somebody else changed this meanwhile: below is what is there now. Nothing was done."
        )
        form = Form(values=_kept(now), wrong=(Wrong(control="", text=told),))
        return self._form(visit, site, now, form, status=HTTPStatus.CONFLICT)

    def _gone(self, visit: Visit, kind: Kind) -> Response:
        return visit.render(
            "reception/absent.html",
            status=HTTPStatus.NOT_FOUND,
            subnav=sections(visit.language),
            up=f"{RECEPTION}/{section_of(kind)}",
            sentence=visit.language.gettext("This site has nothing of this name."),
        )

    def _put_back(self, site: str, before: Stored, made: Stored) -> Stored:
        kind, name = before.content.kind, before.content.name
        said: Mapping[str, Any] = back(whole(before.content), whole(made.content))
        return self._contents.change(site, kind, name, said, version=made.version)


def _offered(stored: Sequence[Stored]) -> Offered:
    contents = [each.content for each in stored]
    return Offered(
        services=tuple(each for each in contents if isinstance(each, Service)),
        needs=tuple(each for each in contents if isinstance(each, Need)),
    )


def _kind(slug: str) -> Kind:
    kind = kind_called(slug)
    if kind is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"the reception has no page {slug!r}")
    return kind


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _kept(stored: Stored) -> dict[str, list[str]]:
    return {**values_of(stored.content), "version": [str(stored.version)]}


def _cancelling(stored: Stored, day: date) -> dict[str, Any]:
    """Return the change that cancels a desk on a day, or holds it again where it is cancelled."""
    if not isinstance(stored.content, Desk):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    cancelled = {day} ^ set(stored.content.cancelled)
    return {"cancelled": [each.isoformat() for each in sorted(cancelled)]}
