"""A count by hand beside a line's sensor: begun, made, compared, and kept as a calibration.

Everything that a step needs is in its address: a page may be reloaded, or left and come back to.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from pasperdus_collector.api.calibration_routes import MAX_COUNT
from pasperdus_collector.api.calibrations import LONGEST_COUNT_MS, Calibrations
from pasperdus_collector.api.shapes import parse_instant
from pasperdus_collector.buckets.calibrations import Entry
from pasperdus_collector.errors import QueryError, RefusalError
from pasperdus_collector.node_state import NodeState
from pasperdus_collector.registry import Site
from pasperdus_contract.fields import MAX_WALL_MS
from pasperdus_dashboards.fleet.count_words import MANY, WayView, way_view
from pasperdus_dashboards.fleet.node_words import node_page
from pasperdus_dashboards.fleet.page import find_node, lines_of
from pasperdus_dashboards.shell.forms import (
    Form,
    Sent,
    SentForm,
    instant,
    local_day,
    refused,
    shown,
    wrong,
)
from pasperdus_dashboards.shell.navigation import FLEET
from pasperdus_dashboards.shell.visit import Shell, Visit
from pasperdus_service.languages import Language

MINUTES = 15
_COUNTS = ("by_hand_in", "by_hand_out")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    """One count as its address tells it; times are ms since 1970 UTC."""

    line: str
    start_ms: int | None
    end_ms: int | None
    by_hand_in: int | None
    by_hand_out: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedView:
    """A count beside the sensor's; ``is_complete`` once the node has sent all of that time."""

    sentence: str
    entries: WayView
    exits: WayView
    is_complete: bool
    is_usable: bool
    is_small: bool


class CountingPage:
    """Answers for the counts of every node; it remembers none of them."""

    def __init__(self, shell: Shell, calibrations: Calibrations) -> None:
        self._shell = shell
        self._queries = shell.queries
        self._calibrations = calibrations

    def routes(self) -> APIRouter:
        """Return the routes under ``/parc/noeuds/{node}/comptage``."""
        router = APIRouter(prefix=f"{FLEET}/noeuds/{{node}}/comptage", include_in_schema=False)
        router.add_api_route("", self.page, methods=["GET", "HEAD"])
        router.add_api_route("/commencer", self.begin, methods=["POST"])
        router.add_api_route("/comparer", self.compare, methods=["POST"])
        router.add_api_route("/garder", self.keep, methods=["POST"])
        return router

    def page(self, request: Request, node: str) -> Response:
        """Return the step that the address tells."""
        visit = self._shell.visit(request, _page(node))
        found = find_node(visit, node)
        if isinstance(found, Response):
            return found
        state, site = found
        count = _told(request)
        lines = [line.line for line in lines_of(site, node)]
        if not count.line and lines:
            return _step(visit, node, line=lines[0])
        if count.line not in lines:
            return _no_line(visit, node, count.line)
        if not self._may_be_counting(count):
            return self._render(visit, state, count, "beginning")
        if count.end_ms is None or count.by_hand_in is None or count.by_hand_out is None:
            return self._render(visit, state, count, "counting")
        return self._compared(visit, state, site, count, _since_form(count, visit.zone))

    def begin(self, request: Request, node: str, sent: Sent) -> Response:
        """Begin a count now, by the collector's clock."""
        visit = self._shell.visit(request, _page(node))
        return _step(visit, node, line=sent.text("line"), start=str(self._queries.now_ms()))

    def compare(self, request: Request, node: str, sent: Sent) -> Response:
        """End a count now and lead to the comparison."""
        visit = self._shell.visit(request, _page(node))
        found = find_node(visit, node)
        if isinstance(found, Response):
            return found
        state, _ = found
        now_ms = self._queries.now_ms()
        start_ms = _whole(sent.text("start"), most=now_ms - 1)
        end_ms = _whole(sent.text("end"), most=now_ms) or now_ms
        faults = [
            (name, visit.language.gettext("Write how many you counted, 0 for nobody."))
            for name in _COUNTS
            if _whole(sent.text(name), most=MAX_COUNT) is None
        ]
        if start_ms is None:
            return _step(visit, node, line=sent.text("line"))
        if faults:
            count = _Count(
                line=sent.text("line"),
                start_ms=start_ms,
                end_ms=end_ms,  # the time is over, whatever is corrected now
                by_hand_in=None,
                by_hand_out=None,
            )
            return self._render(visit, state, count, "counting", form=wrong(sent, faults))
        return _step(
            visit,
            node,
            line=sent.text("line"),
            start=str(start_ms),
            end=str(end_ms),
            **{name: sent.text(name) for name in _COUNTS},
        )

    def keep(self, request: Request, node: str, sent: Sent) -> Response:
        """Keep a count as a calibration; what the sensor counted is read once more."""
        visit = self._shell.visit(request, _page(node))
        found = find_node(visit, node)
        if isinstance(found, Response):
            return found
        state, site = found
        count = _sent_count(sent)
        if count.start_ms is None or count.end_ms is None or count.by_hand_in is None:
            return _step(visit, node, line=count.line)
        try:
            sensed = self._calibrations.counted(
                site.site,
                node=node,
                line=count.line,
                start_ms=count.start_ms,
                end_ms=count.end_ms,
            )
            kept = self._calibrations.add(
                site.site,
                Entry(
                    node=node,
                    line=count.line,
                    from_ms=_since(sent, count.start_ms, visit.zone),
                    by_sensor_in=sensed.ins,
                    by_hand_in=count.by_hand_in,
                    by_sensor_out=sensed.outs,
                    by_hand_out=count.by_hand_out or 0,
                ),
            )
        except RefusalError as error:
            form = refused(
                sent,
                error,
                visit.language,
                controls=("since", "day"),
                zone=visit.zone,
                named={"from": "day" if sent.text("since") == "day" else "since"},
            )
            return self._compared(visit, state, site, count, form)
        return visit.moved_on(
            node_page(node),
            "calibrated",
            undo=partial(self._calibrations.remove, site.site, kept.id),
        )

    def _may_be_counting(self, count: _Count) -> bool:
        """Tell whether a count has begun, and so that somebody may still be at it."""
        now_ms = self._queries.now_ms()
        return count.start_ms is not None and 0 <= now_ms - count.start_ms <= LONGEST_COUNT_MS

    def _compared(
        self, visit: Visit, node: NodeState, site: Site, count: _Count, form: Form
    ) -> Response:
        start_ms, end_ms = count.start_ms or 0, count.end_ms or 0
        language = visit.language
        try:
            sensed = self._calibrations.counted(
                site.site, node=node.node, line=count.line, start_ms=start_ms, end_ms=end_ms
            )
        except QueryError:
            return self._render(visit, node, count, "beginning")
        hand_in, hand_out = count.by_hand_in or 0, count.by_hand_out or 0
        entries = way_view(by_sensor=sensed.ins, by_hand=hand_in, is_in=True, language=language)
        exits = way_view(by_sensor=sensed.outs, by_hand=hand_out, is_in=False, language=language)
        is_complete = (node.heartbeat_at or 0) >= end_ms and node.pending == 0
        view = ComparedView(
            sentence=_when(start_ms, end_ms, language, visit.zone, self._queries.now_ms()),
            entries=entries,
            exits=exits,
            is_complete=is_complete,
            is_usable=entries.factor is not None and exits.factor is not None,
            is_small=min(hand_in, hand_out) < MANY,
        )
        return self._render(visit, node, count, "comparing", form=form, view=view)

    def _render(
        self,
        visit: Visit,
        node: NodeState,
        count: _Count,
        step: str,
        *,
        form: Form | None = None,
        view: ComparedView | None = None,
    ) -> Response:
        is_refused = form is not None and bool(form.wrong)
        return visit.render(
            "fleet/counting.html",
            status=HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK,
            node=node,
            step=step,
            count=count,
            form=form or Form(),
            view=view,
            minutes=MINUTES,
            begun=""
            if count.start_ms is None
            else visit.language.clock(count.start_ms, visit.zone),
            now_ms=self._queries.now_ms(),
            counting_page=_page(node.node),
            node_page=node_page(node.node),
        )


