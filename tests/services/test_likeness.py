"""The first stage in the database: votes of words, best first."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from models import db
from services.parts import likeness
from services.parts.likeness import Candidate
from services.uow import use_case
from uploads.likeness.whole import FIRST


@use_case
def added(tx: Connection, photo_id: int, words: list[int]) -> None:
    likeness.add(tx, photo_id, words)


@use_case
def removed(tx: Connection, photo_id: int, words: list[int]) -> None:
    likeness.remove(tx, [photo_id], words)


@use_case
def asked(tx: Connection, photo_id: int, words: list[int]) -> tuple[Candidate, ...]:
    return likeness.candidates(tx, photo_id, words)


@pytest.mark.usefixtures("app")
def test_photos_that_share_three_words_are_candidates_best_first() -> None:
    """Five votes come before three, two are chance, and nobody is a candidate for himself."""
    added(1, [1, 2, 3, 4, 5, 6])
    added(2, [1, 2, 3, 70, 71])
    added(3, [1, 2, 80, 81])
    assert asked(9, [1, 2, 3, 4, 5]) == (Candidate(1, 5), Candidate(2, 3))
    assert asked(1, [1, 2, 3, 4, 5]) == (Candidate(2, 3),)


@pytest.mark.usefixtures("app")
def test_words_of_the_whole_picture_count_twice() -> None:
    """Two of twelve are enough for a picture without corners."""
    assert likeness.WHOLE_WORDS_FROM == FIRST
    added(1, [FIRST, FIRST + 1, FIRST + 2])
    assert asked(2, [FIRST, FIRST + 1]) == (Candidate(1, 4),)
    assert asked(2, [FIRST]) == ()


@pytest.mark.usefixtures("app")
def test_a_word_of_too_many_photos_is_neither_asked_for_nor_added_to() -> None:
    """What 512 photos share says nothing about any of them."""
    words = [1, 2, 3]
    for photo_id in range(1, likeness.TOO_FREQUENT + 1):
        added(photo_id, words if photo_id > 1 else [*words, 4, 5, 6])
    added(1000, [*words, 4, 5, 6])
    assert asked(2000, [*words, 4, 5, 6]) == (Candidate(1, 3), Candidate(1000, 3))
    lengths = db.session.execute(
        db.text("SELECT cardinality(photos) FROM photo_word WHERE word <= 3")
    ).scalars()
    assert set(lengths) == {likeness.TOO_FREQUENT}


@pytest.mark.usefixtures("app")
def test_an_erased_photo_is_found_no_more() -> None:
    """Its number leaves every list, the others stay."""
    added(1, [1, 2, 3])
    added(2, [1, 2, 3])
    added(3, [4])
    removed(1, [1, 2, 3])
    removed(3, [4])
    assert asked(9, [4]) == ()
    assert asked(9, [1, 2, 3]) == (Candidate(2, 3),)


def test_the_figures_in_the_statements_are_those_that_are_named() -> None:
    """SQL repeats two constants in text."""
    assert f"< {likeness.TOO_FREQUENT}" in likeness.ADD
    assert f"< {likeness.TOO_FREQUENT}" in likeness.FIND
    assert f"word >= {likeness.WHOLE_WORDS_FROM} " in likeness.FIND
