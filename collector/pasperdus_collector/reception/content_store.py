"""What people write for the screens, in the ledger: read as records, written under a version.

Whoever writes calls within a transaction of the writing thread, where what does not fit the boards
of the days to come is refused.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pasperdus_collector.calendar.opening import SiteCalendar
from pasperdus_collector.errors import Fault, PreconditionError, QueryError, fault, unknown_name
from pasperdus_collector.reception.compose import Shown
from pasperdus_collector.reception.content import (
    DEFAULT_TALLIES,
    FORMS,
    MAX_POSITION,
    Contact,
    Content,
    Desk,
    Kind,
)
from pasperdus_collector.reception.content_limits import MAX_KEPT, check_boards
from pasperdus_collector.reception.showing import of_form
from pasperdus_collector.reception.showing import shown as shown_on
from pasperdus_collector.registry import site_id_of

BY_DEFAULT = 0
"""The version of a tally that is there though nobody wrote it; changing it writes it."""
_IN_COLUMNS = {"name", "valid_from", "valid_to", "position"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A content and its version, which grows with each change of it."""

    content: Content
    version: int


# -- reading --------------------------------------------------------------------------------------


def read_contents(db: sqlite3.Connection, site: str, kind: Kind | None = None) -> list[Stored]:
    """Return a site's contents, or those of one kind, by kind and in their order.

    Default tallies are among them. Raises :class:`NotFoundError` for an unknown site.
    """
    found = _read(db, site_id_of(db, site))
    kinds = tuple(FORMS)
    return sorted(
        (each for each in found if kind in (None, each.content.kind)),
        key=lambda each: (kinds.index(each.content.kind), each.content.order),
    )


def read_content(db: sqlite3.Connection, site: str, kind: Kind, name: str) -> Stored:
    """Return one content. Raises :class:`NotFoundError`."""
    there = read_contents(db, site, kind)
    for each in there:
        if each.content.name == name:
            return each
    raise unknown_name(
        f"site {site!r} has no {kind} {name!r}",
        (each.content.name for each in there),
        fault("name", "no-such-content", kind=kind, name=name),
    )


def at_version(db: sqlite3.Connection, site: str, kind: Kind, name: str, version: int) -> Stored:
    """Return one content, which is at ``version``.

    Raises :class:`NotFoundError`, :class:`PreconditionError` when somebody changed it since.
    """
    found = read_content(db, site, kind, name)
    if version != found.version:
        raise PreconditionError(
            f"{kind} {name!r} is at version {found.version}, not {version}; read it again first",
            fault("", "changed-meanwhile"),
        )
    return found


def shown(db: sqlite3.Connection, site_id: int, day: date) -> Shown:
    """Return what a site's board of a day shows of its contents."""
    (calendar,) = db.execute("SELECT calendar FROM sites WHERE id = ?", (site_id,)).fetchone()
    contents = [each.content for each in _read(db, site_id)]
    return shown_on(contents, day, SiteCalendar.from_json(json.loads(calendar)))


# -- writing --------------------------------------------------------------------------------------


def add(db: sqlite3.Connection, site: str, content: Content, *, today: date) -> Stored:
    """Add a content; without a position it comes last. ``today`` is the site's service day.

    Raises :class:`NotFoundError` for an unknown site, :class:`PreconditionError` for a name that is
    taken, :class:`QueryError` for what does not fit.
    """
    site_id = site_id_of(db, site)
    there = read_contents(db, site, content.kind)
    if any(each.content.name == content.name for each in there):
        raise PreconditionError(
            f"name: there is a {content.kind} {content.name!r} already; change that one (PATCH), "
            "or choose another name",
            fault("name", "name-taken", name=content.name),
        )
    if sum(each.version != BY_DEFAULT for each in there) >= MAX_KEPT:
        raise QueryError(
            f"{content.kind}: {MAX_KEPT} are kept, no more fit; remove some that are over",
            fault("", "too-many-kept", kind=content.kind, most=MAX_KEPT),
        )
    placed = _placed(content, there)
    _insert(db, site_id, placed)
    _check(db, site_id, today)
    return Stored(content=placed, version=1)


def replace(
    db: sqlite3.Connection, site: str, content: Content, *, version: int, today: date
) -> Stored:
    """Put a content in place of the one of its kind and name, which is at ``version``.

    Raises :class:`NotFoundError`, :class:`PreconditionError` when somebody changed it since,
    :class:`QueryError` for what does not fit.
    """
    site_id = site_id_of(db, site)
    at_version(db, site, content.kind, content.name, version)
    placed = _placed(content, read_contents(db, site, content.kind))
    if version == BY_DEFAULT:
        _insert(db, site_id, placed)
    else:
        db.execute(
            "UPDATE contents SET body = ?, valid_from = ?, valid_to = ?, position = ?, "
            "version = version + 1 WHERE site_id = ? AND kind = ? AND name = ?",
            (*_values(placed), site_id, placed.kind, placed.name),
        )
    _check(db, site_id, today)
    return Stored(content=placed, version=version + 1)


