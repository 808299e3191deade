"""What the dashboards share: their frame, the choices at the top, and the places of panels."""

from collections.abc import Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import dashboard as model

from pasperdus_collector.series.published import PASSAGES, RATINGS
from pasperdus_grafana.influxql import SOURCE, tag_values
from pasperdus_grafana.language import Language, Say, speaker
from pasperdus_grafana.panels import Bars, Chart, Figure, Sheet

DATA_SOURCE_UID = "pasperdus-influxdb"
"""The uid in ``provisioning/datasources``; any other InfluxDB can be chosen in the dashboard."""

_COLUMNS = 24  # of Grafana's grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A panel with its size on a grid of 24 columns."""

    panel: Chart | Bars | Figure | Sheet
    width: int
    height: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A dashboard: the name of its file, and what is in it."""

    file: str
    uid: str
    language: Language
    title: str
    description: str
    since: str
    until: str
    refresh: str
    variables: Sequence[build.QueryVariable]
    panels: Sequence[Placed]
    annotations: Sequence[build.AnnotationQuery] = ()

    def build(self) -> model.Dashboard:
        """Return it in the library's form, panels numbered and put side by side in rows."""
        say = speaker(self.language)
        board = build.Dashboard(self.title).description(self.description)
        board.uid(self.uid if self.language == "fr" else f"{self.uid}-{self.language}")
        board.tags(["pasperdus", self.language]).readonly().timezone("browser").week_start("monday")
        board.time(self.since, self.until).refresh(self.refresh)
        board.tooltip(model.DashboardCursorSync.CROSSHAIR)
        board.links([_to_the_others(say, self.language)])
        board.variables([_data_source(say), *self.variables])
        board.annotations(list(self.annotations))
        column, row, tallest = 0, 0, 0
        for number, placed in enumerate(self.panels, start=1):
            if column + placed.width > _COLUMNS:
                column, row, tallest = 0, row + tallest, 0
            at = model.GridPos(x=column, y=row, w=placed.width, h=placed.height)
            board.with_panel(placed.panel.id(number).grid_pos(at))
            column, tallest = column + placed.width, max(tallest, placed.height)
        return board.build()


def one_site(say: Say) -> list[build.QueryVariable]:
    """Return the choice of one collector and one site of it."""
    return [
        _choice(
            "collector", say("Collecteur", "Collector"), tag_values(PASSAGES, "1d", "collector")
        ),
        _choice(
            "site",
            "Site",
            tag_values(PASSAGES, "1d", "site", within={"collector": "collector"}),
        ),
    ]


def many_sites(say: Say) -> list[build.QueryVariable]:
    """Return the choice of several collectors and sites, all of them at first."""
    return [_all_at_first(each) for each in one_site(say)]


def zones(say: Say) -> build.QueryVariable:
    """Return the choice of zones of the site, all of them at first."""
    within = {"collector": "collector", "site": "site"}
    return _all_at_first(
        _choice("zone", say("Espace", "Zone"), tag_values(PASSAGES, "1d", "zone", within=within))
    )


def one_question(say: Say) -> list[build.QueryVariable]:
    """Return the choice of a question of the site and of its scale: never two of them mixed."""
    of_site = {"collector": "collector", "site": "site"}
    of_question = {**of_site, "question": "question"}
    return [
        _choice(
            "question",
            say("Question", "Question"),
            tag_values(RATINGS, "1d", "question", within=of_site),
        ),
        _choice(
            "scale",
            say("Échelle", "Scale"),
            tag_values(RATINGS, "1d", "scale", within=of_question),
        ),
    ]


def _choice(name: str, label: str, question: str) -> build.QueryVariable:
    return (
        build.QueryVariable(name)
        .label(label)
        .datasource(SOURCE)
        .query({"query": question, "refId": f"{name}-values"})
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
    )


def _all_at_first(choice: build.QueryVariable) -> build.QueryVariable:
    every = model.VariableOption(selected=True, text=["All"], value=["$__all"])
    return choice.multi(True).include_all(True).all_value(".*").current(every)  # noqa: FBT003 (its own form)


def _data_source(say: Say) -> build.DatasourceVariable:
    ours = model.VariableOption(selected=True, text="Pas perdus", value=DATA_SOURCE_UID)
    return (
        build.DatasourceVariable("datasource")
        .label(say("Source de données", "Data source"))
        .type("influxdb")
        .current(ours)
    )


def _to_the_others(say: Say, language: Language) -> build.DashboardLink:
    link = build.DashboardLink(say("Autres tableaux Pas perdus", "Other Pas perdus dashboards"))
    link.type(model.DashboardLinkType.DASHBOARDS).tags(["pasperdus", language])
    return link.as_dropdown(True).include_vars(True).keep_time(False)  # noqa: FBT003 (its own form)
