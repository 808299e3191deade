"""Prototypes: the weekly figures with the periods in which something was tried marked on them.

The periods come from the measurement ``periods``: tags ``collector``, ``site``, ``prototype``;
fields ``title``, ``phase`` (strings) and ``ends_at`` (milliseconds since 1970 UTC; of a running
period its planned end); its time is the period's start.
"""

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model

from pasperdus_collector.series.published import PASSAGES
from pasperdus_grafana import panels
from pasperdus_grafana.boards import Board, Placed, one_question, one_site
from pasperdus_grafana.influxql import SOURCE, Question, select
from pasperdus_grafana.language import Language, Say, speaker
from pasperdus_grafana.weekly import satisfied, stay

PERIODS = "periods"
_THAT_TOUCH_THE_RANGE = (
    'time <= ${__to}ms AND "ends_at" >= ${__from}'
    ' AND "collector" =~ /^$collector$/ AND "site" =~ /^$site$/'
)


def prototypes(language: Language) -> Board:
    """Return the dashboard of nine months with the periods marked."""
    say = speaker(language)
    return Board(
        file="prototypes",
        uid="pasperdus-prototypes",
        language=language,
        title=say("Prototypes", "Prototypes"),
        description=say(
            "Les chiffres de chaque semaine, avec les périodes d'essai en arrière-plan. Ce tableau "
            "montre ; la page Comparer de Pas perdus conclut.",
            "Each week's figures with the trial periods behind them. This dashboard shows; the "
            "page Compare of Pas perdus concludes.",
        ),
        since="now-9M/w",
        until="now/w",
        refresh="1h",
        variables=[*one_site(say), *one_question(say)],
        annotations=[_periods(say)],
        panels=[
            Placed(width=24, panel=satisfied(say)),
            Placed(width=12, panel=_entries(say)),
            Placed(width=12, panel=stay(say)),
            Placed(width=24, panel=_list(say)),
        ],
    )


class _PeriodsTarget(model.AnnotationTarget):
    """A question whose rows are spans of time.

    Grafana calls a column of an annotation by its measurement too, and compares the title and the
    end with that name.
    """

    def to_json(self) -> dict[str, object]:
        query = (
            f'SELECT "title", "phase", "ends_at", "prototype" FROM "{PERIODS}"'  # noqa: S608
            f" WHERE {_THAT_TOUCH_THE_RANGE}"
        )
        return {
            "refId": "Anno",
            "query": query,
            "queryType": "tags",
            "rawQuery": True,
            "fromAnnotations": True,
            "titleColumn": f"{PERIODS}.title",
            "textColumn": "phase",
            "tagsColumn": "prototype",
            "timeEndColumn": f"{PERIODS}.ends_at",
        }


class _Periods(Builder[model.AnnotationTarget]):
    def build(self) -> model.AnnotationTarget:
        return _PeriodsTarget()


def _periods(say: Say) -> build.AnnotationQuery:
    return (
        build.AnnotationQuery()
        .name(say("Périodes", "Periods"))
        .datasource(SOURCE)
        .enable(True)  # noqa: FBT003 (the library's own form)
        .icon_color(panels.ORANGE)
        .target(_Periods())
    )


def _entries(say: Say) -> panels.Chart:
    entries = say("Entrées", "Entries")
    return panels.chart(
        say("Entrées par semaine", "Entries per week"),
        say(
            "Entrées de chaque semaine, du lundi au dimanche.", "Entries of each week from Monday."
        ),
        [Question(query=select(PASSAGES, "1w", "site", {entries: '"ins"'}))],
        bucket="1w",
        unit=say(*panels.PEOPLE),
        colours={entries: panels.BLUE},
        bars=True,
    )


def _list(say: Say) -> panels.Sheet:
    start, end = say("Début", "Start"), say("Fin", "End")
    title, phase = say("Titre", "Title"), say("Phase", "Phase")
    query = (
        f'SELECT "prototype" AS "Prototype", "title" AS "{title}", "phase" AS "{phase}",'  # noqa: S608
        f' "ends_at" AS "{end}" FROM "{PERIODS}" WHERE {_THAT_TOUCH_THE_RANGE}'
    )
    return panels.sheet(
        say("Périodes", "Periods"),
        say(
            "Les périodes qui touchent l'intervalle affiché, avec leur début et leur fin (prévue "
            "tant qu'elles durent).",
            "The periods that touch the range shown, with their start and their end (planned while "
            "they last).",
        ),
        [Question(query=query, is_table=True)],
        units={start: say(*panels.DATE), end: say(*panels.DATE)},
        transformations=[panels.renamed("Time", start)],
    )
