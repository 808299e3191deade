"""``pasperdus-collector compare`` and ``recompute``: what a project team reads in a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pasperdus_collector import compare_command
from pasperdus_collector.__main__ import main
from pasperdus_collector.ledger import Ledger
from support.trials import Site, Trial, simulate

SITE = Site(weeks="AAAABBBB", ratings_a_day=45, visitors_a_day=60, effects={"B": 0.1})
Run = Callable[..., "Said"]


@pytest.fixture(autouse=True)
def _logs_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command sets up the logs of a process, which this one shares with other tests."""
    monkeypatch.setattr("pasperdus_collector.__main__.configure_logs", lambda: None)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one run printed, and its exit status."""

    status: int
    out: str
    err: str


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return simulate(tmp_path_factory.mktemp("told") / "ledger.db", SITE)


@pytest.fixture
def run(trial: Trial, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command on the day after the trial: the wall clock cannot be passed in."""
    monkeypatch.setattr(compare_command, "wall_ms", lambda: trial.now_ms)

    def run(*arguments: object) -> Said:
        status = main([str(each) for each in arguments])
        printed = capsys.readouterr()
        return Said(status=status, out=printed.out, err=printed.err)

    return run


@pytest.fixture
def config(trial: Trial, tmp_path: Path) -> Path:
    return written(tmp_path, trial.path)


def written(directory: Path, ledger: Path) -> Path:
    path = directory / "collector.toml"
    path.write_text(
        f"""
        [collector]
        name = "mairie"
        [mqtt]
        url = "mqtt://127.0.0.1:1"
        [ledger]
        path = "{ledger}"
        [http]
        auth = "none"
        [enrolment]
        mode = "open"
        """,
        encoding="utf-8",
    )
    return path


def test_the_verdict_comes_first_then_the_effect_and_what_stands_beside_it(
    run: Run, config: Path
) -> None:
    said = run("compare", "mairie", "avant", "pupitre", "--config", config)

    assert (said.status, said.err) == (0, "")
    paragraphs = said.out.strip().split("\n\n")
    first = paragraphs[0].splitlines()
    assert first[0] == "Probablement mieux"
    assert "avis satisfaits de plus sur 100" in first[1]
    assert "Sans pupitre" in paragraphs[1]
    assert "semaines" in paragraphs[1]
    assert paragraphs[2].startswith("- ")
    assert "empreinte" in paragraphs[-1]


def test_it_speaks_english_when_asked_to(run: Run, config: Path) -> None:
    said = run("compare", "mairie", "pupitre", "pupitre", "--config", config, "--language", "en")

    assert said.out.startswith("Probably better\n")


def test_a_running_collector_is_not_disturbed_and_the_ledger_is_only_read(
    run: Run, config: Path, trial: Trial
) -> None:
    with closing(Ledger(trial.path, quarantine_max=10)) as ledger, ledger.transaction():
        ledger.db.execute("UPDATE sites SET agents = 3")

        said = run("compare", "mairie", "avant", "pupitre", "--config", config)

    assert said.status == 0


def test_inputs_that_are_written_give_the_same_result_without_any_ledger(
    run: Run, config: Path, tmp_path: Path
) -> None:
    file = tmp_path / "inputs.json"
    told = run(
        *("compare", "mairie", "avant", "pupitre"),
        *("--config", config, "--inputs", file, "--json"),
    )

    again = run("recompute", file, "--json")

    assert (told.status, again.status) == (0, 0)
    assert again.out == told.out
    recompute = json.loads(told.out)["details"]["recompute"]
    assert recompute["inputs_sha256"] == sha256(file.read_bytes()).hexdigest()
    assert run("recompute", file).out.startswith("Probablement mieux\n")


def test_a_report_is_written_as_pdf(run: Run, config: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"

    said = run("compare", "mairie", "avant", "pupitre", "--config", config, "--pdf", file)

    assert (said.status, said.out) == (0, "")
    assert file.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("names", "said_to_be"),
    [
        (("annexe", "avant", "pupitre"), "there is no site 'annexe'; known are mairie"),
        (("mairie", "hier", "pupitre"), "known are avant, essai, pupitre"),
        (("mairie", "essai", "pupitre"), "share some time"),
    ],
)
def test_what_cannot_be_compared_is_told_in_a_sentence(
    run: Run, config: Path, names: tuple[str, ...], said_to_be: str
) -> None:
    said = run("compare", *names, "--config", config)

    assert said.status == 1
    assert said.out == ""
    assert said.err.startswith("pasperdus-collector: ")
    assert said_to_be in said.err


def test_a_ledger_that_is_not_there_is_told_with_what_to_do(run: Run, tmp_path: Path) -> None:
    config = written(tmp_path, tmp_path / "no.db")

    said = run("compare", "mairie", "avant", "pupitre", "--config", config)

    assert said.status == 1
    assert "start the collector once" in said.err


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read: No such file or directory; name a file that"),
        (b"{}", "this is no file of inputs: it has no 'schema'; write one with"),
        (b"[]", "it has no 'schema'"),
        (b'{"schema":1', "it is not JSON"),
        (b"\xff\xfe", "is no text in UTF-8; name a file that compare --inputs wrote"),
        (b'{"schema":1,"inputs":{}}', "'site' is missing; write one with compare --inputs FILE"),
        (b'{"schema":1,"inputs":5}', "an object is expected, not int"),
    ],
)
def test_what_is_no_file_of_inputs_is_told_in_a_sentence(
    run: Run, tmp_path: Path, content: bytes | None, why: str
) -> None:
    file = tmp_path / "inputs.json"
    if content is not None:
        file.write_bytes(content)

    said = run("recompute", file)

    assert said.status == 1
    assert said.err.startswith(f"pasperdus-collector: {file}")
    assert why in said.err
    assert "Errno" not in said.err


def test_a_file_that_cannot_be_written_is_told(run: Run, config: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "no" / "inputs.json"

    said: Any = run(
        "compare", "mairie", "avant", "pupitre", "--config", config, "--inputs", nowhere
    )

    assert said.status == 1
    assert f"{nowhere} cannot be written: No such file or directory; name a file in" in said.err
