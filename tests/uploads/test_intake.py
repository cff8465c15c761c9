"""The whole way in: one call, safe on disk before it answers, nothing left when it fails."""

from __future__ import annotations

import errno
import hashlib
import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domain.errors import Unavailable
from tests.uploads import pictures
from uploads.decode import Decoder
from uploads.intake import Taken, take
from uploads.store import LocalStore

Taking = Callable[[bytes], Taken]


class Drip(io.RawIOBase):
    """A slow network: at most 1,000 bytes a read, and it remembers the largest read asked of it."""

    def __init__(self, data: bytes) -> None:
        self._data, self.largest = io.BytesIO(data), 0

    def read(self, size: int = -1) -> bytes:
        self.largest = max(self.largest, size)
        return self._data.read(min(size, 1000))


class FullStore(LocalStore):
    """A disk with no room left for originals."""

    def take_over(self, parts: Sequence[tuple[Path, str]]) -> None:
        for part, key in parts:
            if "." not in key:
                raise OSError(errno.ENOSPC, "No space left on device")
            super().take_over([(part, key)])


def test_a_photo_is_kept_under_its_hash_with_both_renditions(taking: Taking, store: LocalStore) -> None:
    """The original's key is its SHA-256; the renditions lie beside it."""
    data = pictures.phone_jpeg()
    taken = taking(data)
    sha256 = hashlib.sha256(data).hexdigest()
    assert taken.original_key == taken.facts.sha256 == sha256
    assert taken.facts.size_bytes == len(data)
    assert [s.key for s in store.iterate()] == sorted([sha256, f"{sha256}.320.jpg", f"{sha256}.1280.jpg"])
    assert list(store.scratch().iterdir()) == []


def test_the_stream_is_read_in_pieces(store: LocalStore, decoder: Decoder) -> None:
    """However the bytes arrive, the hash is the same and no read asks for the whole file."""
    data = pictures.phone_jpeg() + bytes(1_000_000)
    stream = Drip(data)
    taken = take(stream, store=store, decoder=decoder)  # type: ignore[arg-type]
    assert taken.facts.sha256 == hashlib.sha256(data).hexdigest()
    assert stream.largest <= 256 * 1024


def test_the_same_photo_twice_gives_the_same_answer(taking: Taking, store: LocalStore) -> None:
    """A phone that repeats its upload changes nothing."""
    data = pictures.phone_jpeg()
    assert taking(data) == taking(data)
    assert len(list(store.iterate())) == 3


def test_the_same_photo_at_once_from_two_phones_is_kept_once(taking: Taking, store: LocalStore) -> None:
    """Two uploads of the same bytes side by side both succeed."""
    data = pictures.phone_jpeg()
    with ThreadPoolExecutor(4) as threads:
        answers = set(threads.map(taking, [data] * 4))
    assert len(answers) == 1
    assert len(list(store.iterate())) == 3


def test_a_full_disk_is_unavailable_and_leaves_no_original(tmp_path: Path, decoder: Decoder) -> None:
    """When the original cannot be written the phone is told to try again, never that all is well."""
    store = FullStore(tmp_path / "full")
    with pytest.raises(Unavailable):
        take(io.BytesIO(pictures.phone_jpeg()), store=store, decoder=decoder)
    assert all("." in stored.key for stored in store.iterate())
    assert list(store.scratch().iterdir()) == []


def test_the_shared_decoder_is_used_when_none_is_given(store: LocalStore) -> None:
    """A web worker needs no wiring: the decoder starts with the first photo."""
    assert take(io.BytesIO(pictures.encoded(pictures.scene())), store=store).facts.width == 640
