"""The terms of the glossary, each in a sentence or two; anchors are the same in every language."""

from pasperdus_collector.analysis.release_blocks import LEAST_RATINGS
from pasperdus_collector.pulse_release import SPAN_DAYS
from pasperdus_collector.series.usual import DAYS, MIN_DAYS
from pasperdus_dashboards.glossary.term import Term, letters
from pasperdus_service.languages import Language


def terms(language: Language) -> list[Term]:
    """Return every term in the order of its language's alphabet."""
    return sorted(_written(language), key=lambda term: letters(term.title))


def _written(language: Language) -> list[Term]:
    gettext = language.gettext
    limits = {
        "ratings": language.number(LEAST_RATINGS),
        "pulse_weeks": language.number(SPAN_DAYS // 7),
        "days": language.number(DAYS),
        "least_days": language.number(MIN_DAYS),
    }
    return [
        Term(
            anchor="adaptation",
            title=gettext("adaptation"),
            text=gettext(
                "A change made to a prototype while it is being tried. What follows it is "
                "counted as a new period, never mixed with what came before."
            ),
        ),
        Term(
            anchor="attente",
            title=gettext("wait"),
            text=gettext(
                "The time between a token handed out and the call that follows. The figure "
                "shown is the median: half of the visitors waited less, half waited longer."
            ),
        ),
        Term(
            anchor="avant-apres",
            title=gettext("before and after"),
            text=gettext(
                "A trial that compares the weeks before a change with those after it. "
                "Something else may have changed at the same time, so it shows a difference "
                "and not its cause."
            ),
        ),
        Term(
            anchor="avis",
            title=gettext("rating"),
            text=gettext(
                "One press on one button of a rating box. It carries a score, a question and a"
                " time, and nothing about the person."
            ),
        ),
        Term(
            anchor="barometre-des-agents",
            title=gettext("agents' pulse"),
            text=gettext(
                "Once a day, the agent at a terminal may press one of five faces to say how "
                "the day went. Answers are only shown pooled over the whole site and at least "
                "%(pulse_weeks)s weeks.",
                **limits,
            ),
        ),
        Term(
            anchor="base-locale",
            title=gettext("ledger"),
            text=gettext(
                "The file on the collector in which every event is kept once. Every figure of "
                "these pages is worked out from it."
            ),
        ),
        Term(
            anchor="bloc-de-publication",
            title=gettext("release block"),
            text=gettext(
                "Ratings leave the ledger only in sums of at least %(ratings)s, over whole "
                "hours, so that nobody can tell who pressed what. A closed block never "
                "changes.",
                **limits,
            ),
        ),
        Term(
            anchor="borne-d-avis",
            title=gettext("rating box"),
            text=gettext(
                "The box with buttons on which visitors leave a rating. Moving it changes who "
                "answers, which is why the register notes where it stands."
            ),
        ),
        Term(
            anchor="calibration",
            title=gettext("calibration"),
            text=gettext(
                "A manual count of a quarter of an hour beside the sensor's own. It gives the "
                "correction of that door and its margin of error, until the next calibration."
            ),
        ),
        Term(
            anchor="collecteur",
            title=gettext("collector"),
            text=gettext(
                "The program, on one machine of the site, that receives what the nodes "
                "recorded, keeps it and serves these pages."
            ),
        ),
        Term(
            anchor="courtier-mqtt",
            title=gettext("MQTT broker"),
            text=gettext(
                "The program through which nodes and collector send each other what they "
                "recorded. It passes everything on and works out nothing."
            ),
        ),
        Term(
            anchor="couverture",
            title=gettext("coverage"),
            text=gettext(
                "The share of a time span in which a sensor was really working. Below 100 %%, "
                'a count means "at least".'
            ),
        ),
        Term(
            anchor="critere-principal",
            title=gettext("primary outcome"),
            text=gettext(
                "The one figure by which a prototype will be judged, chosen and written down "
                "before the trial begins."
            ),
        ),
        Term(
            anchor="detection",
            title=gettext("detection"),
            text=gettext(
                "Presence seen by a sensor that cannot count people. It serves to notice a "
                "counting sensor that has fallen silent, never to count."
            ),
        ),
        Term(
            anchor="duree-de-presence",
            title=gettext("dwell time"),
            text=gettext(
                "How long people stay on average, worked out from how many are inside and how "
                "many come in. Nobody is followed from door to door."
            ),
        ),
        Term(
            anchor="effet",
            title=gettext("effect"),
            text=gettext(
                "The difference between the prototype's period and the one it is compared "
                "with, between the same weekdays and hours. It is always given with its "
                "interval."
            ),
        ),
        Term(
            anchor="espace",
            title=gettext("zone"),
            text=gettext(
                "A place in a site, such as the entrance or the waiting room. Each node stands"
                " in one zone."
            ),
        ),
        Term(
            anchor="etape",
            title=gettext("step"),
            text=gettext(
                "A part of a trial in which what is tried stays the same. Each adaptation "
                "begins a new step, and comparisons are about the last one."
            ),
        ),
        Term(
            anchor="exclusion",
            title=gettext("excluded day"),
            text=gettext(
                "A day that no comparison counts, such as a strike or a breakdown. It is "
                "decided, with its reason, before anybody looks at the ratings."
            ),
        ),
        Term(
            anchor="fiche",
            title=gettext("sheet"),
            text=gettext(
                "An anomaly or an idea for improvement, with what was done about it, by which "
                "function, and when."
            ),
        ),
        Term(
            anchor="fiche-recette",
            title=gettext("recipe sheet"),
            text=gettext(
                "A prototype on one page, with what it takes to try it elsewhere. Another site"
                " can import it."
            ),
        ),
        Term(
            anchor="file-d-envoi",
            title=gettext("outbox"),
            text=gettext(
                "What a node has recorded and the collector has not confirmed yet. Without a "
                "network it grows; nothing in it is lost."
            ),
        ),
        Term(
            anchor="fourchette-habituelle",
            title=gettext("usual band"),
            text=gettext(
                "The lowest and the highest figure of the same weekday over the last %(days)s "
                "weeks, at the same time of day. It takes at least %(least_days)s days that "
                "were measured in full.",
                **limits,
            ),
        ),
        Term(
            anchor="frequentation",
            title=gettext("footfall"),
            text=gettext(
                "How many people came in over a span of time, all outer doors together. "
                "Somebody who comes in twice counts twice."
            ),
        ),
        Term(
            anchor="garde-fou",
            title=gettext("guardrail"),
            text=gettext(
                "Something that must hold beside the answer, such as sensors that worked, or as "
                "many people who leave a rating as before. Where it does not, the page says so."
            ),
        ),
        Term(
            anchor="indice-de-satisfaction",
            title=gettext("satisfaction index"),
            text=gettext(
                "A figure from 0 to 100: 0 if everybody pressed the worst button, 100 if "
                "everybody pressed the best one. Moving one button up counts the same anywhere"
                " on the scale."
            ),
        ),
        Term(
            anchor="intervalle",
            title=gettext("interval"),
            text=gettext(
                "The range in which the true figure most likely lies; built this way, such "
                "ranges hold it 95 times out of 100. The wider it is, the less is known."
            ),
        ),
        Term(
            anchor="lacune",
            title=gettext("gap"),
            text=gettext(
                "A time in which nothing could be measured. It stays empty on charts and in "
                "files and is never taken for zero."
            ),
        ),
        Term(
            anchor="ligne-comptee",
            title=gettext("counted line"),
            text=gettext(
                "The line across a door that the beams watch. Outer lines make the footfall; "
                "inner ones only tell about their zone."
            ),
        ),
        Term(
            anchor="macaron",
            title=gettext("token"),
            text=gettext(
                "A shape and a colour handed to a visitor who waits, so that they can be "
                "called without name, number or reason."
            ),
        ),
        Term(
            anchor="noeud",
            title=gettext("node"),
            text=gettext(
                "One of the small computers of the site: at the entrance, in the waiting room,"
                " in the terminal."
            ),
        ),
        Term(
            anchor="note",
            title=gettext("score"),
            text=gettext(
                "The number of the button pressed, from 1, the worst, to the best of the scale."
            ),
        ),
        Term(
            anchor="occupation",
            title=gettext("occupancy"),
            text=gettext(
                "How many people are inside, worked out from entries and exits. Small errors "
                "add up over a day, so it starts anew each night and carries a margin."
            ),
        ),
        Term(
            anchor="part-satisfaite",
            title=gettext("share satisfied"),
            text=gettext(
                "Of a hundred ratings, how many gave a score that means satisfied: the top two"
                " of five, the top two of four, the top one of three or two."
            ),
        ),
        Term(
            anchor="passage",
            title=gettext("passage"),
            text=gettext("One person who crosses a counted line, in or out."),
        ),
        Term(
            anchor="periode",
            title=gettext("period"),
            text=gettext(
                "A span of time with a beginning and an end, in which a site was in one state:"
                " as before, or with a prototype."
            ),
        ),
        Term(
            anchor="permanence",
            title=gettext("duty desk"),
            text=gettext("A service present at the site on some days, with its place and hours."),
        ),
        Term(
            anchor="plus-petit-ecart-qui-compte",
            title=gettext("smallest change that matters"),
            text=gettext(
                "The difference below which the team would do nothing, chosen before the "
                "trial. It decides how many weeks are needed."
            ),
        ),
        Term(
            anchor="prototype",
            title=gettext("prototype"),
            text=gettext(
                "What is tried for some weeks or months before building works are paid for: a "
                "layout, a mobile desk, signage, a queue."
            ),
        ),
        Term(
            anchor="rafale",
            title=gettext("burst"),
            text=gettext(
                "Several presses in a row within a short time, often a child or a joke. They "
                "are kept apart, and the result is given with and without them."
            ),
        ),
        Term(
            anchor="reference",
            title=gettext("baseline"),
            text=gettext(
                "The period with which a prototype is compared, most often the weeks before it."
            ),
        ),
        Term(
            anchor="registre-des-prototypes",
            title=gettext("register of prototypes"),
            text=gettext(
                "Where a trial is laid down before it begins: what is believed, how it will be"
                " judged, from when to when. Later changes are logged and shown."
            ),
        ),
        Term(
            anchor="releve",
            title=gettext("tally"),
            text=gettext(
                "Something that the agent counts with one tap: a repeated question, a wrong "
                "direction, a phone call, an incident. No word about anybody goes with it."
            ),
        ),
        Term(
            anchor="semaines-tirees-au-sort",
            title=gettext("weeks drawn by lot"),
            text=gettext(
                "A trial in which weeks with and without the prototype alternate, drawn by lot"
                " in pairs. Season and weather then fall on both alike, so the difference can "
                "be put down to the prototype."
            ),
        ),
        Term(
            anchor="site-temoin",
            title=gettext("control site"),
            text=gettext(
                "Another site where nothing changes, measured over the same weeks. What "
                "changes there too is not the prototype's doing."
            ),
        ),
        Term(
            anchor="taux-de-reponse",
            title=gettext("response rate"),
            text=gettext(
                "How many ratings were left per hundred people who went out. When it changes a"
                " lot between two periods, they may not be told by the same people."
            ),
        ),
        Term(
            anchor="verdict",
            title=gettext("verdict"),
            text=gettext(
                "The sentence that says what a comparison shows, how sure it is, or that the "
                "figures do not suffice. It stays valid even when read every day."
            ),
        ),
    ]
