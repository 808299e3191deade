"""Past counts from a file: judged first, kept once somebody has read what is in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from pasperdus_collector.api.imported import Imports, LocalTimes
from pasperdus_collector.api.shapes import TITLE_MAX
from pasperdus_collector.errors import NotFoundError
from pasperdus_collector.past_counts.counts import PastCounts
from pasperdus_collector.past_counts.faults import PastCountsError
from pasperdus_collector.past_counts.parse import MAX_BYTES
from pasperdus_collector.past_counts.store import Import
from pasperdus_contract.fields import QUARTER_MS
from pasperdus_dashboards.shell.forms import Form, Sent, SentForm, shown, wrong
from pasperdus_dashboards.shell.visit import Shell, Visit
from pasperdus_dashboards.stored.carried import pack, unpack
from pasperdus_dashboards.stored.fault_words import FaultWords, fault_words, span
from pasperdus_dashboards.stored.overview import day_text, days_text
from pasperdus_dashboards.stored.sections import IMPORT, sections
from pasperdus_service.languages import Language

REMOVE = f"{IMPORT}/retirer"
SAMPLE = """time;in;out
2024-03-01 08:00;12;7
2024-03-01 08:30;19;15
2024-03-01 09:00;;
"""
_READING = ["GET", "HEAD"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a file holds, in words; empty where there is nothing to say."""

    span: str
    step: str
    steps: str
    missing: str
    ins: str
    outs: str
    left_out: str
    ignored: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """An import that is there."""

    id: int
    title: str
    span: str
    step: str
    ins: str
    outs: str
    imported: str


def import_routes(shell: Shell, imports: Imports) -> APIRouter:
    """Return the pages that import past counts and take them back."""
    router = APIRouter()
    pages = _Pages(shell, imports)
    router.add_api_route(IMPORT, pages.page, methods=_READING)
    router.add_api_route(IMPORT, pages.take, methods=["POST"])
    router.add_api_route(REMOVE, pages.ask, methods=_READING)
    router.add_api_route(REMOVE, pages.remove, methods=["POST"])
    return router


class _Pages:
    """Answers for every site."""

    def __init__(self, shell: Shell, imports: Imports) -> None:
        self._shell = shell
        self._imports = imports

    def page(self, request: Request) -> Response:
        """Show the form and what was imported."""
        visit = self._shell.visit(request, IMPORT)
        if visit.site is None:
            return visit.nothing_here()
        return self._shown(visit, visit.site.site, shown(local_times="site"))

    def take(self, request: Request, sent: Sent) -> Response:
        """Judge a file, or keep one that somebody has read about."""
        visit = self._shell.visit(request, IMPORT)
        if visit.site is None:
            return visit.nothing_here()
        site, body = visit.site.site, _body(sent)
        form = _checked(sent, body, visit.language)
        if form.wrong or body is None:
            return self._shown(visit, site, form)
        local_times: LocalTimes = "UTC" if sent.text("local_times") == "UTC" else "site"
        try:
            if sent.is_on("confirmed"):
                self._imports.keep(site, body, title=sent.text("title"), local_times=local_times)
                return visit.moved_on(IMPORT, "imported")
            past = self._imports.check(site, body, local_times=local_times)
        except PastCountsError as error:
            return self._refused(visit, site, sent, error)
        return visit.render(
            "stored/import_check.html",
            sections=sections(visit.language),
            form=form,
            facts=_facts(past, visit.language, visit.zone),
            carried=pack(body),
        )

    def ask(self, request: Request) -> Response:
        """Ask whether an import is to be taken back: its counts cannot be had again from here."""
        visit = self._shell.visit(request, REMOVE)
        if visit.site is None:
            return visit.nothing_here()
        found = self._found(visit.site.site, request.query_params.get("id", ""))
        if found is None:
            return _gone(visit)
        return visit.render(
            "stored/import_remove.html",
            sections=sections(visit.language),
            row=_row(found, visit.language, visit.zone),
        )

    def remove(self, request: Request, sent: Sent) -> Response:
        """Take an import back."""
        visit = self._shell.visit(request, REMOVE)
        if visit.site is None:
            return visit.nothing_here()
        found = self._found(visit.site.site, sent.text("id"))
        if found is None:
            return _gone(visit)
        try:
            self._imports.remove(visit.site.site, found.id)
        except NotFoundError:  # somebody was quicker
            return _gone(visit)
        return visit.moved_on(IMPORT, "removed")

    def _found(self, site: str, number: str) -> Import | None:
        return next((each for each in self._imports.all(site) if str(each.id) == number), None)

    def _shown(
        self, visit: Visit, site: str, form: Form, *, faults: list[FaultWords] | None = None
    ) -> Response:
        return visit.render(
            "stored/import.html",
            status=HTTPStatus.UNPROCESSABLE_ENTITY if form.wrong else HTTPStatus.OK,
            told=_told(visit.language),
            sections=sections(visit.language),
            form=form,
            faults=faults or [],
            rows=[_row(each, visit.language, visit.zone) for each in self._imports.all(site)],
            remove=REMOVE,
            most_mb=MAX_BYTES // (1024 * 1024),
            title_most=TITLE_MAX,
            sample=SAMPLE,
        )

    def _refused(self, visit: Visit, site: str, sent: SentForm, error: PastCountsError) -> Response:
        text = visit.language.ngettext(
            "One problem in this file: nothing was imported.",
            "%(count)s problems in this file: nothing was imported.",
            error.count,
        )
        faults = [fault_words(each, visit.language) for each in error.problems]
        return self._shown(visit, site, wrong(sent, [("file", text)]), faults=faults)


