"""A long replay of door counts, first undisturbed, then with kills all along the way."""

from __future__ import annotations

from pathlib import Path

from support.replaying import DoorCounts, assert_read_back_alike, replay, replay_and_kill

ROUNDS = 3
LONGEST_S = 4.0  # from one kill to the next
TIMEOUT_S = 900.0


def replay_in_peace_and_in_war(counts: DoorCounts, directory: Path, *, seed: int) -> None:
    """Replay a file twice. Raises AssertionError when anything is missing or twice."""
    peace, war = directory / "peace", directory / "war"
    peace.mkdir()
    war.mkdir()
    replay(counts, peace, timeout_s=TIMEOUT_S)
    replay_and_kill(
        counts,
        war,
        ("entrance-1", "broker", "entrance-1", "collector") * ROUNDS,
        seed=seed,
        longest_s=LONGEST_S,
        timeout_s=TIMEOUT_S,
    )
    assert_read_back_alike(counts.path, war)
