"""What a board refuses: whatever no screen could show, so that none fails over it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from pasperdus_contract.board import MAX_SHOWN_MS, Board
from pasperdus_contract.codec import decode, encode
from pasperdus_contract.slips import Slip, Slips

PLAIN: dict[str, Any] = {
    "site": "mairie",
    "title": "Mairie",
    "time_zone": "Europe/Paris",
    "version": "0" * 16,
    "composed_at": 1_795_430_400_000,
    "day": "2026-11-23",
}
TERMINAL = {"node": "desk-1", "title": "Accueil", "hand": []}
DESK = {"day": "2026-11-23", "opens": "09:00", "closes": "12:00", "title": {"fr": "Impôts"}}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"day": "2026-13-45"}, "day"),
        ({"day": "2026-02-30"}, "day"),
        ({"day": "0001-01-01"}, "day"),
        ({"day": "9999-12-31"}, "day"),
        ({"desks": [{**DESK, "day": "2026-02-30"}]}, "desks.0.day"),
        ({"composed_at": MAX_SHOWN_MS + 1}, "composed_at"),
        ({"title": "Mairie\0"}, "title"),
        ({"title": "Mairie 🙁"}, "title"),
        ({"terminals": [{**TERMINAL, "title": "deux\nlignes"}]}, "terminals.0.title"),
    ],
)
def test_a_board_that_no_screen_can_show_is_refused_at_its_field(
    changed: dict[str, Any], field: str
) -> None:
    Board.model_validate({**PLAIN, "terminals": [TERMINAL], "desks": [DESK]})

    with pytest.raises(ValidationError) as refused:
        Board.model_validate({**PLAIN, **changed})

    assert [".".join(map(str, each["loc"])) for each in refused.value.errors()] == [field]


def test_the_last_time_of_a_board_can_be_shown_east_and_west_of_everything() -> None:
    latest = decode(Board, encode(Board.model_validate({**PLAIN, "composed_at": MAX_SHOWN_MS})))

    at = datetime.fromtimestamp(latest.composed_at / 1000, UTC)

    for hours in (-24, 24):
        zone = timezone(timedelta(hours=hours, minutes=-1 if hours > 0 else 1))
        assert at.astimezone(zone).utcoffset() == zone.utcoffset(None)


def test_no_error_quotes_a_slip() -> None:
    told = {"id": "x1", "written_at": 1, "caller": "Mme Secret", "text": "Rappeler\nMme Secret"}

    for model, body in ((Slip, told), (Slips, {"schema": 1, "slips": [told]})):
        with pytest.raises(ValidationError) as refused:
            model.model_validate(body)
        assert "Secret" not in str(refused.value)
        assert "Secret" not in repr(refused.value)
