"""What the demonstration answers to whoever types, and how it ends."""

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pasperdus_demo.collector_api import CollectorApi
from pasperdus_demo.command_line import main
from support.demo import Demo, is_alive, wait_for

INTERRUPTED_IMPORT = """
import runpy, sys

class CtrlC:
    def find_spec(self, name, path=None, target=None):
        if name == "pasperdus_demo.demonstration":
            raise KeyboardInterrupt
        return None

sys.meta_path.insert(0, CtrlC())
sys.argv = ["pasperdus_demo"]
runpy.run_module("pasperdus_demo", run_name="__main__", alter_sys=True)
"""


@pytest.fixture
def short_directory() -> Iterator[Path]:
    """A directory whose path leaves room for the name of a Unix socket."""
    directory = Path(tempfile.mkdtemp())
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "abc"], "'abc' is no port; give one from 1 to 65535, or 0 for a free one"),
        (["--port", "65536"], "'65536' is no port"),
        (["--port", "9" * 5000], "is no port"),
        (["--for", "long"], "'long' is no duration; give seconds, as in 60"),
        (["--for", "nan"], "'nan' is no duration"),
        (["--seed", "x"], "'x' is no seed; give a whole number, as in 7"),
        (["--check"], "--check needs --replay FILE"),
        (["--screens"], "there is no desktop here (neither DISPLAY nor WAYLAND_DISPLAY is set)"),
        (["--screens", "--replay", "x.csv"], "--screens shows visitors of now"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_in_words(
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_a_file_to_replay_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "nofile.csv"
    ended = subprocess.run(
        [sys.executable, "-m", "pasperdus_demo", "--replay", str(file)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr == (
        f"demo: {file}: cannot be read: there is no such file; give the path of a CSV file\n"
    )


def test_ctrl_c_while_importing_ends_quietly() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_IMPORT],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


@pytest.fixture
def _closing_is_heard() -> Iterator[None]:
    """Let what starts from here hear that a terminal closes, also where we run under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.slow
@pytest.mark.usefixtures("_closing_is_heard")
def test_closing_the_terminal_ends_everything_and_leaves_nothing(short_directory: Path) -> None:
    with Demo(None, "--no-history", temporary=short_directory) as demo:
        wait_for(CollectorApi(demo.address).is_ready, "the page")
        pids = demo.pids()
        demo.process.send_signal(signal.SIGHUP)
        demo.finish(60.0)

    assert demo.process.returncode == 0
    # A broker that was just being born hears of it a moment later.
    wait_for(lambda: not any(is_alive(pid) for pid in pids), "the end of all", 5.0)
    assert list(short_directory.iterdir()) == []