def remove(
    db: sqlite3.Connection, site: str, kind: Kind, name: str, *, version: int, today: date
) -> None:
    """Remove a content, which is at ``version``; of a default tally, what was changed.

    Raises :class:`NotFoundError`, :class:`PreconditionError` when somebody changed it since,
    :class:`QueryError` while others name it, or for a tally that nobody wrote.
    """
    site_id = site_id_of(db, site)
    at_version(db, site, kind, name, version)
    if version == BY_DEFAULT:
        raise QueryError(
            f"{kind} {name!r} is there by default; hide it with is_shown false instead",
            fault("", "is-default"),
        )
    db.execute(
        "DELETE FROM contents WHERE site_id = ? AND kind = ? AND name = ?", (site_id, kind, name)
    )
    if kind == "tally":  # the default is there again
        _check(db, site_id, today)
    else:
        _check_names([each.content for each in _read(db, site_id)], removed=(kind, name))


def _placed(content: Content, there: Sequence[Stored]) -> Content:
    if content.position is not None:
        return content
    others = [each.content for each in there if each.content.name != content.name]
    last = max((each.position or 0 for each in others), default=-1)
    return content.model_copy(update={"position": min(last + 1, MAX_POSITION)})


def _check(db: sqlite3.Connection, site_id: int, today: date) -> None:
    contents = [each.content for each in _read(db, site_id)]
    _check_names(contents)
    check_boards(contents, today)


def _check_names(contents: Sequence[Content], *, removed: tuple[Kind, str] | None = None) -> None:
    """What one content names has to be there, valid or not."""
    services = {each.name for each in contents if each.kind == "service"}
    needs = {each.name for each in contents if each.kind == "need"}
    for desk in of_form(contents, Desk):
        if desk.service is not None and desk.service not in services:
            raise _missing("service", desk.service, desk, services, removed)
    for contact in of_form(contents, Contact):
        for need in contact.needs:
            if need not in needs:
                raise _missing("need", need, contact, needs, removed)


def _missing(
    kind: Kind, name: str, by: Desk | Contact, known: set[str], removed: tuple[Kind, str] | None
) -> QueryError:
    listed = ", ".join(sorted(known)) or "none yet"
    return QueryError(
        f"{by.kind} {by.name!r} names the {kind} {name!r}, which would not be there; known are "
        f"{listed}: write that {kind} first, or change the {by.kind} first",
        _missing_fault(name, by)
        if removed is None
        else fault("", "still-named", kind=by.kind, by=_called(by)),
    )


def _called(by: Desk | Contact) -> str:
    """Return what people know a content by; a desk may have only the title of its service."""
    if isinstance(by, Contact):
        return by.title
    return by.name if by.title is None else by.title.fr


def _missing_fault(name: str, by: Desk | Contact) -> Fault:
    if isinstance(by, Desk):
        return fault("service", "no-such-service", name=name)
    return fault("needs", "no-such-need", name=name)


# -- rows -----------------------------------------------------------------------------------------


def _read(db: sqlite3.Connection, site_id: int) -> list[Stored]:
    found = [
        Stored(content=_content(row), version=row[-1])
        for row in db.execute(
            "SELECT kind, name, body, valid_from, valid_to, position, version FROM contents "
            "WHERE site_id = ?",
            (site_id,),
        )
    ]
    own = {each.content.name for each in found if each.content.kind == "tally"}
    return found + [
        Stored(content=each, version=BY_DEFAULT) for each in DEFAULT_TALLIES if each.name not in own
    ]


def _content(row: tuple[Any, ...]) -> Content:
    kind, name, body, valid_from, valid_to, position, _ = row
    return FORMS[kind].model_validate(
        {
            **json.loads(body),
            "name": name,
            "valid_from": valid_from,
            "valid_to": valid_to,
            "position": position,
        }
    )


def _insert(db: sqlite3.Connection, site_id: int, content: Content) -> None:
    db.execute(
        "INSERT INTO contents (body, valid_from, valid_to, position, site_id, kind, name, version) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
        (*_values(content), site_id, content.kind, content.name),
    )


def _values(content: Content) -> tuple[str, str | None, str | None, int | None]:
    body = content.model_dump(mode="json", exclude=_IN_COLUMNS, exclude_none=True)
    return (
        json.dumps(body, ensure_ascii=False),
        None if content.valid_from is None else content.valid_from.isoformat(),
        None if content.valid_to is None else content.valid_to.isoformat(),
        content.position,
    )
