"""The command ``plan``: how many weeks a question needs, in words or as JSON."""

import argparse
import json
import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING, get_args

from pasperdus_collector.comparison.plan_query import PlanQuery
from pasperdus_collector.config import Config
from pasperdus_collector.errors import CollectorError
from pasperdus_collector.ledger import reading, wall_ms
from pasperdus_collector.register.records import Design

if TYPE_CHECKING:
    from pasperdus_collector.analysis.plan import WeeksPlan
    from pasperdus_collector.analysis.words import Language

_SHOWN_WEEKS = (2, 4, 6, 8, 10, 12, 16, 20, 26)


def add_plan(command: argparse.ArgumentParser) -> None:
    """Add what can be asked, but for ``--config``."""
    command.add_argument("site", metavar="SITE")
    command.add_argument("--weeks", type=int, metavar="N", help="weeks that you have for each side")
    command.add_argument("--outcome", help="satisfied unless given, or the prototype's")
    command.add_argument(
        "--delta", type=float, help="the smallest change that matters, in its unit"
    )
    command.add_argument("--design", choices=get_args(Design))
    command.add_argument("--prototype", help="one of the register: how long it still has to run")
    command.add_argument("--question")
    command.add_argument("--scale", type=int)
    command.add_argument(
        "--visitors", type=float, metavar="N", help="people a day, where nobody counts them yet"
    )
    command.add_argument("--json", action="store_true", help="print all of it as JSON")
    command.add_argument("--language", choices=("fr", "en"), default="fr")


def planned(config: Config, options: argparse.Namespace) -> str:
    """Return what was asked, also beside a running collector.

    Raises :class:`CollectorError` where the ledger cannot be read, a name is not there, or nothing
    can be planned so.
    """
    from pasperdus_collector.comparison.planning import plan

    query = PlanQuery(
        site=options.site,
        outcome=options.outcome,
        delta=options.delta,
        design=options.design,
        weeks=options.weeks,
        question=options.question,
        scale=options.scale,
        prototype=options.prototype,
        visitors=options.visitors,
    )
    path = config.ledger.path
    try:
        with reading(path) as db:
            found = plan(db, query, now_ms=wall_ms(), collector=config.collector.name)
    except sqlite3.Error as error:
        raise CollectorError(
            f"[ledger] path {path} cannot be read: {error}; start the collector once"
        ) from error
    return as_json(found) if options.json else as_words(found, options.language)


def as_json(plan: "WeeksPlan") -> str:
    """Return what ``GET plan`` answers."""
    from pasperdus_collector.api.plan_shapes import plan_json

    return json.dumps(plan_json(plan), ensure_ascii=False, indent=1)


def as_words(plan: "WeeksPlan", language: "Language") -> str:
    """Return the sentences, and the curve as a small table."""
    from pasperdus_collector.analysis.plan_words import curve_words, plan_words

    words = plan_words(plan, language)
    paragraphs: list[Iterable[str | None]] = [
        (words.running,),
        (words.answer, words.detectable),
        curve_words(plan, _SHOWN_WEEKS, language),
        (words.hint, words.basis, words.meaning),
    ]
    said = ["\n".join(each for each in lines if each) for lines in paragraphs]
    return "\n\n".join(each for each in said if each)
