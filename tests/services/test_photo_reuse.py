"""The search for photos handed in before: who is found, who is not accused, and what is left after a kill."""

# ruff: noqa: F811  # fixtures come in by name

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image, ImageOps

from services import photo_reuse
from services.parts import photo_prints, photo_store
from services.photo_keeping import erase_photos
from services.photo_reuse import Searched
from services.photo_views import matches
from services.photos import discard, take_photo
from services.queries import photos
from services.queries.photos import PhotoCard
from tests.photographing import booked, decoder, shot, stream  # noqa: F401
from tests.rows import rows
from tests.uploads.likeness.pictures import busy, cropped, recoded
from tests.worlds import World
from uploads.decode import Decoder
from uploads.looker import Looker, LookFailed, Seen, Words

LATER = timedelta(minutes=10)


class Shared(Looker):
    """One process for all tests of this module: starting one costs half a second."""

    def __exit__(self, *_: object) -> None:
        """Stays."""


SHARED = Shared()


@pytest.fixture(scope="module", autouse=True)
def _ended() -> Iterator[None]:
    yield
    SHARED.end()


def search(now: datetime, make: Callable[[], Looker] = lambda: SHARED) -> Searched:
    return photo_reuse.search(now, make=make)


@pytest.fixture(autouse=True)
def _one_decoder(app: Flask, decoder: Decoder) -> None:
    app.extensions[photo_store.DECODER] = decoder


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def stolen(seed: int) -> bytes:
    """Cropped, mirrored and encoded again: what a cheat does to a photo."""
    return jpeg(recoded(ImageOps.mirror(cropped(busy(seed)))))


def take(world: World, job_id: int, data: bytes, number: int = 1, **said: Any) -> PhotoCard:
    at = said.pop("at", world.now)
    said.setdefault("client_id", f"c-{len(rows('SELECT 1 FROM photo'))}")
    return take_photo(world.actor(f"installer{number}"), job_id, shot(**said), stream(data), at)


def elsewhere(world: World, number: int = 2) -> int:
    return booked(world, number, phone="13800002222", address="芝罘区南大街 9 号")


def found() -> dict[int, set[str]]:
    told = "SELECT photo_id, code FROM photo_finding WHERE code IN ('reused', 'retaken', 'duplicate_slot')"
    made: dict[int, set[str]] = {}
    for row in rows(told):
        made.setdefault(row.photo_id, set()).add(row.code)
    return made


def test_a_cropped_mirrored_copy_in_another_dealers_job_is_found_and_a_stranger_is_not(world: World) -> None:
    """The later photo gets the finding with its numbers; the earlier one, and another picture, nothing."""
    first = take(world, booked(world), jpeg(busy(1)))
    job_id = elsewhere(world)
    copy = take(world, job_id, stolen(1), 2, at=world.now + LATER)
    take(world, job_id, jpeg(busy(2)), 2, slot="finished")

    assert search(world.now + LATER) == Searched(photos=3, found=1)
    assert search(world.now + LATER) == Searched()

    assert found() == {copy.id: {"reused"}}
    [card] = [card for card in photos.listed(world.actor("auditor"), job_id, None, 9) if card.id == copy.id]
    [line] = [line for line in card.findings if line.code == "reused"]
    assert line.numbers["photo_id"] == first.id
    assert line.numbers["mirrored"] == 1
    assert line.numbers["inliers"] >= 15
    assert line.numbers["agreement_pct"] >= 85
    assert line.weight == 60
    told = rows("SELECT job_id, score, flagged FROM job_evidence WHERE flagged")
    assert [tuple(row) for row in told] == [(job_id, 60, True)]


def test_the_installer_is_told_that_it_was_used_and_not_whose_it_was(world: World) -> None:
    """After the fact, and no number of anybody's job or photo."""
    take(world, booked(world), jpeg(busy(1)))
    copy = take(world, elsewhere(world), stolen(1), 2)
    search(world.now)

    for name in ("installer2", "owner2"):
        lines = photos.page(world.actor(name), copy.id).photo.findings
        told = [(line.reason, line.numbers) for line in lines if line.code == "reused"]
        assert told == [("此照片曾用于其他工单", {})]


