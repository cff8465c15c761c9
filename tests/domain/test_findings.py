"""What is found on a photo alone: thresholds at their edges, times as honest phones have them, and who is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.actors import Role
from domain.findings import POLICY, Code, Policy, Seen, find, may_see, reason
from domain.geo import Datum, Point

RECEIVED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
HERE = Point(121.4, 37.53, Datum.GCJ02, 20.0)
GOOD = Seen(
    brightness=120,
    sharpness=400,
    width=1600,
    height=1200,
    min_side=480,
    camera_only=True,
    capture="camera",
    received_at=RECEIVED,
    captured_at=RECEIVED - timedelta(minutes=3),
    point=HERE,
)


def codes(**changed: Any) -> list[str]:
    return [finding.code for finding in find(replace(GOOD, **changed))]


def test_an_honest_photo_has_no_findings() -> None:
    """Taken just now with the camera, in the light, in focus, large enough, with a fix."""
    assert codes() == []


@pytest.mark.parametrize(
    ("code", "just", "under"),
    [
        (Code.TOO_DARK, {"brightness": 40}, {"brightness": 39}),
        (Code.BLURRED, {"sharpness": 60}, {"sharpness": 59}),
        (Code.TOO_SMALL_FOR_SLOT, {"width": 900, "height": 480}, {"width": 900, "height": 479}),
    ],
)
def test_a_threshold_itself_is_enough(code: Code, just: dict[str, int], under: dict[str, int]) -> None:
    """At the limit nothing is found, one below it the code with its numbers."""
    assert codes(**just) == []
    [finding] = find(replace(GOOD, **under))
    assert (finding.code, finding.weight) == (code, POLICY.weights[code])
    assert set(under.values()) <= set(finding.numbers.values())


def test_the_gallery_counts_only_where_the_camera_is_required() -> None:
    """A slot that allows the gallery has nothing against it."""
    assert codes(capture="gallery") == [Code.GALLERY_WHERE_CAMERA_REQUIRED]
    assert codes(capture="gallery", camera_only=False) == []


@pytest.mark.parametrize(
    "point",
    [
        None,
        Point(0, 0, Datum.GCJ02),
        Point(121.4, 37.53, Datum.GCJ02, 501.0),
        Point(121.4, 37.53, Datum.GCJ02, -1.0),
    ],
)
def test_a_place_that_proves_nothing_is_unknown(point: Point | None) -> None:
    """No fix, 0/0, or worse than 500 m: unknown, unless the camera wrote a place of its own."""
    assert codes(point=point) == [Code.UNKNOWN_PLACE]
    assert codes(point=point, exif_point=Point(121.39, 37.52, Datum.WGS84)) == []


@pytest.mark.parametrize(
    ("changed", "minutes"),
    [
        ({"exif_moments": (RECEIVED - 2 * HOUR,)}, None),
        ({"exif_moments": (RECEIVED - 3 * HOUR,), "captured_at": RECEIVED}, 180),
        ({"exif_moments": (RECEIVED - 8 * HOUR,), "captured_at": RECEIVED - 8 * HOUR}, None),
        ({"captured_at": RECEIVED - 24 * HOUR}, None),
        ({"captured_at": RECEIVED - 25 * HOUR}, 1500),
        ({"captured_at": None, "exif_moments": (RECEIVED - 26 * HOUR,)}, None),
        ({"captured_at": None, "exif_moments": (RECEIVED - 27 * HOUR,)}, 1620),
        ({"captured_at": None, "exif_moments": (RECEIVED + 3 * HOUR,)}, 180),
        ({"captured_at": RECEIVED + HOUR, "exif_moments": (RECEIVED - HOUR,)}, None),
        ({"captured_at": RECEIVED, "exif_moments": (RECEIVED, RECEIVED - 72 * HOUR)}, 4320),
        ({"captured_at": None}, None),
    ],
    ids=[
        "a clock two hours off",
        "three hours off",
        "offline for eight hours",
        "offline for a day",
        "longer than a day",
        "no word from the phone, within a day",
        "no word from the phone, older",
        "a camera of the future",
        "a phone of the future is not believed",
        "the worst of several times",
        "nothing known",
    ],
)
def test_another_time_is_what_bad_networks_and_clocks_cannot_explain(
    changed: dict[str, Any], minutes: int | None
) -> None:
    """Two hours of drift and a day without network are honest; beyond them the gap is found, in minutes."""
    found = {finding.code: finding.numbers for finding in find(replace(GOOD, **changed))}
    expected = {} if minutes is None else {Code.TAKEN_AT_ANOTHER_TIME: {"minutes": minutes}}
    assert found == expected


def test_every_finding_comes_at_once_in_chinese() -> None:
    """One answer names all that can be mended; each reason is a Chinese sentence with its numbers filled in."""
    bad = replace(
        GOOD,
        brightness=3,
        sharpness=2,
        width=320,
        height=240,
        capture="gallery",
        point=None,
        captured_at=RECEIVED - 50 * HOUR,
    )
    found = find(bad)
    assert [finding.code for finding in found] == list(Code)
    assert all(any("一" <= c <= "鿿" for c in finding.reason) for finding in found)
    assert not any("{" in finding.reason for finding in found)
    assert reason(Code.TAKEN_AT_ANOTHER_TIME, {"minutes": 1565}).endswith("1 天 2 小时 5 分")


def test_thresholds_are_a_policy() -> None:
    """Another version may ask for more, and weighs every code."""
    strict = Policy(version=2, dark_below=130)
    assert [finding.code for finding in find(GOOD, strict)] == [Code.TOO_DARK]
    assert set(POLICY.weights) == set(Code)
    assert all(0 < weight <= 100 for weight in POLICY.weights.values())


@pytest.mark.parametrize("code", list(Code))
def test_whoever_could_cheat_does_not_learn_what_gave_it_away(code: Code) -> None:
    """Reviewers see all, the dealer's side what a retake mends, customers and finance nothing."""
    mends = code is not Code.TAKEN_AT_ANOTHER_TIME
    told = {role for role in Role if may_see(role, code)}
    reviewers = {Role.AGENT, Role.AUDITOR, Role.ADMIN}
    dealers = {Role.INSTALLER, Role.DISPATCHER, Role.DEALER_OWNER}
    assert told == (reviewers | dealers if mends else reviewers)