def _page(node: str) -> str:
    return f"{node_page(node)}/comptage"


def _step(visit: Visit, node: str, **query: str) -> Response:
    return RedirectResponse(visit.address(_page(node), **query), status_code=HTTPStatus.SEE_OTHER)


def _told(request: Request) -> _Count:
    return _count_of(lambda name: request.query_params.get(name, ""))


def _sent_count(sent: SentForm) -> _Count:
    return _count_of(sent.text)


def _count_of(text: Callable[[str], str]) -> _Count:
    return _Count(
        line=text("line"),
        start_ms=_whole(text("start"), most=MAX_WALL_MS),
        end_ms=_whole(text("end"), most=MAX_WALL_MS),
        by_hand_in=_whole(text("by_hand_in"), most=MAX_COUNT),
        by_hand_out=_whole(text("by_hand_out"), most=MAX_COUNT),
    )


def _whole(text: str, *, most: int) -> int | None:
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if number <= most else None


def _since_form(count: _Count, zone: ZoneInfo) -> Form:
    return shown(since="count", day=local_day(count.start_ms, zone))


def _since(sent: SentForm, start_ms: int, zone: ZoneInfo) -> int:
    """Return from when the calibration holds. Raises :class:`QueryError` for what is no day."""
    if sent.text("since") != "day":
        return start_ms
    day = sent.text("day")
    return parse_instant("from", instant(day, zone) or day)


def _when(start_ms: int, end_ms: int, language: Language, zone: ZoneInfo, now_ms: int) -> str:
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone).date()
    return language.gettext(
        "From %(start)s to %(end)s, for %(duration)s:",
        start=language.moment(start_ms, zone, today),
        end=language.clock(end_ms, zone),
        duration=language.duration(end_ms - start_ms),
    )


def _no_line(visit: Visit, node: str, line: str) -> Response:
    return visit.not_found(
        visit.language.gettext(
            "This node counts no line “%(line)s”. A line is known from its first passage.",
            line=line,
        ),
        visit.address(node_page(node)),
    )