def _told(language: Language) -> Mapping[str, str]:
    return {
        "imported": language.gettext(
            "Imported. The days concerned are being worked out anew; that takes a few moments."
        ),
        "removed": language.gettext("The import was taken back, with all that it had brought."),
    }


def _body(sent: SentForm) -> bytes | None:
    """Return the file: just chosen, or carried along from the check."""
    chosen = sent.files.get("file", b"")
    if chosen:
        return chosen
    carried = sent.text("carried")
    return unpack(carried, most=MAX_BYTES) if carried else None


def _checked(sent: SentForm, body: bytes | None, language: Language) -> Form:
    gettext = language.gettext
    errors = []
    if body is None:
        errors.append(("file", gettext("Choose a file. An empty one holds nothing to import.")))
    title = sent.text("title")
    if not title:
        errors.append(("title", gettext("Please fill this in.")))
    elif len(title) > TITLE_MAX:
        errors.append(
            (
                "title",
                gettext(
                    "This is too long: at most %(max_length)s characters.", max_length=TITLE_MAX
                ),
            )
        )
    elif not title.isprintable():
        errors.append(("title", gettext("Please write this on one line.")))
    return wrong(sent, errors)


def _gone(visit: Visit) -> Response:
    return visit.not_found(
        visit.language.gettext("This import is not there any more: it was taken back."),
        back=visit.address(IMPORT),
    )


def _facts(past: PastCounts, language: Language, zone: ZoneInfo) -> Facts:
    return Facts(
        span=days_text(
            past.first_quarter * QUARTER_MS, past.end_quarter * QUARTER_MS - 1, language, zone
        ),
        step=span(past.step_quarters, language),
        steps=language.number(past.steps),
        missing=language.number(past.missing),
        ins=language.number(past.total_ins),
        outs="" if past.total_outs is None else language.number(past.total_outs),
        left_out=language.number(past.left_out) if past.left_out else "",
        ignored=", ".join(past.ignored_columns),
    )


def _row(each: Import, language: Language, zone: ZoneInfo) -> ImportRow:
    return ImportRow(
        id=each.id,
        title=each.title,
        span=days_text(
            each.first_quarter * QUARTER_MS, each.end_quarter * QUARTER_MS - 1, language, zone
        ),
        step=span(each.step_quarters, language),
        ins=language.number(each.ins),
        outs="" if each.outs is None else language.number(each.outs),
        imported=day_text(each.imported_at, language, zone),
    )
