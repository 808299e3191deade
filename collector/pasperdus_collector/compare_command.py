"""The commands ``compare`` and ``recompute``: a comparison in words, as JSON or as a report."""

import argparse
import json
import sqlite3
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pasperdus_collector.config import Config
from pasperdus_collector.errors import CollectorError
from pasperdus_collector.ledger import reading, wall_ms

if TYPE_CHECKING:
    from pasperdus_collector.analysis.inputs import Inputs
    from pasperdus_collector.analysis.result import Comparison
    from pasperdus_collector.analysis.words import Language


def gathered(config: Config, *, site: str, baseline: str, prototype: str) -> "Inputs":
    """Return what a comparison is computed from, also beside a running collector.

    Raises :class:`CollectorError` where the ledger cannot be read or a name is not there.
    """
    from pasperdus_collector.comparison.gather import gather

    path = config.ledger.path
    try:
        with reading(path) as db:
            return gather(
                db,
                site,
                baseline,
                prototype,
                now_ms=wall_ms(),
                collector=config.collector.name,
            )
    except sqlite3.Error as error:
        raise CollectorError(
            f"[ledger] path {path} cannot be read: {error}; start the collector once"
        ) from error


def read_inputs(path: Path) -> "Inputs":
    """Return what ``compare --inputs`` wrote. Raises :class:`CollectorError`."""
    from pasperdus_collector.comparison.inputs_json import from_text

    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CollectorError(
            f"{path} cannot be read: {error.strerror}; name a file that compare --inputs wrote"
        ) from error
    except UnicodeDecodeError as error:
        raise CollectorError(
            f"{path} is no text in UTF-8; name a file that compare --inputs wrote"
        ) from error
    try:
        return from_text(text)
    except CollectorError as error:
        raise CollectorError(f"{path}: {error}") from error


def write_inputs(inputs: "Inputs", path: Path) -> None:
    """Write the canonical text: the SHA-256 of the file is the one that the result names."""
    from pasperdus_collector.comparison.inputs_json import to_text

    _write(path, to_text(inputs).encode())


def told(inputs: "Inputs", options: argparse.Namespace) -> str | None:
    """Return the comparison in the form that was asked for; None once a report is written."""
    comparison = compared(inputs)
    if options.pdf is not None:
        write_pdf(comparison, options.language, options.pdf)
        return None
    return as_json(comparison) if options.json else as_words(comparison, options.language)


def compared(inputs: "Inputs") -> "Comparison":
    """Compute everything."""
    from pasperdus_collector.analysis.comparison import compare
    from pasperdus_collector.comparison.inputs_json import digest, to_text

    return compare(inputs, version=version("pasperdus"), inputs_sha256=digest(to_text(inputs)))


def as_json(comparison: "Comparison") -> str:
    """Return what ``GET compare`` answers."""
    from pasperdus_collector.analysis.wording import answer_words, detail_words
    from pasperdus_collector.api.compare_shapes import LANGUAGES, comparison_json

    told = comparison_json(
        comparison,
        {each: answer_words(comparison.answer, each) for each in LANGUAGES},
        {each: detail_words(comparison, each) for each in LANGUAGES},
    )
    return json.dumps(told, ensure_ascii=False, indent=1)


def as_words(comparison: "Comparison", language: "Language") -> str:
    """Return the sentences: the verdict first, the effect, what stands beside it, caveats."""
    from pasperdus_collector.analysis.wording import answer_words, detail_words

    words = answer_words(comparison.answer, language)
    more = detail_words(comparison, language)
    paragraphs: list[Iterable[str | None]] = [
        (words.verdict, words.effect, words.design, words.warning),
        words.beside,
        more.control,
        (f"- {each}" for each in more.caveats),
        more.sensitivity,
        (words.advice, words.override),
        (more.recompute,),
    ]
    said = ["\n".join(each for each in lines if each) for lines in paragraphs]
    return "\n\n".join(each for each in said if each)


def write_pdf(comparison: "Comparison", language: "Language", path: Path) -> None:
    """Write the report. Raises :class:`CollectorError`."""
    from pasperdus_dashboards.errors import DashboardsError
    from pasperdus_dashboards.report.report import pdf

    try:
        document = pdf(comparison, language)
    except DashboardsError as error:
        raise CollectorError(f"the report cannot be set: {error}") from error
    _write(path, document)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CollectorError(
            f"{path} cannot be written: {error.strerror}; name a file in a directory that is there "
            "and yours to write"
        ) from error
