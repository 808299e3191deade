"""The guided first run: from nothing to a first passage, seen as it happens.

Four steps, each with an address of its own. What is done is read from the collector, so somebody
may leave after any step and go on another day: without a step in the address comes the first one
that is not done.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus
from socket import gethostname
from typing import Any, get_args

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from pasperdus_collector.api.calendars import Calendars
from pasperdus_collector.api.queries import Queries
from pasperdus_collector.api.shapes import NewSite, SiteChange
from pasperdus_collector.api.written import read
from pasperdus_collector.calendar.opening import WEEKDAYS, SiteCalendar
from pasperdus_collector.demo_node.process import DemoNode, DemoNodeError
from pasperdus_collector.errors import PreconditionError, RefusalError
from pasperdus_collector.registry import DEFAULT_SITE, DEFAULT_TIME_ZONE, DEMO_SITE, Site
from pasperdus_dashboards.first_run.node_file import Contact, NodeKind, node_file
from pasperdus_dashboards.first_run.seen_words import seen_view
from pasperdus_dashboards.first_run.site_form import (
    site_differences,
    site_fields,
    site_form,
    site_labels,
    time_zones,
)
from pasperdus_dashboards.first_run.week_form import (
    as_hours,
    openings,
    week_differences,
    week_form,
    week_labels,
)
from pasperdus_dashboards.shell.forms import Form, Sent, refused
from pasperdus_dashboards.shell.navigation import FIRST_RUN as PAGE
from pasperdus_dashboards.shell.visit import Shell, Visit
from pasperdus_service.languages import Language

_READING = ["GET", "HEAD"]
_STEPS = ("1", "2", "3", "4")
_KINDS: tuple[NodeKind, ...] = get_args(NodeKind)
_NODE = "entrance-1"
_OF_DEMO = "demonstration"
_COMMAND = "script/demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the four, as the list above the page shows them."""

    number: str
    name: str
    is_done: bool
    is_here: bool


