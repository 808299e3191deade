"""The facts of the privacy notice: what is kept and passed on, as this collector is configured."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from pasperdus_collector.config import Config
from pasperdus_collector.pulse_release import MIN_AGENTS, SPAN_DAYS
from pasperdus_collector.pulse_release import K as LEAST_PULSES
from pasperdus_collector.registry import Site
from pasperdus_collector.release import K as LEAST_RATINGS
from pasperdus_collector.stored.counted import SLIP_DAYS
from pasperdus_collector.stored.declarations import DECLARED
from pasperdus_collector.stored.declared import Kept, Recipient
from pasperdus_service.settings import is_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A machine that gets something; ``host`` is its name."""

    host: str
    is_encrypted: bool
    is_this_machine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a site can say of the data it keeps, and what only its people can add.

    ``names`` by which a proxy or tunnel reaches the pages. The pulse is asked for at sites that
    ``asks_pulse``; it leaves in blocks of at least so many answers and days.
    """

    site: Site
    kept: tuple[Kept, ...]
    influx: Elsewhere | None
    home_assistant: bool
    broker: Elsewhere
    listens_on: str
    names: tuple[str, ...]
    believes_every_node: bool
    least_ratings: int = LEAST_RATINGS
    least_pulses: int = LEAST_PULSES
    pulse_days: int = SPAN_DAYS
    least_agents: int = MIN_AGENTS
    slip_days: int = SLIP_DAYS

    @property
    def asks_pulse(self) -> bool:
        """Whether enough agents work there to ask them."""
        return self.site.agents >= self.least_agents

    def recipients(self, kept: Kept) -> tuple[Recipient, ...]:
        """Return who gets a thing here: what is not configured gets nothing."""
        absent = {
            name
            for name, is_there in (
                ("influx", self.influx is not None),
                ("home_assistant", self.home_assistant),
            )
            if not is_there
        }
        return tuple(each for each in kept.recipients if each not in absent)


def notice_of(config: Config, site: Site) -> Notice:
    """Return the facts of one site."""
    influx = config.influx
    return Notice(
        site=site,
        kept=DECLARED,
        influx=None
        if influx is None
        else _elsewhere(urlsplit(influx.url).hostname or "", is_encrypted=influx.is_encrypted),
        home_assistant=config.home_assistant is not None,
        broker=_elsewhere(config.mqtt.host, is_encrypted=config.mqtt.is_encrypted),
        listens_on=config.http.host,
        names=tuple(config.http.allowed_hosts),
        believes_every_node=config.enrolment.mode == "open",
    )


def _elsewhere(host: str, *, is_encrypted: bool) -> Elsewhere:
    return Elsewhere(host=host, is_encrypted=is_encrypted, is_this_machine=is_loopback(host))
