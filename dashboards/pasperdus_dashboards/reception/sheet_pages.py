"""Anomaly and improvement sheets on pages: listed, opened, changed, closed, removed."""

from dataclasses import asdict
from datetime import date
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response

from pasperdus_collector.api.sheets import Sheets
from pasperdus_collector.errors import NotFoundError, PreconditionError, RefusalError
from pasperdus_collector.sheets.records import Sheet, SheetText
from pasperdus_dashboards.reception.controls import Part, completed, labels_of
from pasperdus_dashboards.reception.differences import differences
from pasperdus_dashboards.reception.rooms import SHEETS, sections
from pasperdus_dashboards.reception.sheet_controls import closing_part, sheet_parts
from pasperdus_dashboards.reception.sheet_words import SheetView, sheet_view
from pasperdus_dashboards.shell.forms import (
    Form,
    Sent,
    SentForm,
    Wrong,
    refused,
    shown,
    whole_number,
)
from pasperdus_dashboards.shell.visit import Shell, Visit
from pasperdus_service.languages import Language

MOST_CLOSED = 50
"""Of those closed, on the page at once; the address of each stays."""
_TEXT = ("kind", "what", "detail", "owner", "action", "due")


def sheet_routes(shell: Shell, sheets: Sheets) -> APIRouter:
    """Return the routes of sheets."""
    router = APIRouter()
    pages = _SheetPages(shell, sheets)
    one = f"{SHEETS}/{{number}}"
    router.add_api_route(SHEETS, pages.all, methods=["GET", "HEAD"])
    router.add_api_route(SHEETS, pages.open, methods=["POST"])
    router.add_api_route(f"{SHEETS}/nouvelle", pages.blank, methods=["GET", "HEAD"])
    router.add_api_route(one, pages.one, methods=["GET", "HEAD"])
    for what in ("", "/clore", "/rouvrir"):
        router.add_api_route(f"{one}{what}", pages.change(what), methods=["POST"])
    router.add_api_route(f"{one}/supprimer", pages.remove, methods=["POST"])
    return router


