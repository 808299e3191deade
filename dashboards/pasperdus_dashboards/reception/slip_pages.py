"""Telephone messages: written for a terminal, counted, withdrawn; never shown again here."""

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from pasperdus_collector.api.slips import Slips, TerminalSlips
from pasperdus_collector.calendar.grid import local_date
from pasperdus_collector.errors import NotFoundError, RefusalError
from pasperdus_collector.reception.slips import KEPT_MS
from pasperdus_contract.slips import MAX_CALLER, MAX_SLIP_TEXT, MAX_SLIPS
from pasperdus_dashboards.reception.content_controls import PHONE_MOST
from pasperdus_dashboards.reception.controls import Choice, Control, Part, completed, labels_of
from pasperdus_dashboards.reception.rooms import MESSAGES, sections
from pasperdus_dashboards.shell.forms import Form, Sent, refused
from pasperdus_dashboards.shell.visit import Shell, Visit
from pasperdus_service.languages import Language

_HOURS_KEPT = KEPT_MS // 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingSlip:
    """That a message waits, and since when; nothing of what it says."""

    id: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalView:
    """A terminal and what waits there, in words."""

    node: str
    title: str
    told: str
    slips: tuple[WaitingSlip, ...]


def slip_routes(shell: Shell, slips: Slips) -> APIRouter:
    """Return the routes of telephone messages."""
    router = APIRouter()
    pages = _SlipPages(shell, slips)
    router.add_api_route(MESSAGES, pages.page, methods=["GET", "HEAD"])
    router.add_api_route(MESSAGES, pages.write, methods=["POST"])
    router.add_api_route(f"{MESSAGES}/retirer", pages.withdraw, methods=["POST"])
    return router


def terminal_views(found: list[TerminalSlips], visit: Visit, now_ms: int) -> list[TerminalView]:
    """Return the terminals of a site, and how many messages wait at each since when."""
    language, today = visit.language, local_date(now_ms, visit.zone)
    return [
        TerminalView(
            node=each.node,
            title=each.title,
            told=_told(each, now_ms, language),
            slips=tuple(
                WaitingSlip(id=note.id, since=_since(note.written_at, visit, today))
                for note in each.waiting
            ),
        )
        for each in found
    ]


def _since(at_ms: int, visit: Visit, today: date) -> str:
    if local_date(at_ms, visit.zone) == today:
        clock = visit.language.clock(at_ms, visit.zone)
        return visit.language.gettext("Written at %(clock)s", clock=clock)
    moment = visit.language.moment(at_ms, visit.zone, today)
    return visit.language.gettext("Written %(moment)s", moment=moment)


def _told(terminal: TerminalSlips, now_ms: int, language: Language) -> str:
    if not terminal.waiting:
        return language.gettext("no message waits")
    return language.ngettext(
        "%(count)s message waits, for %(time)s",
        "%(count)s messages wait, the oldest for %(time)s",
        len(terminal.waiting),
        time=language.duration(now_ms - terminal.waiting[0].written_at),
    )


class _SlipPages:
    def __init__(self, shell: Shell, slips: Slips) -> None:
        self._shell = shell
        self._slips = slips

    def page(self, request: Request, terminal: str = "") -> Response:
        """Return the terminals, what waits there, and a form for one more message."""
        visit = self._shell.visit(request, MESSAGES)
        if visit.site is None:
            return visit.nothing_here()
        form = Form(values={"node": [terminal]} if terminal else {})
        return self._page(visit, visit.site.site, form)

    def write(self, request: Request, sent: Sent) -> Response:
        """Send a message to a terminal."""
        visit = self._shell.visit(request, MESSAGES)
        if visit.site is None:
            return visit.nothing_here()
        try:
            note = self._slips.add(
                {
                    "node": sent.text("node"),
                    "caller": sent.text("caller") or None,
                    "phone": sent.text("phone") or None,
                    "text": " ".join(sent.text("text").split()),
                }
            )
        except RefusalError as error:
            asked = [_part(visit.language, [])]
            controls = labels_of(asked)
            form = refused(sent, error, visit.language, controls=controls, zone=visit.zone)
            form = completed(form, asked, visit.language)
            return self._page(visit, visit.site.site, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return visit.moved_on(MESSAGES, "sent", undo=lambda: self._slips.withdraw(note.id))

    def withdraw(self, request: Request, sent: Sent) -> Response:
        """Delete a message for good: nobody can bring it back, so there is no undo."""
        visit = self._shell.visit(request, MESSAGES)
        try:
            self._slips.withdraw(sent.text("slip"))
        except NotFoundError:
            return visit.moved_on(MESSAGES, "taken")
        return visit.moved_on(MESSAGES, "withdrawn")

    def _page(
        self, visit: Visit, site: str, form: Form, *, status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        now_ms = self._shell.queries.now_ms()
        terminals = terminal_views(self._slips.at_terminals(site), visit, now_ms)
        part = _part(visit.language, terminals)
        return visit.render(
            "reception/messages.html",
            status=status,
            told=_done(visit.language),
            subnav=sections(visit.language),
            terminals=terminals,
            form=form,
            part=part,
            labels=labels_of([part]),
            most=MAX_SLIPS,
            hours=_HOURS_KEPT,
        )


def _part(language: Language, terminals: list[TerminalView]) -> Part:
    _ = language.gettext
    return Part(
        title="",
        rows=(
            (
                Control(
                    name="node",
                    label=_("For"),
                    look="one",
                    is_needed=True,
                    lacks=_("Choose a terminal."),
                    choices=tuple(Choice(value=each.node, label=each.title) for each in terminals),
                ),
            ),
            (
                Control(name="caller", label=_("Who called"), most=MAX_CALLER),
                Control(
                    name="phone", label=_("Number to call back"), look="phone", most=PHONE_MOST
                ),
            ),
            (
                Control(
                    name="text",
                    label=_("Message"),
                    look="text",
                    most=MAX_SLIP_TEXT,
                    is_needed=True,
                    lacks=_("Write the message."),
                    hint=_("Only what is needed to call back."),
                ),
            ),
        ),
    )


def _done(language: Language) -> dict[str, str]:
    _ = language.gettext
    return {
        "sent": _("Sent: the terminal shows it within a few seconds."),
        "withdrawn": _("Withdrawn: nothing is left of it."),
        "taken": _("It was taken meanwhile, or had become too old: nothing is left of it."),
        "undone": _("Withdrawn: nothing is left of it."),
    }
