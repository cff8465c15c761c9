"""Two stores as one while photos move: written to the target, found in either, gone from both."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from domain.errors import NotFound
from uploads.store import LocalStore, Shown, rendition_key
from uploads.two_stores import TwoStores

OLD, NEW = (hashlib.sha256(name).hexdigest() for name in (b"old", b"new"))


@pytest.fixture
def both(tmp_path: Path) -> TwoStores:
    """The old object lies in the source."""
    made = TwoStores(LocalStore(tmp_path / "target"), LocalStore(tmp_path / "source"))
    made.source.put(io.BytesIO(b"old"), OLD)
    return made


def test_new_objects_go_to_the_target_and_old_ones_are_still_found(both: TwoStores) -> None:
    """Also by a listing, in one order."""
    part = both.scratch() / "a.part"
    part.write_bytes(b"new")
    both.take_over([(part, NEW)])
    both.put(io.BytesIO(b"small"), rendition_key(NEW, 320))

    with both.open(OLD) as old, both.open(NEW) as new:
        assert (old.read(), new.read()) == (b"old", b"new")
    assert both.exists(OLD)
    assert both.exists(NEW)
    assert not both.source.exists(NEW)
    assert [s.key for s in both.iterate()] == sorted([OLD, NEW, rendition_key(NEW, 320)])


def test_an_object_that_moves_between_two_looks_is_found(both: TwoStores) -> None:
    """The target was asked too early, the source too late."""

    class Moving(LocalStore):
        def open(self, key: str) -> BinaryIO:
            self._move(key)
            return super().open(key)

        def exists(self, key: str) -> bool:
            self._move(key)
            return super().exists(key)

        def _move(self, key: str) -> None:
            both.target.put(io.BytesIO(b"old"), key)
            self.delete(key)

    both.source = Moving(both.source.scratch().parent)
    with both.open(OLD) as file:
        assert file.read() == b"old"
    both.target.delete(OLD)
    assert both.exists(OLD)


def test_what_is_deleted_is_gone_from_both(both: TwoStores) -> None:
    """An object half moved lies in both."""
    both.target.put(io.BytesIO(b"old"), OLD)
    assert [s.key for s in both.iterate()] == [OLD, OLD]
    both.delete(OLD)
    assert list(both.iterate()) == []
    with pytest.raises(NotFound):
        both.open(OLD)


def test_both_are_swept(both: TwoStores) -> None:
    """Uploads were killed before the move began, too."""
    for store in (both.target, both.source):
        (store.scratch() / "left.part").write_bytes(b"x")
    assert both.sweep_scratch(datetime.now(UTC) + timedelta(hours=1)) == 2


def test_what_has_not_arrived_has_no_link(both: TwoStores) -> None:
    """A link of the target would lead nowhere."""
    assert both.link(OLD, Shown("image/jpeg", "x.jpg", True, timedelta(minutes=1))) is None
