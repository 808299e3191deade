"""The demonstration starts, shows somebody walking in, and leaves nothing behind."""

import json
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pasperdus_demo.collector_api import CollectorApi
from pasperdus_demo.reception_texts import contents, services
from support.demo import Demo, is_alive, start, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def short_directory() -> Iterator[Path]:
    """A directory whose path leaves room for the name of a Unix socket."""
    directory = Path(tempfile.mkdtemp())
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


def counted_today(address: str) -> int:
    api = CollectorApi(address)
    if not api.counters().stored:
        return 0  # a site is known from its first event
    now = datetime.now(UTC)
    series = api.series(measure="passages_in", from_=now - timedelta(hours=1), to=now, bucket="15m")
    return sum(value or 0 for value in series.values())


def macarons(address: str) -> list[dict[str, Any]]:
    api = CollectorApi(address)
    return api.waiting("default") if api.counters().stored else []


def test_the_first_visitor_is_in_the_ledger_and_on_the_screens_within_seconds(
    tmp_path: Path,
) -> None:
    hall = tmp_path / "data" / "hall-1" / "board.json"
    with Demo(tmp_path / "data", "--no-history") as demo:
        for node in ("entrance-1", "waiting-1", "terminal-1", "hall-1"):
            assert demo.pid_of(node)

        assert wait_for(lambda: counted_today(demo.address), "a visitor", 15.0) >= 1
        (macaron,) = wait_for(lambda: macarons(demo.address)[:1], "a macaron", 20.0)
        assert macaron["state"] == "waiting"
        assert macaron["service"] in services()
        wait_for(
            lambda: macaron["visit"] in {each["visit"] for each in kept(hall).get("visits", [])},
            "the macaron on the waiting room's screen",
        )

    assert {kind for kind, _ in contents()} - {"tally"} <= {
        name.removesuffix("s") for name, told in kept(hall).items() if told
    }


def kept(board: Path) -> dict[str, Any]:
    """Return the last board that a screen has heard."""
    return dict(json.loads(board.read_text(encoding="utf-8"))) if board.exists() else {}


def test_nine_months_are_there_within_a_minute_and_none_of_it_twice(tmp_path: Path) -> None:
    with Demo(tmp_path / "data", "--seed", "11") as demo:
        history = demo.pid_of("history")
        wait_for(lambda: CollectorApi(demo.address).counters().stored > 20_000, "some history")
        demo.kill("history")  # it goes on where its outboxes stopped
        wait_for(lambda: demo.pid_of("history") != history, "another history process")
        again = demo.pid_of("history")
        wait_for(lambda: not is_alive(again), "the end of the history", 60.0)
        api = CollectorApi(demo.address)
        counters = api.counters()
        now = datetime.now(UTC)
        by_month = api.series(
            measure="passages_in", from_=now - timedelta(days=273), to=now, bucket="1mo"
        )
        by_day, in_open_hours = (
            api.series(
                measure="passages_in",
                from_=now - timedelta(days=60),
                to=now - timedelta(days=2),
                bucket="1d",
                masks=masks,
            )
            for masks in ("", "open")
        )

    assert counters.stored > 180_000
    assert counters.quarantined == 0
    assert counters.add_up
    full_months = list(by_month.values())[1:-1]
    assert all(1_500 < (value or 0) < 7_000 for value in full_months), by_month
    # Everybody comes in opening hours, so the calendar that the site was told leaves nobody out.
    assert {day: count for day, count in in_open_hours.items() if count} == {
        day: count for day, count in by_day.items() if count
    }
    assert None in in_open_hours.values()  # Sundays are masked, not zero


@pytest.mark.parametrize(
    ("number", "child"),
    [
        (signal.SIGINT, "collector"),
        (signal.SIGTERM, "entrance-1"),
        (signal.SIGINT, "terminal-1"),
        (signal.SIGTERM, "terminal-1"),
    ],
)
def test_a_signal_at_any_stage_ends_every_process_and_removes_the_data(
    number: signal.Signals, child: str, short_directory: Path
) -> None:
    with Demo(None, "--no-history", temporary=short_directory) as demo:
        demo.pid_of(child)
        pids = demo.pids()

        demo.process.send_signal(number)
        _, complained = demo.finish(timeout_s=60)

    assert demo.process.returncode == 0, complained
    assert complained == ""
    # A broker that was just being born hears of it a moment later.
    wait_for(lambda: not any(is_alive(pid) for pid in pids), "the end of all", 10.0)
    assert list(short_directory.glob("pasperdus-*")) == []


def test_it_ends_by_itself_after_the_time_asked_for(tmp_path: Path) -> None:
    began_s = time.monotonic()
    with Demo(tmp_path / "data", "--no-history", "--for", "6") as demo:
        demo.pid_of("terminal-1")
        pids = demo.pids()
        demo.finish(timeout_s=60)

    assert time.monotonic() - began_s >= 6
    assert demo.process.returncode == 0
    assert [pid for pid in pids if is_alive(pid)] == []


def test_children_end_with_a_killed_demonstration(tmp_path: Path) -> None:
    with Demo(tmp_path / "data", "--no-history") as demo:
        demo.pid_of("terminal-1")
        pids = demo.pids()

        demo.process.kill()

        wait_for(lambda: not any(is_alive(pid) for pid in pids), "the end of all", 10.0)


def test_a_busy_port_is_told_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]

        process = start(["--port", str(port)])
        said, complained = process.communicate(timeout=20)

    assert process.returncode == 1
    assert said == ""
    assert complained.startswith(f"demo: port {port} is in use; choose another one")


def test_a_directory_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_text("precious", encoding="utf-8")

    process = start(["--port", "0", "--data", str(tmp_path)])
    _, complained = process.communicate(timeout=20)

    assert process.returncode == 1
    assert "not empty" in complained
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.db"]


def test_a_check_that_is_interrupted_is_not_passed(tmp_path: Path) -> None:
    path = tmp_path / "doors.csv"
    days = (datetime(2005, 7, 24, tzinfo=UTC) + timedelta(minutes=30 * n) for n in range(4800))
    rows = [f"{at:%Y-%m-%dT%H:%M:%S},20,20" for at in days]
    path.write_text("\n".join(["start,in,out", *rows]) + "\n", encoding="utf-8")

    with Demo(tmp_path / "data", "--replay", str(path), "--check", "--for", "4") as demo:
        said, complained = demo.finish(timeout_s=60)

    assert demo.process.returncode == 130
    assert said == ""
    assert complained.endswith("demo: interrupted before the check was done\n")
