"""The lot: who is looked at, how often, and that it can be drawn again."""

from __future__ import annotations

import pytest

from domain.audit_sampling import Why, draw, rate_bp


@pytest.mark.parametrize(
    ("confirmed", "score", "share"),
    [(0, 100, 1_000), (49, 100, 1_000), (500, 70, 1_000), (500, 80, 640), (500, 95, 100), (500, 100, 100)],
)
def test_new_and_low_scored_dealers_are_looked_at_ten_times_as_often(
    confirmed: int, score: int, share: int
) -> None:
    """10 % down to 1 %."""
    assert rate_bp(confirmed, score) == share


def test_a_lot_drawn_again_says_the_same_and_another_seed_says_otherwise() -> None:
    """The seed and the job decide, nothing else."""
    first = [draw("2026-11", job_id, 1_000) for job_id in range(2_000)]

    assert first == [draw("2026-11", job_id, 1_000) for job_id in range(2_000)]
    assert {one.job_id for one in first if one.drawn} != {
        one.job_id for one in (draw("2026-12", job_id, 1_000) for job_id in range(2_000)) if one.drawn
    }


@pytest.mark.parametrize("share", [100, 640, 1_000])
def test_as_many_are_drawn_as_the_share_says(share: int) -> None:
    """Within four standard deviations over twenty thousand jobs."""
    jobs = 20_000
    drawn = sum(draw("2026-11", job_id, share).drawn for job_id in range(jobs))
    expected = jobs * share / 10_000

    assert abs(drawn - expected) < 4 * (expected * (1 - share / 10_000)) ** 0.5


def test_risky_jobs_are_always_drawn_and_count_as_certain() -> None:
    """Whatever their ticket is."""
    flagged = [draw("s", job_id, 100, flagged=True) for job_id in range(50)]
    waived = [draw("s", job_id, 100, flagged=True, required=True) for job_id in range(50)]

    assert {(one.why, one.inclusion_bp) for one in flagged} == {(Why.FLAGGED, 10_000)}
    assert {(one.why, one.inclusion_bp) for one in waived} == {(Why.REQUIRED, 10_000)}


def test_who_is_not_drawn_keeps_its_probability_and_has_no_second_look() -> None:
    """The estimate needs it of every job."""
    left = [one for one in (draw("s", job_id, 1_000) for job_id in range(200)) if not one.drawn]

    assert {(one.inclusion_bp, one.second) for one in left} == {(1_000, False)}


def test_one_verdict_in_ten_is_given_twice_whatever_the_first_lot_was() -> None:
    """The second ticket is another one."""
    seconds = sum(draw("s", job_id, 1_000, flagged=True).second for job_id in range(5_000))

    assert 400 < seconds < 600


def test_the_lot_says_its_numbers_in_words() -> None:
    """A dealer can be shown why."""
    drawn = next(one for one in (draw("s", job_id, 1_000) for job_id in range(200)) if one.drawn)

    assert drawn.text == f"签号 {drawn.ticket} < 1000（抽查率 10%），抽中"
