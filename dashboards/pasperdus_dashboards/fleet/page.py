"""The page *Parc* and each node's own: how they are, how they were, what they are called."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from pasperdus_collector.api.calibrations import Calibrations
from pasperdus_collector.api.node_history import NodeHistory
from pasperdus_collector.api.shapes import SiteChange
from pasperdus_collector.api.written import read
from pasperdus_collector.errors import NotFoundError, PreconditionError, QueryError
from pasperdus_collector.node_history import NodeQuarter
from pasperdus_collector.node_state import NodeState
from pasperdus_collector.registry import Line, Site
from pasperdus_contract.fields import MAX_SEQ
from pasperdus_dashboards.charts.outbox import outbox_chart, outbox_frame, outbox_version
from pasperdus_dashboards.charts.style import Size, Theme
from pasperdus_dashboards.fleet.calibration_words import calibration_rows
from pasperdus_dashboards.fleet.fleet_words import fleet_view, node_view
from pasperdus_dashboards.fleet.gap_words import gaps_view
from pasperdus_dashboards.fleet.history_words import (
    DAY_MS,
    QUARTER_MS,
    SPANS_DAYS,
    HistoryView,
    history_view,
)
from pasperdus_dashboards.fleet.node_words import node_page
from pasperdus_dashboards.shell.figures import Chart, ChartForm, Figures, frames
from pasperdus_dashboards.shell.forms import Form, Sent, SentForm, refused, shown
from pasperdus_dashboards.shell.navigation import FLEET as PAGE
from pasperdus_dashboards.shell.visit import Difference, Shell, Visit
from pasperdus_service.languages import Language

_READING = ["GET", "HEAD"]
_FRESH_MS = 2 * QUARTER_MS  # older quarter-hours do not tell how a clock is now

CalibrationId = Annotated[int, Path(ge=1, le=MAX_SEQ)]


class FleetPage:
    """Answers for the nodes of every site."""

    def __init__(
        self, shell: Shell, figures: Figures, history: NodeHistory, calibrations: Calibrations
    ) -> None:
        self._shell = shell
        self._queries = shell.queries
        self._figures = figures
        self._history = history
        self._calibrations = calibrations

    def routes(self) -> APIRouter:
        """Return the routes under ``/parc``, but those of counting by hand."""
        router = APIRouter(prefix=PAGE, include_in_schema=False)
        router.add_api_route("", self.fleet, methods=_READING)
        router.add_api_route("/en-direct", self.live_parts, methods=_READING)
        router.add_api_route("/noeuds/{node}", self.node, methods=_READING)
        router.add_api_route("/noeuds/{node}/file.{form}", self.chart, methods=_READING)
        router.add_api_route("/noeuds/{node}/modifier", self.edit, methods=_READING)
        router.add_api_route("/noeuds/{node}/modifier", self.change, methods=["POST"])
        router.add_api_route(
            "/noeuds/{node}/calibrations/{calibration}/retirer", self.remove, methods=["POST"]
        )
        return router

    # -- all nodes -------------------------------------------------------------------------------

    def fleet(self, request: Request) -> Response:
        """Return the page of a site's nodes."""
        visit = self._shell.visit(request, PAGE)
        if visit.site is None:
            return visit.nothing_here()
        return visit.render("fleet/page.html", **self._context(visit, visit.site))

    def live_parts(self, request: Request) -> Response:
        """Return the parts of it that change by themselves."""
        visit = self._shell.visit(request, PAGE)
        if visit.site is None:
            return visit.nothing_here()
        return visit.render("fleet/live.html", **self._context(visit, visit.site))

    def _context(self, visit: Visit, site: Site) -> dict[str, Any]:
        now_ms = self._queries.now_ms()
        nodes = [node for node in self._queries.nodes() if node.site == site.site]
        latest = {node.node: self._latest(node.node, now_ms) for node in nodes}
        found = {name: quarter for name, quarter in latest.items() if quarter is not None}
        return {
            "view": fleet_view(nodes, found, site, visit.language, now_ms=now_ms),
            "gaps": gaps_view(
                self._history.gaps(site.site),
                visit.language,
                zone=visit.zone,
                today=datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(visit.zone).date(),
                has_lines=any(zone.lines for zone in site.zones),
            ),
            "clock": visit.language.clock(now_ms, visit.zone),
            "node_page": node_page,
        }

    def _latest(self, node: str, now_ms: int) -> NodeQuarter | None:
        quarters = self._history.quarters(node, start_ms=now_ms - _FRESH_MS)
        return quarters[-1] if quarters else None

    # -- one node --------------------------------------------------------------------------------

    def node(self, request: Request, node: str) -> Response:
        """Return one node's page."""
        visit = self._shell.visit(request, node_page(node))
        found = find_node(visit, node)
        if isinstance(found, Response):
            return found
        state, site = found
        language, now_ms = visit.language, self._queries.now_ms()
        span = _span(request)
        history = self._read_history(node, span, visit)
        chart = _chart(history, node, span, language)
        lines = lines_of(site, node)
        return visit.render(
            "fleet/node.html",
            told={
                "saved": language.gettext("The place and its lines are changed."),
                "calibrated": language.gettext(
                    "The calibration is kept. The corrected counts of this line are made anew."
                ),
                "removed": language.gettext(
                    "The calibration is taken out. The corrected counts are made anew without it."
                ),
                "undone": language.gettext("It is as it was before."),
            },
            view=node_view(state, self._latest(node, now_ms), site, language, now_ms=now_ms),
            node=state,
            history=history,
            chart=chart,
            frames=frames(chart),
            span=span,
            spans=SPANS_DAYS,
            lines=lines,
            boxes=[box for zone in site.zones for box in zone.boxes if box.node == node],
            calibrations=calibration_rows(
                [kept for kept in self._calibrations.all(site.site) if kept.entry.node == node],
                language,
                zone=visit.zone,
                now_ms=now_ms,
            ),
            node_page=node_page(node),
        )

    def chart(
        self,
        request: Request,
        node: str,
        form: ChartForm,
        size: Size = "wide",
        theme: Theme = "light",
        v: str = "",
    ) -> Response:
        """Return the chart of a node's outbox and clock."""
        visit = self._shell.visit(request, node_page(node))
        found = find_node(visit, node)
        if isinstance(found, Response):
            return found
        span = _span(request)
        history = self._read_history(node, span, visit)
        if not history.rows:
            raise NotFoundError(f"nothing was heard of node {node!r} in the last {span} days")
        return self._figures.answer(
            _chart(history, node, span, visit.language),
            form,
            visit.language,
            size=size,
            theme=theme,
            asked=v,
        )

    def _read_history(self, node: str, span: int, visit: Visit) -> HistoryView:
        now_ms = self._queries.now_ms()
        return history_view(
            self._history.quarters(node, start_ms=now_ms - span * DAY_MS),
            visit.language,
            zone=visit.zone,
            span_days=span,
            now_ms=now_ms,
        )

    # -- what a node's place and lines are called ------------------------------------------------

    def edit(self, request: Request, node: str) -> Response:
        """Return the form of a node's place and lines."""
        visit = self._shell.visit(request, node_page(node))
        found = find_node(visit, node)
        if isinstance(found, Response):
            return found
        state, site = found
        return _editing(visit, state, site, _kept_form(state, site))

    def change(self, request: Request, node: str, sent: Sent) -> Response:
        """Change the title of a node's place and the roles of its lines."""
        visit = self._shell.visit(request, node_page(node))
        found = find_node(visit, node)
        if isinstance(found, Response):
            return found
        state, site = found
        before = _as_kept(state, site)
        try:
            wanted = read(SiteChange, _as_sent(state, site, sent))
            version = self._put(site, wanted, version=sent.version())
        except PreconditionError:
            return visit.conflict(
                action=visit.address(f"{node_page(node)}/modifier"),
                sent=sent.fields,
                version=site.version,
                differences=_differences(visit, state, site, sent),
                back=visit.address(node_page(node)),
            )
        except QueryError as error:
            form = refused(
                sent, error, visit.language, controls=_controls(state, site), zone=visit.zone
            )
            return _editing(visit, state, site, form)
        put_back = partial(self._put, site, read(SiteChange, before), version=version)
        return visit.moved_on(node_page(node), "saved", undo=put_back)

    def _put(self, site: Site, wanted: SiteChange, *, version: int) -> int:
        changed = self._queries.change_site(
            site.site,
            title=None,
            time_zone=None,
            agents=None,
            lines=[line.as_role() for line in wanted.lines],
            zones=[zone.as_title() for zone in wanted.zones],
            version=version,
        )
        return changed.version

    # -- calibrations that are there -------------------------------------------------------------

    def remove(self, request: Request, node: str, calibration: CalibrationId) -> Response:
        """Take a calibration out; for a while it can be put back."""
        visit = self._shell.visit(request, node_page(node))
        found = find_node(visit, node)
        if isinstance(found, Response):
            return found
        _, site = found
        try:
            kept = self._calibrations.remove(site.site, calibration)
        except NotFoundError:
            return visit.not_found(
                visit.language.gettext("This calibration is not there any more."),
                visit.address(node_page(node)),
            )
        return visit.moved_on(
            node_page(node),
            "removed",
            undo=partial(self._calibrations.add, site.site, kept.entry),
        )


