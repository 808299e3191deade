"""The fleet: every site of every collector in one table, and the series of each."""

from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, MatcherConfig

from pasperdus_collector.series.published import PASSAGES, RATINGS
from pasperdus_grafana import panels
from pasperdus_grafana.boards import Board, Placed, many_sites
from pasperdus_grafana.influxql import Question, each_site, mean_coverage, select
from pasperdus_grafana.language import Language, Say, speaker

_SITE = ("collector", "site")
# Less than the 432 files that InfluxDB 3 Core opens for one question.
_LAST_YEAR = "time <= ${__to}ms AND time >= ${__to}ms - 400d"


def fleet(language: Language) -> Board:
    """Return the dashboard of all sites."""
    say = speaker(language)
    return Board(
        file=say("parc", "fleet"),
        uid="pasperdus-fleet",
        language=language,
        title=say("Parc", "Fleet"),
        description=say(
            "Tous les sites de tous les collecteurs qui partagent cette base : passages, "
            "couverture, avis et dernières données.",
            "All sites of all collectors that share this database: passages, coverage, ratings "
            "and last data.",
        ),
        since="now-6d/d",
        until="now",
        refresh="5m",
        variables=many_sites(say),
        panels=[
            Placed(width=24, height=10, panel=_sites(say)),
            Placed(
                width=12,
                panel=panels.chart(
                    say("Entrées par jour et par site", "Entries by day and site"),
                    say("Entrées de chaque site, jour par jour.", "Entries of each site by day."),
                    [
                        Question(
                            query=select(
                                PASSAGES,
                                "1d",
                                "site",
                                {say("Entrées", "Entries"): '"ins"'},
                                by=_SITE,
                            ),
                            alias="$tag_collector/$tag_site",
                        )
                    ],
                    bucket="1d",
                    unit=say(*panels.PEOPLE),
                ),
            ),
            Placed(
                width=12,
                panel=panels.chart(
                    say("Couverture par heure et par site", "Coverage by hour and site"),
                    say(
                        "Part de chaque heure où les capteurs du site ont fonctionné ; un trou : "
                        "rien n'est parvenu.",
                        "Share of each hour during which the site's sensors worked; a gap: nothing "
                        "arrived.",
                    ),
                    [
                        Question(
                            query=select(
                                PASSAGES,
                                "1h",
                                "site",
                                {say("Couverture", "Coverage"): '"coverage"'},
                                by=_SITE,
                            ),
                            alias="$tag_collector/$tag_site",
                        )
                    ],
                    bucket="1h",
                    unit=say(*panels.SHARE),
                    most=1,
                ),
            ),
        ],
    )


def _sites(say: Say) -> panels.Sheet:
    entries, coverage = say("Entrées", "Entries"), say("Couverture", "Coverage")
    ratings, last = say("Avis", "Ratings"), say("Dernière heure connue", "Last known hour")
    dated = say("Dernier jour connu", "Last known day")
    known = "known"  # a value stands beside each time; the table leaves it out
    latest = select(PASSAGES, "1h", "site", {known: 'last("ins")'}, by=_SITE)
    latest_day = select(PASSAGES, "1d", "site", {known: 'last("ins")'}, by=_SITE, during=_LAST_YEAR)
    mean = mean_coverage("1h", coverage, by=_SITE)
    entered = select(PASSAGES, "1d", "site", {entries: 'sum("ins")'}, by=_SITE)
    rated = select(RATINGS, "1d", "question", {ratings: 'sum("ratings")'}, by=_SITE)
    return panels.sheet(
        say("Sites", "Sites"),
        say(
            "Pour chaque site et la période affichée (sept jours) : entrées, part du temps "
            "couverte, avis publiés et dernière heure connue ; puis le dernier jour connu depuis "
            "un an. Une case vide est une valeur inconnue.",
            "For each site and the range shown (seven days): entries, share of the time covered, "
            "ratings released, last known hour; and the last known day in a year. An "
            "empty cell is a value not known.",
        ),
        [
            Question(query=each_site(entered, [entries]), is_table=True),
            Question(query=each_site(mean, [coverage]), is_table=True),
            Question(query=each_site(rated, [ratings]), is_table=True),
            Question(query=each_site(latest, [known]), is_table=True),
            Question(query=each_site(latest_day, [known]), is_table=True),
        ],
        units={
            entries: say(*panels.PEOPLE),
            coverage: say(*panels.SHARE),
            ratings: say(*panels.RATINGS),
            last: say(*panels.DATE),
            dated: say(*panels.DATE),
        },
        transformations=[
            _only("/^(?:A|B|C)$/", panels.without("Time")),
            _only("D", _time_of_each_site("max")),
            _only("E", _time_of_each_site("last")),
            DataTransformerConfig(id_val="merge", options={}),
            DataTransformerConfig(
                id_val="organize",
                options={
                    "indexByName": {
                        name: place
                        for place, name in enumerate(
                            [*_SITE, entries, coverage, ratings, "Time (max)", "Time (last)"]
                        )
                    },
                    "renameByName": {
                        "collector": say("Collecteur", "Collector"),
                        "site": say("Site", "Site"),
                        "Time (max)": last,
                        "Time (last)": dated,
                    },
                },
            ),
        ],
    )


def _time_of_each_site(how: str) -> DataTransformerConfig:
    """Return what turns the column Time into one named ``Time (how)``.

    Two columns of one name would be merged into one. Each site has one row, so that any way of
    reducing it gives the same time.
    """
    fields: dict[str, object] = {tag: {"operation": "groupby", "aggregations": []} for tag in _SITE}
    fields["Time"] = {"operation": "aggregate", "aggregations": [how]}
    return DataTransformerConfig(id_val="groupBy", options={"fields": fields})


def _only(queries: str, change: DataTransformerConfig) -> DataTransformerConfig:
    """Return the transformation for the answers to these queries alone."""
    change.filter_val = MatcherConfig(id_val="byRefId", options=queries)
    return change
