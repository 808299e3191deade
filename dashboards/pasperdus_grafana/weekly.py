"""Panels by week that more than one dashboard shows: stay, satisfied share, index."""

from pasperdus_collector.series.published import RATINGS, STAY
from pasperdus_grafana import panels
from pasperdus_grafana.influxql import Question, select
from pasperdus_grafana.language import Say
from pasperdus_grafana.ratings import OF_ONE_QUESTION, SATISFIED


def stay(say: Say) -> panels.Chart:
    """Return the stay per week in minutes, with its band and as counted."""
    estimate, raw = say("Durée de présence", "Stay"), say("Sans correction", "As counted")
    low, high = say("Borne basse", "Lower bound"), say("Borne haute", "Upper bound")
    chart = panels.chart(
        say("Durée de présence par semaine", "Stay per week"),
        say(
            "Durée moyenne de présence en minutes, corrigée de la dérive des comptages ; la bande "
            "est l'intervalle à 95 %. Les semaines trop incertaines n'y sont pas.",
            "Mean stay in minutes, corrected for the drift of the counts; the band is the 95 % "
            "interval. Weeks that are too uncertain are left out.",
        ),
        [
            Question(
                query=select(
                    STAY,
                    "1w",
                    "site",
                    {
                        estimate: '"minutes"',
                        low: '"minutes" - "error"',
                        high: '"minutes" + "error"',
                        raw: '"raw_minutes"',
                    },
                )
            )
        ],
        bucket="1w",
        unit=say(*panels.MINUTES),
        colours={estimate: panels.BLUE, raw: panels.GREY},
    )
    return panels.band(chart, low=low, high=high, colour=panels.SKY)


def satisfied(say: Say) -> panels.Chart:
    """Return the share of satisfied ratings per week."""
    share = say("Avis satisfaits", "Satisfied ratings")
    return panels.chart(
        say("Part d'avis satisfaits par semaine", "Share of satisfied ratings per week"),
        say(
            "Part d'avis satisfaits parmi les personnes qui ont donné leur avis, pour la question "
            "choisie. Une différence d'une semaine à l'autre peut n'être que du hasard : la page "
            "Comparer en juge.",
            "Share of satisfied ratings among the people who gave one, for the chosen question. A "
            "difference between weeks may be chance alone: the page Compare is the judge of it.",
        ),
        [
            Question(
                query=select(RATINGS, "1w", "question", {share: SATISFIED}, tags=OF_ONE_QUESTION)
            )
        ],
        bucket="1w",
        unit=say(*panels.SHARE),
        colours={share: panels.BLUE},
        most=1,
    )


def index(say: Say) -> panels.Chart:
    """Return the 0-100 index per week."""
    name = say("Indice", "Index")
    return panels.chart(
        say("Indice par semaine", "Index per week"),
        say(
            "Indice de 0 à 100 : 0 si tous les avis ont la valeur la moins bonne, 100 si tous ont "
            "la meilleure.",
            "Index from 0 to 100: 0 if all ratings have the worst value, 100 if all have the best.",
        ),
        [
            Question(
                query=select(RATINGS, "1w", "question", {name: '"index"'}, tags=OF_ONE_QUESTION)
            )
        ],
        bucket="1w",
        unit=say(*panels.INDEX),
        colours={name: panels.PURPLE},
        most=100,
    )
