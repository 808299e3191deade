"""Anomaly and improvement sheets, as routes and pages ask for them."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, StringConstraints, ValidationError

from pasperdus_collector.api.invalid import refusal
from pasperdus_collector.api.register_shapes import BY_MAX, TEXT_MAX, Body
from pasperdus_collector.api.shapes import TITLE_MAX, instant
from pasperdus_collector.calendar.grid import service_date
from pasperdus_collector.calendar.holidays import FIRST_YEAR, LAST_YEAR
from pasperdus_collector.errors import FieldError, QueryError, fault
from pasperdus_collector.ledger import Ledger, reading
from pasperdus_collector.reception.content import SiteDay
from pasperdus_collector.sheets import rules, store
from pasperdus_collector.sheets.records import Action, Sheet, SheetKind, SheetState, SheetText
from pasperdus_collector.site_calendar import read_calendar
from pasperdus_collector.writer import Writer
from pasperdus_contract.fields import QUARTER_MS

_BLANKS = dict.fromkeys(map(ord, "\n\u00a0\u202f"), " ")
_TEXT = tuple(each.name for each in fields(SheetText))


def _trimmed(most: int) -> StringConstraints:
    return StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=most)


def _one_line(text: str) -> str:
    if "\n" in text:
        raise FieldError("has a line break; write one line", fault("", "not-one-line"))
    return _lines(text)


def _lines(text: str) -> str:
    # French typography has no-break spaces before some of its marks; a line break is no mistake.
    if not text.translate(_BLANKS).isprintable():
        raise FieldError(
            "has characters that cannot be printed; write plain text", fault("", "not-printable")
        )
    return text


def _of_known_years(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise FieldError(
            f"{day} is not between {FIRST_YEAR} and {LAST_YEAR}",
            fault("", "year-out-of-range", first=FIRST_YEAR, last=LAST_YEAR),
        )
    return day


What = Annotated[str, _trimmed(TITLE_MAX), AfterValidator(_one_line)]
Told = Annotated[str, _trimmed(TEXT_MAX), AfterValidator(_lines)]
Role = Annotated[str, _trimmed(BY_MAX), AfterValidator(_one_line)]
"""A function or a service: sheets stay for years, and are no place for people's names."""
Due = Annotated[SiteDay, AfterValidator(_of_known_years)]


class NewSheet(Body):
    """``POST sheets``: what somebody noticed, and what is decided about it already."""

    kind: SheetKind
    what: What
    detail: Told | None = None
    owner: Role | None = None
    action: Action | None = None
    due: Due | None = None
    outcome: Told | None = None


class SheetChange(Body):
    """``PATCH sheets/{number}``: what is given changes; ``state`` closes it or opens it again.

    Defaults are placeholders: what is not given is never read.
    """

    kind: SheetKind = "anomaly"
    what: What = ""
    detail: Told | None = None
    owner: Role | None = None
    action: Action | None = None
    due: Due | None = None
    outcome: Told | None = None
    state: Literal["open", "closed"] | None = None
    by: Role | None = None


class Sheets:
    """Reads from a view of the ledger, writes in the writing thread; ``sent`` is parsed JSON."""

    def __init__(self, ledger_path: Path, writer: Writer, *, now_ms: Callable[[], int]) -> None:
        self._path = ledger_path
        self._writer = writer
        self._now_ms = now_ms

    def all(self, site: str, *, state: SheetState | None = None) -> list[Sheet]:
        """Return a site's sheets by number: all, those open or closed, or those overdue today.

        Raises :class:`NotFoundError` for an unknown site.
        """
        with reading(self._path) as db:
            found = store.read_sheets(db, site)
        if state is None:
            return found
        today = self.today(site)
        states = {"open": {"open", "overdue"}}.get(state, {state})
        return [sheet for sheet in found if sheet.state_on(today) in states]

    def open_now(self, site: str) -> list[Sheet]:
        """Return a site's open sheets, those due first, then those without a day.

        Raises :class:`NotFoundError` for an unknown site.
        """
        with reading(self._path) as db:
            found = store.read_open(db, site)
        return sorted(found, key=lambda each: (each.text.due or date.max, each.number))

    def closed_lately(self, site: str, *, most: int) -> tuple[list[Sheet], int]:
        """Return the sheets that were closed last, and how many are closed in all.

        Raises :class:`NotFoundError` for an unknown site.
        """
        with reading(self._path) as db:
            return store.read_closed(db, site, most=most)

    def one(self, site: str, number: int) -> Sheet:
        """Return one sheet. Raises :class:`NotFoundError`."""
        with reading(self._path) as db:
            return store.read_sheet(db, site, number)

    def add(self, site: str, sent: Mapping[str, Any]) -> Sheet:
        """Open a sheet. Raises :class:`NotFoundError`, :class:`QueryError`."""
        text = SheetText(**dict(_read(NewSheet, sent)))
        now_ms = self._now_ms()
        return self._writer.submit(lambda ledger: store.add(ledger.db, site, text, now_ms=now_ms))

    def change(self, site: str, number: int, sent: Mapping[str, Any], *, version: int) -> Sheet:
        """Change what is sent; close the sheet, or open it again.

        Raises :class:`NotFoundError`, :class:`PreconditionError` when somebody changed it since,
        :class:`QueryError`.
        """
        asked = _read(SheetChange, sent)
        if asked.by is not None and asked.state != "closed":
            raise QueryError(
                "by: is who closes a sheet; send state closed too, or leave it out",
                fault("by", "only-when-closing"),
            )
        now_ms = self._now_ms()

        def run(ledger: Ledger) -> Sheet:
            before = store.at_version(ledger.db, site, number, version)
            return store.write(ledger.db, _changed(before, asked, now_ms))

        return self._writer.submit(run)

    def remove(self, site: str, number: int, *, version: int) -> None:
        """Delete a sheet for good.

        Raises :class:`NotFoundError`, :class:`PreconditionError` when somebody changed it since.
        """
        self._writer.submit(lambda ledger: store.remove(ledger.db, site, number, version=version))

    def today(self, site: str) -> date:
        """Return the day on the site's calendar. Raises :class:`NotFoundError`."""
        with reading(self._path) as db:
            zone = ZoneInfo(read_calendar(db, site).time_zone)
        return service_date(self._now_ms() // QUARTER_MS, zone)


def sheet_json(sheet: Sheet, today: date) -> dict[str, Any]:
    """Return a sheet as it is asked for over HTTP."""
    text = sheet.text
    return {
        "site": sheet.site,
        "number": sheet.number,
        **{name: getattr(text, name) for name in _TEXT},
        "due": None if text.due is None else text.due.isoformat(),
        "state": sheet.state_on(today),
        "opened_at": instant(sheet.opened_at_ms),
        "closed_at": None if sheet.closed_at_ms is None else instant(sheet.closed_at_ms),
        "closed_by": sheet.closed_by,
        "version": sheet.version,
    }


def _changed(before: Sheet, asked: SheetChange, now_ms: int) -> Sheet:
    sheet = rules.opened(before) if asked.state == "open" else before
    given = {name: getattr(asked, name) for name in asked.model_fields_set.intersection(_TEXT)}
    sheet = rules.with_text(sheet, replace(sheet.text, **given))
    if asked.state == "closed":
        sheet = rules.closed(sheet, by=asked.by, now_ms=now_ms)
    return sheet


def _read(form: type[Any], sent: Mapping[str, Any]) -> Any:
    try:
        return form.model_validate(sent)
    except ValidationError as error:
        details = [
            {**each, "loc": ("body", *each["loc"])} for each in error.errors(include_url=False)
        ]
        raise refusal(details) from None
