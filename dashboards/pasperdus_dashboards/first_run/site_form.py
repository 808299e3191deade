"""The form of a site's name and time zone; fields are named as the API names them."""

from collections.abc import Iterable
from zoneinfo import available_timezones

from babel.dates import get_timezone_location

from pasperdus_collector.registry import DEFAULT_TIME_ZONE, Site
from pasperdus_dashboards.shell.forms import Form, SentForm, shown
from pasperdus_dashboards.shell.visit import Difference
from pasperdus_service.languages import Language

_FRENCH_ZONES = (
    *("Europe/Paris", "America/Guadeloupe", "America/Martinique", "America/Cayenne"),
    *("America/Marigot", "America/St_Barthelemy", "America/Miquelon", "Indian/Reunion"),
    *("Indian/Mayotte", "Pacific/Noumea", "Pacific/Tahiti", "Pacific/Wallis"),
)


def site_form(site: Site | None) -> Form:
    """Return what is kept of a site; its name is no title, so the field is empty then."""
    if site is None:
        return shown(title="", time_zone=DEFAULT_TIME_ZONE)
    title = "" if site.title == site.site else site.title
    return shown(version=site.version, title=title, time_zone=site.time_zone)


def site_fields(sent: SentForm) -> dict[str, str]:
    """Return what was sent, as the API takes it."""
    return {name: sent.text(name) for name in ("title", "time_zone")}


def site_labels(language: Language) -> dict[str, str]:
    """Return the name of each field."""
    return {
        "title": language.gettext("Name of the place that people visit"),
        "time_zone": language.gettext("Time zone"),
    }


def site_differences(language: Language, site: Site | None, sent: SentForm) -> list[Difference]:
    """Return what somebody else wrote otherwise."""
    theirs = {} if site is None else {"title": site.title, "time_zone": site.time_zone}
    return [
        Difference(label=label, theirs=theirs.get(name, ""), yours=sent.text(name))
        for name, label in site_labels(language).items()
        if theirs.get(name, "") != sent.text(name)
    ]


def time_zones(language: Language, chosen: str) -> list[tuple[str, str]]:
    """Return the time zones of France, then those of Europe, each by the place that it is of."""

    def named(zones: Iterable[str]) -> list[tuple[str, str]]:
        places = ((zone, f"{_place(zone, language)} ({zone})") for zone in zones)
        return sorted(places, key=lambda pair: pair[1])

    europe = {zone for zone in available_timezones() if zone.startswith("Europe/")}
    # What was sent and is none is not offered again.
    kept = {chosen} & available_timezones()
    others = (europe | kept) - {*_FRENCH_ZONES}
    return [*named(_FRENCH_ZONES), *named(others)]


def _place(zone: str, language: Language) -> str:
    return str(get_timezone_location(zone, locale=language.locale, return_city=True))
