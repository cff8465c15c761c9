"""Which version of thresholds and weights holds when, and what may not be set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Invalid
from domain.evidence_policy import POLICY, PolicyVersion, made, policy_at, require_sound, settings_of
from domain.finding_words import Code

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_version_says_only_what_differs() -> None:
    """Thresholds in the unit of their name, weights by code; the rest is what ships."""
    policy = made(2, {"dark_below": 30, "skew_minutes": 3, "weight_reused": 80})
    assert (policy.version, policy.dark_below, policy.skew) == (2, 30, timedelta(minutes=3))
    assert (policy.weights[Code.REUSED], policy.weights[Code.EDITED]) == (80, POLICY.weights[Code.EDITED])
    assert policy.blurred_below == POLICY.blurred_below


def test_the_categorys_own_newest_version_that_has_begun_counts() -> None:
    """Else the one for all, else what ships; to the second of its beginning."""
    versions = [
        PolicyVersion(2, None, MARCH, {"flag_at": 50}),
        PolicyVersion(3, "heater", MARCH + DAY, {"flag_at": 60}),
        PolicyVersion(4, "heater", MARCH + 2 * DAY, {"flag_at": 70}),
        PolicyVersion(5, None, MARCH + 3 * DAY, {"flag_at": 80}),
    ]
    at = [MARCH - timedelta(seconds=1), MARCH, MARCH + DAY, MARCH + 4 * DAY]
    assert [policy_at(versions, "heater", when).version for when in at] == [1, 2, 3, 4]
    assert [policy_at(versions, "hood", when).flag_at for when in at] == [40, 50, 50, 80]


@pytest.mark.parametrize(
    "settings",
    [
        {"colour": 3},
        {"weight_colour": 3},
        {"dark_below": 256},
        {"weight_reused": 101},
        {"travel_kmh": 20},
        {"soft_cap": 40},
        {"flag_at": 30},
    ],
)
def test_what_makes_no_sense_is_refused(settings: dict[str, int]) -> None:
    """Unknown names, numbers out of range, and soft findings that would flag by themselves."""
    with pytest.raises(Invalid):
        require_sound(settings)


def test_what_ships_is_sound() -> None:
    """An empty version is what ships under a new number."""
    require_sound({})
    assert made(1, {}) == POLICY
    require_sound(settings_of(POLICY))
    assert made(1, settings_of(POLICY)) == POLICY