def find_node(visit: Visit, name: str) -> tuple[NodeState, Site] | Response:
    """Return a node with its site, or the answer where the page cannot be shown as asked."""
    node = next((each for each in visit.shell.queries.nodes() if each.node == name), None)
    if node is None:
        return visit.not_found(
            visit.language.gettext("There is no node “%(name)s” here.", name=name),
            visit.address(PAGE),
        )
    if visit.site is None or visit.site.site != node.site:
        # Its own site is the one in the page's head, and in every address on it.
        return RedirectResponse(visit.address(visit.page, site=node.site))
    return node, visit.site


def lines_of(site: Site, node: str) -> list[Line]:
    """Return the lines that a node counts."""
    return [line for zone in site.zones for line in zone.lines if line.node == node]


def _chart(history: HistoryView, node: str, span: int, language: Language) -> Chart:
    return Chart(
        name=("outbox", node, language.code, str(span)),
        version=outbox_version(history.rows) if history.rows else "",
        specify=lambda look: outbox_chart(history.rows, look, history.words),
        frame=outbox_frame,
    )


def _span(request: Request) -> int:
    asked = request.query_params.get("days", "")
    return next((span for span in SPANS_DAYS if str(span) == asked), SPANS_DAYS[0])


# -- the form: fields are named as the API names them ------------------------------------------


