"""What is found on a photo alone: thresholds at their edges, times as honest phones have them, and who is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.actors import Role
from domain.findings import POLICY, QUALITY, Code, Policy, Seen, find, may_see, numbers_for, reason
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
        software="Adobe Photoshop CC (Windows)",
        twin_id=7,
    )
    found = find(bad)
    assert [finding.code for finding in found] == [
        Code.TOO_DARK, Code.BLURRED, Code.TOO_SMALL_FOR_SLOT, Code.GALLERY_WHERE_CAMERA_REQUIRED,
        Code.UNKNOWN_PLACE, Code.DUPLICATE_SLOT, Code.TAKEN_AT_ANOTHER_TIME, Code.EDITED,
    ]  # fmt: skip
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
    """Reviewers see all, the dealer's side what a retake mends and that a photo was used, the others nothing."""
    mends = code in QUALITY or code is Code.REUSED
    told = {role for role in Role if may_see(role, code)}
    reviewers = {Role.AGENT, Role.AUDITOR, Role.ADMIN}
    dealers = {Role.INSTALLER, Role.DISPATCHER, Role.DEALER_OWNER}
    assert told == (reviewers | dealers if mends else reviewers)


def test_a_reused_photo_is_told_to_the_dealers_side_without_whose() -> None:
    """The installer hears that it was used; the job, the photo and the days are for reviewers."""
    numbers = {"job_id": 4711, "photo_id": 99, "days": 3}
    assert reason(Code.REUSED, numbers, Role.INSTALLER) == "此照片曾用于其他工单"
    assert numbers_for(Role.INSTALLER, Code.REUSED, numbers) == {}
    assert "4711" in reason(Code.REUSED, numbers, Role.AUDITOR)
    assert numbers_for(Role.AUDITOR, Code.REUSED, numbers) == numbers


NUMBERS = {
    Code.TAKEN_ELSEWHERE: {"point": 1, "against": 3, "metres": 5230, "allowed": 620},
    Code.IMPOSSIBLE_TRAVEL: {
        "from_job_id": 1, "to_job_id": 2, "metres": 50000, "seconds": 600, "kmh": 300, "most_kmh": 150,
    },
    Code.SHARED_DEVICE: {"days": 30, "people": 2},
    Code.SERIAL_INSTALLED_BEFORE: {"serials": 1, "job_id": 8, "days": 12},
    Code.CHECKED_IN_OUTSIDE: {"metres": 912},
    Code.DUPLICATE_SLOT: {"photo_id": 5},
}  # fmt: skip


@pytest.mark.parametrize("code", list(NUMBERS))
def test_every_reason_names_its_numbers(code: Code) -> None:
    """A reviewer reads what was measured and what was allowed."""
    words = reason(code, NUMBERS[code])
    shown = {name: value for name, value in NUMBERS[code].items() if name not in ("point", "against")}
    assert all(str(value) in words for value in shown.values())


def test_a_phones_own_firmware_is_no_editor() -> None:
    """What cameras write into Software accuses nobody; a known editor does, whatever its version."""
    assert codes(software="HUAWEI P40 10.1") == codes(software="17.2.1") == codes(software=None) == []
    assert codes(software="Snapseed 2.0") == [Code.EDITED]
    assert codes(software="美图秀秀 9.1") == [Code.EDITED]


def test_a_photo_far_from_the_check_in_was_taken_elsewhere() -> None:
    """Its own point or the phone's against where the installer checked in, in one datum, errors taken off."""
    far = Point(121.5, 37.53, Datum.GCJ02, 20.0)
    assert codes(check_in=HERE, door=HERE) == []
    assert codes(point=far, check_in=HERE) == [Code.TAKEN_ELSEWHERE]
    assert codes(point=far) == []
