"""Why something was refused, in the words of whoever reads the form, where the error stands.

The API's own texts name its fields and methods; these speak of days, names and boxes to tick.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from pasperdus_collector.errors import Fault
from pasperdus_service.languages import Language


def words(fault: Fault, language: Language, zone: ZoneInfo) -> str:
    """Return one sentence or two about a fault; instants are told in the site's ``zone``."""
    values = {
        name.removesuffix("_ms"): _told(name, value, language, zone)
        for name, value in fault.values.items()
    }
    return language.gettext(_WORDS[fault.reason], **values)


def reasons() -> Mapping[str, str]:
    """Return every reason that has words, with them as they are before translation."""
    return _WORDS


def _told(name: str, value: object, language: Language, zone: ZoneInfo) -> str:
    match value:
        case int() if name.endswith("_ms"):
            return _moment(value, language, zone)
        case date() if name == "weekday":
            return language.weekday(value)
        case date():
            return language.short_day(value)
        case bool() | str() | None:
            return str(value)
        case int() | float():
            return language.number(value)
        case tuple() | list():
            return ", ".join(str(each) for each in value)
        case _:
            return str(value)


def _moment(at_ms: int, language: Language, zone: ZoneInfo) -> str:
    """Return a day, and its time unless that is midnight: most things begin with a day."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)
    day = language.short_day(at.date())
    return day if at.time() == time() else f"{day}, {language.clock(at_ms, zone)}"


def _(message: str) -> str:
    """Mark a message for the catalogues; it is translated when somebody reads it."""
    return message


_NUMBER = _("Write a number, such as 3.")
_DAY = _("This is not a date. Write a day, a month and a year.")
_LIST = _("Choose one of those offered.")
_EMPTY = _("Please fill this in.")
_UNREADABLE = _("This could not be read. Please check how it is written.")

_WORDS: Mapping[str, str] = {
    "refused": _("This cannot be done: %(text)s"),
    # -- any form ---------------------------------------------------------------------------------
    "changed-meanwhile": _(
        "Somebody else changed this while you were writing. Compare both versions, then send yours "
        "again if it should stand."
    ),
    "name-taken": _("The name “%(name)s” is taken already. Please choose another one."),
    "name-stays": _("A name cannot be changed, since other things refer to it."),
    "named-twice": _("The same name is there twice. Please keep one."),
    "not-after-start": _("The end must come after the start."),
    "last-before-first": _("The last day comes before the first one."),
    "year-out-of-range": _("This year is not possible. Please check the date."),
    "not-an-instant": _DAY,
    "not-a-day": _DAY,
    "not-a-time": _("This is not a time of day. Write it like 09:30."),
    "not-a-name": _("Write 1 to 40 small letters, digits or hyphens, without accents or spaces."),
    "not-a-phone": _("This is not a telephone number. Write digits, such as 01 23 45 67 89."),
    "not-one-line": _("Please write this on one line."),
    "not-printable": _("There is an invisible character in this text. Please type it by hand."),
    "half-a-character": _("A character of this text was damaged on its way. Please type it again."),
    "undrawable": _(
        "The screens of the reception cannot draw the character “%(character)s”. Please take it "
        "out or write it otherwise."
    ),
    "reason-missing": _(
        "The trial has begun and this changes what was decided before it. Please say why: every "
        "report will show it."
    ),
    "too-many": _("There are %(count)s, and at most %(most)s are possible."),
    # -- sites and their time ---------------------------------------------------------------------
    "no-such-site": _("There is no site “%(name)s”."),
    "no-such-time-zone": _("There is no time zone “%(name)s”. Write one such as Europe/Paris."),
    "no-such-zone": _("This site has no zone “%(name)s”."),
    "no-such-line": _("This site knows no door “%(line)s”. It is known from its first passage."),
    "no-calendar": _UNREADABLE,
    "not-one-of": _LIST,
    "not-pairs-of-times": _("Write each opening with its start and its end, such as 08:30 12:00."),
    "not-seven-weekdays": _("Please tell all seven days of the week."),
    "no-hours-at-all": _(
        "No day has any hours. Leave them all empty while they are not known; a site that is shut "
        "has a closure."
    ),
    "no-hours-that-day": _("Write that day's hours, or enter it as a closure."),
    "stretch-backwards": _("%(stretch)s does not end after it begins, on the same day."),
    "stretches-overlap": _("%(later)s begins before %(earlier)s is over."),
    "not-a-label": _("Write a word or two for it, such as “works”: at most %(most)s characters."),
    "closures-overlap": _(
        "It begins before “%(name)s” is over, on %(day)s. A day is closed for one reason."
    ),
    "closed-that-day": _("That day is part of the closure “%(name)s”."),
    "day-twice": _("%(day)s is there twice. Write all hours of a day together."),
    "too-many-days": _("Ask for at most %(most)s days at a time."),
    # -- counting by hand -------------------------------------------------------------------------
    "sensor-counted-nobody": _(
        "The sensor counted nobody in this direction, so nothing can be compared. Go on counting "
        "until people have passed both ways."
    ),
    "calibrated-already": _("The door “%(line)s” has a calibration from %(from)s already."),
    "no-such-calibration": _("This calibration is not there any more."),
    "longer-than-a-count": _("Nobody counts for more than twelve hours. Begin another count."),
    # -- trials -----------------------------------------------------------------------------------
    "no-such-prototype": _("There is no trial “%(name)s” here."),
    "no-such-period": _("There is no period “%(name)s” here."),
    "no-such-outcome": _LIST,
    "no-such-question": _(
        "This site does not ask that. A question is known from its first rating; known so far: "
        "%(known)s."
    ),
    "several-questions": _("This site asks several questions: %(known)s. Please choose one."),
    "several-scales": _("This question is asked on several scales. Please choose one."),
    "scale-without-question": _("Choose the question too: a scale alone says nothing."),
    "delta-out-of-range": _(
        "This is no change that could happen. Write it above 0, in the unit beside the box."
    ),
    "control-site-missing": _(
        "Name the site where nothing changes, or choose a comparison without one."
    ),
    "control-site-own": _(
        "This is the site of the trial itself. Choose one where nothing changes."
    ),
    "too-many-periods": _(
        "A trial has at most %(most)s periods, and this would make %(count)s. Register another one."
    ),
    "tried-then": _(
        "“%(name)s” is a time when the change was tried. Compare it with one without the change."
    ),
    "shorter-than-a-minute": _("A period lasts at least a minute."),
    "exclusion-length": _("Days left out are at least one and at most %(most)s in a row."),
    "periods-overlap": _(
        "“%(earlier)s” goes on until %(end)s, and “%(later)s” begins on %(start)s. Two periods of "
        "one trial cannot share a day."
    ),
    "period-without-end": _(
        "“%(earlier)s” has no end yet, and “%(later)s” begins on %(start)s. End the first one "
        "there, or earlier."
    ),
    "period-not-drawn": _(
        "The period “%(name)s” was not drawn. A trial by draw compares its own weeks only: draw "
        "weeks, or choose before and after."
    ),
    "drawn-for-good": _(
        "These weeks were drawn for good: else somebody might pick the better ones. Leave days "
        "out instead, or end this trial and register another one."
    ),
    "drawn-weeks-have-their-own": _("A trial by draw has its weeks without the change already."),
    "step-does-not-follow": _(
        "Write %(again)s for the same thing again, or %(following)s for the next step."
    ),
    "adapts-drawn-weeks": _(
        "A trial by draw cannot be adapted: its weeks would no longer be about one thing. End it "
        "and register the adapted one."
    ),
    "period-begins-later": _("“%(name)s” begins later, on %(start)s. Move it first."),
    "no-period-then": _("The change was not being tried on %(at)s. Choose a day when it was."),
    "rolled-back-already": _("This trial was taken back already, on %(at)s."),
    "nothing-to-decide": _("This trial has not begun, so there is nothing to decide yet."),
    "compared-with-another": _(
        "The period “%(name)s” would go, and the trial “%(by)s” is compared with it. Change what "
        "that one is compared with first."
    ),
    "draws-not-randomised": _("Weeks are drawn only for a trial by draw. Change its design first."),
    "week-began": _(
        "The week of %(day)s has begun already. Choose a Monday to come: weeks are drawn before "
        "anybody knows what they will be like."
    ),
    "not-monday": _("%(day)s is not a Monday. Choose %(monday)s or a later one."),
    "pairs-out-of-range": _(
        "Choose %(least)s to %(most)s pairs of weeks: with fewer, chance alone could explain any "
        "result."
    ),
    "seed-out-of-range": _("Write a whole number up to %(most)s, or leave this empty."),
    "no-recipe": _("This is not a recipe sheet. Choose the file that another site gave you."),
    "recipe-is-sheet": _(
        "This is the sheet for people. Choose the file recipe.json, which is attached to it."
    ),
    "recipe-newer": _(
        "This recipe sheet comes from a newer version of the software. Ask for an update here."
    ),
    "weeks-out-of-range": _("Choose 1 to %(most)s weeks."),
    "visitors-out-of-range": _("Write a number of people a day, up to %(most)s."),
    "visitors-unused": _(
        "This site counts or collects enough itself, so this number would change nothing. Leave it "
        "empty."
    ),
    "arms-share-time": _(
        "“%(baseline)s” and “%(tried)s” share some time: nobody can tell what belongs to which. "
        "End one where the other begins."
    ),
    "compared-too-long": _(
        "From the first period to the last are %(days)s days, and at most %(most)s are compared. "
        "Choose periods that lie closer together."
    ),
    "compares-several-questions": _(
        "Several questions were asked in both periods: %(known)s. Name one in the trial’s plan."
    ),
    # -- what the screens show --------------------------------------------------------------------
    "no-such-content": _("“%(name)s” is not there any more."),
    "too-many-kept": _("%(most)s are kept already. Please remove some that are over."),
    "is-default": _("This one is always there. It can be hidden instead."),
    "no-such-service": _("There is no service “%(name)s” yet. Write it first."),
    "no-such-need": _("There is no need “%(name)s” yet. Write it first."),
    "still-named": _("“%(by)s” still refers to it. Change that one first."),
    "too-many-dates": _(
        "All duty desks together would have %(count)s dates, and %(most)s are kept. Remove those "
        "that are over, or hold desks on days of the week."
    ),
    "too-many-shown": _(
        "%(count)s would be shown on %(day)s, and %(most)s fit the screens. End, hide or remove "
        "another one first."
    ),
    "board-too-big": _(
        "On %(day)s there would be more text than the screens can receive. Shorten some, or end or "
        "remove something."
    ),
    "closes-before-it-opens": _("It must close after it opens, on the same day."),
    "not-held-that-day": _("This desk is not held on that day, a %(weekday)s."),
    "desk-without-title": _("Write a title, or choose the service that this desk belongs to."),
    "desk-without-days": _("Choose days of the week, dates, or both."),
    "no-letters": _("The screens have no letters for this language."),
    "too-many-slips": _(
        "%(most)s messages wait at this terminal already. Wait until some are taken, or withdraw "
        "some."
    ),
    "no-such-slip": _("This message was taken or withdrawn, or became too old."),
    "no-such-terminal": _("There is no terminal “%(name)s”."),
    "no-agent-screen": _("Nobody could read a message at “%(name)s”: it has no agent's screen."),
    # -- sheets -----------------------------------------------------------------------------------
    "no-such-sheet": _("There is no sheet number %(number)s."),
    "sheet-is-closed": _("Sheet number %(number)s is closed. Open it again to change it."),
    "only-when-closing": _("Say who closes the sheet only when closing it."),
    "too-many-sheets": _("%(most)s sheets are kept. Remove some that were closed long ago."),
    "too-many-open-sheets": _(
        "%(most)s sheets are open, more than anybody can take care of. Close some first."
    ),
    # -- the form itself --------------------------------------------------------------------------
    "missing": _EMPTY,
    "string-too-short": _EMPTY,
    "string-too-long": _("This is too long: at most %(max_length)s characters."),
    "string-pattern-mismatch": _UNREADABLE,
    "string-type": _UNREADABLE,
    "string-unicode": _UNREADABLE,
    "too-short": _("Give at least %(min_length)s."),
    "too-long": _("Give at most %(max_length)s."),
    "extra-forbidden": _UNREADABLE,
    "literal-error": _LIST,
    "enum": _LIST,
    "int-parsing": _NUMBER,
    "int-parsing-size": _NUMBER,
    "int-type": _NUMBER,
    "int-from-float": _NUMBER,
    "float-parsing": _NUMBER,
    "float-type": _NUMBER,
    "finite-number": _NUMBER,
    "greater-than": _("Write a number above %(gt)s."),
    "greater-than-equal": _("Write %(ge)s or more."),
    "less-than": _("Write a number below %(lt)s."),
    "less-than-equal": _("Write %(le)s or less."),
    "bool-parsing": _LIST,
    "bool-type": _LIST,
    "date-type": _DAY,
    "date-parsing": _DAY,
    "date-from-datetime-parsing": _DAY,
    "date-from-datetime-inexact": _DAY,
    "dict-type": _UNREADABLE,
    "model-type": _UNREADABLE,
    "model-attributes-type": _UNREADABLE,
    "list-type": _UNREADABLE,
    "tuple-type": _UNREADABLE,
    "value-error": _UNREADABLE,
    "json-invalid": _("This is not a file that can be read here. Choose another one."),
    "not-understood": _UNREADABLE,
}
