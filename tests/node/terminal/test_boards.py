"""The boards that screens are tested with are as full as the contract allows."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from pasperdus_contract import board as limits
from pasperdus_contract.slips import MAX_CALLER, MAX_SLIP_TEXT
from support import boards


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (limits.Title, boards.LONGEST_TITLE),
        (limits.Heading, boards.LONGEST_HEADING),
        (limits.Paragraph, boards.LONGEST_PARAGRAPH),
        (limits.Detail, boards.LONGEST_DETAIL),
        (limits.Phrase, boards.LONGEST_PHRASE),
        (limits.Phone, boards.LONGEST_PHONE),
    ],
)
def test_the_longest_text_is_allowed_and_one_letter_more_is_not(kind: Any, text: str) -> None:
    adapter = TypeAdapter(kind)

    assert adapter.validate_python(text) == text
    with pytest.raises(ValidationError):
        adapter.validate_python(f"{text}0")


def test_the_longest_slip_fills_its_limits() -> None:
    slip = boards.slips(is_longest=True).slips[0]

    assert (len(slip.caller), len(slip.text)) == (MAX_CALLER, MAX_SLIP_TEXT)


def test_the_longest_board_has_as_many_of_everything_as_may_be() -> None:
    longest = boards.longest_board()
    counts = [len(getattr(longest, part)) for part in boards.LISTS]

    assert counts == [
        limits.MAX_SERVICES,
        limits.MAX_DESKS,
        limits.MAX_NOTICES,
        limits.MAX_ANSWERS,
        limits.MAX_NEEDS,
        limits.MAX_CONTACTS,
        limits.MAX_PHRASES,
        limits.MAX_TALLIES,
    ]
