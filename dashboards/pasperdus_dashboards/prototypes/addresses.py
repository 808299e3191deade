"""Addresses of the register's pages: those of one trial lie under its name."""

from urllib.parse import quote

from pasperdus_dashboards.shell.navigation import PROTOTYPES

NEW = f"{PROTOTYPES}/nouveau"
RECIPE = f"{PROTOTYPES}/recette"
PLAN = f"{PROTOTYPES}/combien-de-semaines"


def trial_page(name: str) -> str:
    """Return the address of one trial."""
    return f"{PROTOTYPES}/essais/{quote(name, safe='')}"


def period_page(name: str, period: str) -> str:
    """Return the address on which a period of a trial is changed."""
    return f"{trial_page(name)}/periodes/{quote(period, safe='')}"