def test_the_same_bytes_in_another_job_are_a_copy_without_a_look(world: World) -> None:
    """Also of a picture that shows nothing: bare walls are no evidence, the same file is."""
    data = jpeg(Image.new("RGB", (800, 600), "white"))
    take(world, booked(world), data)
    copy = take(world, elsewhere(world), data, 2)

    search(world.now)

    assert found() == {copy.id: {"reused"}}
    [match] = rows("SELECT same_bytes, grade, numbers FROM photo_match")
    assert (match.same_bytes, match.grade, match.numbers) == (True, "copy", {})


def test_nobody_is_accused_within_a_job_or_a_visit(world: World) -> None:
    """Taken again for its slot: nothing. In another slot: it is said so. Another job of the visit: nothing."""
    job_id, other = booked(world), elsewhere(world, 1)
    rows("UPDATE job SET visit_id = (SELECT visit_id FROM job WHERE id = :j)", j=job_id)
    take(world, job_id, jpeg(busy(1)))
    take(world, job_id, jpeg(busy(1), 60))
    twin = take(world, job_id, stolen(1), slot="finished")
    take(world, other, stolen(1))

    search(world.now)

    assert found() == {twin.id: {"duplicate_slot"}}


def test_what_was_withdrawn_or_stands_at_the_same_door_before_is_shown_and_weighs_nothing(
    world: World,
) -> None:
    """Handed in at the wrong job and put right; and a repair that shows what was left behind."""
    wrong = booked(world)
    put = take(world, wrong, jpeg(busy(1)))
    discard(world.actor("installer1"), put.id, world.now)
    take(world, elsewhere(world, 1), jpeg(busy(1), 70))
    old = booked(world, 2, phone="13800003333", address="芝罘区北马路 1 号")
    take(world, old, jpeg(busy(3)), 2, slot="finished")
    again = booked(world, phone="13800003333", address="芝罘区北马路 1 号")
    rows(
        "UPDATE job SET order_line_id = (SELECT order_line_id FROM job WHERE id = :o) WHERE id = :j",
        o=old,
        j=again,
    )
    take(world, again, jpeg(busy(3), 70), slot="site")
    take(world, again, jpeg(busy(3)), slot="site")  # the very file: the upload judges by the same table

    search(world.now)

    assert found() == {}
    assert {row.finding for row in rows("SELECT finding FROM photo_match")} == {None}


def test_the_upload_holds_no_erased_photo_against_anybody_and_a_living_one_after_work(world: World) -> None:
    """The same file: from an erased photo nothing, at the same door in a slot of after work `reused`."""
    data, old = jpeg(busy(3)), booked(world, 2, phone="13800003333", address="芝罘区北马路 1 号")
    first = take(world, old, data, 2, slot="finished")
    rows("UPDATE photo SET erased_at = now() WHERE id = :p", p=first.id)
    again = booked(world, phone="13800003333", address="芝罘区北马路 1 号")
    moved = "UPDATE job SET order_line_id = (SELECT order_line_id FROM job WHERE id = :o) WHERE id = :j"
    rows(moved, o=old, j=again)
    take(world, again, data, slot="finished")
    innocent = found()
    rows("UPDATE photo SET erased_at = NULL WHERE id = :p", p=first.id)
    accused = take(world, again, data, slot="finished")

    assert innocent == {}
    assert found() == {accused.id: {"reused"}}


def test_erased_photos_leave_no_words_and_are_found_no_more(world: World) -> None:
    """Whether they were searched for before or are still in the queue."""
    job_id = booked(world)
    take(world, job_id, jpeg(busy(1)))
    search(world.now)
    take(world, job_id, jpeg(busy(2)))
    assert rows("SELECT 1 FROM photo_word WHERE cardinality(photos) > 0") != []

    erase_photos([world.row(job_id).subject_id], world.now)

    assert rows("SELECT 1 FROM photo_word WHERE cardinality(photos) > 0") == []
    assert rows("SELECT 1 FROM photo_print WHERE cardinality(words) > 0") == []
    take(world, elsewhere(world), stolen(1), 2)
    assert search(world.now) == Searched(photos=1)
    assert rows("SELECT 1 FROM photo_match") == []


