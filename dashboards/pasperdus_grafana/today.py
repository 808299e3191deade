"""Today: who came, who is here, how long they waited, what they said, which sensor is silent."""

from grafana_foundation_sdk.models.common import StackingMode

from pasperdus_collector.buckets.flags import PROVISIONAL, UNBRIDGED
from pasperdus_collector.series.published import OCCUPANCY, PASSAGES, RATINGS, WAITS
from pasperdus_grafana import panels
from pasperdus_grafana.boards import Board, Placed, one_question, one_site
from pasperdus_grafana.influxql import Question, mean_coverage, select
from pasperdus_grafana.language import Language, speaker
from pasperdus_grafana.ratings import OF_ONE_QUESTION, scores


def today(language: Language) -> Board:
    """Return the dashboard of the day."""
    say = speaker(language)
    entries, exits = say("Entrées", "Entries"), say("Sorties", "Exits")
    estimate = say("Présents", "Present")
    low, high = say("Borne basse", "Lower bound"), say("Borne haute", "Upper bound")
    people, minutes = say(*panels.PEOPLE), say(*panels.MINUTES)
    service = say("Service", "Service")
    released = say("Avis publiés", "Released ratings")
    wait, time_served = say("Attente médiane", "Median wait"), say("Durée médiane", "Median time")
    return Board(
        file=say("aujourd-hui", "today"),
        uid="pasperdus-today",
        language=language,
        title=say("Aujourd'hui", "Today"),
        description=say(
            "Passages, présence, attente et avis de la journée dans un site. "
            "Un trou est un moment inconnu, jamais un zéro.",
            "The day's passages, occupancy, waits and ratings at one site. "
            "A gap is a time not known, never a zero.",
        ),
        since="now/d",
        until="now",
        refresh="1m",
        variables=[*one_site(say), *one_question(say)],
        panels=[
            Placed(
                width=6,
                height=4,
                panel=panels.figure(
                    say("Entrées du jour", "Entries today"),
                    say(
                        "Nombre de personnes comptées à l'entrée depuis le début de la période "
                        "affichée, quarts d'heure inconnus exclus.",
                        "People counted in since the start of the range shown, unknown "
                        "quarter-hours left out.",
                    ),
                    [Question(query=select(PASSAGES, "15m", "site", {entries: 'sum("ins")'}))],
                    unit=people,
                ),
            ),
            Placed(
                width=6,
                height=4,
                panel=panels.figure(
                    say("Présents", "Present"),
                    say(
                        "Dernière présence connue de la période, telle que comptée : la dérive du "
                        "jour n'est corrigée que la nuit.",
                        "Last known occupancy of the range, as counted: the day's drift is only "
                        "corrected at night.",
                    ),
                    [
                        Question(
                            query=select(
                                OCCUPANCY,
                                "15m",
                                "site",
                                {estimate: '"people"'},
                            )
                        )
                    ],
                    unit=people,
                ),
            ),
            Placed(
                width=6,
                height=4,
                panel=panels.figure(
                    released,
                    say(
                        "Avis publiés dans la période, pour la question choisie. Les avis sont "
                        "publiés par blocs, jamais un par un.",
                        "Ratings released in the range for the chosen question. Ratings are "
                        "released in blocks, never one by one.",
                    ),
                    [
                        Question(
                            query=select(
                                RATINGS,
                                "1h",
                                "question",
                                {released: 'sum("ratings")'},
                                tags=OF_ONE_QUESTION,
                            )
                        )
                    ],
                    unit=say(*panels.RATINGS),
                ),
            ),
            Placed(
                width=6,
                height=4,
                panel=panels.figure(
                    say("Couverture", "Coverage"),
                    say(
                        "Part de la période affichée où les capteurs ont fonctionné ; un quart "
                        "d'heure dont rien n'est parvenu n'est pas couvert.",
                        "Share of the range shown during which the sensors worked; a quarter-hour "
                        "of which nothing arrived is not covered.",
                    ),
                    [Question(query=mean_coverage("15m", say("Couverture", "Coverage")))],
                    unit=say(*panels.SHARE),
                ),
            ),
            Placed(
                width=12,
                panel=panels.chart(
                    say("Entrées cumulées", "Entries so far"),
                    say(
                        "Somme des entrées depuis le début de la période affichée ; un quart "
                        "d'heure inconnu n'y ajoute rien et laisse un trou.",
                        "Sum of entries since the start of the range shown; an unknown "
                        "quarter-hour adds nothing and leaves a gap.",
                    ),
                    [
                        Question(
                            query=select(
                                PASSAGES, "15m", "site", {entries: 'cumulative_sum("ins")'}
                            )
                        )
                    ],
                    bucket="15m",
                    unit=people,
                    colours={entries: panels.BLUE},
                ),
            ),
            Placed(
                width=12,
                panel=panels.chart(
                    say("Entrées et sorties par heure", "Entries and exits per hour"),
                    say(
                        "Personnes comptées à l'entrée et à la sortie, heure par heure.",
                        "People counted in and out, hour by hour.",
                    ),
                    [
                        Question(query=select(PASSAGES, "1h", "site", {entries: '"ins"'})),
                        Question(query=select(PASSAGES, "1h", "site", {exits: '"outs"'})),
                    ],
                    bucket="1h",
                    unit=people,
                    colours={entries: panels.BLUE, exits: panels.ORANGE},
                    steps=[exits],
                    bars=True,
                ),
            ),
            Placed(
                width=12,
                panel=panels.band(
                    panels.chart(
                        say("Présence", "Occupancy"),
                        say(
                            "Personnes présentes, quart d'heure par quart d'heure ; la bande est "
                            "l'intervalle à 95 %. Après une coupure d'un capteur, la présence "
                            "reste inconnue jusqu'à la fermeture de nuit ou un recomptage.",
                            "People present by quarter-hour; the band is the 95 % interval. After "
                            "a sensor's outage, occupancy stays unknown until the nightly close "
                            "or a recount.",
                        ),
                        [
                            Question(
                                query=select(
                                    OCCUPANCY,
                                    "15m",
                                    "site",
                                    {estimate: '"people"'},
                                )
                            ),
                            Question(
                                query=select(
                                    OCCUPANCY,
                                    "15m",
                                    "site",
                                    {
                                        low: '"people" - "error"',
                                        high: '"people" + "error"',
                                    },
                                    without_flags=PROVISIONAL | UNBRIDGED,
                                )
                            ),
                        ],
                        bucket="15m",
                        unit=people,
                        colours={estimate: panels.BLUE},
                    ),
                    low=low,
                    high=high,
                    colour=panels.SKY,
                ),
            ),
            Placed(
                width=12,
                panel=panels.chart(
                    say("Avis publiés par heure", "Released ratings per hour"),
                    say(
                        "Avis de chaque valeur (1 est la moins bonne), à l'heure où leur bloc se "
                        "termine. La couleur distingue les valeurs, elle ne juge pas.",
                        "Ratings of each value (1 is the worst), in the last hour of their block. "
                        "Colours tell the values apart; they judge nothing.",
                    ),
                    [
                        Question(
                            query=select(
                                RATINGS, "1h", "question", scores(say), tags=OF_ONE_QUESTION
                            )
                        )
                    ],
                    bucket="1h",
                    unit=say(*panels.RATINGS),
                    colours=dict(zip(scores(say), panels.SCORES, strict=True)),
                    bars=True,
                    stacked=StackingMode.NORMAL,
                ),
            ),
            Placed(
                width=8,
                panel=panels.sheet(
                    say("Attente", "Waits"),
                    say(
                        "Attente médiane de la journée par service, avec ses bornes à 95 %, et "
                        "nombre de personnes appelées ou parties avant l'appel.",
                        "The day's median wait by service with its 95 % bounds, and how many were "
                        "called or left before being called.",
                    ),
                    [
                        Question(
                            query=select(
                                WAITS,
                                "1d",
                                "service",
                                {
                                    service: '"service"',
                                    wait: '"wait"',
                                    low: '"wait_low"',
                                    high: '"wait_high"',
                                    say("Appelés", "Called"): '"called"',
                                    say("Partis", "Left"): '"left"',
                                },
                            ),
                            is_table=True,
                        )
                    ],
                    units={
                        wait: minutes,
                        low: minutes,
                        high: minutes,
                        say("Appelés", "Called"): people,
                        say("Partis", "Left"): people,
                    },
                    transformations=[panels.without("Time")],
                ),
            ),
            Placed(
                width=8,
                panel=panels.sheet(
                    say("Durée au guichet", "Time at the desk"),
                    say(
                        "Durée médiane entre l'appel et la fin, par service, avec ses bornes à "
                        "95 %.",
                        "Median time between call and end by service, with its 95 % bounds.",
                    ),
                    [
                        Question(
                            query=select(
                                WAITS,
                                "1d",
                                "service",
                                {
                                    service: '"service"',
                                    time_served: '"service_time"',
                                    low: '"service_low"',
                                    high: '"service_high"',
                                },
                            ),
                            is_table=True,
                        )
                    ],
                    units={time_served: minutes, low: minutes, high: minutes},
                    transformations=[panels.without("Time")],
                ),
            ),
            Placed(
                width=8,
                panel=panels.chart(
                    say("Couverture par ligne", "Coverage by line"),
                    say(
                        "Part de chaque quart d'heure où le capteur de la ligne a fonctionné ; un "
                        "trou : rien n'est parvenu.",
                        "Share of each quarter-hour during which the line's sensor worked; a gap: "
                        "nothing arrived.",
                    ),
                    [
                        Question(
                            query=select(
                                PASSAGES,
                                "15m",
                                "line",
                                {say("Couverture", "Coverage"): '"coverage"'},
                                by=("node", "line"),
                            ),
                            alias="$tag_node/$tag_line",
                        )
                    ],
                    bucket="15m",
                    unit=say(*panels.SHARE),
                    most=1,
                ),
            ),
        ],
    )
