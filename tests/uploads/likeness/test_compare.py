"""The second look: nobody is accused for the same scene, the same form or the same appliance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.uploads.likeness.pictures import busy, edits, grey, wall
from uploads.likeness.canvas import read
from uploads.likeness.compare import Grade, Verdict, compare, look

ORIGINAL = busy(1)
KNOWN = look(grey(ORIGINAL), mirror=False)
EDITS = edits(ORIGINAL)


def compared(one: Image.Image, other: Image.Image) -> Verdict:
    return compare(look(grey(one)), look(grey(other), mirror=False))


@pytest.mark.parametrize("name", EDITS)
def test_every_edit_is_recognised_with_its_numbers(name: str) -> None:
    """A copy is called one, and the verdict says whether it was mirrored and where it lies."""
    verdict = compare(look(grey(EDITS[name])), KNOWN)
    assert verdict.grade == Grade.COPY
    assert verdict.inliers >= 15
    assert verdict.mirrored == ("mirrored" in name)
    assert len(verdict.transform) == 9


def test_strangers_are_not_accused() -> None:
    """Other pictures, in both directions."""
    for seed in range(2, 8):
        assert not compared(busy(seed), ORIGINAL).reused
        assert not compared(ORIGINAL, busy(seed)).reused


def test_the_transform_lays_the_first_picture_on_the_second() -> None:
    """The crop began at 9 % of the width and 4 % of the height; both are compared at 640 pixels."""
    verdict = compare(look(grey(EDITS["cropped"])), KNOWN)
    corner = np.array(verdict.transform).reshape(3, 3) @ (0, 0, 1)
    assert corner[:2] / corner[2] == pytest.approx((0.09 * 640, 0.04 * 480), abs=3)


def test_a_broad_photo_fills_little_of_a_page_and_is_a_copy_only_where_that_is_a_page() -> None:
    """Across a screenshot it is the file; the same label in a room is what both photos show."""
    label, page, room = busy(40, 540, 150), Image.new("RGB", (540, 1170), "white"), busy(41, 540, 1170)
    for ground in (page, room):
        ground.paste(label, (0, 510))
    assert compared(page, label).grade == compared(label, page).grade == Grade.COPY
    assert not compared(room, label).reused
    assert not compared(label, room).reused


def test_the_same_appliance_on_another_wall_is_another_photo() -> None:
    """A product looks the same in every home; what is around it doesn't."""

    def home(seed: int) -> Image.Image:
        room = busy(seed)
        room.paste(busy(99, 300, 400), (330, 150))
        return room

    assert not compared(home(30), home(31)).reused


def test_what_fits_only_when_tilted_is_no_copy_of_the_file() -> None:
    """A photo of a screen and a second photo of one nameplate look alike: a reason to look, not to accuse."""
    tilted = ORIGINAL.transform(
        ORIGINAL.size,
        Image.Transform.PERSPECTIVE,
        (1.0, 0.02, 0, 0.03, 1.0, 0, 0.00008, 0.00005),
        Image.Resampling.BICUBIC,
    )
    verdict = compared(tilted, ORIGINAL)
    assert verdict.grade == Grade.RETAKEN
    assert verdict.tilt > 0.008


def test_a_bare_wall_accuses_nobody() -> None:
    """Without features there is no verdict but no."""
    assert not compared(wall(), wall()).reused


def test_a_patch_of_a_picture_is_too_little_to_accuse() -> None:
    """Less than 15 % of either picture on the other is a detail that many photos may share."""
    patch = busy(50)
    patch.paste(ORIGINAL.crop((300, 200, 600, 420)), (100, 100))
    assert not compared(patch, ORIGINAL).reused


def test_two_forms_of_one_print_filled_by_different_hands_are_not_copies() -> None:
    """Where half of what is to be seen was written by hand, the blocks disagree."""

    def form(seed: int) -> Image.Image:
        paper = Image.new("RGB", (960, 720), "white")
        draw = ImageDraw.Draw(paper)
        for row in range(9):
            draw.text((30, 30 + 75 * row), f"{row}. Item of the price list", fill="black", font_size=26)
            draw.line((400, 65 + 75 * row, 930, 65 + 75 * row), fill="black", width=3)
        chance = np.random.default_rng(seed)
        for row in range(9):
            at = np.cumsum(chance.uniform((8, -22), (26, 22), (22, 2)), axis=0) + np.array(
                (410, 48 + 75 * row)
            )
            draw.line(
                [(float(x), float(48 + 75 * row + (y - 48) % 40 - 20)) for x, y in at], fill="navy", width=5
            )
        return paper

    assert not compared(form(1), form(2)).reused


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    """A damaged rendition says so instead of comparing as nothing."""
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    with pytest.raises(ValueError, match="not a picture"):
        read(tmp_path / "broken.jpg")
