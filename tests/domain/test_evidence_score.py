"""A job's score: capped, soft findings never flag alone, a retake does not wash off what was found."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.evidence_policy import POLICY
from domain.evidence_score import SOFT, Score, Weighed, score
from domain.finding_words import QUALITY, Code


def of(code: Code, *, counts: bool = True) -> Weighed:
    return Weighed(code, POLICY.weights[code], counts)


def test_the_worked_number() -> None:
    """Dark twice, blurred, outside, reused: min(30, 45) + 60."""
    found = [
        of(Code.TOO_DARK),
        of(Code.TOO_DARK),
        of(Code.BLURRED),
        of(Code.CHECKED_IN_OUTSIDE),
        of(Code.REUSED),
    ]
    assert score(found, POLICY) == Score(90, True)


def test_a_reasoned_outside_alone_does_not_flag() -> None:
    """Nor with every photo dark, blurred and without a place."""
    outside = [of(Code.CHECKED_IN_OUTSIDE)]
    assert score(outside, POLICY) == Score(15, False)
    assert score(outside + [of(code) for code in QUALITY] * 9, POLICY) == Score(30, False)


def test_what_was_found_on_a_replaced_photo_still_counts() -> None:
    """A cheat may not try until nothing is found; a dark photo taken again is forgiven."""
    assert score([of(Code.REUSED, counts=False)], POLICY).flagged
    assert score([of(Code.TOO_DARK, counts=False)], POLICY) == Score(0, False)


def test_one_code_counts_twice_at_most() -> None:
    """Ten photos by one editing camera app are not ten offences."""
    assert score([of(Code.EDITED)] * 10, POLICY).score == 50


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(Code)), st.booleans()), max_size=60))
def test_scores_stay_in_bounds_and_soft_ones_never_flag(found: list[tuple[Code, bool]]) -> None:
    """0 to 100 whatever is found, more findings never lower it, and soft ones alone stay below the threshold."""
    weighed = [of(code, counts=counts) for code, counts in found]
    whole = score(weighed, POLICY)
    assert 0 <= whole.score <= 100
    assert score(weighed[:-1], POLICY).score <= whole.score
    assert not score([one for one in weighed if one.code in SOFT], POLICY).flagged
