"""Serial numbers: a pattern per product in a language too small to hang a process."""

from __future__ import annotations

import time

import pytest

from domain.errors import Invalid
from domain.serials import fault, normal, require_sound

PATTERN = "TZ##-??????|88##########"


@pytest.mark.parametrize(
    ("serial", "pattern", "good"),
    [
        ("TZ26-A1B2C3", PATTERN, True),
        ("tz26-a1b2c3", PATTERN, True),
        ("882600012345", PATTERN, True),
        ("TZ2-A1B2C3", PATTERN, False),
        ("TZ26-A1B2C34", PATTERN, False),
        ("AB-123", "@@-*", True),
        ("12-123", "@@-*", False),
        ("SN-00001", None, True),
        ("SN 00001", None, False),
        ("1234", None, False),
    ],
)
def test_a_number_fits_its_products_form(serial: str, pattern: str | None, good: bool) -> None:
    """Any of the forms; without a pattern the general one."""
    assert (fault(serial, pattern) is None) == good


@pytest.mark.parametrize(
    "pattern", ["", "|", "##", "a b", "*", "##*##", "(a+)+", "#" * 41, "|".join(["#####"] * 11)]
)
def test_a_pattern_that_takes_nothing_or_anything_else_is_refused(pattern: str) -> None:
    """Too short, a star not at the end, characters of regular expressions, too many forms."""
    with pytest.raises(Invalid):
        require_sound(pattern)


def test_no_pattern_hangs() -> None:
    """The longest forms against the longest numbers answer at once."""
    pattern = "|".join(["?" * 39 + "*"] * 10)
    require_sound(pattern)
    began = time.perf_counter()
    assert fault("A" * 39 + "-", pattern) is None
    assert fault("A" * 38 + "--", pattern) is not None
    assert time.perf_counter() - began < 1


def test_numbers_are_compared_in_capitals() -> None:
    """Typed small or scanned large is one number."""
    assert normal(" tz26-a1 ") == "TZ26-A1"
