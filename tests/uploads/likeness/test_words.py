"""Words: a copy keeps many of them, a stranger hardly any."""

from __future__ import annotations

import pytest
from PIL import Image, ImageEnhance

from tests.uploads.likeness.pictures import busy, edits, grey, wall
from uploads.likeness import whole, words
from uploads.likeness.canvas import canvas, canvases, trimmed

ORIGINAL = busy(1)
KEPT = set(words.kept(canvas(grey(ORIGINAL))))
EDITS = edits(ORIGINAL)


@pytest.mark.parametrize("name", EDITS)
def test_every_edit_of_a_picture_asks_for_words_it_keeps(name: str) -> None:
    """Re-encoded, small, cropped, mirrored, turned, framed, on a screen or stamped: five words and more are shared."""
    assert len(KEPT.intersection(words.asked(canvas(grey(EDITS[name]))))) >= 5


def test_strangers_share_at_most_a_word() -> None:
    """Twenty other pictures have nothing in common with the first but chance."""
    shared = [len(KEPT.intersection(words.asked(canvas(grey(busy(seed)))))) for seed in range(2, 22)]
    assert max(shared) <= 1


def test_words_fit_the_vocabulary_and_are_few() -> None:
    """At most 72 are kept, each below 2**25, ascending without repetition: the order in which rows are locked."""
    kept = words.kept(canvas(grey(ORIGINAL)))
    assert 40 <= len(kept) <= 72
    assert list(kept) == sorted(set(kept))
    assert 0 <= kept[0] <= kept[-1] < 1 << words.VOCABULARY_BITS
    assert len(words.asked(canvas(grey(ORIGINAL)))) <= 1920


def test_a_picture_asks_for_all_that_it_keeps() -> None:
    """The finer steps of asking contain the kept ones."""
    asked = set(words.asked(canvas(grey(ORIGINAL))))
    assert len(KEPT & asked) >= 0.95 * len(KEPT)


def test_a_bare_wall_has_no_words() -> None:
    """Nothing to see is nothing to find: all bare walls would be copies of each other."""
    assert words.kept(canvas(grey(wall()))) == ()
    assert whole.kept(grey(wall())) == ()


def test_borders_and_the_bars_of_a_screenshot_are_cut_off() -> None:
    """What remains has the picture's shape again."""
    for name in ("bordered", "screenshot"):
        height, width = trimmed(grey(EDITS[name])).shape
        assert width / height == pytest.approx(4 / 3, rel=0.05)


def test_a_part_of_a_photo_with_even_sky_is_found_by_the_whole_of_it() -> None:
    """Sky is trimmed like a border, and of the part it leaves another shape."""
    photo = Image.new("RGB", (960, 720), (205, 215, 235))
    photo.paste(busy(3, 960, 480), (0, 240))
    part = grey(photo.crop((100, 100, 960, 500)))
    assert len(canvases(part)) == 2
    assert len(set(words.kept(canvas(grey(photo)))).intersection(words.asked(*canvases(part)))) >= 5


def test_a_brighter_copy_is_found_though_it_is_even_in_other_places() -> None:
    """Water that is even enough to be trimmed in the photo is not in the copy: looser trimming is asked about, too."""
    photo = busy(4, 960, 720)
    photo.paste(
        Image.linear_gradient("L").rotate(90).resize((960, 220)).point(lambda v: 150 + v * 11 // 255),
        (0, 150),
    )
    copy = grey(ImageEnhance.Brightness(photo).enhance(1.4))
    assert trimmed(grey(photo)).shape[0] < 400 < trimmed(copy).shape[0]
    kept = set(words.kept(canvas(grey(photo))))
    assert len(kept.intersection(words.asked(*canvases(copy)))) >= 5


def test_a_broad_photo_on_a_white_page_is_found() -> None:
    """An eighth of a page is too little for trimming to trust, so asking looks at it beside the page."""
    photo = busy(5, 1080, 240)
    page = Image.new("RGB", (1080, 2340), "white")
    page.paste(photo, (0, 1050))
    kept = set(words.kept(canvas(grey(photo))))
    assert len(kept.intersection(words.asked(*canvases(grey(page))))) >= 5


@pytest.mark.parametrize("name", ["recoded", "small", "mirrored", "turned"])
def test_the_whole_picture_is_found_however_it_is_turned(name: str) -> None:
    """Of the twelve whole-picture words some stay the same in one of the eight orientations."""
    shared = set(whole.kept(grey(ORIGINAL))).intersection(whole.asked(grey(EDITS[name])))
    assert len(shared) >= 2


def test_fingerprints_of_copies_are_near_and_of_strangers_far() -> None:
    """Re-encoding costs a few bits of 256, another picture about half."""
    own = whole.fingerprint(grey(ORIGINAL))
    assert len(own) == 32
    assert whole.distance(own, whole.fingerprint(grey(EDITS["recoded"]))) <= 10
    assert min(whole.distance(own, whole.fingerprint(grey(busy(seed)))) for seed in range(2, 12)) > 62


def test_both_kinds_of_words_lie_apart_in_one_table() -> None:
    """A whole-picture word is never a corner's, and fits a signed 32-bit column."""
    kept = whole.kept(grey(ORIGINAL))
    assert len(kept) == 12
    assert 1 << words.VOCABULARY_BITS <= min(kept) <= max(kept) < 1 << 31