def test_a_photo_erased_while_it_is_looked_at_gets_no_words(world: World) -> None:
    """Erasure comes between taking it up and keeping its words."""
    job_id = booked(world)
    photo = take(world, job_id, jpeg(busy(1)))
    due = photo_reuse._take(world.now)
    erase_photos([world.row(job_id).subject_id], world.now)

    assert isinstance(due, photo_prints.Due)
    assert photo_reuse._keep(photo.id, (1, 2, 3)) is False
    assert rows("SELECT 1 FROM photo_word") == []


@pytest.mark.parametrize("step", ["_keep", "_others", "_look", "_settle"])
def test_killed_between_two_steps_nothing_is_there_twice(
    world: World, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The runner dies before the step; when the lease has ended the next one finishes, and all is there once."""
    take(world, booked(world), jpeg(busy(1)))
    copy = take(world, elsewhere(world), stolen(1), 2)

    class Killed(BaseException):
        """Nothing catches it, as nothing catches a kill."""

    def killed(*_: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(photo_reuse, step, killed)
        with pytest.raises(Killed):
            search(world.now)
    search(world.now)
    search(world.now + LATER)

    assert found() == {copy.id: {"reused"}}
    assert rows("SELECT 1 FROM photo WHERE search_due") == []
    doubled = "SELECT 1 FROM photo_word WHERE cardinality(photos) <> (SELECT count(DISTINCT p) FROM unnest(photos) p)"
    assert rows(doubled) == []
    assert len(rows("SELECT 1 FROM photo_match")) == 1


class Poisoned(Looker):
    """A looking process that dies of every picture."""

    def words(self, picture: bytes) -> Words:
        raise LookFailed("the looking process ended with -11")

    def compare(self, given: bytes, *, asked_is_later: bool) -> Seen:
        raise AssertionError


def test_a_photo_that_kills_the_looker_is_given_up_after_three_tries_and_searched_again_when_asked(
    world: World,
) -> None:
    """It holds nobody up: a photo behind it is searched for in the same run."""
    take(world, booked(world), jpeg(busy(1)))
    told = [search(world.now + n * LATER, make=Poisoned) for n in range(4)]

    assert told == [Searched(failed=1), Searched(failed=1), Searched(parked=1), Searched()]
    [row] = rows("SELECT attempts, trouble, next_at FROM photo_print")
    assert (row.attempts, row.next_at) == (3, None)
    assert "ended with -11" in row.trouble
    assert [photo_reuse.again().photos, photo_reuse.again().photos] == [1, 0]
    assert search(world.now + 4 * LATER).photos == 1


def test_two_runners_at_once_do_no_photo_twice(world: World, app: Flask) -> None:
    """Each photo is taken by one of them."""
    job_id = booked(world)
    for number in range(6):
        take(world, job_id, jpeg(busy(number)))
    taken: list[int] = []

    def runner() -> None:
        with app.app_context():
            while (due := photo_reuse._take(world.now)) is not None:
                if isinstance(due, photo_prints.Due):
                    taken.append(due.photo_id)

    threads = [threading.Thread(target=runner) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [row.id for row in rows("SELECT id FROM photo ORDER BY id")]


def test_auditors_lay_one_over_the_other_and_every_look_is_on_record(world: World) -> None:
    """Both renditions of both photos, whose they are, the numbers and the transform; the earlier one shows it, too."""
    first = take(world, booked(world), jpeg(busy(1)))
    copy = take(world, elsewhere(world), stolen(1), 2, at=world.now + LATER)
    search(world.now + LATER)

    page = matches(world.actor("auditor"), copy.id, world.now)
    back = matches(world.actor("auditor"), first.id, world.now)

    [match], [mirror] = page.matches, back.matches
    assert match.other is not None
    assert mirror.other is not None
    assert (match.other.id, mirror.other.id) == (first.id, copy.id)
    assert (match.other_is_earlier, mirror.other_is_earlier) == (True, False)
    assert (match.other.dealer_id, page.photo.dealer_id) == (world.dealers[0], world.dealers[1])
    assert [link.variant for link in match.other.links] == ["1280", "320"]
    assert (match.grade, match.finding, match.mirrored, len(match.transform)) == ("copy", "reused", True, 9)
    seen = [row.photo_id for row in rows("SELECT photo_id FROM photo_view ORDER BY id")]
    assert seen == [copy.id, first.id, first.id, copy.id]
