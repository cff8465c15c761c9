"""Estimates from a sample, held against published figures and against dealers whose true rate is known."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.agreement import (
    Judged,
    Sampled,
    effective,
    failure_rate,
    hajek,
    horvitz_thompson,
    kappa,
    sample_size,
    still_needed,
    wilson,
)


@pytest.mark.parametrize(
    ("failed", "judged", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_the_published_one(failed: int, judged: int, low: float, high: float) -> None:
    """The four examples of Newcombe (1998), table I, method 3."""
    found = wilson(failed, judged)

    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_nothing_judged_is_everything_possible_and_nonsense_is_refused() -> None:
    """Unknown is not zero."""
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)
    with pytest.raises(ValueError, match="3 of 2"):
        wilson(3, 2)


@pytest.mark.parametrize(
    ("cells", "value"), [((20, 5, 10, 15), 0.4), ((45, 15, 25, 15), 0.1304), ((25, 35, 5, 35), 0.2593)]
)
def test_cohens_kappa_is_the_textbooks(cells: tuple[int, ...], value: float) -> None:
    """Same observed agreement, other margins, another kappa."""
    found = kappa(dict(zip(product(("yes", "no"), repeat=2), cells, strict=True)))

    assert found is not None
    assert found.value is not None
    assert round(found.value, 4) == value


def test_kappa_without_pairs_or_without_variety_is_unknown() -> None:
    """Two who pass everything agree, and nothing follows from it."""
    alike = kappa({("pass", "pass"): 40})

    assert kappa({}) is None
    assert alike is not None
    assert (alike.observed, alike.value) == (1.0, None)


def test_full_agreement_and_full_disagreement_are_the_ends() -> None:
    """1 and −1."""
    agreed, opposed = (
        kappa({("a", "a"): 10, ("b", "b"): 10}),
        kappa({("a", "b"): 10, ("b", "a"): 10}),
    )

    assert agreed is not None
    assert opposed is not None
    assert (agreed.value, opposed.value) == (1.0, -1.0)


def test_horvitz_thompson_is_right_on_average_over_every_possible_sample() -> None:
    """All 64 samples of six jobs at three probabilities, each weighed by its own."""
    jobs = [Judged(failed, bp) for failed, bp in product((True, False), (10_000, 2_500, 5_000))]
    mean = 0.0
    for taken in product((True, False), repeat=len(jobs)):
        odds = 1.0
        for job, drawn in zip(jobs, taken, strict=True):
            odds *= job.inclusion_bp / 10_000 if drawn else 1 - job.inclusion_bp / 10_000
        sample = [job for job, drawn in zip(jobs, taken, strict=True) if drawn]
        mean += odds * horvitz_thompson(sample, len(jobs))

    assert mean == pytest.approx(0.5)


def test_weights_say_how_many_jobs_one_stands_for() -> None:
    """The docstrings' own numbers."""
    lot = [Judged(True, 1_000), Judged(False, 1_000), Judged(False, 100)]

    assert horvitz_thompson([Judged(True, 1_000), Judged(True, 10_000)], 100) == pytest.approx(0.11)
    assert hajek(lot) == pytest.approx(10 / 120)
    assert effective(lot) == pytest.approx(14_400 / 10_200)
    assert (hajek([]), effective([])) == (0.0, 0.0)


def test_what_was_counted_has_no_doubt_and_what_was_drawn_has_its_share_of_it() -> None:
    """Ten risky ones known, ninety others known by thirty."""
    found = failure_rate(Sampled(10, 10, 4, 90, (Judged(False, 3_333),) * 30))

    assert found.rate == found.low == pytest.approx(0.04)
    assert found.high == pytest.approx(0.04 + 0.9 * wilson(0, 30).high)


def test_risky_jobs_without_a_verdict_leave_doubt() -> None:
    """Half of them judged is a sample again; none of anything is no knowledge."""
    assert failure_rate(Sampled(10, 5, 2, 0, ())).high > 0.4
    assert (failure_rate(Sampled(0, 0, 0, 0, ())).low, failure_rate(Sampled(0, 0, 0, 9, ())).high) == (0, 1)


@pytest.mark.parametrize(
    ("half", "population", "size"), [(0.05, None, 385), (0.03, None, 1_068), (0.03, 2_000, 697)]
)
def test_the_sample_needed_is_cochrans(half: float, population: int | None, size: int) -> None:
    """At the worst rate, 50 %."""
    assert sample_size(half, population=population) == size


def test_so_many_more_make_it_as_narrow_as_asked() -> None:
    """Thirty of sixty-one; never more than there are; nothing to draw from needs nothing."""
    passed = Judged(False, 1_000)

    assert still_needed(Sampled(0, 0, 0, 1_000, (passed,) * 30)) == 31
    assert still_needed(Sampled(0, 0, 0, 40, (passed,) * 30)) == 10
    assert still_needed(Sampled(5, 5, 1, 0, ())) == 0


def _dealer(random: Random, jobs: int, rate: float, odds: list[int]) -> bool:
    """Whether the interval of one simulated dealer, whose failing jobs are riskier, holds its true rate."""
    risky = risky_failed = others = failures = 0
    lot = []
    for _ in range(jobs):
        failed = random.random() < rate
        failures += failed
        if random.random() < (0.5 if failed else 0.03):
            risky, risky_failed = risky + 1, risky_failed + failed
            continue
        others, inclusion = others + 1, random.choice(odds)
        if random.random() * 10_000 < inclusion:
            lot.append(Judged(failed, inclusion))
    found = failure_rate(Sampled(risky, risky, risky_failed, others, tuple(lot)))
    return found.low - 1e-9 <= failures / jobs <= found.high + 1e-9


@settings(max_examples=4, derandomize=True, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    jobs=st.sampled_from([300, 600]),
    odds=st.sampled_from([[1_000], [1_000, 640], [500, 1_000]]),
)
def test_the_interval_holds_the_true_rate_of_93_dealers_in_100(seed: int, jobs: int, odds: list[int]) -> None:
    """Nominal 95 %, over dealers whose rates lie between 1 and 30 %, drawn by risk and by lot."""
    random = Random(seed)
    held = sum(_dealer(random, jobs, random.uniform(0.01, 0.3), odds) for _ in range(400))

    assert held / 400 >= 0.93
