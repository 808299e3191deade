"""The kinds of things that are kept, in words: what they are, why, for how long, for whom."""

from collections.abc import Mapping
from dataclasses import dataclass

from pasperdus_collector.stored.declared import Kept, Purpose, Recipient, Retention
from pasperdus_service.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One kind of thing: its name and what it says, and about whom."""

    name: str
    says: str


def groups(language: Language) -> list[tuple[str, tuple[str, ...]]]:
    """Return titles, each with the kinds below it, in the order in which they are told."""
    gettext = language.gettext
    return [
        (
            gettext("About visitors"),
            ("passages", "inside", "ratings", "unreleased", "waits", "hands"),
        ),
        (gettext("About the work of agents"), ("slips", "tallies", "pulses", "pulse_blocks")),
        (
            gettext("Written by the team"),
            ("contents", "sheets", "register", "register_log", "calibrations", "imports"),
        ),
        (
            gettext("What all of it comes from, and machines"),
            (
                "events",
                "coverage",
                "registry",
                "node_history",
                "delivery",
                "quarantine",
                "changes",
                "boards",
            ),
        ),
    ]


def words(language: Language) -> Mapping[str, Words]:
    """Return the words of every kind by its code."""
    gettext = language.gettext
    told = {
        "passages": (
            gettext("Passages"),
            gettext("How many people crossed each line, by the quarter-hour and by the day."),
        ),
        "inside": (
            gettext("People inside, dwell times"),
            gettext("Sums by the day, and recounts typed at a terminal."),
        ),
        "ratings": (
            gettext("Ratings, in sums"),
            gettext("Scores by the quarter-hour and by the day; blocks that were released."),
        ),
        "unreleased": (
            gettext("Ratings not released yet"),
            gettext("Score and time of presses that no block holds yet. No name, no other trace."),
        ),
        "waits": (
            gettext("Tokens and waits"),
            gettext(
                "Each tap on a token, with its time and a random number for the visit; waits by "
                "the day. No name, no reason."
            ),
        ),
        "hands": (
            gettext("Tokens of the day"),
            gettext("Which terminal hands out which shapes and colours."),
        ),
        "slips": (
            gettext("Phone messages"),
            gettext("Who called, their number and what they said, for one agent."),
        ),
        "tallies": (
            gettext("Tallies"),
            gettext(
                "How often agents tapped “repeated question”, “telephone” and so on, by terminal "
                "and quarter-hour. No agent is named."
            ),
        ),
        "pulses": (
            gettext("Pulse, answers not pooled yet"),
            gettext("One face a day at a terminal, with its day and no name."),
        ),
        "pulse_blocks": (
            gettext("Pulse, pooled"),
            gettext("Sums over the whole site and at least four weeks."),
        ),
        "contents": (
            gettext("Duty desks, notices, directory"),
            gettext(
                "What the screens show. The directory holds addresses and telephone numbers of "
                "local organisations, sometimes of a named person there."
            ),
        ),
        "sheets": (
            gettext("Sheets"),
            gettext("Anomalies and improvements; the person in charge is named by function."),
        ),
        "register": (
            gettext("Register of prototypes"),
            gettext("What is tried, its periods and what was decided, in free text."),
        ),
        "register_log": (
            gettext("Log of the register"),
            gettext("Who changed what, when and why, under the name or function they typed."),
        ),
        "calibrations": (
            gettext("Calibrations"),
            gettext("Manual counts beside the sensors'."),
        ),
        "imports": (
            gettext("Past counts imported"),
            gettext("Entries and exits from files of before."),
        ),
        "events": (
            gettext("Raw events"),
            gettext(
                "Everything that nodes recorded, one by one, with its exact time: passages, "
                "presses, taps of agents, the state of sensors. Nobody is named."
            ),
        ),
        "coverage": (
            gettext("Coverage"),
            gettext("For how long each sensor was working."),
        ),
        "registry": (
            gettext("Sites, zones and nodes"),
            gettext("Their names and titles, and how each node is now."),
        ),
        "node_history": (
            gettext("History of the nodes"),
            gettext("Heartbeats by the quarter-hour: clock, battery, temperature."),
        ),
        "delivery": (
            gettext("Receipts"),
            gettext("Which events were received, so that none counts twice; clocks of nodes."),
        ),
        "quarantine": (
            gettext("Events set aside"),
            gettext("What a node sent that could not be understood, as it was sent."),
        ),
        "changes": (
            gettext("Still to be copied"),
            gettext("Which days changed and are to be worked out or copied anew."),
        ),
        "boards": (
            gettext("What the screens show"),
            gettext(
                "The last board of each site, at the broker and on the card of each screen: tokens "
                "in use, duty desks, notices, directory."
            ),
        ),
    }
    return {kept: Words(name=name, says=says) for kept, (name, says) in told.items()}


def event_kinds(language: Language) -> Mapping[str, str]:
    """Return what each kind of raw event is called."""
    gettext = language.gettext
    return {
        "passage": gettext("passages"),
        "uncounted": gettext("beams broken without a direction"),
        "coverage": gettext("reports of working sensors"),
        "detection": gettext("presence detected"),
        "rating": gettext("presses of a rating button"),
        "reason": gettext("coded reasons of a rating"),
        "token": gettext("taps on tokens"),
        "tally": gettext("tallies by hand"),
        "message": gettext("phone messages taken"),
        "pulse": gettext("faces of the pulse"),
        "adjust": gettext("recounts of people inside"),
        "undo": gettext("taps taken back"),
        "health": gettext("changes of state of a part"),
    }


def purposes(language: Language) -> Mapping[Purpose, str]:
    """Return what each purpose is."""
    gettext = language.gettext
    return {
        "source": gettext("work out all the figures, and correct them later"),
        "footfall": gettext("know how many people come, and when"),
        "satisfaction": gettext("know whether visitors are satisfied"),
        "queue": gettext("call those who wait, and know how long they wait"),
        "reception": gettext("tell visitors who is there and where to go"),
        "messages": gettext("have agents call people back"),
        "agents": gettext("improve working conditions at reception, never assess anybody"),
        "quality": gettext("follow up anomalies and improvements"),
        "trials": gettext("compare prototypes honestly"),
        "operation": gettext("keep the equipment running"),
    }


def about(kept: Kept, language: Language) -> str:
    """Return whom something may concern."""
    gettext = language.gettext
    match kept.category:
        case "none":
            return gettext("nobody")
        case "typed":
            return gettext("people whom the team names")
        case "personal":
            return gettext("people who call")
        case "indirect" if kept.purpose in ("satisfaction", "queue"):
            return gettext("indirectly, visitors")
        case "indirect" if kept.purpose == "agents":
            return gettext("indirectly, agents")
        case "indirect":
            return gettext("indirectly, visitors and agents")


def recipients(language: Language) -> Mapping[Recipient, str]:
    """Return who each recipient is."""
    gettext = language.gettext
    return {
        "pages": gettext("whoever may open these pages"),
        "screens": gettext("screens of the site"),
        "terminal": gettext("one terminal only"),
        "influx": gettext("InfluxDB, published sums only"),
        "home_assistant": gettext("Home Assistant, totals of the day"),
    }


def kept_for(retention: Retention, language: Language) -> str:
    """Return how long something is kept, as a sentence without its full stop."""
    gettext, days = language.gettext, retention.days or 0
    match retention.rule:
        case "ledger":
            return gettext("until the ledger is deleted")
        case "log":
            return gettext("until the ledger is deleted; no entry can be changed or removed")
        case "until_removed":
            return gettext("until somebody removes it")
        case "replaced":
            return gettext("until the next one replaces it")
        case "next_day":
            return gettext("until the next day's are dealt")
        case "days":
            return language.ngettext("%(count)s day", "%(count)s days", days)
        case "taken":
            return language.ngettext(
                "until the agent takes it, %(count)s day at most",
                "until the agent takes it, %(count)s days at most",
                days,
            )
        case "block":
            return gettext("until enough are together to be released; the raw event stays")
        case "copied":
            return gettext("until worked out or copied")


def goes_to(kept: tuple[Recipient, ...], language: Language) -> str:
    """Return who gets something, with commas between."""
    names = recipients(language)
    return ", ".join(names[each] for each in kept) or language.gettext("nobody: it stays here")