class _SheetPages:
    def __init__(self, shell: Shell, sheets: Sheets) -> None:
        self._shell = shell
        self._sheets = sheets

    def all(self, request: Request) -> Response:
        """Return the sheets: those open by urgency, then those closed lately."""
        visit = self._shell.visit(request, SHEETS)
        if visit.site is None:
            return visit.nothing_here()
        today = self._sheets.today(visit.site.site)
        open_ones = self._sheets.open_now(visit.site.site)
        closed, closed_count = self._sheets.closed_lately(visit.site.site, most=MOST_CLOSED)
        return visit.render(
            "reception/sheets.html",
            told=_done(visit.language),
            subnav=sections(visit.language),
            open=[_view(visit, each, today) for each in open_ones],
            overdue=sum(each.is_overdue_on(today) for each in open_ones),
            closed=[_view(visit, each, today) for each in closed],
            closed_count=closed_count,
        )

    def blank(self, request: Request) -> Response:
        """Return the form of a new sheet."""
        visit = self._shell.visit(request, f"{SHEETS}/nouvelle")
        if visit.site is None:
            return visit.nothing_here()
        return self._blank(visit, shown(kind="anomaly"))

    def open(self, request: Request, sent: Sent) -> Response:
        """Open a sheet."""
        visit = self._shell.visit(request, SHEETS)
        if visit.site is None:
            return visit.nothing_here()
        site = visit.site.site
        try:
            made = self._sheets.add(site, _written(sent))
        except RefusalError as error:
            form = completed(
                _refused(visit, sent, error), sheet_parts(visit.language), visit.language
            )
            return self._blank(visit, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return visit.moved_on(
            SHEETS,
            "opened",
            undo=lambda: self._sheets.remove(site, made.number, version=made.version),
        )

    def one(self, request: Request, number: str) -> Response:
        """Return a sheet, and the forms that change, close or reopen it."""
        visit = self._shell.visit(request, f"{SHEETS}/{number}")
        if visit.site is None:
            return visit.nothing_here()
        sheet = self._sheet(visit.site.site, number)
        return _gone(visit) if sheet is None else self._page(visit, sheet, _kept(sheet))

    def change(self, what: str) -> Any:
        """Return what answers a form of a sheet: its text, or that it is closed or open again."""
        said = {"": _written, "/clore": _closing, "/rouvrir": _reopening}[what]
        asked = {"": sheet_parts, "/clore": _closing_parts, "/rouvrir": _no_parts}[what]
        done = {"": "changed", "/clore": "closed", "/rouvrir": "reopened"}[what]

        def answer(request: Request, number: str, sent: Sent) -> Response:
            visit = self._shell.visit(request, f"{SHEETS}/{number}")
            if visit.site is None:
                return visit.nothing_here()
            site = visit.site.site
            before = self._sheet(site, number)
            if before is None:
                return _gone(visit)
            try:
                made = self._sheets.change(site, before.number, said(sent), version=sent.version())
            except NotFoundError:
                return _gone(visit)
            except PreconditionError:
                return self._conflict(visit, site, before.number, sent, is_text=what == "")
            except RefusalError as error:
                form = _refused(visit, sent, error)
                form = completed(form, asked(visit.language), visit.language)
                both = Form(values={**_kept(before).values, **form.values}, wrong=form.wrong)
                return self._page(visit, before, both, status=HTTPStatus.UNPROCESSABLE_ENTITY)
            return visit.moved_on(
                f"{SHEETS}/{number}",
                done,
                undo=None
                if what == "/rouvrir"
                else lambda: self._sheets.change(
                    site, made.number, _put_back(before), version=made.version
                ),
            )

        return answer

    def remove(self, request: Request, number: str, sent: Sent) -> Response:
        """Delete a sheet for good."""
        visit = self._shell.visit(request, f"{SHEETS}/{number}")
        if visit.site is None:
            return visit.nothing_here()
        site = visit.site.site
        sheet = self._sheet(site, number)
        if sheet is None:
            return _gone(visit)
        try:
            self._sheets.remove(site, sheet.number, version=sent.version())
        except NotFoundError:
            return _gone(visit)
        except PreconditionError:
            return self._conflict(visit, site, sheet.number, sent, is_text=False)
        return visit.moved_on(SHEETS, "removed")

    def _blank(self, visit: Visit, form: Form, *, status: HTTPStatus = HTTPStatus.OK) -> Response:
        asked = sheet_parts(visit.language)
        return visit.render(
            "reception/sheet_new.html",
            status=status,
            subnav=sections(visit.language),
            form=form,
            parts=asked,
            labels=labels_of(asked),
        )

    def _page(
        self, visit: Visit, sheet: Sheet, form: Form, *, status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        asked = sheet_parts(visit.language)
        closing = closing_part(visit.language)
        return visit.render(
            "reception/sheet.html",
            status=status,
            told=_done(visit.language),
            subnav=sections(visit.language),
            sheet=_view(visit, sheet, self._sheets.today(sheet.site)),
            form=form,
            parts=asked,
            closing=closing,
            labels=labels_of([*asked, closing]),
            is_changing=any(each.control in _TEXT for each in form.wrong),
        )

    def _conflict(
        self, visit: Visit, site: str, number: int, sent: SentForm, *, is_text: bool
    ) -> Response:
        now = self._sheets.one(site, number)
        address = visit.address(f"{SHEETS}/{number}")
        if is_text:
            return visit.conflict(
                action=address,
                sent=sent.fields,
                version=now.version,
                differences=differences(
                    sheet_parts(visit.language), theirs=_kept(now).values, yours=sent.values
                ),
                back=address,
            )
        told = visit.language.gettext(
            "Somebody else changed this meanwhile: below is what is there now. Nothing was done."
        )
        kept = {**_kept(now).values, **{name: sent.texts(name) for name in ("outcome", "by")}}
        form = Form(values=kept, wrong=(Wrong(control="", text=told),))
        return self._page(visit, now, form, status=HTTPStatus.CONFLICT)

    def _sheet(self, site: str, number: str) -> Sheet | None:
        found = whole_number(number)
        if found is None:
            return None
        try:
            return self._sheets.one(site, found)
        except NotFoundError:
            return None


def _view(visit: Visit, sheet: Sheet, today: date) -> SheetView:
    return sheet_view(sheet, today=today, zone=visit.zone, language=visit.language)


def _written(sent: SentForm) -> dict[str, Any]:
    optional = {name: sent.text(name) or None for name in _TEXT if name not in ("kind", "what")}
    return {"kind": sent.text("kind"), "what": sent.text("what"), **optional}


def _closing(sent: SentForm) -> dict[str, Any]:
    return {
        "state": "closed",
        "outcome": sent.text("outcome") or None,
        "by": sent.text("by") or None,
    }


def _closing_parts(language: Language) -> list[Part]:
    return [closing_part(language)]


def _no_parts(_language: Language) -> list[Part]:
    return []


def _reopening(_sent: SentForm) -> dict[str, Any]:
    return {"state": "open"}


def _put_back(before: Sheet) -> dict[str, Any]:
    return {"state": "open", **_told(before.text)}


def _told(text: SheetText) -> dict[str, Any]:
    told = asdict(text)
    return {**told, "due": None if text.due is None else text.due.isoformat()}


def _kept(sheet: Sheet) -> Form:
    return shown(**_told(sheet.text), version=sheet.version)


def _refused(visit: Visit, sent: SentForm, error: RefusalError) -> Form:
    controls = labels_of([*sheet_parts(visit.language), closing_part(visit.language)])
    return refused(sent, error, visit.language, controls=controls, zone=visit.zone)


def _gone(visit: Visit) -> Response:
    return visit.render(
        "reception/absent.html",
        status=HTTPStatus.NOT_FOUND,
        subnav=sections(visit.language),
        up=SHEETS,
        sentence=visit.language.gettext("This site has no sheet of this number."),
    )


def _done(language: Language) -> dict[str, str]:
    _ = language.gettext
    return {
        "opened": _("The sheet is open."),
        "changed": _("The sheet is changed."),
        "closed": _("The sheet is closed."),
        "reopened": _("The sheet is open again; what was done so far is kept."),
        "removed": _("The sheet is removed. Its number is not given again."),
        "undone": _("Undone: it is as it was before."),
    }
