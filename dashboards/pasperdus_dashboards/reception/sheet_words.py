"""Sheets in words, as the page lists and shows them (pure)."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from pasperdus_collector.calendar.grid import local_date
from pasperdus_collector.sheets.records import ACTIONS, SHEET_KINDS, Sheet, SheetState
from pasperdus_dashboards.reception.controls import Choice
from pasperdus_dashboards.reception.days import whole_day
from pasperdus_dashboards.shell.navigation import RECEPTION
from pasperdus_service.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetView:
    """A sheet; what nobody decided yet is an empty text."""

    number: str
    path: str
    what: str
    detail: str
    kind: str
    action: str
    owner: str
    due: str
    state: SheetState
    state_words: str
    outcome: str
    opened: str
    closed: str
    version: int


def kinds(language: Language) -> tuple[Choice, ...]:
    """Return both kinds of sheets, with what each is for."""
    _ = language.gettext
    labels = {
        "anomaly": _("Anomaly: something went wrong"),
        "improvement": _("Improvement: something could be better"),
    }
    return tuple(Choice(value=kind, label=labels[kind]) for kind in SHEET_KINDS)


def actions(language: Language) -> tuple[Choice, ...]:
    """Return what can be done about a sheet."""
    _ = language.gettext
    labels = {
        "corrective": _("Corrective: repairs what happened"),
        "preventive": _("Preventive: keeps it from happening again"),
    }
    return tuple(Choice(value=action, label=labels[action]) for action in ACTIONS)


def sheet_view(sheet: Sheet, *, today: date, zone: ZoneInfo, language: Language) -> SheetView:
    """Return a sheet as people read it."""
    _ = language.gettext
    text = sheet.text
    return SheetView(
        number=language.number(sheet.number),
        path=f"{RECEPTION}/fiches/{sheet.number}",
        what=text.what,
        detail=text.detail or "",
        kind={"anomaly": _("Anomaly"), "improvement": _("Improvement")}[text.kind],
        action=""
        if text.action is None
        else {"corrective": _("Corrective"), "preventive": _("Preventive")}[text.action],
        owner=text.owner or "",
        due="" if text.due is None else whole_day(text.due, language, today=today),
        state=sheet.state_on(today),
        state_words=_state(sheet, today, language),
        outcome=text.outcome or "",
        opened=_day(sheet.opened_at_ms, today, zone, language),
        closed=""
        if sheet.closed_at_ms is None
        else language.gettext(
            "Closed on %(day)s by %(who)s",
            day=_day(sheet.closed_at_ms, today, zone, language),
            who=sheet.closed_by,
        ),
        version=sheet.version,
    )


def _state(sheet: Sheet, today: date, language: Language) -> str:
    if sheet.is_closed:
        return language.gettext("Sheet closed")
    if sheet.text.due is not None and sheet.is_overdue_on(today):
        late = (today - sheet.text.due).days
        return language.ngettext("%(count)s day late", "%(count)s days late", late)
    return language.gettext("In progress")


def _day(at_ms: int, today: date, zone: ZoneInfo, language: Language) -> str:
    return whole_day(local_date(at_ms, zone), language, today=today)