class FirstRunPage:
    """Answers for the four steps; the demonstration node is None where none may be started."""

    def __init__(
        self,
        shell: Shell,
        calendars: Calendars,
        contact: Contact,
        demo_node: DemoNode | None,
    ) -> None:
        self._shell = shell
        self._queries: Queries = shell.queries
        self._calendars = calendars
        self._contact = contact
        self._demo_node = demo_node

    def routes(self) -> APIRouter:
        """Return the routes under ``/premiers-pas``."""
        router = APIRouter(prefix=PAGE, include_in_schema=False)
        router.add_api_route("", self.page, methods=_READING)
        router.add_api_route("/en-direct", self.live_parts, methods=_READING)
        router.add_api_route("/site", self.name_site, methods=["POST"])
        router.add_api_route("/horaires", self.tell_hours, methods=["POST"])
        router.add_api_route("/demonstration", self.start_demo, methods=["POST"])
        router.add_api_route("/demonstration/arreter", self.stop_demo, methods=["POST"])
        return router

    def page(self, request: Request) -> Response:
        """Return the step that the address names, or the first one that is not done."""
        visit = self._shell.visit(request, PAGE)
        site = self._site(visit)
        asked = request.query_params.get("step", "")
        step = asked if asked in _STEPS else self._first_undone(site)
        if site is None and step != "1":
            return _to_step(visit, "1")  # the others are about it
        if step == "1":
            return self._render_site(visit, site, site_form(site))
        if step == "2" and site is not None:
            stored = self._calendars.one(site.site)
            return self._render_hours(visit, site, week_form(stored.calendar, stored.version))
        return self._render_node(visit, request, step)

    def live_parts(self, request: Request) -> Response:
        """Return the part that tells what was seen, for the script that waits for it."""
        visit = self._shell.visit(request, PAGE)
        return visit.render(
            "first_run/live.html", **self._seen_context(visit, of_demo=_is_of_demo(request))
        )

    # -- 1: the site -----------------------------------------------------------------------------

    def name_site(self, request: Request, sent: Sent) -> Response:
        """Give the site its title and time zone; make it where there is none."""
        visit = self._shell.visit(request, PAGE)
        site = self._site(visit)
        try:
            if site is None:
                wanted = read(NewSite, {"site": DEFAULT_SITE, **site_fields(sent)})
                self._queries.create_site(
                    name=wanted.site, title=wanted.title, time_zone=wanted.time_zone
                )
            else:
                change = read(SiteChange, site_fields(sent))
                self._queries.change_site(
                    site.site,
                    title=change.title,
                    time_zone=change.time_zone,
                    agents=None,
                    lines=[],
                    zones=[],
                    version=sent.version(),
                )
        except PreconditionError:
            now = self._site(visit)
            return visit.conflict(
                action=visit.address(f"{PAGE}/site"),
                sent=sent.fields,
                version=1 if now is None else now.version,
                differences=site_differences(visit.language, now, sent),
                back=visit.address(PAGE, step="1"),
            )
        except RefusalError as error:
            form = refused(
                sent, error, visit.language, controls=("title", "time_zone"), zone=visit.zone
            )
            return self._render_site(visit, site, form)
        return _to_step(visit, "2")

    def _render_site(self, visit: Visit, site: Site | None, form: Form) -> Response:
        return visit.render(
            "first_run/site.html",
            status=_status(form),
            steps=self._steps(visit, site, "1"),
            form=form,
            labels=site_labels(visit.language),
            time_zones=time_zones(visit.language, form.value("time_zone", DEFAULT_TIME_ZONE)),
        )

    # -- 2: when it is open ----------------------------------------------------------------------

    def tell_hours(self, request: Request, sent: Sent) -> Response:
        """Put a week of opening hours into the site's calendar; the rest of it stays."""
        visit = self._shell.visit(request, PAGE)
        site = self._site(visit)
        if site is None:
            return _to_step(visit, "1")
        stored = self._calendars.one(site.site)
        controls = [f"hours.{day}" for day in WEEKDAYS]
        try:
            calendar = SiteCalendar.from_json(stored.calendar.to_json() | {"hours": as_hours(sent)})
            self._calendars.change(site.site, calendar, version=sent.version())
        except PreconditionError:
            now = self._calendars.one(site.site)
            return visit.conflict(
                action=visit.address(f"{PAGE}/horaires"),
                sent=sent.fields,
                version=now.version,
                differences=week_differences(now.calendar, as_hours(sent), visit.language),
                back=visit.address(PAGE, step="2"),
            )
        except RefusalError as error:
            form = refused(sent, error, visit.language, controls=controls, zone=visit.zone)
            return self._render_hours(visit, site, form)
        return _to_step(visit, "3")

    def _render_hours(self, visit: Visit, site: Site, form: Form) -> Response:
        return visit.render(
            "first_run/hours.html",
            status=_status(form),
            steps=self._steps(visit, site, "2"),
            form=form,
            labels=week_labels(visit.language),
            openings=openings(form),
        )

    # -- 3 and 4: a node, and its first passage ----------------------------------------------------

    def start_demo(self, request: Request) -> Response:
        """Start the demonstration node, and lead to where its first passage is seen."""
        visit = self._shell.visit(request, PAGE)
        language = visit.language
        site = self._site(visit)
        if self._demo_node is None:
            return _to_step(visit, "3")
        try:
            self._demo_node.start(
                title=language.gettext("Demonstration (nothing real)"),
                zone_title=language.gettext("Simulated door"),
                time_zone=DEFAULT_TIME_ZONE if site is None else site.time_zone,
            )
        except DemoNodeError as error:
            return self._render_node(visit, request, "3", trouble=str(error))
        return RedirectResponse(
            visit.address(PAGE, step="4", of=_OF_DEMO), status_code=HTTPStatus.SEE_OTHER
        )

    def stop_demo(self, request: Request) -> Response:
        """End the demonstration node; what it counted stays in its own site."""
        visit = self._shell.visit(request, PAGE)
        if self._demo_node is not None:
            self._demo_node.stop()
        return visit.moved_on(PAGE, "stopped", step="3")

    def _render_node(
        self, visit: Visit, request: Request, step: str, *, trouble: str = ""
    ) -> Response:
        query = request.query_params
        kind = next((kind for kind in _KINDS if kind == query.get("kind")), _KINDS[0])
        node = _node_name(query.get("node", ""))
        language = visit.language
        demo = None if self._demo_node is None else self._demo_node.state()
        return visit.render(
            "first_run/node.html" if step == "3" else "first_run/seen.html",
            told={
                "stopped": language.gettext(
                    "The demonstration node has ended. What it counted stays in its own site."
                )
            },
            status=HTTPStatus.UNPROCESSABLE_ENTITY if trouble else HTTPStatus.OK,
            steps=self._steps(visit, self._site(visit), step),
            node=node,
            kind=kind,
            kinds=[
                ("entrance", language.gettext("An entrance: two beams across the door")),
                (
                    "waiting-room",
                    language.gettext("A waiting room: two beams and five rating buttons"),
                ),
            ],
            file=node_file(self._contact, node=node, kind=kind, server=gethostname()),
            is_for_this_machine=self._contact.is_for_this_machine,
            collector=self._contact.collector,
            demo=demo,
            demo_ends=language.clock(demo.ends_at_ms, visit.zone)
            if demo is not None and demo.ends_at_ms is not None
            else "",
            demo_obstacle=self._obstacle(language),
            demo_trouble=trouble,
            command=_COMMAND,
            **self._seen_context(visit, of_demo=step == "4" and _is_of_demo(request)),
        )

    def _obstacle(self, language: Language) -> str:
        """Return why there can be no demonstration node here; empty when there can be one."""
        match "not-here" if self._demo_node is None else self._demo_node.obstacle:
            case None:
                return ""
            case "not-installed":
                return language.gettext(
                    "The node's program is not installed on this machine. With "
                    'pip install "pasperdus[node]" beside the collector it would be.'
                )
            case "broker-elsewhere":
                return language.gettext(
                    "This collector's broker asks for an encrypted connection, and a "
                    "demonstration has no account there."
                )
            case "broker-asks-who":
                return language.gettext(
                    "This collector's broker asks every node for its password, and a "
                    "demonstration has none."
                )
            case _:
                return language.gettext("No program may be started from this page here.")

    # -- what has been seen ------------------------------------------------------------------------

    def _seen_context(self, visit: Visit, *, of_demo: bool) -> dict[str, Any]:
        """Return what was seen of the own site, or of the demonstration's."""
        sites = {site.site: site for site in self._queries.sites()}
        own = self._site(visit)
        site = sites.get(DEMO_SITE) if of_demo else own
        return {
            "seen": seen_view(
                site,
                self._queries.nodes(),
                None if site is None else self._queries.live(site.site),
                visit.language,
                now_ms=self._queries.now_ms(),
            ),
            "of": _OF_DEMO if of_demo else "",
            "watched": "" if site is None else site.site,
        }

    def _site(self, visit: Visit) -> Site | None:
        """Return the site that is being set up: the one asked for, never the demonstration's."""
        own = {site.site: site for site in self._queries.sites() if site.site != DEMO_SITE}
        if visit.asked in own:
            return own[visit.asked]
        return own.get(DEFAULT_SITE) or next(iter(own.values()), None)

    def _steps(self, visit: Visit, site: Site | None, here: str) -> list[Step]:
        gettext = visit.language.gettext
        names = (
            gettext("Name the site"),
            gettext("Opening hours"),
            gettext("A node"),
            gettext("The first passage"),
        )
        return [
            Step(number=number, name=name, is_done=is_done, is_here=number == here)
            for number, name, is_done in zip(_STEPS, names, self._done(site), strict=True)
        ]

    def _done(self, site: Site | None) -> list[bool]:
        if site is None:
            return [False] * len(_STEPS)
        return [
            site.title != site.site,
            bool(self._calendars.one(site.site).calendar.hours),
            any(node.site == site.site for node in self._queries.nodes()),
            any(zone.lines for zone in site.zones),
        ]

    def _first_undone(self, site: Site | None) -> str:
        undone = (n for n, is_done in zip(_STEPS, self._done(site), strict=True) if not is_done)
        return next(undone, _STEPS[-1])


def first_run_routes(
    shell: Shell, calendars: Calendars, contact: Contact, demo_node: DemoNode | None
) -> APIRouter:
    """Return the routes under ``/premiers-pas``."""
    return FirstRunPage(shell, calendars, contact, demo_node).routes()


def _to_step(visit: Visit, step: str) -> Response:
    return RedirectResponse(visit.address(PAGE, step=step), status_code=HTTPStatus.SEE_OTHER)


def _status(form: Form) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.wrong else HTTPStatus.OK


def _is_of_demo(request: Request) -> bool:
    return request.query_params.get("of") == _OF_DEMO


def _node_name(asked: str) -> str:
    return asked if re.fullmatch(r"[a-z0-9-]{1,40}", asked) else _NODE
