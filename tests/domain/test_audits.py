"""Who must speak before a verdict holds, and what it does to a score."""

from __future__ import annotations

import pytest

from domain.audits import NothingToDecide, Opinion, OwnVerdict, score_change, settled

PASSED, FAILED = Opinion(1, "pass"), Opinion(2, "work", "dealer")


def test_one_word_is_enough_unless_a_second_look_was_drawn() -> None:
    """Then it waits for another person."""
    assert settled([], False, PASSED, lead=False) == PASSED
    assert settled([], True, PASSED, lead=False) is None


def test_two_who_agree_settle_it_and_two_who_differ_do_not() -> None:
    """The same verdict with another fault is another verdict."""
    assert settled([PASSED], True, Opinion(2, "pass"), lead=False) is not None
    assert settled([PASSED], True, FAILED, lead=False) is None
    assert settled([Opinion(1, "work", "goods")], True, FAILED, lead=False) is None


def test_a_third_person_decides_where_two_differ() -> None:
    """A lead or another auditor."""
    assert settled([PASSED, FAILED], True, Opinion(3, "pass"), lead=True) == Opinion(3, "pass")


def test_nobody_speaks_twice_and_a_lead_only_decides() -> None:
    """A second look by the same eyes is none."""
    with pytest.raises(OwnVerdict):
        settled([PASSED], True, Opinion(1, "pass"), lead=False)
    with pytest.raises(NothingToDecide):
        settled([PASSED], True, Opinion(3, "pass"), lead=True)


@pytest.mark.parametrize(
    ("score", "verdict", "fault", "change"),
    [
        (100, "pass", None, 0),
        (90, "pass", None, 1),
        (90, "evidence", None, -2),
        (90, "work", "dealer", -10),
        (4, "work", "dealer", -4),
        (90, "work", "goods", 0),
    ],
)
def test_a_verdict_moves_the_score_within_its_bounds(
    score: int, verdict: str, fault: str | None, change: int
) -> None:
    """Only what is the dealer's own."""
    assert score_change(score, verdict, fault) == change
