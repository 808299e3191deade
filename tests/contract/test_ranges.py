"""Ranges of sequence numbers, against Python's own sets."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pasperdus_contract.fields import MAX_SEQ
from pasperdus_contract.ranges import Range, compress, contains, merge, size, subtract

numbers = st.lists(st.integers(1, 40))
ranges = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 9)).map(lambda r: (r[0], sum(r))))


def members(of: list[Range]) -> set[int]:
    return {number for first, last in of for number in range(first, last + 1)}


def assert_canonical(result: list[Range]) -> None:
    assert all(first <= last for first, last in result)
    assert all(before[1] + 1 < after[0] for before, after in pairwise(result)), "joined, sorted"


@given(numbers)
def test_compress_keeps_exactly_the_numbers(drawn: list[int]) -> None:
    result = compress(drawn)

    assert_canonical(result)
    assert members(result) == set(drawn)
    assert size(result) == len(set(drawn))


@given(ranges)
def test_merge_is_the_union(drawn: list[Range]) -> None:
    result = merge(drawn)

    assert_canonical(result)
    assert members(result) == members(drawn)
    assert merge(result) == result


@given(ranges, ranges)
def test_subtract_is_the_difference(whole: list[Range], taken: list[Range]) -> None:
    result = subtract(whole, taken)

    assert_canonical(result)
    assert members(result) == members(whole) - members(taken)


@given(ranges, st.integers(0, 60))
def test_contains_is_membership(drawn: list[Range], number: int) -> None:
    assert contains(drawn, number) == (number in members(drawn))


def test_a_life_without_a_gap_is_one_range() -> None:
    assert merge([(1, MAX_SEQ - 1), (MAX_SEQ, MAX_SEQ)]) == [(1, MAX_SEQ)]
    assert subtract([(1, MAX_SEQ)], [(2, MAX_SEQ - 1)]) == [(1, 1), (MAX_SEQ, MAX_SEQ)]
    assert size([(1, MAX_SEQ)]) == MAX_SEQ
