"""The weeks: entries by day, week and weekday, stay, satisfaction, tallies."""

from grafana_foundation_sdk.models.common import StackingMode
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig

from pasperdus_collector.series.published import PASSAGES, RATINGS, TALLIES
from pasperdus_grafana import panels
from pasperdus_grafana.boards import Board, Placed, one_question, one_site, zones
from pasperdus_grafana.influxql import Question, select
from pasperdus_grafana.language import Language, Say, speaker
from pasperdus_grafana.ratings import OF_ONE_QUESTION, scores
from pasperdus_grafana.weekly import index, satisfied, stay


def week(language: Language) -> Board:
    """Return the dashboard of the last twelve weeks."""
    say = speaker(language)
    return Board(
        file=say("semaine", "week"),
        uid="pasperdus-week",
        language=language,
        title=say("Semaine", "Week"),
        description=say(
            "Les dernières semaines d'un site : passages, durée de présence, satisfaction et "
            "relevés des agents. La semaine en cours est incomplète.",
            "The last weeks of one site: passages, stay, satisfaction and the agents' tallies. "
            "The current week is not complete.",
        ),
        since="now-11w/w",
        until="now/w",
        refresh="15m",
        variables=[*one_site(say), zones(say), *one_question(say)],
        panels=[
            Placed(width=12, panel=_days(say)),
            Placed(width=12, panel=_corrected(say)),
            Placed(width=12, panel=_weeks(say)),
            Placed(width=12, panel=_weekdays(say)),
            Placed(width=12, panel=_by_zone(say)),
            Placed(width=12, panel=stay(say)),
            Placed(width=8, panel=satisfied(say)),
            Placed(width=8, panel=index(say)),
            Placed(width=8, panel=_scores(say)),
            Placed(width=24, panel=_tallies(say)),
        ],
    )


def _days(say: Say) -> panels.Chart:
    entries, exits = say("Entrées", "Entries"), say("Sorties", "Exits")
    return panels.chart(
        say("Passages par jour", "Passages per day"),
        say(
            "Entrées et sorties comptées chaque jour ; un jour inconnu n'a pas de barre.",
            "Entries and exits counted each day; an unknown day has no bar.",
        ),
        [
            Question(query=select(PASSAGES, "1d", "site", {entries: '"ins"'})),
            Question(query=select(PASSAGES, "1d", "site", {exits: '"outs"'})),
        ],
        bucket="1d",
        unit=say(*panels.PEOPLE),
        colours={entries: panels.BLUE, exits: panels.ORANGE},
        steps=[exits],
        bars=True,
    )


def _corrected(say: Say) -> panels.Chart:
    entries = say("Entrées corrigées", "Corrected entries")
    low, high = say("Borne basse", "Lower bound"), say("Borne haute", "Upper bound")
    chart = panels.chart(
        say("Entrées corrigées par jour", "Corrected entries per day"),
        say(
            "Entrées corrigées par les comptages manuels, avec leur intervalle à 95 % ; vide sans "
            "comptage manuel.",
            "Entries corrected by manual counts, with their 95 % interval; empty without a manual "
            "count.",
        ),
        [
            Question(
                query=select(
                    PASSAGES,
                    "1d",
                    "site",
                    {
                        entries: '"ins_corrected"',
                        low: '"ins_corrected" - "ins_error"',
                        high: '"ins_corrected" + "ins_error"',
                    },
                )
            )
        ],
        bucket="1d",
        unit=say(*panels.PEOPLE),
        colours={entries: panels.BLUE},
    )
    return panels.band(chart, low=low, high=high, colour=panels.SKY)


def _weeks(say: Say) -> panels.Chart:
    entries = say("Entrées", "Entries")
    return panels.chart(
        say("Entrées par semaine", "Entries per week"),
        say(
            "Entrées de chaque semaine, du lundi au dimanche, à côté des semaines précédentes.",
            "Entries of each week, Monday to Sunday, beside the weeks before.",
        ),
        [Question(query=select(PASSAGES, "1w", "site", {entries: '"ins"'}))],
        bucket="1w",
        unit=say(*panels.PEOPLE),
        colours={entries: panels.BLUE},
        bars=True,
    )


def _weekdays(say: Say) -> panels.Bars:
    entries = say("Entrées", "Entries")
    return panels.bars_by(
        say("Entrées par jour de la semaine", "Entries by weekday"),
        say(
            "Moyenne des entrées de chaque jour de la semaine sur la période affichée (1 est "
            "lundi), jours inconnus exclus.",
            "Mean entries of each weekday over the range shown (1 is Monday), unknown days left "
            "out.",
        ),
        [Question(query=select(PASSAGES, "1d", "site", {entries: '"ins"'}))],
        unit=say(*panels.PEOPLE),
        transformations=[
            DataTransformerConfig(
                id_val="formatTime",
                options={"timeField": "Time", "outputFormat": "E dddd", "useTimezone": True},
            ),
            DataTransformerConfig(
                id_val="groupBy",
                options={
                    "fields": {
                        "Time": {"operation": "groupby", "aggregations": []},
                        entries: {"operation": "aggregate", "aggregations": ["mean"]},
                    }
                },
            ),
            panels.renamed(f"{entries} (mean)", entries),
            DataTransformerConfig(id_val="sortBy", options={"sort": [{"field": "Time"}]}),
        ],
    )


def _by_zone(say: Say) -> panels.Chart:
    return panels.chart(
        say("Entrées par espace et par jour", "Entries by zone and day"),
        say(
            "Entrées dans chacun des espaces choisis, jour par jour.",
            "Entries into each of the chosen zones, day by day.",
        ),
        [
            Question(
                query=select(
                    PASSAGES,
                    "1d",
                    "zone",
                    {say("Entrées", "Entries"): '"ins"'},
                    tags={"zone": "zone"},
                    by=("zone",),
                ),
                alias="$tag_zone",
            )
        ],
        bucket="1d",
        unit=say(*panels.PEOPLE),
    )


def _scores(say: Say) -> panels.Chart:
    return panels.chart(
        say("Avis par semaine", "Ratings per week"),
        say(
            "Nombre d'avis de chaque valeur (1 est la moins bonne). La couleur distingue les "
            "valeurs, elle ne juge pas.",
            "How many ratings of each value (1 is the worst). Colours tell the values apart; they "
            "judge nothing.",
        ),
        [Question(query=select(RATINGS, "1w", "question", scores(say), tags=OF_ONE_QUESTION))],
        bucket="1w",
        unit=say(*panels.RATINGS),
        colours=dict(zip(scores(say), panels.SCORES, strict=True)),
        bars=True,
        stacked=StackingMode.NORMAL,
    )


def _tallies(say: Say) -> panels.Chart:
    return panels.chart(
        say("Relevés des agents par semaine", "Agents' tallies per week"),
        say(
            "Ce que les agents ont noté d'une touche, par sujet et par espace : question répétée, "
            "téléphone, mauvaise orientation, incident.",
            "What agents noted with one tap, by subject and zone: repeated question, phone, "
            "misorientation, incident.",
        ),
        [
            Question(
                query=select(
                    TALLIES,
                    "1w",
                    "tally",
                    {say("Relevés", "Tallies"): '"tallies"'},
                    tags={"zone": "zone"},
                    by=("zone", "what"),
                ),
                alias="$tag_what ($tag_zone)",
            )
        ],
        bucket="1w",
        unit=say(*panels.TALLIES),
        bars=True,
        stacked=StackingMode.NORMAL,
    )