def _editing(visit: Visit, node: NodeState, site: Site, form: Form) -> Response:
    return visit.render(
        "fleet/edit.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.wrong else HTTPStatus.OK,
        form=form,
        node=node,
        lines=lines_of(site, node.node),
        labels=_labels(visit.language, node, site),
        roles=role_options(visit.language),
        node_page=node_page(node.node),
    )


def _controls(node: NodeState, site: Site) -> list[str]:
    return ["zones.0.title", *(f"lines.{n}.role" for n, _ in enumerate(lines_of(site, node.node)))]


def _labels(language: Language, node: NodeState, site: Site) -> dict[str, str]:
    names = [
        language.gettext("Name of the place"),
        *(
            language.gettext("Line “%(line)s”", line=line.line)
            for line in lines_of(site, node.node)
        ),
    ]
    return dict(zip(_controls(node, site), names, strict=True))


def _kept_values(node: NodeState, site: Site) -> list[str]:
    zone = next(zone for zone in site.zones if zone.zone == node.zone)
    return [zone.title, *(line.role for line in lines_of(site, node.node))]


def _kept_form(node: NodeState, site: Site) -> Form:
    values = dict(zip(_controls(node, site), _kept_values(node, site), strict=True))
    return shown(version=site.version, **values)


def _as_sent(node: NodeState, site: Site, sent: SentForm) -> dict[str, Any]:
    return _change(node, site, [sent.text(name) for name in _controls(node, site)])


def _as_kept(node: NodeState, site: Site) -> dict[str, Any]:
    return _change(node, site, _kept_values(node, site))


def _change(node: NodeState, site: Site, values: Sequence[str]) -> dict[str, Any]:
    title, *roles = values
    return {
        "zones": [{"zone": node.zone, "title": title}],
        "lines": [
            {"node": node.node, "line": line.line, "role": role}
            for line, role in zip(lines_of(site, node.node), roles, strict=True)
        ],
    }


def _differences(visit: Visit, node: NodeState, site: Site, sent: SentForm) -> list[Difference]:
    roles = {role: words for role, words, _ in role_options(visit.language)}
    labels = _labels(visit.language, node, site)
    return [
        Difference(label=labels[name], theirs=roles.get(kept, kept), yours=roles.get(mine, mine))
        for name, kept in zip(_controls(node, site), _kept_values(node, site), strict=True)
        if (mine := sent.text(name)) != kept
    ]


def role_options(language: Language) -> list[tuple[str, str, str]]:
    """Return what a line may be, for a field of radio buttons."""
    return [
        (
            "outer",
            language.gettext("A door of the building"),
            language.gettext("Its passages make the site's entries, exits and people inside."),
        ),
        (
            "inner",
            language.gettext("A door inside"),
            language.gettext("Counted for itself: who passes it is in the building already."),
        ),
    ]
