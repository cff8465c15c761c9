"""What the camera wrote is evidence when it makes sense and nothing when it does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.uploads import pictures
from uploads.intake import Taken

Taking = Callable[[bytes], Taken]


def test_time_place_and_device_are_read(taking: Taking) -> None:
    """A phone's EXIF yields wall clock, satellites' time, place in WGS-84 with its error, and device."""
    facts = taking(pictures.phone_jpeg()).facts
    assert facts.exif_local_time == "2026-11-21T09:30:05"
    assert facts.exif_offset_minutes is None
    assert facts.exif_gps_at == datetime(2026, 11, 21, 1, 30, 4, tzinfo=UTC)
    assert facts.exif_point == (121.4, 37.505)
    assert facts.exif_accuracy_m == 12.5
    assert facts.exif_device == "HUAWEI ABC-AL00"


@pytest.mark.parametrize(
    ("offset", "minutes", "utc_hour"), [("+08:00", 480, 1), ("+09:00", 540, 0), ("garbage", None, 1)]
)
def test_a_wall_clock_is_read_in_its_own_zone_else_in_the_sites(
    offset: str, minutes: int | None, utc_hour: int, taking: Taking
) -> None:
    """09:30 with +09:00 is 00:30 UTC; without a zone it is the site's, 01:30 UTC in China."""
    facts = taking(pictures.phone_jpeg(offset=offset)).facts
    assert facts.exif_offset_minutes == minutes
    assert facts.exif_taken_at() == datetime(2026, 11, 21, utc_hour, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "taken", ["0000:00:00 00:00:00", "    :  :     :  :  ", "2026:13:45 99:99:99", "\x00"]
)
def test_a_time_that_makes_no_sense_is_no_time(taken: str, taking: Taking) -> None:
    """Cameras write zeros and blanks; the photo is taken all the same."""
    facts = taking(pictures.phone_jpeg(taken=taken)).facts
    assert (facts.exif_local_time, facts.exif_taken_at(), facts.width) == (None, None, 2000)


def test_a_photo_without_exif_has_no_such_facts(taking: Taking) -> None:
    """WeChat strips EXIF: that is no fault."""
    facts = taking(pictures.encoded(pictures.scene())).facts
    assert (facts.exif_local_time, facts.exif_point, facts.exif_device, facts.exif_gps_at) == (None,) * 4


def test_broken_exif_never_fails_a_photo(taking: Taking) -> None:
    """Wherever the EXIF block is overwritten, the picture still comes in, the right way up or turned."""
    data = pictures.encoded(pictures.scene(100, 100), exif=pictures.exif(orientation=1))
    start = data.index(b"Exif\x00\x00") + 6
    length = int.from_bytes(data[start - 8 : start - 6], "big") - 8
    for at in range(start, start + length - 8, 5):
        for harm in (b"\xff" * 8, b"\x00" * 8, b"\x00\x05\xff\xff\xff\xff\x7f\xff"):
            assert taking(data[:at] + harm + data[at + 8 :]).facts.width == 100


def test_hostile_names_of_devices_are_made_harmless(taking: Taking) -> None:
    """Control characters go and the length is bounded; what remains is text to be escaped like any other."""
    made = pictures.exif()
    made[0x010F], made[0x0110] = "A\x1b[31m\nB", "x" * 500
    device = taking(pictures.encoded(pictures.scene(), exif=made)).facts.exif_device
    assert device is not None
    assert device.isprintable()
    assert len(device) == 64


def test_the_program_that_saved_it_is_read(taking: Taking) -> None:
    """In one line, at most 64 characters; a picture that names none has none."""
    made = pictures.exif()
    made[0x0131] = "Adobe  Photoshop\nCC\x00hidden" + "x" * 100
    assert taking(pictures.encoded(pictures.scene(), exif=made)).facts.exif_software == "Adobe Photoshop CC"
    assert taking(pictures.encoded(pictures.scene(), exif=pictures.exif())).facts.exif_software is None
